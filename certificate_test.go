package softmax

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"example.com/softmax/dataset"
	"example.com/softmax/preprocess"
)

// rounding is the relative difference of two float64 evaluations of an
// objective that is allowed.
const rounding = 1e-13

// randomRecipe draws a problem whose Hessian the reference can afford.
func randomRecipe(r *rand.Rand, seen tally) recipe {
	c := recipe{k: []int{2, 2, 3, 3, 5, 10, 30}[r.IntN(7)], bytes: r.IntN(2) == 0, weights: r.IntN(2) == 0, imbalanced: r.IntN(3) == 0, separable: r.IntN(4) == 0}
	c.d = 1 + r.IntN(max(1, min(8, 90/c.k-1)))
	c.n = c.k + r.IntN(60)
	for what, is := range map[string]bool{"bytes": c.bytes, "floats": !c.bytes, "weights": c.weights, "imbalanced": c.imbalanced, "separable": c.separable} {
		if is {
			seen[what]++
		}
	}
	seen[fmt.Sprint("K=", c.k)]++
	return c
}

func randomConfig(r *rand.Rand, seen tally) Config {
	cfg := Config{
		L2:         []float64{0, 1, 1e-2, 1e-4, 1e-6}[r.IntN(5)],
		Preprocess: preprocess.Options{Standardize: []preprocess.Standardize{preprocess.StandardizeAuto, preprocess.StandardizeOn, preprocess.StandardizeOff}[r.IntN(3)]},
	}
	if cfg.L2 == 0 {
		cfg.C = 1
	}
	if r.IntN(2) == 0 {
		cfg.Kernel = Kernels()[r.IntN(len(Kernels()))]
	}
	cfg.Kernel = Kernels()[r.IntN(len(Kernels()))]
	seen[fmt.Sprint("L2=", cfg.L2)]++
	seen[cfg.Kernel]++
	seen[fmt.Sprintf("standardize=%q", cfg.Preprocess.Standardize)]++
	return cfg
}

// TestCertificate: whatever the problem, the solver and the tolerance, the
// bound of every iterate holds against the true optimum, a fit that says it
// has converged has, and no probabilities are further from the optimum's than
// the report says.
func TestCertificate(t *testing.T) {
	problems := 200
	if testing.Short() || raceEnabled {
		problems = 30
	}
	seen := tally{}
	for seed := range problems {
		r := rand.New(rand.NewPCG(uint64(seed), 1))
		c, cfg := randomRecipe(r, seen), randomConfig(r, seen)
		t.Run(fmt.Sprintf("%d", seed), func(t *testing.T) {
			p := c.problem(r)
			s := columns
			if c.bytes {
				s = []storage{block8, bytes8, pixels}[r.IntN(3)]
			}
			ds := p.dataset(t, s)
			ref := p.reference(t, ds, cfg)
			best, f := ref.solve(t)
			for _, solver := range []Solver{Newton, LBFGS} {
				for _, tol := range []float64{1e-1, 1e-4, 1e-9, 1e-16} {
					cfg := cfg
					cfg.Solver, cfg.Tol = solver, tol
					m, rep := mustFit(t, ds, cfg)
					checkReport(t, ref, m, rep, best, f)
					seen[string(rep.Stop)]++
					if rep.Stop != Converged && !(rep.Stop == Precision && tol < 1e-8) {
						t.Errorf("%s at %g: stopped as %s", solver, tol, rep.Stop)
					}
					if rep.Stop == Converged && !(rep.GapBound <= tol*rep.Objective) {
						t.Errorf("%s at %g: converged with a gap of %g at %g", solver, tol, rep.GapBound, rep.Objective)
					}
					if t.Failed() {
						t.Fatalf("%+v, %+v", c, cfg)
					}
				}
			}
		})
	}
	if problems == 200 {
		seen.atLeast(t, 15, Kernels()...)
		seen.atLeast(t, 15, "K=2", "K=3", "K=5", "K=10", "K=30", "bytes", "floats", "weights", "imbalanced", "separable", "L2=0", "L2=1e-06",
			`standardize=""`, `standardize="on"`, `standardize="off"`, string(Converged), string(Precision))
	}
	t.Log(seen)
}

