package softmax

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/softmax/dataset"
	"example.com/softmax/internal/special"
)

// TestSelection: the default walks half-decades from 1 down and then tries the
// vertex of a parabola, takes the one of least held-out loss, and ends at the fit
// that a given lambda would make, with the same bits for any number of threads.
func TestSelection(t *testing.T) {
	ds := recipe{n: 400, d: 6, k: 3, weights: true}.problem(newRand(1)).dataset(t, columns)
	var seen []PathPoint
	m, r := mustFit(t, ds, Config{Threads: 1, Selecting: func(p PathPoint) { seen = append(seen, p) }})
	s := r.Selection
	if s == nil || s.Folds != 5 || s.Rows != r.Rows || len(s.Path) != len(seen) || r.SelectSeconds <= 0 {
		t.Fatalf("%+v", s)
	}
	grid := len(s.Path)
	if i := grid - 1; s.Path[i].Lambda > s.Path[i-1].Lambda {
		grid-- // the vertex
	}
	for i, p := range s.Path {
		if want := math.Pow(10, -float64(i)/2); i < grid && math.Abs(p.Lambda-want) > 1e-12*want || len(p.FoldLoss) != 5 {
			t.Errorf("point %d: %+v, want lambda %v", i, p, want)
		}
		if p.Loss < s.Chosen().Loss {
			t.Errorf("%+v was not chosen", p)
		}
	}
	if r.Lambda != s.Chosen().Lambda || !strings.HasPrefix(r.LambdaSource, "chosen by 5-fold") {
		t.Errorf("lambda %v (%s), chosen %v", r.Lambda, r.LambdaSource, s.Chosen())
	}
	if s.Best < grid && grid > s.Best+3 {
		t.Errorf("%d points were tried after the best", grid-s.Best-1)
	}
	given, _ := mustFit(t, ds, Config{L2: r.Lambda})
	if !slices.Equal(m.theta(), given.theta()) {
		t.Error("the fit at the chosen lambda is not the one at the same lambda given")
	}
	for _, solver := range []Solver{Newton, LBFGS} {
		for _, threads := range []int{2, 3, 8} {
			_, one := mustFit(t, ds, Config{Threads: 1, Solver: solver})
			_, other := mustFit(t, ds, Config{Threads: threads, Solver: solver})
			if fmt.Sprint(one.Selection) != fmt.Sprint(other.Selection) {
				t.Errorf("%s, %d threads: %v, want %v", solver, threads, other.Selection, one.Selection)
			}
		}
	}
}

// TestPast: a path ends after one point that is clearly worse, or two in a row
// that are no better; the vertex is that of the parabola through three points.
func TestPast(t *testing.T) {
	of := func(losses ...float64) *Selection {
		s := &Selection{}
		for i, loss := range losses {
			if s.Path = append(s.Path, PathPoint{Loss: loss}); loss < s.Chosen().Loss {
				s.Best = i
			}
		}
		return s
	}
	for _, c := range []struct {
		s    *Selection
		past bool
	}{
		{of(), false}, {of(1), false}, {of(1, 2), true}, {of(2, 1, 1.0005), false}, {of(2, 1, 1.0005, 1), true},
		{of(2, 1, 1.0005, 0.9), false}, {of(2, 1, 1.002), true},
	} {
		if c.s.past() != c.past {
			t.Errorf("%+v: past is %v", c.s, !c.past)
		}
	}
	parabola := func(x float64) float64 { return 3 + 2*(x-1.8)*(x-1.8) }
	at, gain := of(parabola(0), parabola(1), parabola(2), parabola(3)).vertex()
	if math.Abs(at-1.8) > 1e-12 || math.Abs(gain-2*0.2*0.2) > 1e-12 {
		t.Errorf("vertex at %v, %v below", at, gain)
	}
	for _, s := range []*Selection{of(1, 2), of(2, 1)} {
		if _, gain := s.vertex(); gain != 0 {
			t.Errorf("%+v: a vertex without a neighbour", s)
		}
	}
}

