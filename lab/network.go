package lab

import (
	"context"
	"fmt"
	"math"
	"slices"

	"example.com/softmax"
	"example.com/softmax/dataset"
	"example.com/softmax/dataset/sample"
	"example.com/softmax/internal/special"
)

// Network is about softmax regression as a network of one layer, in which
// every output is connected with every input.
type Network struct {
	Layers []Layer `json:"layers"`
}

// A Layer is a fitted model, looked at as a layer.
type Layer struct {
	Data    string   `json:"data"`
	Inputs  []string `json:"inputs"`
	Outputs []string `json:"outputs"`
	Weights int      `json:"weights"`
	Biases  int      `json:"biases"`
	// Free is how many of the parameters matter, (K-1)(d+1): one vector added
	// to the weights of every output changes no probability. Moved is by how
	// much ones did, per unit of the scaled inputs.
	Free  int     `json:"free"`
	Moved float64 `json:"moved"`
	// W holds the weights, one row an input, one column an output, and B the
	// biases: o = x W + b. Unit[j] is the deviation of input j, the full range
	// of a pixel: Unit[j] W[j][k] compare across inputs.
	W    [][]float64 `json:"w"`
	B    []float64   `json:"b"`
	Unit []float64   `json:"unit"`
	// Height is that of the images, 0 where the inputs are not one image.
	Height int `json:"height,omitempty"`
	// Checked examples were computed by hand; the outputs were at most Apart
	// from the model's. X, O and P are the first of them, its outputs and
	// probabilities.
	Checked int       `json:"checked"`
	Apart   float64   `json:"apart"`
	X       []float64 `json:"x"`
	O       []float64 `json:"o"`
	P       []float64 `json:"p"`
}

func runNetwork(ctx context.Context, opt Options) (*Network, error) {
	r := &Network{}
	if opt.Train != nil {
		return r, r.add(ctx, opt.Train.Source, opt.Train, softmax.Config{Tol: 1e-2, Threads: opt.Threads})
	}
	penguins, err := sample.Penguins()
	if err != nil {
		return nil, err
	}
	penguins.Columns = slices.DeleteFunc(penguins.Columns, func(c dataset.Column) bool {
		return c.Kind != dataset.Numeric || c.Name == "year" // a date is no measurement
	})
	if err := r.add(ctx, "penguins", penguins, softmax.Config{Tol: 1e-12, Threads: opt.Threads}); err != nil {
		return nil, err
	}
	images, err := sample.FashionTrain()
	if err != nil {
		return nil, err
	}
	if err := r.add(ctx, "Fashion-MNIST", images, softmax.Config{L2: 1e-2, Tol: 1e-2, Stop: softmax.StopEstimate, Threads: opt.Threads}); err != nil {
		return nil, err
	}
	copy(r.Layers[1].Outputs, sample.FashionNames[:])
	return r, nil
}

func (r *Network) add(ctx context.Context, data string, ds *dataset.Dataset, cfg softmax.Config) error {
	model, _, err := softmax.Fit(ctx, ds, cfg)
	if err != nil {
		return err
	}
	if model.LossFunction() == softmax.Sigmoids {
		return fmt.Errorf("%s: the experiment needs one class for each example", ds.Source)
	}
	c := model.Coefficients()
	d, k := len(c.Features), len(c.Classes)
	l := Layer{
		Data: data, Inputs: c.Features, Outputs: c.Classes, Weights: d * k, Biases: k, Free: (k - 1) * (d + 1),
		W: c.W, B: c.Intercept, Unit: c.Unit,
	}
	if in := model.Inputs(); len(in) == 1 && in[0].Kind == dataset.Pixels {
		l.Height = in[0].Height
	}
	for i := 0; i < ds.Rows() && l.Checked < 100; i++ {
		if row, complete := rowOf(ds, i); complete {
			if err := l.check(model, row); err != nil {
				return err
			}
		}
	}
	r.Layers = append(r.Layers, l)
	return nil
}

// rowOf is row i by the names of its columns.
func rowOf(ds *dataset.Dataset, i int) (row softmax.Row, complete bool) {
	row = make(softmax.Row)
	for at := range ds.Columns {
		c := &ds.Columns[at]
		if c.Missing(i) {
			return nil, false
		}
		if c.Kind == dataset.Categorical {
			row[c.Name] = c.Levels[c.Codes[i]]
			continue
		}
		values := make([]float64, c.Width)
		for j := range values {
			values[j] = c.Number(i, j)
		}
		row[c.Name] = values
	}
	return row, true
}

// check computes the outputs of an example by hand, and its probabilities
// with 1 added to every weight and bias.
func (l *Layer) check(model *softmax.Model, row softmax.Row) error {
	x, err := model.Encode(row)
	if err != nil {
		return err
	}
	o, err := model.Logits(x)
	if err != nil {
		return err
	}
	byHand := slices.Clone(l.B)
	shift := 1.
	for j, v := range x {
		for k, w := range l.W[j] {
			byHand[k] += v * w
		}
		if l.Unit[j] != 0 {
			shift += v / l.Unit[j]
		}
	}
	p, shifted := make([]float64, len(o)), make([]float64, len(o))
	for k, v := range o {
		l.Apart = max(l.Apart, math.Abs(v-byHand[k]))
		shifted[k] = v + shift
	}
	special.Softmax(p, o)
	special.Softmax(shifted, shifted)
	for k := range p {
		l.Moved = max(l.Moved, math.Abs(p[k]-shifted[k]))
	}
	if l.Checked == 0 {
		l.X, l.O, l.P = x, o, p
	}
	l.Checked++
	return nil
}
