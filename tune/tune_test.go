package tune_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
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
		c.r.Points = append(c.r.Points, softmax.PathPoint{Lambda: 2, Mix: 1, Loss: 9})
		if got := c.r.Chosen(tune.Least).Lambda; got != c.least {
			t.Errorf("least loss at %v, want %v", got, c.least)
		}
		if got := c.r.Chosen(tune.OneStandardError).Lambda; got != c.oneSE {
			t.Errorf("one standard error: %v, want %v", got, c.oneSE)
		}
	}
}

// TestRulesOfMixes: of several paths the least loss of all, and of what each has
// within one standard error of it the one with the fewest coefficients.
func TestRulesOfMixes(t *testing.T) {
	r := &tune.Result{Points: []softmax.PathPoint{
		{Mix: 0, Lambda: 1, Loss: 0.55, NonZero: 9}, {Mix: 0, Lambda: 0.5, Loss: 0.5, LossError: 0.1, NonZero: 9},
		{Mix: 0.5, Lambda: 2, Loss: 0.7, NonZero: 2}, {Mix: 0.5, Lambda: 1, Loss: 0.6, NonZero: 4}, {Mix: 0.5, Lambda: 0.5, Loss: 0.51, NonZero: 3},
		{Mix: 1, Lambda: 0.5, Loss: 0.59, NonZero: 5},
	}}
	if got := r.Chosen(tune.Least); got.Mix != 0 || got.Lambda != 0.5 {
		t.Errorf("least loss: %+v", got)
	}
	if got := r.Chosen(tune.OneStandardError); got.Mix != 0.5 || got.Lambda != 1 {
		t.Errorf("one standard error: %+v", got)
	}
}

// TestMixes: every mix has its own path, from where nothing is in, 100 points
// over four decades at most, and ends early where the rows fitted are explained;
// the pictures tell them apart.
func TestMixes(t *testing.T) {
	ds, err := sample.Penguins()
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	cfg := softmax.Config{L1: softmax.ChoosePenalty}
	r, err := tune.CrossValidate(ctx, ds, cfg, tune.Options{Folds: 3, Mixes: []float64{1, 0, 0.5, 0.5}})
	if err != nil {
		t.Fatal(err)
	}
	paths := make(map[float64][]softmax.PathPoint)
	for _, p := range r.Points {
		paths[p.Mix] = append(paths[p.Mix], p)
	}
	for _, mix := range []float64{0.5, 1} {
		p := paths[mix]
		n := len(p)
		if n < 50 || n > 100 || p[0].FeaturesUsed > 2 || p[n-1].NonZero < 10 {
			t.Errorf("mix %v: %d points from %+v to %+v", mix, n, p[0], p[n-1])
		}
		if step := p[0].Lambda / p[1].Lambda; math.Abs(math.Log10(step)-4./99) > 1e-9 {
			t.Errorf("mix %v: the penalties fall by %v", mix, step)
		}
		if early, last := n < 100, p[n-1].TrainLoss < 1e-3*p[0].TrainLoss; early != last || p[n-2].TrainLoss < 1e-3*p[0].TrainLoss {
			t.Errorf("mix %v: %d points, and a loss of the rows fitted of %v", mix, n, p[n-1].TrainLoss/p[0].TrainLoss)
		}
	}
	if half, one := paths[0.5][0].Lambda, paths[1][0].Lambda; math.Abs(half-2*one) > 1e-9*half {
		t.Errorf("the paths begin at %v and %v", half, one)
	}
	if p := paths[0]; p[0].Lambda != 1 || p[1].NonZero != 45 || len(paths) != 3 {
		t.Errorf("L2 alone begins with %+v of %d paths", p[:2], len(paths))
	}
	var lambdas []float64
	for _, p := range paths[1] {
		lambdas = append(lambdas, p.Lambda)
	}
	models, err := softmax.FitPath(ctx, ds, cfg.WithMix(1), lambdas)
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
	for _, want := range []string{"mix 0.5", "one-standard-error rule", "bill_length_mm"} {
		if !bytes.Contains(svg.Bytes(), []byte(want)) {
			t.Errorf("the pictures do not say %q", want)
		}
	}
}

// TestPathEnds: a path that has lost more than one standard error for ten
// points goes no further, but for penalties that were given.
func TestPathEnds(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	const n, d = 120, 30
	x, labels := make([]float64, n*d), make([]string, n)
	for i := range n {
		for j := range d {
			x[i*d+j] = rng.NormFloat64()
		}
		labels[i] = fmt.Sprint(x[i*d]+rng.NormFloat64() > 0)
	}
	ds, err := dataset.New("", []dataset.Column{{Name: "x", Width: d, Float64s: x}}, dataset.NewLabel("y", labels), nil)
	if err != nil {
		t.Fatal(err)
	}
	cfg := softmax.Config{L1: softmax.ChoosePenalty}
	r, err := tune.CrossValidate(context.Background(), ds, cfg, tune.Options{Folds: 4})
	if err != nil {
		t.Fatal(err)
	}
	best, p := r.Chosen(tune.Least), r.Points
	for i := len(p) - 10; i < len(p); i++ {
		if p[i].Loss <= best.Loss+best.LossError {
			t.Errorf("point %d of %d: %v is no reason to end", i, len(p), p[i].Loss)
		}
	}
	if len(p) > 95 || p[len(p)-11].Loss > best.Loss+best.LossError {
		t.Errorf("%d points", len(p))
	}
	var lambdas []float64
	for i := range 30 {
		lambdas = append(lambdas, p[0].Lambda*math.Pow(10, -float64(i)/6))
	}
	if r, err = tune.CrossValidate(context.Background(), ds, cfg, tune.Options{Folds: 4, Lambdas: lambdas}); err != nil || len(r.Points) != 30 {
		t.Errorf("%d points, %v", len(r.Points), err)
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
