package optimize

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestCollinear: columns that are nearly the same are no harder than others,
// damped or not: the optimality conditions hold after 200 sweeps.
func TestCollinear(t *testing.T) {
	const n, m, sweeps = 200, 40, 200
	for _, damping := range []float64{0, 0.5} {
		r := rand.New(rand.NewPCG(1, 2))
		x := make([]float64, n*m)
		for i := range n {
			for a := range m {
				if x[i*m+a] = r.NormFloat64(); a%4 != 0 {
					x[i*m+a] = x[i*m+a-a%4] + 0.01*x[i*m+a]
				}
			}
		}
		y := make([]float64, n)
		for i := range y {
			y[i] = r.NormFloat64()
		}
		h := make([]float32, m*m)
		c := Composite{X: make([]float64, m), Grad: make([]float64, m), L1: make([]float64, m), Damping: damping}
		for a := range m {
			for b := range m {
				var sum float64
				for i := range n {
					sum += x[i*m+a] * x[i*m+b] / n
				}
				h[a*m+b] = float32(sum)
			}
			for i, v := range y {
				c.Grad[a] -= x[i*m+a] * v / n
			}
			c.X[a], c.L1[a] = r.NormFloat64()/10, 0.01
		}
		c.L1[3] = 0
		c.H = NewMatrix(h, m)
		u := make([]float64, m)
		c.Minimise(u, 1e-12, sweeps)
		zeros := 0
		for a := range m {
			slope := c.Grad[a]
			for b := range m {
				v := float64(h[a*m+b])
				if a == b {
					v *= 1 + damping
				}
				slope += v * (u[b] - c.X[b])
			}
			excess := math.Abs(slope) - c.L1[a]
			if u[a] != 0 {
				excess = math.Abs(slope + math.Copysign(c.L1[a], u[a]))
			} else {
				zeros++
			}
			if excess > 1e-4 {
				t.Errorf("damping %v, coordinate %d at %v: %v beyond optimality", damping, a, u[a], excess)
			}
		}
		if zeros == 0 || zeros == m {
			t.Errorf("damping %v: %d of %d are 0", damping, zeros, m)
		}
	}
}