// TestChoosePenalty: a path of L1, of an elastic net and of Group begins where
// nothing is in, lets more in, and is as good as the L2 path where most features
// say nothing; the refit is that of the penalty given, and no bit depends on the
// number of threads.
func TestChoosePenalty(t *testing.T) {
	ds := recipe{n: 240, d: 12, k: 3, weights: true}.problem(newRand(5)).dataset(t, columns)
	for _, cfg := range []Config{{L1: ChoosePenalty}, {L1: ChoosePenalty, Mix: 0.5}, {Group: ChoosePenalty, Mix: 0.9}} {
		cfg.Threads = 1
		m, r := mustFit(t, ds, cfg)
		s := r.Selection
		if s == nil || s.Path[0].FeaturesUsed > 1 || s.Best == 0 || s.Chosen().NonZero <= s.Path[0].NonZero || s.Chosen().Mix != cfg.mix() {
			t.Fatalf("%+v: %+v", cfg, s)
		}
		most := s.Path[0].Lambda
		at := cfg.WithPenalty(PathPoint{Lambda: 1.0001 * most, Mix: cfg.mix()})
		if _, r := mustFit(t, ds, at); r.NonZero != 0 {
			t.Errorf("%+v: %d coefficients are not 0 above the largest penalty", cfg, r.NonZero)
		}
		at = cfg.WithPenalty(PathPoint{Lambda: 0.99 * most, Mix: cfg.mix()})
		at.Tol = 1e-8
		if _, r := mustFit(t, ds, at); r.NonZero == 0 {
			t.Errorf("%+v: nothing is in below the largest penalty", cfg)
		}
		if c := s.Chosen(); r.L1+r.Group != c.Mix*c.Lambda || r.Lambda != (1-c.Mix)*c.Lambda || r.Stop != Converged || !strings.HasPrefix(r.LambdaSource, "chosen by 5-fold") {
			t.Errorf("%+v: %v, %v, %v (%s) of %+v", cfg, r.L1, r.Group, r.Lambda, r.LambdaSource, c)
		}
		given, _ := mustFit(t, ds, cfg.WithPenalty(s.Chosen()))
		if !slices.Equal(m.theta(), given.theta()) {
			t.Errorf("%+v: the fit is not that of the same penalty given", cfg)
		}
		for _, threads := range []int{2, 3} {
			cfg.Threads = threads
			if _, other := mustFit(t, ds, cfg); fmt.Sprint(other.Selection) != fmt.Sprint(s) {
				t.Errorf("%+v: other scores with %d threads", cfg, threads)
			}
		}
	}
}

// TestPathGoesOn: after a context that ended the next point is fitted with
// another, from where the path was.
func TestPathGoesOn(t *testing.T) {
	ds := recipe{n: 150, d: 10, k: 3}.problem(newRand(7)).dataset(t, columns)
	for _, cfg := range []Config{{}, {L1: ChoosePenalty}} {
		cfg.Tol = 1e-8
		var loss [2]float64
		for q := range loss {
			cv, err := CrossValidate(ds, cfg, ds.Folds(3, 0, nil), nil)
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(context.Background())
			if _, err := cv.At(ctx, 0.1); err != nil {
				t.Fatal(err)
			}
			if cancel(); q == 0 {
				if _, err := cv.At(ctx, 0.01); !errors.Is(err, context.Canceled) {
					t.Errorf("%+v: %v", cfg, err)
				}
			}
			p, err := cv.At(context.Background(), 0.01)
			if err != nil {
				t.Fatal(err)
			}
			loss[q] = p.Loss
		}
		if math.Abs(loss[0]-loss[1]) > 1e-4 {
			t.Errorf("%+v: %v", cfg, loss)
		}
	}
}

