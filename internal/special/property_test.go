package special

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// finiteRows generates 1 to 30 finite logits of one scale, with ties now and then.
var finiteRows = rapid.Custom(func(t *rapid.T) []float64 {
	scale := rapid.SampledFrom([]float64{1e-3, 1, 30, 1000, 1e4}).Draw(t, "scale")
	z := rapid.SliceOfN(rapid.Float64Range(-scale, scale), 1, 30).Draw(t, "z")
	if rapid.Bool().Draw(t, "tie") {
		z[rapid.IntRange(0, len(z)-1).Draw(t, "to")] = z[rapid.IntRange(0, len(z)-1).Draw(t, "from")]
	}
	return z
})

func TestRowsVary(t *testing.T) {
	lengths, tops := map[int]bool{}, map[float64]bool{}
	ties, surely, narrow := 0, 0, 0
	for seed := range 200 {
		z := finiteRows.Example(seed)
		a := Argmax(z)
		lengths[len(z)], tops[z[a]] = true, true
		if len(z) > 1 && slices.Contains(z[a+1:], z[a]) {
			ties++
		}
		switch c := CrossEntropy(z, a); {
		case c < 1e-16:
			surely++
		case c > 0.1:
			narrow++
		}
	}
	if len(lengths) < 20 || len(tops) < 100 || ties < 5 || surely < 5 || narrow < 5 {
		t.Errorf("%d lengths, %d maxima, %d ties, %d sure rows, %d open rows", len(lengths), len(tops), ties, surely, narrow)
	}
}

func softmaxOf(z []float64) []float64 {
	p := make([]float64, len(z))
	Softmax(p, z)
	return p
}

func TestProbabilities(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		z := finiteRows.Draw(t, "z")
		p := softmaxOf(z)
		sum := newF()
		for _, x := range p {
			if !(x >= 0 && x <= 1) {
				t.Fatalf("probability %g", x)
			}
			sum.Add(sum, toF(x))
		}
		if e := ulpsBetween(1, sum, 0x1p-52); e > float64(len(z))/2 {
			t.Errorf("the sum is off by %g ulp, bound %d/2", e, len(z))
		}
		if a := Argmax(z); p[a] != slices.Max(p) {
			t.Errorf("argmax %d of the logits has not the largest probability in %v", a, p)
		}
	})
}

// Logits and shift are multiples of 2^-20, so that their sum is exact, and then
// every bit must be the same.
func TestShiftInvariance(t *testing.T) {
	grid := rapid.Custom(func(t *rapid.T) float64 {
		return float64(rapid.Int32().Draw(t, "steps")) * 0x1p-20
	})
	rapid.Check(t, func(t *rapid.T) {
		z := rapid.SliceOfN(grid, 1, 20).Draw(t, "z")
		c := grid.Draw(t, "shift")
		moved := slices.Clone(z)
		for k := range moved {
			moved[k] += c
		}
		if p, q := softmaxOf(z), softmaxOf(moved); !slices.Equal(p, q) {
			t.Errorf("softmax: %v, shifted %v", p, q)
		}
		for k := range z {
			if l, m := CrossEntropy(z, k), CrossEntropy(moved, k); l != m {
				t.Errorf("loss %d: %g, shifted %g", k, l, m)
			}
		}
		if d := math.Abs(LogSumExp(moved) - (LogSumExp(z) + c)); d > 0x1p-38 { // some ulps of 2^12
			t.Errorf("lse does not shift: off by %g", d)
		}
	})
}

// A permutation changes nothing but the order of one sum of K terms.
func TestPermutation(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		z := finiteRows.Draw(t, "z")
		order := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "order"), 0)).Perm(len(z))
		permuted := make([]float64, len(z))
		for i, k := range order {
			permuted[i] = z[k]
		}
		p, q := softmaxOf(z), softmaxOf(permuted)
		bound := 2 * float64(len(z))
		for i, k := range order {
			if e := ulpsBetween(q[i], toF(p[k]), ulp(toF(p[k]))); e > bound {
				t.Errorf("probability %d: %g, permuted %g", k, p[k], q[i])
			}
			want := toF(CrossEntropy(z, k))
			if e := ulpsBetween(CrossEntropy(permuted, i), want, ulp(want)); e > bound+8 {
				t.Errorf("loss %d: %.3g ulp apart after permutation", k, e)
			}
		}
	})
}

