package lab

import (
	"context"
	"math"
	"slices"

	"example.com/softmax"
	"example.com/softmax/dataset"
	"example.com/softmax/dataset/sample"
	"example.com/softmax/internal/chart"
	"example.com/softmax/internal/design"
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

func runNetwork(ctx context.Context, opt Options) *Network {
	if opt.Train != nil {
		return &Network{[]Layer{layer(ctx, opt.Train.Source, opt.Train, softmax.Config{C: 1, Tol: 1e-2, Threads: opt.Threads})}}
	}
	penguins, images := must(sample.Penguins()), must(sample.FashionTrain())
	penguins.Columns = slices.DeleteFunc(penguins.Columns, func(c dataset.Column) bool {
		return c.Kind != dataset.Numeric || c.Name == "year" // a date is no measurement
	})
	small := layer(ctx, "penguins", penguins, softmax.Config{C: 1, Tol: 1e-12, Threads: opt.Threads})
	large := layer(ctx, "Fashion-MNIST", images, softmax.Config{L2: 1e-2, Tol: 1e-2, Stop: softmax.StopEstimate, Threads: opt.Threads})
	copy(large.Outputs, sample.FashionNames[:])
	return &Network{[]Layer{small, large}}
}

func layer(ctx context.Context, data string, ds *dataset.Dataset, cfg softmax.Config) Layer {
	ds = complete(ds)
	model, _, err := softmax.Fit(ctx, ds, cfg)
	check(err)
	if model.LossFunction() == softmax.Sigmoids {
		fail("%s: the experiment needs one class for each example", ds.Source)
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
	columns := must(design.Fit(ds, cfg.Preprocess))
	raw, v := must(columns.Bind(ds)), columns.NewVector()
	for i := range min(100, ds.Rows()) {
		x := make([]float64, d)
		raw.Vector(v, i)
		v.Full(x)
		l.byHand(x, must(model.Logits(x)))
	}
	return l
}

// byHand computes the outputs o of an example, and its probabilities with 1
// added to every weight and bias.
func (l *Layer) byHand(x, o []float64) {
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
}

// Small reports whether the layer's weights are shown one by one.
func (l *Layer) Small() bool { return len(l.Inputs) <= 8 && len(l.Outputs) <= 12 }

// Predicted is the class of the first example.
func (l *Layer) Predicted() string { return l.Outputs[special.Argmax(l.O)] }

// Moved is that of all layers.
func (r *Network) Moved() (moved float64) {
	for _, l := range r.Layers {
		moved = max(moved, l.Moved)
	}
	return moved
}

// drawings show the layers.
func (r *Network) drawings(words [][]string) (all []drawing) {
	for i, l := range r.Layers {
		w := words[i]
		n := chart.Network{Title: w[0], Scale: w[1], InputLayer: w[2], OutputLayer: w[3], Inputs: l.Inputs, Outputs: l.Outputs, Height: l.Height}
		for j, row := range l.W {
			for _, v := range row {
				n.W = append(n.W, v*l.Unit[j])
			}
		}
		all = append(all, n)
	}
	return all
}
