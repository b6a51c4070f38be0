package lab

import (
	"fmt"
	"math"
	"testing"
)

var margin = once(runMargin)

func TestMargin(t *testing.T) {
	r, err := margin()
	if err != nil {
		t.Fatal(err)
	}
	const ulp = 1e-15
	for i, m := range r.Margin {
		least, most, loss := math.Log1p(math.Exp(-m)), math.Log1p(float64(r.K-1)*math.Exp(-m)), r.Loss[i]
		if !(least <= loss*(1+ulp)+ulp && loss <= most*(1+ulp)+ulp) {
			t.Errorf("margin %v: loss %v is outside [%v, %v]", m, loss, least, most)
		}
	}
	if r.K != 10 || len(r.Loss) != 1000 || r.Below.Examples+r.Between.Examples+r.Above.Examples != 1000 {
		t.Errorf("%d classes, %d examples, %v %v %v", r.K, len(r.Loss), r.Below, r.Between, r.Above)
	}
	if r.Below.Right != r.Below.Examples || r.Above.Right != 0 || r.Between.Right == 0 || r.Between.Right == r.Between.Examples {
		t.Errorf("right by loss: %v below log 2, %v between, %v above log K", r.Below, r.Between, r.Above)
	}
	within(t, "the loss as softplus of log-sum-exp", r.Identity, 0, 1e-14)
	if r.Rivals[0] < 1-1e-12 || r.Rivals[2] > float64(r.K-1) {
		t.Errorf("rivals %v", r.Rivals)
	}

	// A fit by other shuffles: within four deviations between seeds.
	var want map[string]struct{ Mean, Deviation float64 }
	readGolden(t, "margin", &want)
	as := func(name string, got float64) {
		t.Helper()
		within(t, name, got, want[name].Mean, 4*want[name].Deviation)
	}
	as("median_rivals", r.Rivals[1])
	as("right_share", r.RightShare)
	as("below", float64(r.Below.Examples))
	as("above", float64(r.Above.Examples))
	for i, at := range r.Temperatures {
		as(fmt.Sprint("t", at.T), at.Mean)
		if at.Bound != at.T*math.Log(10) || at.Most > at.Bound || at.Mean > at.Most || i > 0 && at.Mean >= r.Temperatures[i-1].Mean {
			t.Errorf("temperature %+v", at)
		}
	}
	shows(t, "margin", r, fmt.Sprintf("%.4f", r.Temperatures[2].Mean), percent1(r.RightShare), "2.303", fmt.Sprintf("%.2f", r.Rivals[1]))
}
