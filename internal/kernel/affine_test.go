package kernel

import (
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"example.com/softmax/internal/special"
)

// newAffine is a map of d features to k classes with NaNs around its numbers; an
// odd one has NaNs and infinities among them too.
func newAffine(rng *rand.Rand, d, k int, odd bool) *Affine {
	a := &Affine{
		Base: randomVector(rng, k, 1, odd && rng.IntN(2) == 0), Shift: randomVector(rng, d, 2, odd && rng.IntN(2) == 0),
		Scale: randomVector(rng, d, 3, odd && rng.IntN(2) == 0), U: randomVector(rng, d*k, rng.IntN(8), odd && rng.IntN(2) == 0),
	}
	if rng.IntN(2) == 0 {
		a.Temperature = 1.7
	}
	return a
}

// logits is what Affine says, written out.
func (a *Affine) logits(x []float64) []float64 {
	z := slices.Clone(a.Base)
	for j, v := range x {
		v = (v - a.Shift[j]) * a.Scale[j]
		for q := range z {
			z[q] = math.FMA(v, a.U[j*len(z)+q], z[q])
		}
	}
	if a.Temperature != 0 {
		for q := range z {
			z[q] /= a.Temperature
		}
	}
	return z
}

// Rows of any number and type have the logits and probabilities of each by
// itself, to the bit, whatever is in them.
func TestAffineRows(t *testing.T) {
	atLevels(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(1, 2))
		widths := []int{1, 2, 3, 4, 5, 7, 15, 16, 17, 31, 33, 127, 128, 129, 255, 260}
		for n := range 70 {
			for _, k := range []int{1 + n%30, 10, 1 + rng.IntN(40)} {
				d := widths[rng.IntN(len(widths))]
				a, odd := newAffine(rng, d, k, rng.IntN(2) == 0), rng.IntN(2) == 0
				x := randomVector(rng, n*d, rng.IntN(8), false)
				for i := range x {
					if odd && rng.IntN(2*d) == 0 { // in some rows
						x[i] = oddities[rng.IntN(len(oddities))]
					}
				}
				testAffineRows(t, a, x)
				testAffineRows(t, a, narrow(x, rng.IntN(16)))
				bytes := guarded(n*d, rng.IntN(64), uint8(255))
				for i := range bytes {
					bytes[i] = uint8(rng.IntN(256))
				}
				testAffineRows(t, a, bytes)
			}
		}
	})
}

func testAffineRows[T number](t *testing.T, a *Affine, x []T) {
	t.Helper()
	d, k := len(a.Shift), len(a.Base)
	n := len(x) / d
	z, p, classes := guarded(n*k, 1, math.NaN()), guarded(n*k, 3, math.NaN()), guarded(n, 1, int32(-7))
	Logits(a, z, x)
	Probabilities(a, p, classes, x)
	row, prob := make([]float64, d), make([]float64, k)
	for i := range n {
		for j, v := range x[i*d:][:d] {
			row[j] = float64(v)
		}
		want := a.logits(row)
		special.Softmax(prob, want)
		class := special.Argmax(want)
		for _, v := range want {
			if v-v != 0 {
				class, prob = -1, slices.Repeat([]float64{math.NaN()}, k)
			}
		}
		for q := range want {
			if !sameBits(z[i*k+q], want[q]) {
				t.Fatalf("%d x %d x %d of %T: logit %d of row %d is %g, want %g", n, d, k, x[0], q, i, z[i*k+q], want[q])
			}
			if !sameBits(p[i*k+q], prob[q]) {
				t.Fatalf("%d x %d x %d of %T: probability %d of row %d is %g, want %g; logits %g", n, d, k, x[0], q, i, p[i*k+q], prob[q], want)
			}
		}
		if int(classes[i]) != class {
			t.Fatalf("%d x %d x %d of %T: class of row %d is %d, want %d", n, d, k, x[0], i, classes[i], class)
		}
	}
	if after := z[:n*k+1][n*k]; !math.IsNaN(after) {
		t.Fatalf("%d x %d x %d: wrote behind the logits", n, d, k)
	}
	if after := p[:n*k+1][n*k]; !math.IsNaN(after) || classes[:n+1][n] != -7 {
		t.Fatalf("%d x %d x %d: wrote behind the probabilities or classes", n, d, k)
	}
}

