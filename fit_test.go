package softmax

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/softmax/dataset/datasettest"
	"example.com/softmax/preprocess"
)

// TestMissingRows: rows that are left out are counted, and the rest is fitted
// as if alone.
func TestMissingRows(t *testing.T) {
	p := recipe{n: 50, d: 2, k: 2, weights: true}.problem(newRand(14))
	ds := p.dataset(t, columns)
	ds.Columns[0].Float64s[7] = math.NaN()
	ds.Label.Codes[9] = -1
	ds.Weights[11] = 0
	cfg := Config{C: 1, Preprocess: preprocess.Options{Missing: preprocess.MissingDrop}}
	m, r := mustFit(t, ds, cfg)
	var rest []int
	for i := range p.x {
		if i != 7 && i != 9 && i != 11 {
			rest = append(rest, i)
		}
	}
	alone, _ := mustFit(t, p.pick(rest).dataset(t, columns), cfg)
	sameBytes(t, m, alone)
	if r.Rows != 47 || r.Dropped != 2 || len(r.Warnings) != 1 || r.Warnings[0].Kind != "missing-values" {
		t.Errorf("%d rows, %d dropped, warnings %+v", r.Rows, r.Dropped, r.Warnings)
	}
}

// TestEnds: a fit that is ended early says why, and is a whole model.
func TestEnds(t *testing.T) {
	ds := recipe{n: 500, d: 5, k: 4}.problem(newRand(16)).dataset(t, block64)
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	for _, solver := range []Solver{"", Newton, LBFGS, SGDSolver} {
		m, r, err := Fit(cancelled, ds, Config{C: 1, Solver: solver})
		if !errors.Is(err, context.Canceled) || m == nil || r.Stop != Cancelled || math.IsNaN(r.Objective) || !math.IsNaN(r.GapEstimate) {
			t.Errorf("%s, cancelled before: %v, %+v", solver, err, r)
		}
		ctx, stop := context.WithCancel(context.Background())
		m, r, err = Fit(ctx, ds, Config{C: 1, Solver: solver, Tol: 1e-14, Progress: func(it Iteration) {
			if it.Iteration == 2 {
				stop()
			}
		}})
		if !errors.Is(err, context.Canceled) || m == nil || r.Stop != Cancelled || r.Iterations != 2 {
			t.Errorf("%s, cancelled in iteration 2: %v, %+v", solver, err, r)
		}
		if _, err := m.Fingerprint(); err != nil {
			t.Errorf("%s: a cancelled model cannot be saved: %v", solver, err)
		}
		_, r = mustFit(t, ds, Config{C: 1, Solver: solver, Tol: 1e-14, MaxTime: time.Nanosecond})
		if r.Stop != TimeLimit || r.Iterations > 1 {
			t.Errorf("%s, no time: %s after %d", solver, r.Stop, r.Iterations)
		}
		if solver == SGDSolver {
			continue
		}
		if _, r = mustFit(t, ds, Config{C: 1, Solver: solver, Tol: 1e-14, MaxIterations: 1}); r.Stop != IterationLimit || r.Iterations != 1 || len(r.History) != 2 {
			t.Errorf("%s, one iteration: %s after %d", solver, r.Stop, r.Iterations)
		}
		if _, r = mustFit(t, ds, Config{C: 1, Solver: solver, Tol: 1e-6, Stop: StopEstimate}); r.Stop != Estimated && r.Stop != Converged {
			t.Errorf("%s, by estimate: %s", solver, r.Stop)
		}
	}
	m, r, err := Fit(context.Background(), ds, Config{C: 1, Solver: SGDSolver, SGD: SGD{LearningRate: 1e30}})
	if !errors.Is(err, ErrDiverged) || m != nil || r != nil {
		t.Errorf("a learning rate of 1e30: %v", err)
	}
}