// A higher logit makes its own class no less and the others no more probable, and
// its loss no higher, up to twice the error bound: up to 745 + K + some ulps.
func TestMonotone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		z := finiteRows.Draw(t, "z")
		j := rapid.IntRange(0, len(z)-1).Draw(t, "j")
		raised := slices.Clone(z)
		raised[j] += rapid.Float64Range(0, 100).Draw(t, "by")
		p, q := softmaxOf(z), softmaxOf(raised)
		slack := 1 + 0x1p-52*2*(800+float64(len(z)))
		for k := range z {
			low, high := p[k], q[k]
			if k != j {
				low, high = high, low
			}
			if low > high*slack+0x1p-1070 {
				t.Errorf("raising logit %d moves probability %d from %g to %g", j, k, p[k], q[k])
			}
		}
		if before, after := CrossEntropy(z, j), CrossEntropy(raised, j); after > before*slack+0x1p-1060 {
			t.Errorf("raising the label's logit raises the loss from %g to %g", before, after)
		}
	})
}

// Functions that are the same by definition agree in every bit.
func TestIdentities(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		z := finiteRows.Draw(t, "z")
		p, inPlace := softmaxOf(z), slices.Clone(z)
		if Softmax(inPlace, inPlace); !slices.Equal(p, inPlace) {
			t.Errorf("softmax in place: %v, want %v", inPlace, p)
		}
		l := make([]float64, len(z))
		LogSoftmax(l, z)
		copy(inPlace, z)
		if LogSoftmax(inPlace, inPlace); !slices.Equal(l, inPlace) {
			t.Errorf("log-softmax in place: %v, want %v", inPlace, l)
		}
		for k := range z {
			oneHot := make([]float64, len(z))
			oneHot[k] = 1
			if c, d := CrossEntropy(z, k), CrossEntropyDist(z, oneHot); l[k] != -c || d != c {
				t.Errorf("class %d: log-softmax %g, loss %g, one-hot loss %g", k, l[k], c, d)
			}
		}
		x, pair := z[0], []float64{0, z[0]}
		for _, c := range []struct {
			name      string
			got, want float64
		}{
			{"Sigmoid", Sigmoid(x), softmaxOf(pair)[1]},
			{"Softplus", Softplus(x), LogSumExp(pair)},
			{"BinaryCrossEntropy(1)", BinaryCrossEntropy(x, 1), CrossEntropy(pair, 1)},
			{"BinaryCrossEntropy(0)", BinaryCrossEntropy(x, 0), CrossEntropy(pair, 0)},
		} {
			if c.got != c.want {
				t.Errorf("%s(%g) = %g, of the pair %g", c.name, x, c.got, c.want)
			}
		}
	})
}

// Gibbs: the cross-entropy of q is least, and equal to its entropy, at logits log q.
func TestGibbs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		z := finiteRows.Draw(t, "z")
		q := softmaxOf(finiteRows.Filter(func(y []float64) bool { return len(y) >= len(z) }).Draw(t, "target")[:len(z)])
		logs := make([]float64, len(q))
		for k, x := range q {
			logs[k] = math.Log(x)
		}
		h, tolerance := Entropy(q), 1e-13
		if c := CrossEntropyDist(logs, q); math.Abs(c-h) > tolerance {
			t.Errorf("cross-entropy at log q = %g, entropy %g", c, h)
		}
		if c := CrossEntropyDist(z, q); c < h-tolerance {
			t.Errorf("cross-entropy %g below entropy %g", c, h)
		}
	})
}
