package lab

import (
	"math"
	"testing"
)

func TestConfidence(t *testing.T) {
	r, err := runConfidence(t.Context(), sixth(t))
	if err != nil {
		t.Fatal(err)
	}
	// e^9.9 / (e^9.9 + 2), e^0.099 / (e^0.099 + 2), and the first again.
	for i, want := range map[int]float64{0: 0.99989966, 1: 0, 2: 0.35569, 3: 0.99989966} {
		if got := r.Rows[i].P[1]; !near(got, want, 1e-5) {
			t.Errorf("softmax%v: p_2 = %v, want %v", r.Rows[i].O, got, want)
		}
	}
	// The margin decides: of two classes it gives the probability, of more it
	// is an upper bound of its log-odds.
	for i, m := range r.Test.Margin {
		if p := r.Test.Probability[i]; m < 0 || p > 1/(1+math.Exp(-m))+1e-12 || p < 1/(1+9*math.Exp(-m))-1e-12 {
			t.Errorf("margin %v, probability %v", m, p)
		}
	}
	if r.Test.UnsureHigh < r.Test.SureLow {
		t.Errorf("the largest output tells the sure from the unsure: %v, %v", r.Test.SureLow, r.Test.UnsureHigh)
	}
	shows(t, r, "0.9999", "0.3557", "1000")
}
