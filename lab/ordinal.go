package lab

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"example.com/softmax"
	"example.com/softmax/dataset"
	"example.com/softmax/dataset/sample"
	"example.com/softmax/internal/design"
	"example.com/softmax/internal/kernel"
	"example.com/softmax/internal/linalg"
	"example.com/softmax/internal/special"
	"example.com/softmax/preprocess"
)

// Ordinal is about regression on the number of the class: least squares on 1,
// 2, ... and rounding to the nearest, under every numbering of the classes,
// beside least squares with one output a class and softmax regression.
type Ordinal struct {
	// Unordered are classes of no order: those of the data.
	Unordered Numbered `json:"unordered"`
	// Ordered are classes that have an order: penguins in five classes of
	// body mass, from light to heavy, to be told from their other features.
	Ordered Numbered `json:"ordered"`
}

// Numbered is what was found on one data set. Accuracies are those on the test
// set.
type Numbered struct {
	Classes []string `json:"classes"` // in the order of the data
	Train   int      `json:"train"`   // examples
	Test    int      `json:"test"`
	// Rounding is the accuracy of least squares on the class number.
	Rounding Spread `json:"rounding"`
	// OneHot is the accuracy of least squares with one output a class, 1 for
	// the example's class and 0 for the others, and argmax: the same matrix,
	// the same loss, no numbers.
	OneHot float64 `json:"one_hot"`
	// Softmax is the accuracy of softmax regression. It was fitted again with
	// the classes numbered as in Rounding.Best and in Rounding.Worst: Changed
	// predictions differ, and no probability by more than Moved.
	Softmax float64 `json:"softmax"`
	Changed int     `json:"changed"`
	Moved   float64 `json:"moved"`
}

func runOrdinal(ctx context.Context, opt Options) (*Ordinal, error) {
	train, test, err := opt.data()
	if err != nil {
		return nil, err
	}
	r := &Ordinal{}
	if err := r.Unordered.run(ctx, opt, train, test, softmax.Config{L2: 1e-2, Tol: 1e-2, Stop: softmax.StopEstimate, Kernel: "generic", Threads: opt.Threads}); err != nil {
		return nil, err
	}
	if opt.Train == nil {
		for k, c := range r.Unordered.Classes {
			number, _ := strconv.Atoi(c)
			r.Unordered.Classes[k] = sample.FashionNames[number]
		}
	}
	if train, test, err = penguinsByMass(); err != nil {
		return nil, err
	}
	return r, r.Ordered.run(ctx, opt, train, test, softmax.Config{Tol: 1e-13, Kernel: "generic", Threads: opt.Threads})
}

func (r *Numbered) run(ctx context.Context, opt Options, train, test *dataset.Dataset, cfg softmax.Config) error {
	if train.Label == nil || test == nil || test.Label == nil {
		return errors.New("the experiment needs training and test data with one class for each example")
	}
	if train.Weights != nil {
		return errors.New("the experiment takes no weights")
	}
	train, test = complete(train), complete(test)
	model, _, err := softmax.Fit(ctx, train, cfg)
	if err != nil {
		return err
	}
	r.Classes = model.Classes()
	if len(r.Classes) < 3 {
		return fmt.Errorf("%d classes have one numbering and its reverse, which is as good; the experiment needs three", len(r.Classes))
	}
	trained, err := codesOf(model, train)
	if err != nil {
		return err
	}
	truth, err := codesOf(model, test)
	if err != nil {
		return err
	}
	if r.Train, r.Test = len(trained), len(truth); r.Test == 0 {
		return errors.New("the test data has no complete row")
	}
	a, err := indicatorOutputs(train, trained, test, len(r.Classes), opt)
	if err != nil {
		return err
	}
	n := &numberings{k: len(r.Classes)}
	r.OneHot = n.load(a, truth)
	if r.Rounding, err = n.spread(ctx, opt); err != nil {
		return err
	}
	return r.renumber(ctx, model, train, test, truth, cfg)
}

// complete leaves out the rows in which a value or the label is missing.
func complete(ds *dataset.Dataset) *dataset.Dataset {
	var rows []int
	for i := range ds.Rows() {
		missing := ds.Label.Codes[i] < 0
		for c := range ds.Columns {
			missing = missing || ds.Columns[c].Missing(i)
		}
		if !missing {
			rows = append(rows, i)
		}
	}
	if len(rows) == ds.Rows() {
		return ds
	}
	return ds.Subset(rows)
}

// codesOf returns the labels of ds in the model's classes.
func codesOf(m *softmax.Model, ds *dataset.Dataset) ([]int32, error) {
	b, err := m.Bind(ds)
	if err != nil {
		return nil, err
	}
	truth, err := b.Truth()
	if err != nil {
		return nil, err
	}
	return truth.Codes, nil
}

