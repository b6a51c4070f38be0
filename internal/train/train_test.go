package train

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"example.com/softmax/internal/kernel"
	"example.com/softmax/internal/linalg"
	"example.com/softmax/internal/matrix"
	"example.com/softmax/internal/objective"
	"example.com/softmax/internal/optimize"
)

// random is a problem of n rows, d features and k classes.
func random(n, d, k int) Problem {
	r := rand.New(rand.NewPCG(uint64(n), uint64(d*k)))
	x := &matrix.Matrix{V: kernel.Rows{D: d}, Shift: make([]float64, d), Scale: slices.Repeat([]float64{1}, d)}
	labels, shares := make([]int32, n), make([]float64, k)
	for i := range labels {
		labels[i] = int32(i % k)
		shares[i%k] += 1 / float64(n)
		for j := range d {
			v := r.NormFloat64()
			if j%k == i%k {
				v++
			}
			x.V.F32 = append(x.V.F32, float32(v))
		}
	}
	return Problem{Problem: objective.Problem{X: x, Loss: objective.CrossEntropy{Labels: labels}, K: k, Penalty: objective.Penalty{Lambda: 0.01}}, Shares: shares}
}

// TestChoose: each shape has its solver.
func TestChoose(t *testing.T) {
	for _, c := range []struct {
		d, k           int
		wanted, solver string
		reason         string
		sparse         bool
	}{
		{3, 3, "", SolverNewton, "full Hessian", false},
		{15, 4, "", SolverNewton, "full Hessian", true},
		{16, 4, "", SolverLBFGS, "sample of the rows", true},
		{784, 10, "", SolverLBFGS, "sample of the rows", true},
		{gramMost + 1, 2, "", SolverLBFGS, "diagonal", false},
		{gramMost + 1, 2, "", SolverNewtonCG, "conjugate gradients", true},
		{gramMost + 1, probabilitiesMost/8 + 1, "", SolverLBFGS, "diagonal", true},
		{3, 3, SolverSGD, SolverSGD, "asked for", false},
		{784, 10, SolverNewton, SolverNewton, "asked for", false},
	} {
		p := Problem{Problem: objective.Problem{X: &matrix.Matrix{V: kernel.Rows{D: c.d}, Scale: make([]float64, c.d)}, K: c.k}}
		if c.sparse {
			p.X.S = &kernel.Sparse{D: c.d, Starts: make([]int, 9)}
		}
		if solver, reason := choose(p, Options{Solver: c.wanted}); solver != c.solver || !strings.Contains(reason, c.reason) {
			t.Errorf("d=%d, K=%d, wanted %q: %s, %q", c.d, c.k, c.wanted, solver, reason)
		}
	}
}

// TestPreconditioners: each is a symmetric positive definite operator, with
// the same bits for any number of threads, and near the Hessian: L-BFGS with
// it needs few iterations.
func TestPreconditioners(t *testing.T) {
	for _, c := range []struct {
		name    string
		p       Problem
		refresh int // times
	}{
		{"Gram matrix", random(300, 20, 5), 0},
		{"Hessian", random(300, 9, 4), 1},
		{"Hessian of some directions", random(300, 60, 40), 1},
		{"Hessian of a sample", random(300, 20, 40), 1},
		{"twice", random(300, 60, 40), 2},
		{"many classes", random(300, 3, eigenMost+1), 1},
		{"diagonal", random(30, gramMost+1, 3), 0},
		{"diagonal and curvature", random(30, gramMost+1, 3), 1},
		{"constant feature", constant(random(300, 9, 4)), 1},
		{"many features of all rows", random(300, 40, 4), 1},
		{"sigmoids", sigmoids(random(300, 20, 5)), 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(1, 1))
			o := objective.New(context.Background(), c.p.Problem, 2)
			theta, g, h := make([]float64, o.Dim()), make([]float64, o.Dim()), make([]float64, o.Dim())
			for i := range theta {
				theta[i], g[i], h[i] = r.NormFloat64()/10, r.NormFloat64(), r.NormFloat64()
			}
			var first []float64
			for _, threads := range []int{1, 4} {
				m, err := newTwoLevel(o, c.p.Shares, threads)
				if err != nil {
					t.Fatal(err)
				}
				for range c.refresh {
					if _, err := m.Refresh(m.next, theta); err != nil {
						t.Fatal(err)
					}
				}
				mg, mh := make([]float64, o.Dim()), make([]float64, o.Dim())
				m.Apply(mg, g)
				m.Apply(mh, h)
				gh, hg := linalg.Dot(g, mh), linalg.Dot(h, mg)
				size := math.Sqrt(linalg.Dot(g, mg) * linalg.Dot(h, mh))
				if !(linalg.Dot(g, mg) > 0) || !(linalg.Dot(h, mh) > 0) || !(math.Abs(gh-hg) <= 1e-6*size) {
					t.Errorf("g'M^-1 g = %v, h'M^-1 h = %v, g'M^-1 h = %v, h'M^-1 g = %v", linalg.Dot(g, mg), linalg.Dot(h, mh), gh, hg)
				}
				m.Apply(h, h) // in place, as LBFGS does
				if !slices.Equal(h, mh) {
					t.Error("in place it gives something else")
				}
				for i := range h {
					h[i] = r.NormFloat64()
				}
				if first == nil {
					first = mg
				} else if !slices.Equal(first, mg) {
					t.Error("other bits on more threads")
				}
			}
			res, err := Run(context.Background(), c.p, Options{Solver: SolverLBFGS, Tol: 1e-6, Threads: 2, MaxIter: 60})
			if err != nil || res.Stop != Converged {
				t.Errorf("%v, %v after %d iterations", err, res.Stop, res.Iterations)
			}
		})
	}
}

