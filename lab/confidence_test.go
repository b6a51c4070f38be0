package lab

import (
	"math"
	"slices"
	"testing"
)

func TestConfidence(t *testing.T) {
	r, err := run(t.Context(), runConfidence, sixth(t))
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
	// What scikit-learn finds: testdata/confidence.py. The fit here is proved to
	// a thousandth of the objective only.
	var want struct {
		MedianLargest float64 `json:"median_largest"`
		MedianMargin  float64 `json:"median_margin"`
		Sure, Unsure  float64
		SureLow       float64 `json:"sure_low"`
		UnsureHigh    float64 `json:"unsure_high"`
		Overlap       float64
	}
	readGolden(t, "confidence", &want)
	count := func(is func(p float64) bool) (share float64) {
		for _, p := range r.Test.Probability {
			if is(p) {
				share += 1 / float64(len(r.Test.Probability))
			}
		}
		return share
	}
	for _, c := range []struct {
		what              string
		got, want, within float64
	}{
		{"median output", median(r.Test.Largest), want.MedianLargest, 0.05},
		{"median margin", median(r.Test.Margin), want.MedianMargin, 0.05},
		{"sure", count(func(p float64) bool { return p > 0.99 }), want.Sure, 0.01},
		{"unsure", count(func(p float64) bool { return p < 0.5 }), want.Unsure, 0.01},
		{"least output of the sure", r.Test.SureLow, want.SureLow, 0.2},
		{"largest output of the unsure", r.Test.UnsureHigh, want.UnsureHigh, 0.2},
		{"overlap", r.Test.Overlap, want.Overlap, 0.04},
	} {
		if !near(c.got, c.want, c.within) {
			t.Errorf("%s: %v, scikit-learn %v", c.what, c.got, c.want)
		}
	}
	shows(t, "confidence", r, "0.9999", "0.3557", "1000")
}

// median of an even number of values.
func median(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	return (v[(len(v)-1)/2] + v[len(v)/2]) / 2
}