// TestCertificateSGD: the same of stochastic descent, whose intercepts are not
// at their optimum.
func TestCertificateSGD(t *testing.T) {
	seen := tally{}
	for seed := range 40 {
		r := rand.New(rand.NewPCG(uint64(seed), 2))
		c, cfg := randomRecipe(r, seen), randomConfig(r, seen)
		p := c.problem(r)
		cfg.Solver, cfg.Seed = SGDSolver, uint64(seed)
		cfg.SGD = SGD{Epochs: 1 + r.IntN(5), Batch: 1 + r.IntN(20), LearningRate: []float64{0.003, 0.03, 0.3}[r.IntN(3)]}
		cfg.Preprocess.Standardize = preprocess.StandardizeOn // else it may rightly diverge
		if cfg.L2*cfg.SGD.LearningRate > 0.1 {
			cfg.L2, cfg.C = 0, 1
		}
		ds := p.dataset(t, columns)
		ref := p.reference(t, ds, cfg)
		best, f := ref.solve(t)
		m, rep := mustFit(t, ds, cfg)
		checkReport(t, ref, m, rep, best, f)
		if rep.Stop != Epochs || rep.Iterations != cfg.SGD.Epochs || len(rep.History) != cfg.SGD.Epochs {
			t.Errorf("%s after %d epochs", rep.Stop, rep.Iterations)
		}
		if rep.GapBound < 0.99*rep.Objective {
			seen["proved"]++
		}
		if t.Failed() {
			t.Fatalf("seed %d: %+v, %+v", seed, c, cfg)
		}
	}
	seen.atLeast(t, 10, "proved")
}

// TestCertificateTargets: the same of distributions, counts, several classes at
// once, and smoothed labels.
func TestCertificateTargets(t *testing.T) {
	for seed := range 84 {
		r := rand.New(rand.NewPCG(uint64(seed), 9))
		c, cfg := randomRecipe(r, tally{}), randomConfig(r, tally{})
		p := c.problem(r)
		ds := p.dataset(t, block64)
		ref := p.reference(t, ds, cfg)
		kind := []string{"smoothed", "distributions", "counts", "several", "several, softmax", "smoothed sigmoids", "small shares"}[seed%7]
		t.Run(fmt.Sprintf("%d/%s", seed, kind), func(t *testing.T) {
			for i, y := range ref.y {
				switch kind {
				case "distributions":
					var sum float64
					for q := range y {
						y[q] = y[q] + r.ExpFloat64()/float64(p.k)
						sum += y[q]
					}
					for q := range y {
						y[q] /= sum
					}
				case "counts":
					for q := range y {
						y[q] = y[q]*3 + float64(r.IntN(3))
					}
				case "small shares":
					for q := range y {
						y[q] = 1e-3 * float64(r.IntN(3))
					}
					y[i%p.k] = 2e-3
				case "several", "several, softmax", "smoothed sigmoids":
					for q := range y {
						if r.IntN(4) == 0 {
							y[q] = 1
						}
					}
					if i < 2 { // no class is everywhere or nowhere
						for q := range y {
							y[q] = float64(i)
						}
					}
				}
			}
			switch kind {
			case "several, softmax", "small shares":
				cfg.Loss = CrossEntropy
			case "smoothed sigmoids":
				cfg.Loss, cfg.LabelSmoothing = Sigmoids, 0.1
			case "smoothed":
				cfg.LabelSmoothing = 0.2
			}
			if kind != "smoothed" {
				ds.Label, ds.Targets = nil, &dataset.Targets{Classes: ds.Label.Classes, Values: slices.Concat(ref.y...)}
			}
			ref.sigmoid = kind == "several" || kind == "smoothed sigmoids"
			even := 1 / float64(p.k)
			if ref.sigmoid {
				even = 0.5
			}
			for i, y := range ref.y {
				mass := 1.0
				if !ref.sigmoid {
					mass = ref.mass(i)
				}
				for q := range y {
					y[q] = (1-cfg.LabelSmoothing)*y[q] + cfg.LabelSmoothing*mass*even
				}
			}
			best, f := ref.solve(t)
			for _, solver := range []Solver{Newton, LBFGS} {
				for _, tol := range []float64{1e-1, 1e-5, 1e-16} {
					cfg.Solver, cfg.Tol = solver, tol
					m, rep := mustFit(t, ds, cfg)
					checkReport(t, ref, m, rep, best, f)
					if rep.Stop != Converged && !(rep.Stop == Precision && tol < 1e-8) {
						t.Errorf("%s at %g: stopped as %s", solver, tol, rep.Stop)
					}
					if t.Failed() {
						t.Fatalf("%+v, %+v", c, cfg)
					}
				}
			}
		})
	}
}

