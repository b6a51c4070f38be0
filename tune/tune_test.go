package tune_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"example.com/softmax"
	"example.com/softmax/dataset"
	"example.com/softmax/dataset/sample"
	"example.com/softmax/tune"
)

// TestRules: the least loss, of equals the larger penalty, and the largest
// penalty within one standard error of it, on curves made for it.
func TestRules(t *testing.T) {
	curve := func(losses ...float64) *tune.Result {
		r := &tune.Result{}
		for i, l := range losses {
			r.Points = append(r.Points, softmax.PathPoint{Lambda: 1 / float64(1+i), Loss: l, LossError: 0.1})
		}
		return r
	}
	for _, c := range []struct {
		r            *tune.Result
		least, oneSE float64
	}{
		{curve(1, 0.75, 0.625, 0.5, 0.51), 0.25, 0.25},
		{curve(1, 0.75, 0.59, 0.5, 0.51), 0.25, 1. / 3},
		{curve(0.55, 0.7, 0.5, 0.5), 1. / 3, 1},
		{curve(0.5), 1, 1},
	} {
		if got := c.r.Chosen(tune.Least).Lambda; got != c.least {
			t.Errorf("least loss at %v, want %v", got, c.least)
		}
		if got := c.r.Chosen(tune.OneStandardError).Lambda; got != c.oneSE {
			t.Errorf("one standard error: %v, want %v", got, c.oneSE)
		}
	}
}

// TestCrossValidate: the default grid, the folds, and pictures of both kinds.
func TestCrossValidate(t *testing.T) {
	ds, err := sample.Penguins()
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	r, err := tune.CrossValidate(ctx, ds, softmax.Config{}, tune.Options{Folds: 4, PerDecade: 1})
	if err != nil {
		t.Fatal(err)
	}
	var lambdas []float64
	for _, p := range r.Points {
		lambdas = append(lambdas, p.Lambda)
	}
	if want := []float64{1, 0.1, 0.01, 0.001, 0.0001}; fmt.Sprint(lambdas) != fmt.Sprint(want) { // 1/34400 ends it
		t.Errorf("penalties %v, want %v", lambdas, want)
	}
	if r.Rows != 344 || len(r.Points[0].FoldLoss) != 4 || !slices.Equal(r.Fold, ds.Folds(4, 0, nil)) {
		t.Errorf("%d rows in %d folds", r.Rows, len(r.Points[0].FoldLoss))
	}
	models, err := softmax.FitPath(ctx, ds, softmax.Config{}, lambdas)
	if err != nil {
		t.Fatal(err)
	}
	curve, err := r.Curve()
	if err != nil {
		t.Fatal(err)
	}
	path, err := tune.Path(models)
	if err != nil {
		t.Fatal(err)
	}
	var svg bytes.Buffer
	if err := errors.Join(curve.Encode(&svg, ".svg"), path.Encode(&svg, ".svg")); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{fmt.Sprintf("least loss: %.2g", r.Chosen(tune.Least).Lambda), "bill_length_mm"} {
		if !bytes.Contains(svg.Bytes(), []byte(want)) {
			t.Errorf("the pictures do not say %q", want)
		}
	}
}

// TestGroups: rows that are copies of each other make a cross-validation too
// good, and groups keep it honest; the standard error knows of them.
func TestGroups(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	const n, copies, d = 60, 5, 40
	var x []float64
	var labels []string
	var who []float64
	for i := range n {
		row := make([]float64, d)
		for j := range row {
			row[j] = rng.NormFloat64()
		}
		label := fmt.Sprint(rng.IntN(2)) // nothing to learn
		for range copies {
			x, labels, who = append(x, row...), append(labels, label), append(who, float64(i))
		}
	}
	ds, err := dataset.New("", []dataset.Column{{Name: "x", Width: d, Float64s: x}, {Name: "who", Width: 1, Float64s: who}}, dataset.NewLabel("y", labels), nil)
	if err != nil {
		t.Fatal(err)
	}
	at := func(group string) softmax.PathPoint {
		r, err := tune.CrossValidate(context.Background(), ds, softmax.Config{}, tune.Options{Folds: 5, GroupBy: group, Lambdas: []float64{1e-3}})
		if err != nil {
			t.Fatal(err)
		}
		return r.Points[0]
	}
	leaky, honest := at(""), at("who")
	if leaky.Accuracy < 0.9 || honest.Accuracy > 0.7 {
		t.Errorf("accuracy %v by rows, %v by groups", leaky.Accuracy, honest.Accuracy)
	}
	independent := honest.AccuracyError * honest.AccuracyError / (honest.Accuracy * (1 - honest.Accuracy) / (n * copies))
	if independent < 3 || independent > 5.01 { // all five are right or wrong together
		t.Errorf("the variance is %v times that of independent rows", independent)
	}
	_, err = tune.CrossValidate(context.Background(), ds, softmax.Config{}, tune.Options{Lambdas: []float64{-1}})
	if !errors.Is(err, softmax.ErrConfig) {
		t.Errorf("%v", err)
	}
}
