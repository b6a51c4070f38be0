package softmax_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"testing"

	"example.com/softmax"
	"example.com/softmax/dataset"
	"example.com/softmax/dataset/sample"
	"example.com/softmax/preprocess"
)

// golden reads a result of another implementation into v.
func golden(t *testing.T, name string, v any) {
	t.Helper()
	b, err := os.ReadFile("internal/refdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, v); err != nil {
		t.Fatal(err)
	}
}

// TestMatchesScikitLearn: the same probabilities and the same objective as
// scikit-learn's newton-cg: internal/refdata/logistic.py.
func TestMatchesScikitLearn(t *testing.T) {
	var want struct {
		Sets []struct {
			Name          string
			Standardize   bool
			Lambda        float64
			N, Features   int
			Classes       []string
			Objective     float64
			Accuracy      float64
			Step          int
			Probabilities [][]float64
		}
	}
	golden(t, "logistic.json", &want)
	for _, c := range want.Sets {
		t.Run(fmt.Sprintf("%s/standardize=%v/lambda=%.2g", c.Name, c.Standardize, c.Lambda), func(t *testing.T) {
			var ds *dataset.Dataset
			if c.Name == "penguins" {
				var err error
				if ds, err = sample.Penguins(); err != nil {
					t.Fatal(err)
				}
			} else {
				ds = readData(t, c.Name+"/"+c.Name+".csv.gz")
			}
			cfg := softmax.Config{L2: c.Lambda, Tol: 1e-12}
			if !c.Standardize {
				cfg.Preprocess.Standardize = preprocess.StandardizeOff
			}
			ds = complete(ds)
			m, r, err := softmax.Fit(context.Background(), ds, cfg)
			if err != nil {
				t.Fatal(err)
			}
			if r.Rows != c.N || r.Features != c.Features || !slices.Equal(m.Classes(), c.Classes) || math.Abs(r.TrainAccuracy-c.Accuracy) > 1e-12 {
				t.Errorf("%d rows, %d features, classes %q, accuracy %v; want %+v", r.Rows, r.Features, m.Classes(), r.TrainAccuracy, c)
			}
			b, err := m.Bind(ds)
			if err != nil {
				t.Fatal(err)
			}
			p, k := b.Predict(0, b.Rows()), len(c.Classes)
			worst := 0.0
			for i, row := range c.Probabilities {
				for q, want := range row {
					worst = max(worst, math.Abs(p.Probabilities[i*c.Step*k+q]-want))
				}
			}
			// The objective of the model as it predicts, in float64; that of the
			// report is on values rounded to float32.
			score, err := b.Score()
			if err != nil {
				t.Fatal(err)
			}
			objective := score.LogLoss + c.Lambda/2*square(m)
			off := objective/c.Objective - 1
			t.Logf("objective off by %.1e (reported %.1e), probabilities by %.1e", off, r.Objective/c.Objective-1, worst)
			if !(math.Abs(off) <= 1e-9) || !(math.Abs(r.Objective/c.Objective-1) <= 1e-7) {
				t.Errorf("objective %.15g, reported %.15g, want %.15g", objective, r.Objective, c.Objective)
			}
			if !(worst <= 1e-6) {
				t.Errorf("a probability is off by %g", worst)
			}
		})
	}
}

// complete returns the rows without a gap.
func complete(ds *dataset.Dataset) *dataset.Dataset {
	var rows []int
	for i := range ds.Rows() {
		if !slices.ContainsFunc(ds.Columns, func(c dataset.Column) bool { return c.Missing(i) }) {
			rows = append(rows, i)
		}
	}
	return ds.Subset(rows)
}

// square is ||W||^2 of the coefficients that the penalty sees.
func square(m *softmax.Model) (sum float64) {
	c := m.Coefficients()
	for j, row := range c.W {
		for _, w := range row {
			sum += c.Unit[j] * w * c.Unit[j] * w
		}
	}
	return sum
}

// A published multinomial logit: internal/refdata/mnl.py.
type published struct {
	Base             string
	Classes, Columns []string
	Coef             [][]float64 // differences to the base class
	Loglik           float64
	Counts           [][]any
}

func readPublished(t *testing.T, name string) published {
	t.Helper()
	var all map[string]published
	golden(t, "mnl.json", &all)
	return all[name]
}

