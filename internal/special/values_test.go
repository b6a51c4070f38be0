package special

import (
	"math"
	"slices"
	"testing"
)

// TestSpecialValues holds every row of one to four of these values to the table
// of docs/NUMERICS.md, and to the error bounds where all is finite or -Inf.
func TestSpecialValues(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	values := []float64{-inf, -1e4, -1, math.Copysign(0, -1), 5e-324, 1, 1e4, inf, nan}
	var rows [][]float64
	level := [][]float64{nil}
	for range 4 {
		var next [][]float64
		for _, z := range level {
			for _, x := range values {
				next = append(next, append(slices.Clone(z), x))
			}
		}
		rows = append(rows, next...)
		level = next
	}
	var m meter
	for _, z := range rows {
		count := func(is func(float64) bool) (n int) {
			for _, x := range z {
				if is(x) {
					n++
				}
			}
			return n
		}
		tops := count(func(x float64) bool { return x == inf })
		nans := count(math.IsNaN)
		empty := count(func(x float64) bool { return x == -inf }) == len(z)
		if nans+tops == 0 && !empty {
			if len(z) < 4 {
				checkRow(t, &m, z, make([]float64, len(z)))
			}
			continue
		}
		lse, argmax := inf, slices.Index(z, inf)
		switch {
		case nans > 0:
			lse, argmax = nan, -1
		case empty:
			lse, argmax = -inf, 0
		}
		if got := LogSumExp(z); !same(got, lse) {
			t.Errorf("LogSumExp(%v) = %g, want %g", z, got, lse)
		}
		if got := Argmax(z); got != argmax {
			t.Errorf("Argmax(%v) = %d, want %d", z, got, argmax)
		}
		p, l := make([]float64, len(z)), make([]float64, len(z))
		Softmax(p, z)
		LogSoftmax(l, z)
		for k := range z {
			share, loss := 0.0, inf
			switch {
			case nans > 0 || empty:
				share, loss = nan, nan
			case z[k] == inf:
				share, loss = 1/float64(tops), math.Log1p(float64(tops-1))
			}
			if !same(p[k], share) {
				t.Errorf("Softmax(%v)[%d] = %g, want %g", z, k, p[k], share)
			}
			if got := CrossEntropy(z, k); !same(got, loss) || !same(l[k], -loss) {
				t.Errorf("CrossEntropy(%v, %d), LogSoftmax = %g, %g, want %g and its negative", z, k, got, l[k], loss)
			}
			q := make([]float64, len(z))
			if got := CrossEntropyDist(z, q); got != 0 {
				t.Errorf("CrossEntropyDist(%v, 0) = %g, want 0", z, got)
			}
			q[k] = 0.5
			if got := CrossEntropyDist(z, q); !same(got, loss/2) {
				t.Errorf("CrossEntropyDist(%v, %v) = %g, want %g", z, q, got, loss/2)
			}
		}
	}
}

// same compares values: NaN is like NaN, -0 is like 0.
func same(x, y float64) bool { return x == y || math.IsNaN(x) && math.IsNaN(y) }