// indicatorOutputs fits least squares of every class's indicator, 1 for its
// examples and 0 for others, on features and constant, and returns the outputs
// for the test set, rows x k row-major.
//
// They serve all numberings: a numbering v has the targets Y v, with Y the
// matrix of indicators, and since the solution is linear in the targets its
// output for an example is v_1 a_1 + ... + v_k a_k.
func indicatorOutputs(train *dataset.Dataset, codes []int32, test *dataset.Dataset, k int, opt Options) ([]float64, error) {
	d, err := design.Fit(train, preprocess.Options{})
	if err != nil {
		return nil, err
	}
	x := d.Matrix(train)
	width := d.D()
	const most = 5000
	if width > most {
		return nil, fmt.Errorf("the normal equations of %d features are too large for this experiment; it takes %d", width, most)
	}
	gram := x.Gram(kernel.Generic, nil, 1, opt.threads())
	indicators, sums := make([]float64, len(codes)*k), make([]float64, k)
	for i, c := range codes {
		indicators[i*k+int(c)] = 1 / float64(len(codes))
		sums[c] += 1 / float64(len(codes))
	}
	products := make([]float64, width*k) // X'Y
	kernel.Backward(products, x.V, indicators)
	x.Unfold(products, sums)
	dependent := linalg.Cholesky(gram, width+1, 1e-12)
	w, b := make([]float64, width*k), make([]float64, k)
	for c := range k {
		solution := make([]float64, width+1)
		for j := range width {
			solution[j] = products[j*k+c]
		}
		solution[width] = sums[c]
		for _, j := range dependent {
			solution[j] = 0
		}
		linalg.SolveCholesky(gram, width+1, solution)
		for j := range width {
			w[j*k+c] = solution[j]
		}
		b[c] = solution[width]
	}
	binding, err := d.Bind(test)
	if err != nil {
		return nil, err
	}
	a, features := make([]float64, test.Rows()*k), make([]float64, width)
	for i := range test.Rows() {
		binding.Vector(features, i)
		copy(a[i*k:], b)
		kernel.Affine(a[i*k:][:k], features, d.Shift, d.Scale, w)
	}
	return a, nil
}

// renumber fits softmax regression again with the classes named by their
// numbers.
func (r *Numbered) renumber(ctx context.Context, model *softmax.Model, train, test *dataset.Dataset, truth []int32, cfg softmax.Config) error {
	k := len(r.Classes)
	predict := func(m *softmax.Model) ([]float64, error) {
		b, err := m.Bind(test)
		if err != nil {
			return nil, err
		}
		return b.Predict(0, b.Rows()).Probabilities, nil
	}
	p, err := predict(model)
	if err != nil {
		return err
	}
	right := 0
	for i, c := range truth {
		if special.Argmax(p[i*k:][:k]) == int(c) {
			right++
		}
	}
	r.Softmax = float64(right) / float64(r.Test)
	for _, numbers := range [][]int{r.Rounding.Best, r.Rounding.Worst} {
		renamed := *train
		names := make([]string, train.Rows())
		for i, c := range train.Label.Codes {
			names[i] = strconv.Itoa(numbers[slices.Index(r.Classes, train.Label.Classes[c])])
		}
		renamed.Label = dataset.NewLabel(train.Label.Name, names)
		m, _, err := softmax.Fit(ctx, &renamed, cfg)
		if err != nil {
			return err
		}
		q, err := predict(m)
		if err != nil {
			return err
		}
		for i := range truth {
			ps, qs := p[i*k:][:k], make([]float64, k)
			for c, v := range numbers {
				qs[c] = q[i*k+v-1]
				r.Moved = max(r.Moved, qs[c]-ps[c], ps[c]-qs[c])
			}
			if special.Argmax(ps) != special.Argmax(qs) {
				r.Changed++
			}
		}
	}
	return nil
}

// penguinsByMass returns the penguins with their body mass in five classes of
// equal size, "1" the lightest, as label; every second one is for the test.
func penguinsByMass() (train, test *dataset.Dataset, err error) {
	ds, err := sample.Penguins()
	if err != nil {
		return nil, nil, err
	}
	const mass = "body_mass_g"
	ds = complete(ds)
	values := ds.Column(mass)
	var grams []float64
	for i := range ds.Rows() {
		grams = append(grams, values.Number(i, 0))
	}
	sorted := slices.Sorted(slices.Values(grams))
	names := make([]string, len(grams))
	var rows [2][]int
	for i, g := range grams {
		class := 1
		for q := 1; q < 5; q++ {
			if g >= sorted[q*len(sorted)/5] {
				class = q + 1
			}
		}
		names[i] = strconv.Itoa(class)
		rows[i%2] = append(rows[i%2], i)
	}
	species := dataset.Column{Name: "species", Kind: dataset.Categorical, Width: 1, Codes: ds.Label.Codes, Levels: ds.Label.Classes}
	columns := append([]dataset.Column{species}, slices.DeleteFunc(ds.Columns, func(c dataset.Column) bool { return c.Name == mass })...)
	if ds, err = dataset.New(ds.Source, columns, dataset.NewLabel("mass", names), nil); err != nil {
		return nil, nil, err
	}
	return ds.Subset(rows[0]), ds.Subset(rows[1]), nil
}