// TestNoPenalty: without one nothing is proved, classes that can be separated
// are noticed, and a column that depends on others is named and held.
func TestNoPenalty(t *testing.T) {
	for _, solver := range []Solver{Newton, LBFGS} {
		cfg := Config{L2: NoPenalty, Solver: solver, Tol: 1e-9}
		_, r := mustFit(t, recipe{n: 200, d: 2, k: 3}.problem(newRand(17)).dataset(t, columns), cfg)
		if r.Stop != Estimated || !math.IsNaN(r.GapBound) || !math.IsNaN(r.ProbabilityBound()) || r.GradientNorm > 1e-5 || r.Lambda != 0 ||
			!strings.Contains(r.Certificate(), "No bound") {
			t.Errorf("%s: %+v\n%s", solver, r, r.Certificate())
		}
		m, r := mustFit(t, recipe{n: 30, d: 4, k: 3, separable: true}.problem(newRand(18)).dataset(t, columns), cfg)
		if r.Stop != Separated || r.TrainAccuracy != 1 {
			t.Errorf("%s, separable: %s, accuracy %v", solver, r.Stop, r.TrainAccuracy)
		}
		if _, err := m.Fingerprint(); err != nil {
			t.Error(err)
		}
	}
	p := recipe{n: 100, d: 3, k: 2}.problem(newRand(19))
	for _, x := range p.x {
		x[2] = 3*x[0] - x[1] + 1
	}
	_, r := mustFit(t, p.dataset(t, columns), Config{L2: NoPenalty, Solver: Newton})
	at := slices.IndexFunc(r.Warnings, func(w Warning) bool { return w.Kind == "dependent" })
	if at < 0 || !slices.Equal(r.Warnings[at].Features, []string{"x02"}) {
		t.Errorf("warnings %+v", r.Warnings)
	}
}

// TestConcurrent: a model serves many goroutines at once, and fits of the same
// data do not disturb each other or the data.
func TestConcurrent(t *testing.T) {
	ds := mixed(t, 200)
	ds.Columns[1].Float64s[3] = math.NaN()
	before := mixed(t, 200)
	before.Columns[1].Float64s[3] = math.NaN()
	first, _ := mustFit(t, ds, Config{C: 1})
	bound, err := first.Bind(ds)
	if err != nil {
		t.Fatal(err)
	}
	want := bound.Predict(0, ds.Rows())
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			m, _, err := Fit(context.Background(), ds, Config{C: 1})
			if err != nil {
				t.Error(err)
				return
			}
			sameBytes(t, first, m)
			if got := bound.Predict(0, ds.Rows()); !slices.Equal(got.Codes, want.Codes) {
				t.Error("predictions differ")
			}
			if _, err := first.Encode(Row{"colour": "red", "size": 1, "label": 2, "taste": "sour", "block": []int{1, 2}}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if diff := datasettest.Diff(before, ds); diff != "" {
		t.Errorf("Fit changed its data: %s", diff)
	}
}

// TestUnproved: a fit that floating point ended says that its proof is missing,
// one that converged or was limited does not.
func TestUnproved(t *testing.T) {
	ds := recipe{n: 200, d: 3, k: 3}.problem(newRand(31)).dataset(t, columns)
	for _, c := range []struct {
		cfg      Config
		stop     Stop
		unproved bool
	}{
		{Config{C: 1, Tol: 1e-300}, Precision, true},
		{Config{C: 1, Tol: 1e-300, Solver: LBFGS}, Precision, true},
		{Config{C: 1}, Converged, false},
		{Config{C: 1, MaxIterations: 1}, IterationLimit, false},
	} {
		_, r := mustFit(t, ds, c.cfg)
		said := slices.ContainsFunc(r.Warnings, func(w Warning) bool {
			return w.Kind == "unproved" && strings.HasPrefix(w.Message, "The fit ended without its proof of --tol; ")
		})
		if r.Stop != c.stop || said != c.unproved {
			t.Errorf("%+v: %s, gap %v, %v", c.cfg, r.Stop, r.GapBound, r.Warnings)
		}
	}
}
