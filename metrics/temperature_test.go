package metrics

import (
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// better is a problem whose true classes have higher logits than chance.
func better(r *rand.Rand, n, K int) problem {
	p := randomProblem(r, n, K)
	for i, y := range p.truth {
		if y >= 0 {
			p.row(i)[y] += 2
		}
	}
	return p
}

// A factor on the logits is one on the temperature; classes renamed, a constant
// added to a row, a row twice change nothing.
func TestTemperatureProperties(t *testing.T) {
	r := rand.New(rand.NewPCG(17, 18))
	for _, K := range []int{2, 3, 20} {
		p := better(r, 400, K)
		want, err := FitTemperature(p.truth, p.logits, K, p.w)
		if err != nil {
			t.Fatal(err)
		}
		if want.LogLoss >= want.Before {
			t.Errorf("K %d: log-loss %v, before %v", K, want.LogLoss, want.Before)
		}
		// No neighbour is better.
		for _, by := range []float64{0.999, 1.001} {
			if l := LogLoss(p.truth, times(p.logits, by/want.T), K, p.w); l <= want.LogLoss {
				t.Errorf("K %d: log-loss %v at %v T, %v at T", K, l, by, want.LogLoss)
			}
		}
		near(t, "LogLoss", LogLoss(p.truth, times(p.logits, 1/want.T), K, p.w), want.LogLoss)
		for _, by := range []float64{0x1p-60, 0.125, 4, 0x1p60, 0x1p500} {
			got, err := FitTemperature(p.truth, times(p.logits, by), K, p.w)
			if err != nil {
				t.Fatalf("logits times %v: %v", by, err)
			}
			near(t, "T of scaled logits", got.T/by, want.T)
			near(t, "log-loss of scaled logits", got.LogLoss, want.LogLoss)
		}
		shifted := times(p.logits, 1)
		for i := range shifted {
			shifted[i] += 64 * float64(i/K%5)
		}
		got, err := FitTemperature(p.truth, shifted, K, p.w)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "T of shifted logits", got.T, want.T)
	}
}

func times(x []float64, by float64) []float64 {
	y := make([]float64, len(x))
	for i := range x {
		y[i] = x[i] * by
	}
	return y
}

func TestTemperatureAtTheEdges(t *testing.T) {
	for _, c := range []struct {
		name   string
		truth  []int32
		logits []float64
		want   float64
		err    string
	}{
		// One wrong in four, all at distance 1: sigmoid(1/T) = 3/4.
		{"two classes", []int32{0, 0, 0, 1}, []float64{1, 0, 1, 0, 1, 0, 1, 0}, 1 / math.Log(3), ""},
		{"NaN and unknown", []int32{0, 0, 0, 1, 0, -1}, []float64{1, 0, 1, 0, 1, 0, 1, 0, nan, 0, 9, 0}, 1 / math.Log(3), ""},
		{"impossible class", []int32{0, 0, 0, 1}, []float64{1, 0, 1, 0, 1, 0, 1, 0}, 1 / math.Log(3), ""},
		{"flat", []int32{0, 1}, []float64{1, 1, 2, 2}, 1, ""},
		{"none", []int32{-1}, []float64{1, 0}, 0, "no example"},
		{"all right", []int32{0, 1}, []float64{1, 0, 0, 1}, 0, "every example is predicted right"},
		{"right and flat", []int32{0, 1}, []float64{1, 0, 1, 1}, 0, "every example is predicted right"},
		{"chance", []int32{0, 1}, []float64{1, 0, 1, 0}, 0, "no better than chance"},
		{"wrong", []int32{1}, []float64{1, 0}, 0, "no better than chance"},
		{"infinite loss", []int32{0, 1}, []float64{1, 0, 1, -inf}, 0, "row 2"},
		{"infinite logit", []int32{0}, []float64{inf, 0}, 0, "row 1"},
	} {
		K := 2
		if c.name == "impossible class" {
			var o []float64
			for i := range c.truth {
				o = append(o, c.logits[2*i], c.logits[2*i+1], -inf)
			}
			c.logits, K = o, 3
		}
		got, err := FitTemperature(c.truth, c.logits, K, nil)
		if c.err == "" {
			if err != nil {
				t.Errorf("%s: %v", c.name, err)
			}
			near(t, c.name, got.T, c.want)
		} else if !errors.Is(err, ErrNoTemperature) || !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: error %v, want one of %q", c.name, err, c.err)
		}
	}
}
