package design

import (
	"fmt"
	"slices"
	"strings"

	"example.com/softmax/dataset"
)

// A Binding matches a dataset's columns with a Design's inputs, by name.
type Binding struct {
	d       *Design
	columns []*dataset.Column // of each input
	feature [][]int           // of each input, see levelFeatures
	// Extra names the dataset's columns that the Design does not know.
	Extra []string
}

// Bind matches ds with d. It fails, naming all of them, if inputs are missing
// or of another kind or width.
func (d *Design) Bind(ds *dataset.Dataset) (*Binding, error) {
	b := &Binding{d: d, columns: make([]*dataset.Column, len(d.Inputs)), feature: make([][]int, len(d.Inputs))}
	var missing []string
	for i := range d.Inputs {
		in := &d.Inputs[i]
		c := ds.Column(in.Name)
		if c == nil && len(d.Inputs) == 1 && len(ds.Columns) == 1 && in.Width > 1 {
			c = &ds.Columns[0] // a block by another name is that block
		}
		if c == nil {
			missing = append(missing, fmt.Sprintf("%q", in.Name))
			continue
		}
		number := func(k dataset.Kind) bool { return k != dataset.Categorical }
		switch {
		case number(c.Kind) != number(in.Kind):
			return nil, &dataset.Error{File: ds.Source, Column: c.Name, Err: fmt.Errorf("%w: it is %v here and was %v in training", dataset.ErrColumn, c.Kind, in.Kind)}
		case number(c.Kind) && c.Width != in.Width:
			return nil, &dataset.Error{File: ds.Source, Column: c.Name, Err: fmt.Errorf("%w: %d numbers a row where training had %d", dataset.ErrColumn, c.Width, in.Width)}
		}
		b.columns[i] = c
		if in.Kind == dataset.Categorical {
			b.feature[i] = levelFeatures(in, c)
		}
	}
	if len(missing) > 0 {
		const most = 10
		if len(missing) > most {
			missing = append(missing[:most], fmt.Sprintf("and %d more", len(missing)-most))
		}
		return nil, &dataset.Error{File: ds.Source, Err: fmt.Errorf("%w: the model needs %s", dataset.ErrColumn, strings.Join(missing, ", "))}
	}
	for i := range ds.Columns {
		if !slices.Contains(b.columns, &ds.Columns[i]) {
			b.Extra = append(b.Extra, ds.Columns[i].Name)
		}
	}
	return b, nil
}

// Vector writes the raw feature vector of row i to x, D entries. It reports
// whether every value was there (missing numbers are NaN in x), and how many
// categories were not seen in training: those have 0 at all levels.
func (b *Binding) Vector(x []float64, i int) (complete bool, unseen int) {
	complete = true
	for at := range b.d.Inputs {
		in := &b.d.Inputs[at]
		c := b.columns[at]
		xs := x[in.First:][:in.Features()]
		if in.Kind != dataset.Categorical {
			for j := range xs {
				v := c.Number(i, j)
				xs[j] = v
				complete = complete && v == v
			}
			continue
		}
		clear(xs)
		switch code := c.Codes[i]; {
		case code < 0:
			complete = false
		case b.feature[at][code] < 0:
			unseen++
		default:
			x[b.feature[at][code]] = 1
		}
	}
	return complete, unseen
}
