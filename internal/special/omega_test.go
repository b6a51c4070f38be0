package special

import (
	"math"
	"testing"
)

// TestWrightOmega: w + log w = x wherever the search begins, and the values at
// which omega is elementary.
func TestWrightOmega(t *testing.T) {
	for x, want := range map[float64]float64{1: 1, 1 + math.E: math.E, math.Exp(-3) - 3: math.Exp(-3), 1e6 + math.Log(1e6): 1e6} {
		if w := WrightOmega(x, 0); math.Abs(w-want) > 4e-16*want*(1+math.Abs(x)/(1+w)) {
			t.Errorf("omega(%v) = %v, want %v", x, w, want)
		}
	}
	for x := -700.0; x < 1e9; x += 0.37 + math.Abs(x)/50 {
		for _, off := range []float64{0, 1e-300, 0.5, 0.7, 1, 1.3, 2, 1e3, 1e300} {
			w := WrightOmega(x, off*WrightOmega(x, 0))
			// An error of the residual moves w by w / (1 + w) times as much.
			if r := x - w - math.Log(w); !(math.Abs(r) <= 1e-15*(1+math.Abs(x)+w)) {
				t.Errorf("x = %v from %v times omega: w = %v leaves %v", x, off, w, r)
			}
		}
	}
}