// rareFeatures is a problem of which most features are those of a few rows in a
// thousand, never of one class.
func rareFeatures() Problem {
	const d, k, rare = 30, 5, 20
	p := random(6000, d, k)
	r := rand.New(rand.NewPCG(3, 3))
	labels := p.Loss.(objective.CrossEntropy).Labels
	for j := range rare {
		for i := range p.X.N() {
			v := &p.X.V.F32[i*d+j]
			if *v = 0; r.IntN(400) == 0 && r.IntN(k) != int(labels[i]) {
				*v = 20 // as of a standardised indicator
			}
		}
	}
	return p
}

// TestRareFeatures: they are learned from all rows in as few iterations as the
// rest, and with the same bits for any number of threads.
func TestRareFeatures(t *testing.T) {
	p := rareFeatures()
	p.Lambda = 1 / float64(p.X.N())
	if solver, reason := choose(p, Options{Level: kernel.Best()}); solver != SolverLBFGS || kernel.Best() != kernel.Generic && !strings.Contains(reason, "all rows") {
		t.Fatalf("%s, %s", solver, reason)
	}
	var first []float64
	for _, threads := range []int{1, 3} {
		res, err := Run(context.Background(), p, Options{Tol: 1e-8, Threads: threads, Level: kernel.Best()})
		if err != nil || res.Stop != Converged || kernel.Best() != kernel.Generic && res.Iterations > 30 {
			t.Fatalf("%v, %s after %d iterations", err, res.Stop, res.Iterations)
		}
		if first == nil {
			first = res.Theta
		}
		if !slices.Equal(first, res.Theta) {
			t.Errorf("other bits with %d threads", threads)
		}
	}
}

// sigmoids makes the classes of p labels of their own.
func sigmoids(p Problem) Problem {
	y := make([]float64, p.X.N()*p.K)
	for i, label := range p.Loss.(objective.CrossEntropy).Labels {
		y[i*p.K+int(label)] = 1
	}
	p.Loss = objective.Sigmoids{Y: y}
	return p
}

// constant makes feature 2 of p constant.
func constant(p Problem) Problem {
	p.X.Scale[2] = 0
	return p
}

