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

// Vector writes the features of row i to x, D entries, sparse or not. What it
// returns is what Row does.
func (b *Binding) Vector(x []float64, i int) (complete bool, unseen int) {
	dense := b.d.Dense()
	row := Row{Dense: x[:dense:dense]}
	complete, unseen = b.Row(&row, i)
	clear(x[dense:])
	for at, j := range row.Index {
		x[dense+int(j)] = row.Values[at]
	}
	return complete, unseen
}

// A Row is a feature vector in raw units: the numbers of the features that are
// not sparse, and of the others those that are not 0, in ascending order; Index
// counts from the first sparse feature.
type Row struct {
	Dense  []float64
	Index  []int32
	Values []float64
}

// Row makes row the features of row i; it starts as a zero Row and may be used
// again. It reports whether every value was there (missing numbers are NaN),
// and how many categories were not seen in training: those have 0 at all
// levels.
func (b *Binding) Row(row *Row, i int) (complete bool, unseen int) {
	complete = true
	dense := b.d.Dense()
	if row.Dense == nil {
		row.Dense = make([]float64, dense)
	}
	row.Index, row.Values = row.Index[:0], row.Values[:0]
	x := row.Dense
	for at := range b.d.Inputs {
		in := &b.d.Inputs[at]
		c := b.columns[at]
		if in.Kind != dataset.Categorical {
			number := func(j int, v float64) {
				complete = complete && v == v
				switch {
				case !in.Sparse:
					x[in.First+j] = v
				case v != 0:
					row.Index, row.Values = append(row.Index, int32(in.First-dense+j)), append(row.Values, v)
				}
			}
			if c.Sparse == nil {
				for j := range in.Width {
					number(j, c.Number(i, j))
				}
				continue
			}
			if !in.Sparse {
				clear(x[in.First:][:in.Width])
			}
			index, values := c.Sparse.Row(i)
			for at, j := range index {
				number(int(j), values[at])
			}
			continue
		}
		xs := x[in.First:][:in.Features()]
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