// TestFishing: without a penalty the coefficients that Stata prints, from
// counts as weights.
func TestFishing(t *testing.T) {
	want := readPublished(t, "fishing")
	var income, weights []float64
	var modes []string
	for _, row := range want.Counts {
		for q, mode := range append([]string{want.Base}, want.Classes...) {
			income, modes, weights = append(income, row[0].(float64)), append(modes, mode), append(weights, row[q+1].(float64))
		}
	}
	ds, err := dataset.New("fishing", []dataset.Column{{Name: "income", Width: 1, Float64s: income}}, dataset.NewLabel("mode", modes), weights)
	if err != nil {
		t.Fatal(err)
	}
	for _, solver := range []softmax.Solver{softmax.Newton, softmax.LBFGS} {
		m, r, err := softmax.Fit(context.Background(), ds, softmax.Config{L2: softmax.NoPenalty, Tol: 1e-15, Solver: solver})
		if err != nil {
			t.Fatal(err)
		}
		c := m.Coefficients()
		base := slices.Index(c.Classes, want.Base)
		for i, class := range want.Classes {
			q := slices.Index(c.Classes, class)
			for j, got := range []float64{c.Intercept[q] - c.Intercept[base], c.W[0][q] - c.W[0][base]} {
				if !(math.Abs(got-want.Coef[i][j]) <= 1e-6) {
					t.Errorf("%s: %s of %s is %.8f, published %v", solver, want.Columns[j], class, got, want.Coef[i][j])
				}
			}
		}
		if !(math.Abs(r.LogLikelihood-want.Loglik) <= 1e-4) {
			t.Errorf("%s: log-likelihood %.6f, published %v", solver, r.LogLikelihood, want.Loglik)
		}
	}
}

// TestAlligators: without a penalty one-hot columns depend on each other, yet
// the differences between levels are determined, and as published.
func TestAlligators(t *testing.T) {
	want := readPublished(t, "alligators")
	foods := append([]string{want.Base}, want.Classes...)
	var lake, size, food []string
	var weights []float64
	for _, row := range want.Counts {
		for q, f := range foods {
			lake, size, food = append(lake, row[0].(string)), append(size, row[1].(string)), append(food, f)
			weights = append(weights, row[q+2].(float64))
		}
	}
	category := func(name string, words []string) dataset.Column {
		l := dataset.NewLabel(name, words)
		return dataset.Column{Name: name, Kind: dataset.Categorical, Width: 1, Levels: l.Classes, Codes: l.Codes}
	}
	ds, err := dataset.New("alligators", []dataset.Column{category("lake", lake), category("size", size)}, dataset.NewLabel("food", food), weights)
	if err != nil {
		t.Fatal(err)
	}
	m, r, err := softmax.Fit(context.Background(), ds, softmax.Config{L2: softmax.NoPenalty, Tol: 1e-15})
	if err != nil {
		t.Fatal(err)
	}
	// The logits against Fish of a large one in Lake George, and what changes
	// them.
	against := func(lake, size string) []float64 {
		x, err := m.Encode(softmax.Row{"lake": lake, "size": size})
		if err != nil {
			t.Fatal(err)
		}
		z, err := m.Logits(x)
		if err != nil {
			t.Fatal(err)
		}
		var d []float64
		for _, class := range want.Classes {
			d = append(d, z[slices.Index(m.Classes(), class)]-z[slices.Index(m.Classes(), want.Base)])
		}
		return d
	}
	constant := against("George", ">2.3")
	effects := [][]float64{against("George", "<=2.3"), against("Hancock", ">2.3"), against("Oklawaha", ">2.3"), against("Trafford", ">2.3")}
	for i, class := range want.Classes {
		got := []float64{constant[i]}
		for _, e := range effects {
			got = append(got, e[i]-constant[i])
		}
		for j := range got {
			if !(math.Abs(got[j]-want.Coef[i][j]) <= 1e-6) {
				t.Errorf("%s of %s is %.8f, want %.8f", want.Columns[j], class, got[j], want.Coef[i][j])
			}
		}
	}
	if !(math.Abs(r.LogLikelihood-want.Loglik) <= 1e-9*-want.Loglik) {
		t.Errorf("log-likelihood %.9f, want %.9f", r.LogLikelihood, want.Loglik)
	}
	if !slices.ContainsFunc(r.Warnings, func(w softmax.Warning) bool { return w.Kind == "dependent" }) {
		t.Errorf("no warning of dependent columns: %+v", r.Warnings)
	}
}