// TestStops: why a fit ends, and that the monitor saw all of it.
func TestStops(t *testing.T) {
	p := random(200, 4, 3)
	free := p
	free.Lambda = 0
	separable := random(12, 20, 3)
	separable.Lambda = 0
	overflowing := sparseProblem(50, 200, 3, 2)
	overflowing.X.S.Values = slices.Repeat([]float64{1}, len(overflowing.X.S.Index))
	overflowing.X.S.Values[7] = 1e200 // the square of a norm is infinite
	weighted := separable
	weighted.Weights = slices.Repeat([]float64{0, 1}, 6) // the first weight is 0
	for _, c := range []struct {
		name string
		p    Problem
		opt  Options
		stop string
	}{
		{"tolerance", p, Options{Tol: 1e-6}, Converged},
		{"out of reach", p, Options{Tol: 1e-300}, Precision},
		{"out of reach, L-BFGS", p, Options{Solver: SolverLBFGS, Tol: 1e-300}, Precision},
		{"estimate", free, Options{Tol: 1e-6}, Estimated},
		{"limit", p, Options{Tol: 1e-6, MaxIter: 1}, IterationLimit},
		{"time", p, Options{Tol: 1e-6, MaxTime: 1}, TimeLimit},
		{"limit of the ascent", sparseProblem(500, 2000, 4, 10), Options{Solver: SolverNewtonCG, Tol: 1e-6, MaxIter: 1}, IterationLimit},
		{"time of the ascent", sparseProblem(500, 2000, 4, 10), Options{Solver: SolverNewtonCG, Tol: 1e-6, MaxTime: 1}, TimeLimit},
		{"ascent of overflowing rows", overflowing, Options{Solver: SolverNewtonCG, MaxIter: 2}, IterationLimit},
		{"separable", separable, Options{Tol: 1e-6}, Separated},
		{"separable, L-BFGS", separable, Options{Solver: SolverLBFGS, Tol: 1e-6}, Separated},
		{"separable, weighted", weighted, Options{Tol: 1e-6, MaxIter: 500}, Separated},
		{"epochs", p, Options{Solver: SolverSGD, Descent: optimize.Descent{Rate: 0.1, Batch: 50, Epochs: 3}}, Epochs},
	} {
		t.Run(c.name, func(t *testing.T) {
			var seen []Iterate
			epochs := 0
			c.opt.Threads = 1
			c.opt.OnIterate = func(it Iterate) { seen = append(seen, it) }
			c.opt.OnEpoch = func(epoch int, loss float64, theta []float64) {
				if epochs++; epoch != epochs || !(loss > 0) {
					t.Errorf("epoch %d of %d, loss %v", epoch, epochs, loss)
				}
			}
			res, err := Run(context.Background(), c.p, c.opt)
			if err != nil || res.Stop != c.stop {
				t.Fatalf("%v, stopped as %q, want %q", err, res.Stop, c.stop)
			}
			last := seen[len(seen)-1]
			if last.Iteration != res.Iterations || res.Final.Iteration != res.Iterations || last.Passes > res.Final.Passes {
				t.Errorf("last seen %+v, final %+v", last, res.Final)
			}
			if (c.p.Lambda == 0) != math.IsNaN(res.Final.GapBound) || (c.p.Lambda == 0) != (res.GapReason != "") {
				t.Errorf("gap %v, %q", res.Final.GapBound, res.GapReason)
			}
		})
	}
}

func TestRunErrors(t *testing.T) {
	if _, err := Run(context.Background(), random(10, 2, 2), Options{Solver: "magic"}); err == nil {
		t.Error("an unknown solver is no error")
	}
	res, err := Run(context.Background(), random(100, 2, 2), Options{Solver: SolverSGD, Descent: optimize.Descent{Rate: 1e308, Batch: 10, Epochs: 2}})
	if !errors.Is(err, ErrDiverged) || res != nil {
		t.Errorf("%v", err)
	}
}

// TestNoCurvature: where every row is settled, or logits overflow, there is no
// curvature to take, and the preconditioner stays as it was.
func TestNoCurvature(t *testing.T) {
	p := random(30, 3, 3)
	o := objective.New(context.Background(), p.Problem, 1)
	for _, size := range []float64{1e5, 1e308} {
		m, err := newTwoLevel(o, p.Shares, 1)
		if err != nil {
			t.Fatal(err)
		}
		theta, g, before, after := make([]float64, o.Dim()), make([]float64, o.Dim()), make([]float64, o.Dim()), make([]float64, o.Dim())
		for i := range theta {
			theta[i], g[i] = size*float64(i%3), float64(i)
		}
		m.Apply(before, g)
		if _, err := m.Refresh(m.next, theta); err != nil {
			t.Fatal(err)
		}
		m.Apply(after, g)
		if !slices.Equal(before, after) {
			t.Errorf("parameters of %g: %v became %v", size, before, after)
		}
	}
}

// TestStandsStill: where L-BFGS stands still, Newton-CG takes over.
func TestStandsStill(t *testing.T) {
	p := random(200, 5, 3)
	for _, solver := range []string{SolverLBFGS, SolverNewtonCG} {
		r := &run{p: p, opt: Options{Threads: 1}}
		r.res.Solver = solver
		r.obj = objective.New(context.Background(), p.Problem, 1)
		if rescue := r.rescue(); (rescue != nil) != (solver == SolverLBFGS) {
			t.Errorf("%s: %v", solver, rescue != nil)
		}
		if r.rescue() != nil {
			t.Errorf("%s: twice", solver)
		}
	}
	res, err := Run(context.Background(), p, Options{Solver: SolverLBFGS, Tol: 1e-300})
	if err != nil || res.Stop != Precision || !strings.Contains(res.SolverReason, "Newton-CG") {
		t.Errorf("%v, %v, %q", err, res.Stop, res.SolverReason)
	}
}
