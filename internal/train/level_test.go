package train

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"example.com/softmax/internal/kernel"
	"example.com/softmax/internal/matrix"
	"example.com/softmax/internal/objective"
)

// images is a problem that L-BFGS solves, with labels that a linear model
// explains in part.
func images(bytes bool) Problem {
	const n, d, k = 4000, 120, 4 // passes are then worth threads
	rng := rand.New(rand.NewPCG(1, 2))
	x := &matrix.Matrix{V: kernel.Rows{D: d}, Shift: make([]float64, d), Scale: make([]float64, d)}
	p := Problem{Problem: objective.Problem{X: x, K: k, Penalty: objective.Penalty{Lambda: 1e-3}}, Shares: make([]float64, k)}
	v := make([]float32, n*d)
	for i := range v {
		v[i] = float32(rng.IntN(256) * rng.IntN(2))
	}
	labels := make([]int32, n)
	for i := range labels {
		best := math.Inf(-1)
		for q := range k {
			if z := float64(v[i*d+q])/100 + rng.NormFloat64(); z > best {
				labels[i], best = int32(q), z
			}
		}
		p.Shares[labels[i]] += 1.0 / n
	}
	for j := range d {
		p.X.Scale[j] = 1.0 / 255
	}
	p.Loss = objective.CrossEntropy{Labels: labels}
	if p.X.V.F32 = v; bytes {
		p.X.V.F32, p.X.V.U8 = nil, make([]uint8, n*d)
		for i, x := range v {
			p.X.V.U8[i] = uint8(x)
		}
	}
	return p
}

// Every level proves every tolerance, ends at the same optimum, and gives the
// same bits for any number of threads.
func TestLevels(t *testing.T) {
	reference, err := Run(context.Background(), images(true), Options{Tol: 1e-10, Threads: 2})
	if err != nil {
		t.Fatal(err)
	}
	best := reference.Final.Objective
	for _, bytes := range []bool{true, false} {
		for _, level := range kernel.Levels() {
			for _, tol := range []float64{1e-2, 1e-4, 1e-8} {
				name := fmt.Sprintf("bytes %v, level %v, tolerance %g", bytes, level, tol)
				var first *Result
				for _, threads := range []int{1, 2, 5} {
					r, err := Run(context.Background(), images(bytes), Options{Tol: tol, Threads: threads, Level: level})
					if err != nil {
						t.Fatal(err)
					}
					if first == nil {
						first = r
					}
					if r.Stop != Converged || r.Final.GapBound > tol*r.Final.Objective {
						t.Errorf("%s: %s, gap at most %g of %g", name, r.Stop, r.Final.GapBound, r.Final.Objective)
					}
					if gap := r.Final.Objective - best; gap > r.Final.GapBound+1e-10*best || gap < -1e-10*best {
						t.Errorf("%s: objective %.15g, optimum %.15g, gap at most %g", name, r.Final.Objective, best, r.Final.GapBound)
					}
					if r.Final.Objective != first.Final.Objective || r.Final.GapBound != first.Final.GapBound {
						t.Errorf("%s: %v with %d threads, %v with 1", name, r.Final, threads, first.Final)
					}
					for i := range r.Theta {
						if r.Theta[i] != first.Theta[i] {
							t.Fatalf("%s: parameter %d is %v with %d threads, %v with 1", name, i, r.Theta[i], threads, first.Theta[i])
						}
					}
				}
			}
		}
	}
}
