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

// TestSelection: the default walks half-decades from 1 down, takes the one of
// least held-out loss, and ends at the fit that a given lambda would make, with
// the same bits for any number of threads.
func TestSelection(t *testing.T) {
	ds := recipe{n: 400, d: 6, k: 3, weights: true}.problem(newRand(1)).dataset(t, columns)
	var seen []PathPoint
	m, r := mustFit(t, ds, Config{Threads: 1, Selecting: func(p PathPoint) { seen = append(seen, p) }})
	s := r.Selection
	if s == nil || s.Folds != 5 || s.Rows != r.Rows || len(s.Path) != len(seen) || r.SelectSeconds <= 0 {
		t.Fatalf("%+v", s)
	}
	for i, p := range s.Path {
		if want := math.Pow(10, -float64(i)/2); math.Abs(p.Lambda-want) > 1e-12*want || len(p.FoldLoss) != 5 {
			t.Errorf("point %d: %+v, want lambda %v", i, p, want)
		}
		if p.Loss < s.Chosen().Loss {
			t.Errorf("%+v was not chosen", p)
		}
	}
	if r.Lambda != s.Chosen().Lambda || !strings.HasPrefix(r.LambdaSource, "chosen by 5-fold") {
		t.Errorf("lambda %v (%s), chosen %v", r.Lambda, r.LambdaSource, s.Chosen())
	}
	if len(s.Path) > s.Best+3 {
		t.Errorf("%d points were tried after the best", len(s.Path)-s.Best-1)
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

// TestCrossValidate: a point is what fits by themselves, one for each fold, say
// of the rows held out.
func TestCrossValidate(t *testing.T) {
	for _, of := range []storage{columns, block8} {
		ds := recipe{n: 300, d: 5, k: 4, bytes: true, weights: true}.problem(newRand(2)).dataset(t, of)
		fold := ds.Folds(3, 1, nil)
		fold[0], fold[1] = -1, -1
		cv, err := CrossValidate(ds, Config{Tol: 1e-10, Solver: LBFGS}, fold, nil)
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
			var sum, loss, hits, square float64
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
				m, _ := mustFit(t, ds.Subset(in), Config{L2: lambda, Tol: 1e-10})
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
	models, err := FitPath(context.Background(), ds, Config{Tol: 1e-9, Solver: LBFGS}, lambdas)
	if err != nil {
		t.Fatal(err)
	}
	for i, lambda := range lambdas {
		cold, _ := mustFit(t, ds, Config{L2: lambda, Tol: 1e-12, Kernel: "generic"})
		if o := models[i].Origin(); o.Stop != Selected || o.Lambda != lambda || math.Abs(o.Objective-cold.Origin().Objective) > 1e-6 {
			t.Errorf("%+v, want %+v", o, cold.Origin())
		}
		for j, w := range models[i].w {
			if math.Abs(w-cold.w[j]) > 1e-3*(1+math.Abs(w)) {
				t.Errorf("lambda %v: coefficient %d is %v, want %v", lambda, j, w, cold.w[j])
			}
		}
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