func TestValues(t *testing.T) {
	nan, inf, big := math.NaN(), math.Inf(1), math.MaxFloat64
	softmax := func(z ...float64) []float64 {
		Softmax(z, z)
		return z
	}
	for _, c := range []struct {
		name            string
		got, want, near float64
	}{
		{"softmax sees differences: 10 beside 0.1", softmax(0.1, 10, 0.1)[1], 0.9999, 5e-5},
		{"and not ratios: 0.1 beside 0.001", softmax(0.001, 0.1, 0.001)[1], 0.356, 5e-4},
		{"loss of p = 0.6", CrossEntropy([]float64{math.Log(0.2), math.Log(0.2), math.Log(0.6)}, 2), 0.5108, 5e-5},
		{"loss of p = 0.6, other rest", CrossEntropy([]float64{-inf, math.Log(0.4), math.Log(0.6)}, 2), 0.5108, 5e-5},

		{"largest logits", LogSumExp([]float64{big, big}), big, 0},
		{"widest gap", softmax(-big, big)[0], 0, 0},
		{"loss above MaxFloat64", CrossEntropy([]float64{-big, big}, 0), inf, 0},
		{"loss at the lower end", CrossEntropy([]float64{0, -745}, 0), 5e-324, 0},
		{"loss of 0", CrossEntropy([]float64{0, -746}, 0), 0, 0},
		{"label of -Inf", CrossEntropy([]float64{-inf, 0}, 0), inf, 0},
		{"other of -Inf", CrossEntropy([]float64{-inf, 0}, 1), 0, 0},
		{"weight on -Inf", CrossEntropyDist([]float64{-inf, 0}, []float64{1e-300, 1}), inf, 0},
		{"no weight on -Inf", CrossEntropyDist([]float64{-inf, 0, 0}, []float64{0, 1, 0}), math.Ln2, 0},
		{"a weight of NaN", CrossEntropyDist([]float64{1, 0}, []float64{nan, 1}), nan, 0},
		{"multi-hot", CrossEntropyDist([]float64{3, 3, 3, -inf}, []float64{1, 0, 1, 0}), 2 * math.Log(3), 1e-15},

		{"entropy, one-hot", Entropy([]float64{0, 1, 0}), 0, 0},
		{"entropy, uniform", Entropy([]float64{0.25, 0.25, 0.25, 0.25}), math.Log(4), 0},
		{"entropy, NaN", Entropy([]float64{nan, 1}), nan, 0},

		{"first of ties", float64(Argmax([]float64{1, 2, 2})), 1, 0},
		{"-0 ties with 0", float64(Argmax([]float64{math.Copysign(0, -1), 0})), 0, 0},
		{"NaN last", float64(Argmax([]float64{1, nan})), -1, 0},

		{"sigmoid at -Inf", Sigmoid(-inf), 0, 0},
		{"sigmoid at +Inf", Sigmoid(inf), 1, 0},
		{"sigmoid at NaN", Sigmoid(nan), nan, 0},
		{"softplus at -Inf", Softplus(-inf), 0, 0},
		{"softplus at +Inf", Softplus(inf), inf, 0},
		{"softplus at NaN", Softplus(nan), nan, 0},
		{"BCE, surely right", BinaryCrossEntropy(inf, 1), 0, 0},
		{"BCE, surely right at 0", BinaryCrossEntropy(-inf, 0), 0, 0},
		{"BCE, surely wrong", BinaryCrossEntropy(inf, 0), inf, 0},
		{"BCE, surely wrong at 1", BinaryCrossEntropy(-inf, 1), inf, 0},
		{"BCE, in doubt", BinaryCrossEntropy(inf, 0.5), inf, 0},
		{"BCE at 0", BinaryCrossEntropy(0, 0.3), math.Ln2, 0},
		{"BCE of NaN", BinaryCrossEntropy(nan, 0), nan, 0},
		{"BCE, target NaN", BinaryCrossEntropy(1, nan), nan, 0},
	} {
		if !same(c.got, c.want) && !(math.Abs(c.got-c.want) <= c.near) {
			t.Errorf("%s: %.17g, want %.17g", c.name, c.got, c.want)
		}
	}
}

func TestNothingAllocates(t *testing.T) {
	z, q, dst := []float64{1, 2, 3}, []float64{0, 0.5, 0.5}, make([]float64, 3)
	var sink float64
	if n := testing.AllocsPerRun(10, func() {
		Softmax(dst, z)
		LogSoftmax(dst, z)
		sink += LogSumExp(z) + CrossEntropy(z, 1) + CrossEntropyDist(z, q) + Entropy(q) +
			BinaryCrossEntropy(z[0], 1) + float64(Argmax(z))
	}); n != 0 {
		t.Errorf("%g allocations", n)
	}
}
