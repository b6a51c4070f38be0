package design

import (
	"fmt"
	"strings"

	"example.com/softmax/dataset"
	"example.com/softmax/internal/kernel"
)

// A Binding matches a dataset's columns with a Design's inputs, by name.
type Binding struct {
	d       *Design
	columns []*dataset.Column // of each input
	places  [][]place         // of each input
	// Extra names the dataset's columns that the Design does not know.
	Extra []string
}

// Bind matches ds with d. It fails, naming all of them, if inputs are missing
// or of another kind or width.
func (d *Design) Bind(ds *dataset.Dataset) (*Binding, error) {
	b := &Binding{d: d, columns: make([]*dataset.Column, len(d.Inputs)), places: make([][]place, len(d.Inputs))}
	var missing []string
	extra := make(map[string]*dataset.Column, len(ds.Columns))
	for i := range ds.Columns {
		extra[ds.Columns[i].Name] = &ds.Columns[i]
	}
	for i := range d.Inputs {
		in := &d.Inputs[i]
		if in.Parts != nil {
			continue // its parts are inputs, too
		}
		c := extra[in.Name]
		if c == nil && len(d.Inputs) == 1 && len(ds.Columns) == 1 && in.Width > 1 {
			c = &ds.Columns[0] // a block by another name is that block
		}
		if c == nil {
			missing = append(missing, fmt.Sprintf("%q", in.Name))
			continue
		}
		switch {
		case c.Kind != in.Kind && !(number(c.Kind) && number(in.Kind)):
			return nil, &dataset.Error{File: ds.Source, Column: c.Name, Err: fmt.Errorf("%w: it is %v here and was %v in training", dataset.ErrColumn, c.Kind, in.Kind)}
		case number(c.Kind) && c.Width != in.Width:
			return nil, &dataset.Error{File: ds.Source, Column: c.Name, Err: fmt.Errorf("%w: %d numbers a row where training had %d", dataset.ErrColumn, c.Width, in.Width)}
		}
		b.columns[i] = c
		delete(extra, c.Name)
	}
	if len(missing) > 0 {
		const classes = 10
		if len(missing) > classes {
			missing = append(missing[:classes], fmt.Sprintf("and %d more", len(missing)-classes))
		}
		noun := "column"
		if len(missing) > 1 {
			noun = "columns"
		}
		return nil, &dataset.Error{File: ds.Source, Err: fmt.Errorf("%w: it lacks the %s %s, which the model needs", dataset.ErrColumn, noun, strings.Join(missing, ", "))}
	}
	for i := range ds.Columns {
		if name := ds.Columns[i].Name; extra[name] != nil {
			b.Extra = append(b.Extra, name)
		}
	}
	for i := range d.Inputs {
		in := &d.Inputs[i]
		if in.Kind != dataset.Categorical {
			continue
		}
		if in.Parts != nil {
			b.columns[i] = cross(in.Name, ds.Column(in.Parts[0]), ds.Column(in.Parts[1]))
		}
		b.places[i] = d.places(in, b.columns[i])
	}
	return b, nil
}

// Whole tells whether the features are the numbers of one column, as they are
// stored.
func (b *Binding) Whole() bool {
	c := b.columns[0]
	return len(b.columns) == 1 && c.Kind != dataset.Categorical && c.Kind != dataset.Text && c.Sparse == nil && b.d.Dense() == c.Width && b.d.D() == c.Width
}

// Logits sets z, n x K, to the logits that a gives rows from lo on, if b is
// Whole: NaN where a number is missing.
func (b *Binding) Logits(a *kernel.Affine, z []float64, lo int) {
	c, hi := b.columns[0], lo+len(z)/len(a.Base)
	switch {
	case c.Bytes != nil:
		kernel.Logits(a, z, c.Bytes[lo*c.Width:hi*c.Width])
	case c.Float32s != nil:
		kernel.Logits(a, z, c.Float32s[lo*c.Width:hi*c.Width])
	default:
		kernel.Logits(a, z, c.Float64s[lo*c.Width:hi*c.Width])
	}
}

// Probabilities sets p and classes to the probabilities and classes of rows from
// lo on, as kernel.Probabilities does, if b is Whole.
func (b *Binding) Probabilities(a *kernel.Affine, p []float64, classes []int32, lo int) {
	c, hi := b.columns[0], lo+len(classes)
	switch {
	case c.Bytes != nil:
		kernel.Probabilities(a, p, classes, c.Bytes[lo*c.Width:hi*c.Width])
	case c.Float32s != nil:
		kernel.Probabilities(a, p, classes, c.Float32s[lo*c.Width:hi*c.Width])
	default:
		kernel.Probabilities(a, p, classes, c.Float64s[lo*c.Width:hi*c.Width])
	}
}

// Vector sets v to the raw features of row i.
func (b *Binding) Vector(v *Vector, i int) {
	v.Reset()
	for at := range b.d.Inputs {
		in, c := &b.d.Inputs[at], b.columns[at]
		if in.Kind == dataset.Text {
			b.d.Text(v, in, c.Texts[i])
			continue
		}
		if in.Kind == dataset.Categorical {
			code := c.Codes[i]
			b.d.put(v, in, b.places[at][1+code], code < 0 || c.Levels[code] == "")
			continue
		}
		if c.Sparse == nil {
			for j := range in.Width {
				b.d.Number(v, in, j, c.Number(i, j))
			}
			continue
		}
		index, values := c.Sparse.Row(i)
		for at, j := range index {
			b.d.Number(v, in, int(j), values[at])
		}
	}
}
