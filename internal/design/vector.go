package design

import (
	"math"
	"slices"

	"example.com/softmax/dataset"
	"example.com/softmax/preprocess"
)

// A Vector is one row as raw features, with what about it was not as in
// training.
type Vector struct {
	Dense []float64 // the features before the first sparse one
	// Index and Values are the sparse features that are not 0, in ascending
	// order; Index counts from the first sparse one.
	Index  []int32
	Values []float64

	Missing  int  // values that are missing where training missed none
	Unseen   int  // categories that training did not see
	Rejected bool // the row has no prediction, as the options say

	tokenizer Tokenizer
	terms     []int32
}

// NewVector returns a Vector for rows of d.
func (d *Design) NewVector() *Vector { return &Vector{Dense: make([]float64, d.Dense())} }

// Full writes all features to x, D entries.
func (v *Vector) Full(x []float64) {
	clear(x[copy(x, v.Dense):])
	for at, j := range v.Index {
		x[len(v.Dense)+int(j)] = v.Values[at]
	}
}

// set sets feature j; those of sparse inputs come in ascending order.
func (v *Vector) set(j int, value float64) {
	switch at := j - len(v.Dense); {
	case at < 0:
		v.Dense[j] = value
	case value != 0:
		v.Index, v.Values = append(v.Index, int32(at)), append(v.Values, value)
	}
}

// Borrow returns a Vector that may have been used.
func (d *Design) Borrow() *Vector {
	if v, ok := d.spare.Get().(*Vector); ok {
		return v
	}
	return d.NewVector()
}

// Return takes a Vector back.
func (d *Design) Return(v *Vector) { d.spare.Put(v) }

// Reset makes v ready for a row.
func (v *Vector) Reset() {
	clear(v.Dense)
	v.Index, v.Values = v.Index[:0], v.Values[:0]
	v.Missing, v.Unseen, v.Rejected = 0, 0, false
}

// Number sets number j of a numeric input, NaN for a missing one.
func (d *Design) Number(v *Vector, in *Input, j int, value float64) {
	f := in.First + j
	if !math.IsNaN(value) {
		v.set(f, value)
		return
	}
	if in.Sparse || d.Options.Missing == preprocess.MissingDrop {
		v.Rejected = true
	}
	if in.Sparse {
		return
	}
	v.Dense[f] = d.Fill[f]
	if gap, ok := d.gap(f); ok {
		v.Dense[gap] = 1
		return
	}
	v.Missing++
	v.Rejected = v.Rejected || d.Options.Unseen == preprocess.UnseenError
}

// gap returns the feature that tells that number j is missing.
func (d *Design) gap(j int) (feature int, ok bool) {
	at, ok := slices.BinarySearch(d.Gaps, j)
	return len(d.Fill) + at, ok
}

// A place is where a category goes: a feature of its input, or -1, and whether
// training saw it.
type place struct {
	feature int
	known   bool
}

// Level sets the feature of a category of a categorical input, empty for a
// missing one.
func (d *Design) Level(v *Vector, in *Input, level string) {
	feature, known := in.find(level, d.Options.Unseen)
	d.put(v, in, place{feature, known}, level == "")
}

// put sets the feature of a category.
func (d *Design) put(v *Vector, in *Input, p place, missing bool) {
	if p.feature >= 0 {
		v.set(in.First+p.feature, 1)
	}
	if missing && d.Options.Missing == preprocess.MissingDrop {
		v.Rejected = true
	}
	if p.known || in.Parts != nil {
		return // a pair of known levels that did not come together is no surprise
	}
	if missing {
		v.Missing++
	} else {
		v.Unseen++
	}
	v.Rejected = v.Rejected || d.Options.Unseen == preprocess.UnseenError
}

// places finds where the levels of a column go; entry 0 is for a missing value.
func (d *Design) places(in *Input, c *dataset.Column) []place {
	ps := make([]place, 1+len(c.Levels))
	for code := range ps {
		ps[code].feature, ps[code].known = in.find(levelName(c, code-1), d.Options.Unseen)
	}
	return ps
}
