// Package lab holds the experiments that teach softmax regression: each checks
// sentences of a textbook chapter on the subject on real data, and says where
// they hold, where they need a condition and where they are too strong.
//
// An experiment is a function that returns numbers. What is said about them, in
// English and Chinese, stands in pages/NAME.LANG.md, a template; so do the words
// of the pictures. Numbers are deterministic by seed, timings aside. Without
// data of the caller's the embedded samples serve.
package lab

//go:generate go test . -run TestDocs -update -timeout 30m

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"example.com/softmax/dataset"
	"example.com/softmax/internal/chart"
)

// Lang is a language for text and labels.
type Lang string

const (
	English Lang = "en"
	Chinese Lang = "zh"
)

// Options say what an experiment runs on.
type Options struct {
	// Train and Test are the data, for experiments that use data; nil stands
	// for the embedded sample of Fashion-MNIST.
	Train, Test *dataset.Dataset
	Seed        uint64
	Threads     int // 0 for all
}

// An Experiment is one entry of the lab.
type Experiment struct {
	Name string
	Run  func(context.Context, Options) (*Result, error)
}

// experiments are in the order of the chapter.
var experiments = []Experiment{
	experiment("ordinal", runOrdinal),
	experiment("network", runNetwork),
	experiment("confidence", runConfidence),
	experiment("losses", runLosses),
	experiment("several", runSeveral),
	experiment("likelihood", runLikelihood),
	experiment("batch", runBatch),
	experiment("overflow", runOverflow),
	experiment("logzero", runLogZero),
	experiment("margin", runMargin),
	experiment("optimizers", runOptimizers),
}

func experiment[F finding](name string, run func(context.Context, Options) F) Experiment {
	return Experiment{name, func(ctx context.Context, o Options) (*Result, error) {
		found, err := attempt(func() F { return run(ctx, o) })
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		return &Result{name, found}, nil
	}}
}

// Experiments returns all experiments in the order of the chapter.
func Experiments() []Experiment { return experiments }

// Find returns the experiment of the given name.
func Find(name string) (Experiment, error) {
	for _, e := range experiments {
		if e.Name == name {
			return e, nil
		}
	}
	return Experiment{}, fmt.Errorf("the lab has no experiment %q", name)
}

// About is one line for a list.
func (e Experiment) About(lang Lang) (string, error) { return render(e.Name, lang, "about", nil) }

// A Result is what an experiment found.
type Result struct {
	name  string
	found finding
}

// A finding is the data of a page: the exported fields are the numbers, which
// also make the JSON form, and exported methods are what follows from them.
type finding interface {
	// drawings are the pictures, one below the other. Each has its words, in
	// the order in which the template "picture" has them: title, axes, series.
	drawings(words [][]string) []drawing
}

type drawing interface {
	Draw() (*chart.Picture, error)
}

// MarshalJSON implements json.Marshaler.
func (r *Result) MarshalJSON() ([]byte, error) { return json.Marshal(r.found) }

// WritePicture draws the result as "png" or "svg". Chinese text needs "svg".
func (r *Result) WritePicture(w io.Writer, format string, lang Lang) error {
	words, err := r.words(lang)
	if err != nil {
		return err
	}
	var parts []*chart.Picture
	for _, d := range r.found.drawings(words) {
		part, err := d.Draw()
		if err != nil {
			return err
		}
		parts = append(parts, part)
	}
	picture, err := chart.Stack(parts...)
	if err != nil {
		return err
	}
	return picture.Encode(w, format)
}

// lines is a chart of series, which the words name in turn.
func lines(words []string, x, y chart.Axis, series ...chart.Series) drawing {
	x.Label, y.Label = words[1], words[2]
	names := words[3:]
	for i := range series {
		if !series[i].Again && len(names) > 0 {
			series[i].Name, names = names[0], names[1:]
		}
	}
	return chart.Lines{Title: words[0], X: x, Y: y, Series: series}
}

var linear, logarithmic = chart.Axis{}, chart.Axis{Log: true}

// dots is a series of points.
func dots(x, y []float64) chart.Series { return chart.Series{X: x, Y: y, Points: true} }

// upright is a line at x from 0 to top.
func upright(x, top float64) chart.Series {
	return chart.Series{X: []float64{x, x}, Y: []float64{0, top}}
}

// An experiment is a straight line of work that any error ends: must and fail
// end it by a panic, of which attempt makes an error again.
type failure struct{ error }

func attempt[F any](run func() F) (found F, err error) {
	defer func() {
		switch stop := recover().(type) {
		case nil:
		case failure:
			err = stop.error
		default:
			panic(stop)
		}
	}()
	return run(), nil
}

func check(err error) {
	if err != nil {
		panic(failure{err})
	}
}

func fail(format string, args ...any) { check(fmt.Errorf(format, args...)) }

func must[T any](v T, err error) T {
	check(err)
	return v
}