// checkReport holds a report to the reference and its optimum.
func checkReport(t *testing.T, ref *reference, m *Model, rep *Report, best []float64, f float64) {
	t.Helper()
	theta := m.theta()
	near := func(what string, got, want, size float64) {
		t.Helper()
		if !(math.Abs(got-want) <= rounding*size) {
			t.Errorf("%s: %.17g, want %.17g: off by %.3g of %g", what, got, want, math.Abs(got-want)/size, size)
		}
	}
	objective := ref.value(theta)
	near("objective", rep.Objective, objective, objective)
	near("loss", rep.Loss, ref.loss(theta), objective)
	near("log-likelihood", rep.LogLikelihood, -ref.loss(theta)*ref.sum(), objective*ref.sum())
	if !(rep.GapBound >= 0) || rep.GapBound > rep.Objective {
		t.Errorf("gap bound %v of %v", rep.GapBound, rep.Objective)
	}
	if gap := objective - f; !(gap <= rep.GapBound+rounding*objective) {
		t.Errorf("gap %g is above its bound %g", gap, rep.GapBound)
	}
	within, floor := rounding, 0.0
	if rep.Kernel != "generic" { // Iteration.Objective says so
		within, floor = 1e-6, 1
	}
	for _, it := range rep.History {
		if math.IsNaN(it.Objective) {
			continue // an epoch of SGD
		}
		if gap := it.Objective - f; !(gap <= it.GapBound+within*max(it.Objective, floor)) || gap < -within*max(f, floor) {
			t.Errorf("iteration %d: gap %g, bound %g, objective %g", it.Iteration, gap, it.GapBound, it.Objective)
		}
	}
	if gap, within, ok := ref.fenchel(theta); ok && rep.LossFunction == CrossEntropy && oneClass(ref) && !(rep.GapBound <= gap+within) {
		t.Errorf("gap bound %g is above the Fenchel gap %g of the final point by more than %g", rep.GapBound, gap, within)
	}
	var distance, right, counted float64
	for i := range ref.x {
		_, p, _ := ref.row(theta, i)
		_, q, _ := ref.row(best, i)
		var moved float64
		top, every := 0, true
		for k := range p {
			moved += math.Abs(p[k]-q[k]) / 2
			if p[k] > p[top] {
				top = k
			}
			every = every && (p[k] > 0.5) == (ref.y[i][k] > 0.5)
		}
		if ref.sigmoid {
			moved = 0
			for k := range p {
				moved = max(moved, math.Abs(p[k]-q[k]))
			}
		}
		w := ref.weight(i)
		if !ref.sigmoid { // an example counts as often as its targets sum to
			w *= ref.mass(i)
		}
		counted += w
		distance += w * moved
		if ref.sigmoid && every || !ref.sigmoid && ref.y[i][top] == slices.Max(ref.y[i]) {
			right += w
		}
	}
	if distance /= counted; !(distance <= rep.ProbabilityBound()+1e-8) {
		t.Errorf("probabilities are %g from the optimum's, bound %g", distance, rep.ProbabilityBound())
	}
	near("accuracy", rep.TrainAccuracy, right/counted, 1)
	if !ref.sigmoid {
		checkGauge(t, m)
	}
}

// oneClass reports whether every row has one class.
func oneClass(ref *reference) bool {
	for _, y := range ref.y {
		if slices.Max(y) != 1 {
			return false
		}
	}
	return true
}

// checkGauge: the intercepts sum to 0, and so does every feature's row of W.
func checkGauge(t *testing.T, m *Model) {
	t.Helper()
	k := len(m.classes)
	for j := range m.design.D() + 1 {
		row := m.theta()[j*k:][:k]
		var sum, size float64
		for _, v := range row {
			sum, size = sum+v, size+math.Abs(v)
		}
		if math.Abs(sum) > 1e-15*float64(k)*size {
			t.Errorf("row %d of %d of the parameters sums to %g: %v", j, m.design.D(), sum, row)
		}
	}
}
