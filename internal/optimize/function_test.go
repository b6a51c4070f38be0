package optimize

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// A function is a Hessian made of three closures.
type function struct {
	n       int
	value   func(x, g []float64) float64
	hessian func(x, h []float64)
	fail    int // evaluation that fails, from 1; 0 for none
	evals   int
	at      []float64 // Curve's
}

var errData = errors.New("the data failed")

func (f *function) Dim() int { return f.n }

func (f *function) ValueGrad(x, g []float64) (float64, error) {
	if f.evals++; f.evals == f.fail {
		return 0, errData
	}
	return f.value(x, g), nil
}

func (f *function) Hessian(x, h []float64) error {
	if f.evals++; f.evals == f.fail {
		return errData
	}
	f.hessian(x, h)
	return nil
}

func (f *function) Curve(x []float64) error {
	f.at = slices.Clone(x)
	if f.evals++; f.evals == f.fail {
		return errData
	}
	return nil
}

// Diagonal and HessianProduct take the identity as the bound.
func (f *function) Diagonal(d []float64, damping float64) error {
	h := make([]float64, f.n*f.n)
	f.hessian(f.at, h)
	for i := range d {
		d[i] = max(h[i*f.n+i], 1e-3) + damping
	}
	return nil
}

func (f *function) HessianProduct(hv, v []float64, damping float64) error {
	h := make([]float64, f.n*f.n)
	f.hessian(f.at, h)
	for i := range hv {
		hv[i] = damping * v[i]
		for j := range v {
			hv[i] += h[max(i, j)*f.n+min(i, j)] * v[j]
		}
	}
	return nil
}

// rosenbrock is the sum of 100 (y - x^2)^2 + (1 - x)^2 over pairs: a curved
// valley with its minimum of 0 at 1.
func rosenbrock(n int) *function {
	return &function{
		n: n,
		value: func(x, g []float64) (f float64) {
			for i := 0; i < n; i += 2 {
				a, b := x[i], x[i+1]
				v := b - a*a
				f += 100*v*v + (1-a)*(1-a)
				g[i], g[i+1] = -400*a*v-2*(1-a), 200*v
			}
			return f
		},
		hessian: func(x, h []float64) {
			clear(h)
			for i := 0; i < n; i += 2 {
				h[i*n+i] = 1200*x[i]*x[i] - 400*x[i+1] + 2
				h[(i+1)*n+i], h[(i+1)*n+i+1] = -400*x[i], 200
			}
		},
	}
}

// quadratic is 1 + (x-1)' D (x-1) / 2 in a rotated basis, with D from 1 down to
// 1/condition.
func quadratic(n int, condition float64) *function {
	r := rand.New(rand.NewPCG(uint64(n), 7))
	v := make([]float64, n) // the rotation is the reflection at v
	var vv float64
	for i := range v {
		v[i] = r.NormFloat64()
		vv += v[i] * v[i]
	}
	reflect := func(x []float64) {
		var vx float64
		for i := range x {
			vx += v[i] * x[i]
		}
		for i := range x {
			x[i] -= 2 * vx / vv * v[i]
		}
	}
	D := func(i int) float64 { return math.Pow(condition, -float64(i)/float64(max(1, n-1))) }
	return &function{
		n: n,
		value: func(x, g []float64) float64 {
			for i := range g {
				g[i] = x[i] - 1
			}
			reflect(g)
			f := 1.0
			for i := range g {
				f += D(i) * g[i] * g[i] / 2
				g[i] *= D(i)
			}
			reflect(g)
			return f
		},
		hessian: func(x, h []float64) {
			e := make([]float64, n)
			for j := range n {
				clear(e)
				e[j] = 1
				reflect(e)
				for i := range e {
					e[i] *= D(i)
				}
				reflect(e)
				for i := j; i < n; i++ {
					h[i*n+j] = e[i]
				}
			}
		},
	}
}

// walled makes f v beyond radius around 0, with a gradient to match.
func walled(f *function, radius, v float64) *function {
	inner := f.value
	f.value = func(x, g []float64) float64 {
		var s float64
		for _, xi := range x {
			s += xi * xi
		}
		if s <= radius*radius {
			return inner(x, g)
		}
		for i := range g {
			g[i] = math.NaN()
		}
		return v
	}
	return f
}

// until stops when the gradient is small, or after most iterations.
func until(t *testing.T, small float64, most int) Monitor {
	return func(s *State) bool {
		var g float64
		for _, v := range s.Grad {
			g = max(g, math.Abs(v))
		}
		if s.Iteration >= most {
			t.Errorf("gradient %g after %d iterations", g, s.Iteration)
			return true
		}
		return g <= small
	}
}

func nearOnes(t *testing.T, x []float64, within float64) {
	t.Helper()
	for i, v := range x {
		if !(math.Abs(v-1) <= within) {
			t.Fatalf("x[%d] = %v, want 1 within %g", i, v, within)
		}
	}
}
