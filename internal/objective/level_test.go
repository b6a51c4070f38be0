package objective

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"example.com/softmax/internal/kernel"
	"example.com/softmax/internal/linalg"
	"example.com/softmax/internal/matrix"
)

// problem is a random objective with shifts, scales and weights.
func problem(n, d, k int, bytes bool, threads int) *Objective {
	rng := rand.New(rand.NewPCG(1, 2))
	x := &matrix.Matrix{V: kernel.Rows{D: d}, Shift: make([]float64, d), Scale: make([]float64, d)}
	for j := range d {
		x.Shift[j], x.Scale[j] = rng.NormFloat64(), rng.Float64()
	}
	if bytes {
		x.V.U8 = make([]uint8, n*d)
		for i := range x.V.U8 {
			x.V.U8[i] = uint8(rng.IntN(256))
		}
		for j := range x.Scale {
			x.Scale[j] /= 128
		}
	} else {
		x.V.F32 = make([]float32, n*d)
		for i := range x.V.F32 {
			x.V.F32[i] = float32(rng.NormFloat64())
		}
	}
	labels, weights := make([]int32, n), make([]float64, n)
	for i := range labels {
		labels[i], weights[i] = int32(rng.IntN(k)), rng.Float64()
	}
	return New(context.Background(), Problem{X: x, Loss: CrossEntropy{Labels: labels}, K: k, Weights: weights, Penalty: Penalty{Lambda: 1e-3}}, threads)
}

func point(o *Objective) []float64 {
	rng := rand.New(rand.NewPCG(3, 4))
	theta := make([]float64, o.Dim())
	for i := range theta {
		theta[i] = rng.NormFloat64() / 4
	}
	return theta
}

// Value and gradient have the same bits for any number of threads.
func TestLevelThreads(t *testing.T) {
	for _, level := range kernel.Levels() {
		for _, bytes := range []bool{true, false} {
			var f1 float64
			var g1 []float64
			for _, threads := range []int{1, 2, 3, 7} {
				o := problem(3000, 21, 4, bytes, threads)
				o.SetLevel(level)
				theta, grad := point(o), make([]float64, o.Dim())
				f, err := o.ValueGrad(theta, grad)
				if err != nil {
					t.Fatal(err)
				}
				if threads == 1 {
					f1, g1 = f, grad
					continue
				}
				if f != f1 {
					t.Errorf("%v, bytes %v: f is %v with %d threads, %v with 1", level, bytes, f, threads, f1)
				}
				for i := range grad {
					if grad[i] != g1[i] {
						t.Fatalf("%v, bytes %v: gradient %d is %v with %d threads, %v with 1", level, bytes, i, grad[i], threads, g1[i])
					}
				}
			}
		}
	}
}

// At the point to which a pass moves theta, float64 gives the same value and
// gradient, as far as the evidence says; and the lower bound holds.
func TestEvidence(t *testing.T) {
	for _, level := range kernel.Levels() {
		for _, bytes := range []bool{true, false} {
			o := problem(2000, 30, 5, bytes, 2)
			o.SetLevel(level)
			before := point(o)
			theta, grad := point(o), make([]float64, o.Dim())
			f, err := o.ValueGrad(theta, grad)
			if err != nil {
				t.Fatal(err)
			}
			for i := range theta {
				moved := math.Abs(theta[i] - before[i])
				if j := i / o.K; j < o.X.D() { // weights of the stored values have one unit for all
					moved *= o.X.Scale[j]
					if bytes {
						moved *= 128
					}
				}
				if moved > 3e-7 {
					t.Fatalf("%v, bytes %v: parameter %d moved from %g to %g", level, bytes, i, before[i], theta[i])
				}
			}
			e := o.gradientError()
			c, err := NewCertificate(o)
			if err != nil {
				t.Fatal(err)
			}
			c.Add(theta, grad, f)

			o.SetLevel(kernel.Generic)
			exact := make([]float64, o.Dim())
			want, err := o.ValueGrad(theta, exact)
			if err != nil {
				t.Fatal(err)
			}
			bound := 1e-13
			if math.IsInf(e, 1) {
				bound = 1e-5
			}
			if math.Abs(f-want) > bound*want {
				t.Errorf("%v, bytes %v: f is %.17g, float64 %.17g", level, bytes, f, want)
			}
			linalg.Axpy(grad, -1, exact)
			gW, _ := o.Split(grad)
			if norm := math.Sqrt(linalg.Dot(gW, gW)); norm > e+1e-13 {
				t.Errorf("%v, bytes %v: the gradient is off by %g, more than %g", level, bytes, norm, e)
			}
			reference, err := NewCertificate(o)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := o.ValueGrad(theta, exact); err != nil {
				t.Fatal(err)
			}
			reference.Add(theta, exact, want)
			if c.Lower() > reference.Lower()+1e-12 {
				t.Errorf("%v, bytes %v: lower bound %g, float64 proves %g", level, bytes, c.Lower(), reference.Lower())
			}
			if bytes && level == kernel.AVX512 && c.Lower() < reference.Lower()-1e-3*math.Abs(reference.Lower()) {
				t.Errorf("lower bound %g is far below %g", c.Lower(), reference.Lower())
			}
		}
	}
}
