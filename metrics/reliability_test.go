package metrics

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

func TestReliabilityBins(t *testing.T) {
	// Two classes in 10 bins: edges belong below, the first bin has 0 too.
	truth := []int32{0, 0, 1, -1, 1, 1, 0}
	p := []float64{.6, .4, .6, .4, .7, .3, .7, .3, 0, 1, nan, 1, .5, .5}
	w := []float64{1, 3, 1, 1, 2, 9, 0}
	bins := Reliability(truth, p, 2, 10, w)
	for m, want := range map[int]Bin{
		5: {.5, .6, 4, .6, 1}, 6: {.6, .7, 2, .7, 0}, 9: {.9, 1, 2, 1, 1},
		0: {0, .1, 0, nan, nan}, 4: {.4, .5, 0, nan, nan},
	} {
		if got := bins[m]; fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("bin %d: %v, want %v", m, got, want)
		}
	}
	near(t, "ECE", ExpectedCalibrationError(bins), (4*.4+2*.7)/8)
	if got := ClassReliability(truth, p, 2, 0, 10, w)[0]; fmt.Sprint(got) != fmt.Sprint(Bin{0, .1, 2, 0, 0}) {
		t.Errorf("first bin of class 0: %v", got)
	}
	if v := ExpectedCalibrationError(Reliability(nil, nil, 2, 15, nil)); v == v {
		t.Errorf("ECE of no examples = %v", v)
	}
}

// Every edge and its neighbours are in the bin that Low and High say, for any
// number of bins; a probability that rounding pushed out of [0, 1] is in an end.
func TestEveryConfidenceHasItsBin(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for n := 1; n <= 60; n++ {
		for m := range n + 1 {
			for _, v := range []float64{float64(m) / float64(n), float64(m) * (1 / float64(n)), r.Float64()} {
				p := newReliability(n)
				p.add(v, true, 1)
				for i, b := range p.bins() {
					inside := v > b.Low && v <= b.High || i == 0 && v == 0 || i == n-1 && v > 1
					if inside != (b.Weight == 1) {
						t.Fatalf("%d bins: %v in %v: weight %v", n, v, b, b.Weight)
					}
				}
			}
		}
	}
}

// Labels drawn from the probabilities themselves are calibrated.
func TestCalibratedModelHasNoCalibrationError(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	p := randomProblem(r, 200_000, 4)
	q := make([]float64, len(p.logits))
	Softmax(q, p.logits, 4)
	for i := range p.truth {
		at := r.Float64()
		p.truth[i] = 0
		for at >= q[i*4+int(p.truth[i])] && p.truth[i] < 3 {
			at -= q[i*4+int(p.truth[i])]
			p.truth[i]++
		}
	}
	if v := ExpectedCalibrationError(Reliability(p.truth, q, 4, 15, nil)); v > 0.005 {
		t.Errorf("ECE of a calibrated model = %v", v)
	}
	// Its logits are at their best temperature, and twice them at twice that.
	fit, err := FitTemperature(p.truth, p.logits, 4, nil)
	if err != nil || fit.T < 0.98 || fit.T > 1.02 {
		t.Errorf("temperature of a calibrated model %v, error %v", fit.T, err)
	}
}

func TestBrier(t *testing.T) {
	near(t, "Brier", Brier([]int32{0, 1, -1, 1}, []float64{1, 0, 1, 0, 1, 0, nan, 0}, 2, []float64{3, 1, 1, 1}), 2./4)
	if v := Brier(nil, nil, 2, nil); v == v {
		t.Errorf("Brier of no examples = %v", v)
	}
}