// A row by itself, dense and sparse features of it, has the same logits.
func TestAffine(t *testing.T) {
	atLevels(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(3, 4))
		for range 300 {
			d, k, odd := 1+rng.IntN(600), 1+rng.IntN(40), rng.IntN(2) == 0
			a, x := newAffine(rng, d, k, odd), randomVector(rng, d, 1, odd)
			dense := rng.IntN(d + 1)
			clear(a.Shift[dense:])
			var index []int32
			var values []float64
			for j := dense; j < d; j++ {
				if rng.IntN(2) == 0 {
					index, values = append(index, int32(j-dense)), append(values, x[j])
				} else if !odd { // 0 times infinity is not 0
					x[j] = 0
				}
			}
			want := a.logits(x)
			ways := map[string]func(z []float64){
				"dense":          func(z []float64) { a.Dense(z, x) },
				"all are sparse": func(z []float64) { a.Dense(z, x[:dense]); a.Sparse(z, dense, nil, x[dense:]) },
			}
			if !odd {
				ways["sparse"] = func(z []float64) { a.Dense(z, x[:dense]); a.Sparse(z, dense, index, values) }
			}
			for way, add := range ways {
				z := guarded(k, 1, math.NaN())
				copy(z, a.Base)
				add(z)
				a.Temper(z)
				for q := range z {
					if !sameBits(z[q], want[q]) {
						t.Fatalf("%s, %d + %d features, %d classes: logit %d is %g, want %g", way, dense, d-dense, k, q, z[q], want[q])
					}
				}
				if after := z[:k+1][k]; !math.IsNaN(after) {
					t.Fatalf("%s: wrote behind %d logits", way, k)
				}
			}
		}
	})
	a := newAffine(rand.New(rand.NewPCG(5, 6)), 784, 10, false)
	x, z := make([]float64, 784), make([]float64, 10)
	if n := testing.AllocsPerRun(10, func() { a.Dense(z, x[:700]); a.Sparse(z, 700, nil, x[700:]) }); n != 0 {
		t.Errorf("%g allocations", n)
	}
}

// Logits are within (d + 3) u of the sum of their terms' sizes: a feature is
// rounded twice, and every sum once.
func TestAffineAccuracy(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	for range 50 {
		d, k := 1+rng.IntN(300), 3
		a, x := newAffine(rng, d, k, false), randomVector(rng, d, 0, false)
		a.Temperature = 0
		z := make([]float64, k)
		Logits(a, z, x)
		for q := range z {
			exact, size := new(big.Float).SetPrec(300).SetFloat64(a.Base[q]), math.Abs(a.Base[q])
			for j, v := range x {
				term := new(big.Float).SetPrec(300).Sub(big.NewFloat(v), big.NewFloat(a.Shift[j]))
				term.Mul(term, big.NewFloat(a.Scale[j])).Mul(term, big.NewFloat(a.U[j*k+q]))
				exact.Add(exact, term)
				size += math.Abs((v - a.Shift[j]) * a.Scale[j] * a.U[j*k+q])
			}
			off, _ := exact.Sub(exact, big.NewFloat(z[q])).Float64()
			if bound := float64(d+3) * u * size; !(math.Abs(off) <= bound) {
				t.Fatalf("%d features: off by %g, more than %g", d, off, bound)
			}
		}
	}
}

// Logits of any size give the probabilities of special.Softmax.
func TestSoftmaxOfRows(t *testing.T) {
	atLevels(t, func(t *testing.T) {
		for k := 1; k <= 40; k++ {
			rng := rand.New(rand.NewPCG(9, uint64(k)))
			for _, size := range []float64{0, 5e-324, 1e-310, 1e-8, 1, 30, 400, 800, 1e4, 1e300, 1e308} {
				a := &Affine{Base: randomVector(rng, k, 1, false), Shift: []float64{0}, Scale: []float64{1}, U: make([]float64, k)}
				for q := range a.Base {
					a.Base[q] *= size
					a.U[q] = rng.NormFloat64() * size * float64(q%3)
				}
				testAffineRows(t, a, randomVector(rng, 37, 0, false))
			}
		}
	})
}
