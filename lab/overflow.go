package lab

import (
	"context"
	"errors"
	"math"
	"slices"

	"example.com/softmax"
	"example.com/softmax/dataset"
	"example.com/softmax/internal/special"
	"example.com/softmax/preprocess"
)

// Overflow is about softmax by its definition in three floating-point formats:
// where it breaks, and how often it would for the outputs of fitted models.
// Beside it the form that subtracts the largest output first.
type Overflow struct {
	Formats []Format      `json:"formats"`
	Cases   []Overflowing `json:"cases"`
	Fits    []OutputFit   `json:"fits"`
}

// A Format is float16, float32 or float64 and its limits.
type Format struct {
	Name string  `json:"name"`
	Max  float64 `json:"max"` // largest finite number
	// The largest argument whose exp is finite, and the least whose exp is not
	// 0, as numbers of the format.
	Highest float64 `json:"highest"`
	Lowest  float64 `json:"lowest"`
	// SumHighest is the largest output for which ten equal ones have a finite
	// sum of exp.
	SumHighest float64 `json:"sum_highest"`
	// Exp is exp of 50, 89 and 710.
	Exp []Number `json:"exp"`
}

// arguments are what exp is tried at.
var arguments = []float64{50, 89, 710}

// Overflowing are outputs, and softmax of them.
type Overflowing struct {
	O []float64 `json:"o"`
	// Definition and Stable are by format, in the order of Formats; Library is
	// what this program computes.
	Definition [][]Number `json:"definition"`
	Stable     [][]Number `json:"stable"`
	Library    []float64  `json:"library"`
}

// An OutputFit is a fitted model and what becomes of the outputs it has for the
// test set.
type OutputFit struct {
	Name     string  `json:"name"` // sgd, fit, raw
	Accuracy float64 `json:"accuracy"`
	// Largest is the largest output of each test example.
	Largest []float64 `json:"largest"`
	// Broken is the share of test examples for which softmax by its definition
	// is not a number, by format; StableBroken that of the stable form, and
	// LibraryBroken of this program.
	Broken        []float64 `json:"broken"`
	StableBroken  []float64 `json:"stable_broken"`
	LibraryBroken float64   `json:"library_broken"`
}

func runOverflow(ctx context.Context, opt Options) (*Overflow, error) {
	r := &Overflow{}
	for _, f := range precisions {
		finite := func(x float64) bool { return !math.IsInf(f.exp(x), 1) }
		above := func(x float64) bool { return f.exp(x) > 0 }
		ten := func(x float64) bool { return f.softmax(slices.Repeat([]float64{x}, 10), false)[0] > 0 }
		one := Format{
			Name: f.name, Max: f.max,
			Highest: f.edge(0, 1000, finite), Lowest: f.edge(0, -1000, above), SumHighest: f.edge(0, 1000, ten),
		}
		for _, x := range arguments {
			one.Exp = append(one.Exp, Number(f.exp(x)))
		}
		r.Formats = append(r.Formats, one)
	}
	for _, o := range [][]float64{{50, 49, 48}, {89, 88, 87}, {710, 709, 708}, {-1000, -1000, -1000}} {
		c := Overflowing{O: o, Library: make([]float64, len(o))}
		special.Softmax(c.Library, o)
		for _, f := range precisions {
			c.Definition = append(c.Definition, reals(f.softmax(o, false)))
			c.Stable = append(c.Stable, reals(f.softmax(o, true)))
		}
		r.Cases = append(r.Cases, c)
	}
	return r, r.fits(ctx, opt)
}

func (r *Overflow) fits(ctx context.Context, opt Options) error {
	train, test, err := opt.data()
	if err != nil {
		return err
	}
	if test == nil {
		return errors.New("the experiment needs test data")
	}
	type fit struct {
		name        string
		train, test *dataset.Dataset
		cfg         softmax.Config
	}
	textbook := softmax.Config{Solver: softmax.SGDSolver, Seed: opt.Seed, Threads: opt.Threads}
	fits := []fit{{"sgd", train, test, textbook}, {"fit", train, test, softmax.Config{Stop: softmax.StopEstimate, Threads: opt.Threads}}}
	if len(train.Columns) == 1 && train.Columns[0].Kind == dataset.Pixels {
		raw := textbook
		raw.Preprocess = preprocess.Options{Standardize: preprocess.StandardizeOff}
		fits = append(fits, fit{"raw", plain(train), plain(test), raw})
	}
	for _, f := range fits {
		model, _, err := softmax.Fit(ctx, f.train, f.cfg)
		if err != nil {
			return err
		}
		if err := r.judge(f.name, model, f.test); err != nil {
			return err
		}
	}
	return nil
}

// plain takes pixels for numbers, which nobody divides by 255.
func plain(ds *dataset.Dataset) *dataset.Dataset {
	numbers := *ds
	numbers.Columns = slices.Clone(ds.Columns)
	numbers.Columns[0].Kind, numbers.Columns[0].Height = dataset.Numeric, 0
	return &numbers
}

func (r *Overflow) judge(name string, model *softmax.Model, test *dataset.Dataset) error {
	bound, err := model.Bind(test)
	if err != nil {
		return err
	}
	score, err := bound.Score()
	if err != nil {
		return err
	}
	k := len(model.Classes())
	logits := make([]float64, bound.Rows()*k)
	bound.Logits(logits, 0, bound.Rows())
	library := bound.Predict(0, bound.Rows()).Probabilities
	fit := OutputFit{Name: name, Accuracy: score.Accuracy, Broken: make([]float64, len(precisions)), StableBroken: make([]float64, len(precisions))}
	n := 0.
	for i := range bound.Rows() {
		o := logits[i*k:][:k]
		if math.IsNaN(o[0]) {
			continue // a value is missing
		}
		n++
		fit.Largest = append(fit.Largest, slices.Max(o))
		broken := func(p []float64) float64 {
			if slices.ContainsFunc(p, math.IsNaN) {
				return 1
			}
			return 0
		}
		for at, f := range precisions {
			fit.Broken[at] += broken(f.softmax(o, false))
			fit.StableBroken[at] += broken(f.softmax(o, true))
		}
		fit.LibraryBroken += broken(library[i*k:][:k])
	}
	if n == 0 {
		return errors.New("no test example has all its values")
	}
	for at := range precisions {
		fit.Broken[at] /= n
		fit.StableBroken[at] /= n
	}
	fit.LibraryBroken /= n
	r.Fits = append(r.Fits, fit)
	return nil
}