// TestRange: a row twice and a weight of 2 begin a path at the same penalty.
func TestRange(t *testing.T) {
	ds := recipe{n: 60, d: 4, k: 3}.problem(newRand(6)).dataset(t, columns)
	var twice []int
	weights := slices.Repeat([]float64{1}, 60)
	for i := range 60 {
		if twice = append(twice, i); i%3 == 0 {
			twice, weights[i] = append(twice, i), 2
		}
	}
	double := ds.Subset(twice)
	weighted := *ds
	weighted.Weights = weights
	var most [2]float64
	for q, ds := range []*dataset.Dataset{double, &weighted} {
		cv, err := CrossValidate(ds, Config{L1: ChoosePenalty}, ds.Folds(3, 0, nil), nil)
		if err != nil {
			t.Fatal(err)
		}
		if most[q], _, err = cv.Range(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	if math.Abs(most[0]-most[1]) > 1e-9*most[0] {
		t.Errorf("%v", most)
	}
}

// TestCrossValidate: a point is what fits by themselves, one for each fold, say
// of the rows held out.
func TestCrossValidate(t *testing.T) {
	for _, cfg := range []Config{{Solver: LBFGS}, {L1: ChoosePenalty, Mix: 0.6}} {
		testCrossValidate(t, cfg)
	}
}

func testCrossValidate(t *testing.T, cfg Config) {
	cfg.Tol = 1e-10
	for _, of := range []storage{columns, block8} {
		ds := recipe{n: 300, d: 5, k: 4, bytes: true, weights: true}.problem(newRand(2)).dataset(t, of)
		fold := ds.Folds(3, 1, nil)
		fold[0], fold[1] = -1, -1
		cv, err := CrossValidate(ds, cfg, fold, nil)
		if err != nil {
			t.Fatal(err)
		}
		if cv.Rows() != 298 {
			t.Errorf("%d rows are held out", cv.Rows())
		}
		for _, lambda := range []float64{1, 1e-2, 1e-3} {
			p, err := cv.At(context.Background(), lambda)
			if err != nil {
				t.Fatal(err)
			}
			var sum, loss, hits, square, train, nonZero float64
			losses := make([]float64, len(fold))
			for k := range 3 {
				var in, out []int
				for i, f := range fold {
					if f == k {
						out = append(out, i)
					} else {
						in = append(in, i)
					}
				}
				at := cfg.WithPenalty(PathPoint{Lambda: lambda, Mix: cfg.mix()})
				at.Solver = ""
				m, r := mustFit(t, ds.Subset(in), at)
				train, nonZero = train+r.Loss/3, nonZero+float64(r.NonZero)/3
				b, err := m.Bind(ds)
				if err != nil {
					t.Fatal(err)
				}
				z := make([]float64, len(fold)*4)
				b.Logits(z, 0, len(fold))
				for _, i := range out {
					o, y := z[4*i:][:4], int(ds.Label.Codes[i])
					w := ds.Weights[i]
					losses[i] = special.LogSumExp(o) - o[y]
					loss, sum = loss+w*losses[i], sum+w
					if special.Argmax(o) == y {
						hits += w
					}
				}
			}
			for i, f := range fold {
				if f >= 0 {
					square += ds.Weights[i] * (losses[i] - loss/sum) * (losses[i] - loss/sum)
				}
			}
			near := func(what string, got, want, within float64) {
				if !(math.Abs(got-want) <= within) {
					t.Errorf("%v, lambda %v: %s %v, want %v", of, lambda, what, got, want)
				}
			}
			near("loss", p.Loss, loss/sum, 1e-4)
			near("its error", p.LossError, math.Sqrt(square)/sum, 1e-4)
			near("accuracy", p.Accuracy, hits/sum, 0.01)
			near("loss of the rows fitted", p.TrainLoss, train, 1e-4)
			near("coefficients", p.NonZero, nonZero, 0.34)
		}
	}
}

// TestSelectionOfFew: where rows cannot be held out there is a penalty all the
// same, and a warning; a class of one row stays in training, with one.
func TestSelectionOfFew(t *testing.T) {
	ds, err := dataset.FromRows([][]float64{{0}, {1}}, []string{"a", "b"})
	if err != nil {
		t.Fatal(err)
	}
	_, r := mustFit(t, ds, Config{})
	if r.Selection != nil || r.Lambda != 0.5 || !strings.Contains(fmt.Sprint(r.Warnings), "could not be chosen") || strings.Contains(fmt.Sprint(r.Warnings), "bad configuration") {
		t.Errorf("lambda %v, %v", r.Lambda, r.Warnings)
	}
	ds, err = dataset.FromRows([][]float64{{0}, {1}, {2}, {3}, {4}, {5}, {6}}, []string{"a", "b", "a", "b", "a", "b", "rare"})
	if err != nil {
		t.Fatal(err)
	}
	m, r := mustFit(t, ds, Config{})
	if r.Selection == nil || r.Selection.Rows != 6 || len(m.Classes()) != 3 || !strings.Contains(fmt.Sprint(r.Warnings), `"rare"`) {
		t.Errorf("%+v, %v", r.Selection, r.Warnings)
	}
}

// TestSelectionIsStopped: there is no model before the penalty is chosen. Half
// of the time leaves the best penalty tried, or says that there is none.
func TestSelectionIsStopped(t *testing.T) {
	ds := recipe{n: 400, d: 6, k: 3}.problem(newRand(3)).dataset(t, columns)
	ctx, cancel := context.WithCancel(context.Background())
	tried := 0
	m, r, err := Fit(ctx, ds, Config{Selecting: func(PathPoint) {
		if tried++; tried == 2 {
			cancel()
		}
	}})
	if m != nil || r != nil || !errors.Is(err, context.Canceled) || tried != 2 {
		t.Errorf("%v, %+v, %v", m, r, err)
	}
	if m, r, err = Fit(ctx, ds, Config{}); m != nil || r != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("%v, %+v, %v", m, r, err)
	}
	if m, _, err = Fit(ctx, ds, Config{L2: 1}); m == nil || !errors.Is(err, context.Canceled) {
		t.Errorf("a penalty that is given: %v, %v", m, err)
	}

	synctest.Test(t, func(t *testing.T) {
		tried = 0
		_, r = mustFit(t, ds, Config{MaxTime: time.Minute, Selecting: func(PathPoint) {
			if tried++; tried == 2 {
				time.Sleep(31 * time.Second)
			}
		}})
	})
	if s := r.Selection; s == nil || !s.TimedOut || len(s.Path) != 2 || r.Lambda != s.Chosen().Lambda || r.LambdaSource != "best of the 2 tried in half of MaxTime" ||
		!strings.Contains(fmt.Sprint(r.Warnings), "a smaller one may be much better") || r.Stop != Converged {
		t.Errorf("%+v", r)
	}
	if _, r = mustFit(t, ds, Config{MaxTime: 1}); r.Selection != nil || r.Lambda != 1./400 || !strings.Contains(fmt.Sprint(r.Warnings), "could not be chosen on held-out rows, and is 1 / sum of the weights: half of MaxTime was over") {
		t.Errorf("%+v", r)
	}
}

// TestFitPath: warm starts end where cold ones do.
func TestFitPath(t *testing.T) {
	ds := recipe{n: 500, d: 20, k: 5}.problem(newRand(4)).dataset(t, block64)
	lambdas := []float64{0.3, 0.1, 0.01, 1e-3}
	for _, cfg := range []Config{{Solver: LBFGS}, {L1: ChoosePenalty, Mix: 0.5}, {Group: ChoosePenalty}} {
		cfg.Tol = 1e-9
		models, err := FitPath(context.Background(), ds, cfg, lambdas)
		if err != nil {
			t.Fatal(err)
		}
		for i, lambda := range lambdas {
			at := cfg.WithPenalty(PathPoint{Lambda: lambda, Mix: cfg.mix()})
			at.Tol, at.Solver, at.Kernel = 1e-12, "", "generic"
			cold, _ := mustFit(t, ds, at)
			want := cold.Origin()
			if o := models[i].Origin(); o.Stop != Selected || o.Lambda != want.Lambda || o.L1 != want.L1 || o.Group != want.Group || math.Abs(o.Objective-want.Objective) > 1e-6 {
				t.Errorf("%+v, want %+v", o, want)
			}
			for j, w := range models[i].w {
				if math.Abs(w-cold.w[j]) > 1e-3*(1+math.Abs(w)) {
					t.Errorf("%+v: coefficient %d is %v, want %v", at, j, w, cold.w[j])
				}
			}
		}
	}
	if _, err := FitPath(context.Background(), ds, Config{L1: 0.1}, lambdas); !errors.Is(err, ErrConfig) {
		t.Errorf("a path of an L1 that is given: %v", err)
	}
}

// TestFoldsOfManyParameters: five folds up to 2^20 features times classes, one
// part of a fifth of the rows beyond.
func TestFoldsOfManyParameters(t *testing.T) {
	_, ds := counts(t, 100, false) // of 3 classes
	for width, want := range map[int]int{1 << 20 / 3: 100, 1<<20/3 + 1: 20} {
		ds.Columns[0].Width = width
		f := &fit{report: &Report{}}
		if err := f.prepare(ds); err != nil {
			t.Fatal(err)
		}
		held := 0
		for _, k := range f.folds() {
			if k >= 0 {
				held++
			}
		}
		if held < want-1 || held > want+1 {
			t.Errorf("%d features: %d rows are held out, want about %d", f.design.D(), held, want)
		}
	}
}
