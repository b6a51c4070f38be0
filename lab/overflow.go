package lab

import (
	"context"
	"math"
	"slices"

	"example.com/softmax"
	"example.com/softmax/dataset"
	"example.com/softmax/internal/chart"
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

func runOverflow(ctx context.Context, opt Options) *Overflow {
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
	r.fits(ctx, opt)
	return r
}

func (r *Overflow) fits(ctx context.Context, opt Options) {
	train, test := opt.data()
	textbook := softmax.Config{C: 1, Solver: softmax.SGDSolver, Seed: opt.Seed, Threads: opt.Threads}
	r.fit(ctx, "sgd", train, test, textbook)
	r.fit(ctx, "fit", train, test, softmax.Config{C: 1, Stop: softmax.StopEstimate, Threads: opt.Threads})
	if len(train.Columns) == 1 && train.Columns[0].Kind == dataset.Pixels {
		textbook.Preprocess.Standardize = preprocess.StandardizeOff
		r.fit(ctx, "raw", plain(train), plain(test), textbook)
	}
}

// plain takes pixels for numbers, which nobody divides by 255.
func plain(ds *dataset.Dataset) *dataset.Dataset {
	numbers := *ds
	numbers.Columns = slices.Clone(ds.Columns)
	numbers.Columns[0].Kind, numbers.Columns[0].Height = dataset.Numeric, 0
	return &numbers
}

func (r *Overflow) fit(ctx context.Context, name string, train, test *dataset.Dataset, cfg softmax.Config) {
	model := fit(ctx, train, test, cfg)
	library := model.test.Predict(0, model.test.Rows()).Probabilities
	found := OutputFit{Name: name, Accuracy: must(model.test.Score()).Accuracy, Broken: make([]float64, len(precisions)), StableBroken: make([]float64, len(precisions))}
	count := func(n *float64, p []float64) {
		if slices.ContainsFunc(p, math.IsNaN) {
			*n++
		}
	}
	for i, o := range model.outputs {
		if o == nil {
			continue
		}
		found.Largest = append(found.Largest, slices.Max(o))
		for at, f := range precisions {
			count(&found.Broken[at], f.softmax(o, false))
			count(&found.StableBroken[at], f.softmax(o, true))
		}
		count(&found.LibraryBroken, library[i*len(o):][:len(o)])
	}
	n := float64(len(found.Largest))
	for at := range precisions {
		found.Broken[at] /= n
		found.StableBroken[at] /= n
	}
	found.LibraryBroken /= n
	r.Fits = append(r.Fits, found)
}

// Median and Maximum are of the largest outputs.
func (f *OutputFit) Median() float64 {
	return slices.Sorted(slices.Values(f.Largest))[len(f.Largest)/2]
}
func (f *OutputFit) Maximum() float64 { return slices.Max(f.Largest) }

// drawings show how large the outputs of the models are, and where exp
// overflows.
func (r *Overflow) drawings(words [][]string) []drawing {
	var series []chart.Series
	for _, f := range r.Fits {
		var s chart.Series
		sorted := slices.Sorted(slices.Values(f.Largest))
		for i, v := range sorted {
			if v > 0 {
				s.X, s.Y = append(s.X, v), append(s.Y, 100*float64(len(sorted)-i)/float64(len(sorted)))
			}
		}
		series = append(series, s)
	}
	for _, f := range r.Formats {
		series = append(series, upright(f.Highest, 100))
	}
	return []drawing{lines(words[0], logarithmic, linear, series...)}
}
