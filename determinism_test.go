package softmax

import (
	"math"
	"math/rand/v2"
	"runtime"
	"testing"
)

// TestThreads: the same file and the same report, bit for bit, for any number
// of threads, in every solver and with every preconditioner.
func TestThreads(t *testing.T) {
	// On a machine of few cores too, goroutines then interleave.
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(5))
	for _, c := range []struct {
		name string
		recipe
		Config
		storage
	}{
		{"newton", recipe{n: 6000, d: 8, k: 4, weights: true}, Config{C: 1, Solver: Newton}, columns},
		{"lbfgs, full Hessian", recipe{n: 9000, d: 9, k: 12}, Config{C: 1, Solver: LBFGS, Tol: 1e-6}, block64},
		{"lbfgs, Gram matrix", recipe{n: 6000, d: 60, k: 10, bytes: true, weights: true}, Config{C: 1, Solver: LBFGS, MaxIterations: 40}, pixels},
		{"lbfgs, Gram diagonal, wide", recipe{n: 130, d: 3400, k: 10, bytes: true}, Config{C: 1, Solver: LBFGS, MaxIterations: 5}, block8},
		{"lbfgs, short passes", recipe{n: 1000, d: 30, k: 7}, Config{C: 1, Tol: 1e-6}, block64},
		{"sgd", recipe{n: 5000, d: 20, k: 5, weights: true}, Config{C: 1, Solver: SGDSolver, SGD: SGD{Epochs: 2, Batch: 700}}, block32},
		{"no penalty", recipe{n: 6000, d: 3, k: 3}, Config{L2: NoPenalty}, columns},
	} {
		t.Run(c.name, func(t *testing.T) {
			ds := c.recipe.problem(rand.New(rand.NewPCG(6, 6))).dataset(t, c.storage)
			for _, level := range Kernels() {
				var first *Model
				var want *Report
				for _, threads := range []int{1, 2, 5} {
					cfg := c.Config
					cfg.Threads, cfg.Kernel = threads, level
					m, r := mustFit(t, ds, cfg)
					if r.Threads != threads || r.Iterations < 2 {
						t.Errorf("%s: %d threads, want %d; %d iterations", level, r.Threads, threads, r.Iterations)
					}
					if first == nil {
						first, want = m, r
						continue
					}
					sameBytes(t, first, m)
					if !sameHistory(want.History, r.History) || r.TrainAccuracy != want.TrainAccuracy {
						t.Errorf("%s: %d threads have another history", level, threads)
					}
				}
			}
		})
	}
}

// TestLevels: whatever the level of the kernels, a fit ends within its
// tolerance of the same optimum, and at the optimum predicts the same classes.
func TestLevels(t *testing.T) {
	for _, c := range []struct {
		recipe
		storage
	}{{recipe{n: 1500, d: 40, k: 10, bytes: true}, pixels}, {recipe{n: 1500, d: 40, k: 10, weights: true}, block64}} {
		ds := c.recipe.problem(newRand(26)).dataset(t, c.storage)
		_, best := mustFit(t, ds, Config{L2: 1e-3, Tol: 1e-8, Kernel: "generic"})
		for _, level := range Kernels() {
			_, r := mustFit(t, ds, Config{L2: 1e-3, Tol: 1e-4, Kernel: level})
			if r.Kernel != level || r.Stop != Converged || !(r.Objective-best.Objective <= r.GapBound+1e-7*best.Objective) || r.Objective < best.Objective*(1-1e-7) {
				t.Errorf("%s: %s, objective %v, gap bound %v, optimum %v", r.Kernel, r.Stop, r.Objective, r.GapBound, best.Objective)
			}
			tight, _ := mustFit(t, ds, Config{L2: 1e-3, Tol: 1e-8, Kernel: level})
			b, err := tight.Bind(ds)
			if err != nil {
				t.Fatal(err)
			}
			score, err := b.Score()
			if err != nil {
				t.Fatal(err)
			}
			if math.Abs(score.Accuracy-best.TrainAccuracy) > 1e-9 {
				t.Errorf("%s: accuracy %v at the optimum, %v at generic's", level, score.Accuracy, best.TrainAccuracy)
			}
		}
	}
}

// sameHistory compares all but the time.
func sameHistory(a, b []Iteration) bool {
	same := func(x, y float64) bool { return math.Float64bits(x) == math.Float64bits(y) }
	if len(a) != len(b) {
		return false
	}
	for i, x := range a {
		y := b[i]
		if x.Iteration != y.Iteration || x.Passes != y.Passes || !same(x.Objective, y.Objective) || !same(x.GapBound, y.GapBound) ||
			!same(x.GapEstimate, y.GapEstimate) || !same(x.GradientNorm, y.GradientNorm) || !same(x.EpochLoss, y.EpochLoss) || !same(x.TrainAccuracy, y.TrainAccuracy) {
			return false
		}
	}
	return true
}

// TestSeed: descent depends on its seed, and on nothing else.
func TestSeed(t *testing.T) {
	ds := recipe{n: 200, d: 5, k: 3}.problem(rand.New(rand.NewPCG(7, 7))).dataset(t, block64)
	fit := func(seed uint64) *Model {
		m, _ := mustFit(t, ds, Config{C: 1, Solver: SGDSolver, SGD: SGD{Batch: 16}, Seed: seed})
		return m
	}
	a, b, other := fit(1), fit(1), fit(2)
	sameBytes(t, a, b)
	if a.w[0] == other.w[0] {
		t.Error("two seeds give the same weights")
	}
}
