package design

import (
	"slices"

	"example.com/softmax/dataset"
	"example.com/softmax/internal/kernel"
	"example.com/softmax/internal/matrix"
)

// Matrix builds the training matrix of the dataset that the Design was fitted
// on. If all numbers are bytes they stay bytes, and a single block of bytes is
// not even copied; else the matrix is float32. Floating-point columns are
// stored centred and scaled by the float64 mean and deviation also where the
// model wants them raw (the matrix then undoes it by algebra): float32 of raw
// values would lose what matters where the mean is large beside the spread.
func (d *Design) Matrix(ds *dataset.Dataset) *matrix.Matrix {
	n, width := ds.Rows(), d.Dense()
	x := &matrix.Matrix{
		S:     d.sparse(ds),
		V:     kernel.Rows{D: width},
		Shift: append([]float64(nil), d.Shift...),
		Scale: append([]float64(nil), d.Scale...),
	}
	if width == 0 {
		return x
	}
	if len(ds.Columns) == 1 && ds.Columns[0].Bytes != nil {
		x.V.U8 = ds.Columns[0].Bytes
		return x
	}
	bytes := true
	for i := range ds.Columns {
		c := &ds.Columns[i]
		bytes = bytes && (c.Kind == dataset.Categorical || c.Bytes != nil || c.Sparse != nil)
	}
	if bytes {
		x.V.U8 = make([]uint8, n*width)
		for i := range d.Inputs {
			in := &d.Inputs[i]
			c := ds.Column(in.Name)
			if in.Sparse {
				continue
			}
			if in.Kind == dataset.Categorical {
				fillLevels(x.V.U8, width, in, c)
				continue
			}
			for r := range n {
				copy(x.V.U8[r*width+in.First:], c.Bytes[r*c.Width:][:c.Width])
			}
		}
		return x
	}
	x.V.F32 = make([]float32, n*width)
	for i := range d.Inputs {
		in := &d.Inputs[i]
		c := ds.Column(in.Name)
		switch {
		case in.Sparse:
		case in.Kind == dataset.Categorical:
			fillLevels(x.V.F32, width, in, c)
		case c.Bytes != nil:
			for r := range n {
				for j, v := range c.Bytes[r*c.Width:][:c.Width] {
					x.V.F32[r*width+in.First+j] = float32(v)
				}
			}
		default:
			d.fillCentred(x, in, c)
		}
	}
	return x
}

// sparse puts the sparse inputs side by side; nil if there are none. Those of a
// single one are not copied.
func (d *Design) sparse(ds *dataset.Dataset) *kernel.Sparse {
	var s *kernel.Sparse
	for i := range d.Inputs {
		in := &d.Inputs[i]
		if !in.Sparse {
			continue
		}
		from := ds.Column(in.Name).Sparse
		if s == nil {
			s = &kernel.Sparse{D: in.Width, Starts: from.Starts, Index: from.Index, Values: from.Values}
			continue
		}
		wider := &kernel.Sparse{D: s.D + in.Width, Starts: []int{0}}
		for r := range ds.Rows() {
			index, values := s.Row(r)
			wider.Index, wider.Values = append(wider.Index, index...), append(wider.Values, values...)
			index, values = from.Row(r)
			for _, j := range index {
				wider.Index = append(wider.Index, int32(s.D)+j)
			}
			wider.Values = append(wider.Values, values...)
			wider.Starts = append(wider.Starts, len(wider.Index))
		}
		s = wider
	}
	if s != nil && !slices.ContainsFunc(s.Values, func(v float64) bool { return v != 1 }) {
		s.Values = nil
	}
	return s
}

func fillLevels[T uint8 | float32](v []T, width int, in *Input, c *dataset.Column) {
	feature := levelFeatures(in, c)
	for r, code := range c.Codes {
		v[r*width+feature[code]] = 1
	}
}

// levelFeatures maps the level codes of a column to features; -1 for a level
// that the input does not have.
func levelFeatures(in *Input, c *dataset.Column) []int {
	known := make(map[string]int, len(in.Levels))
	for l, level := range in.Levels {
		known[level] = in.First + l
	}
	feature := make([]int, len(c.Levels))
	for code, level := range c.Levels {
		feature[code] = -1
		if j, ok := known[level]; ok {
			feature[code] = j
		}
	}
	return feature
}

func (d *Design) fillCentred(x *matrix.Matrix, in *Input, c *dataset.Column) {
	n, width := x.N(), x.V.D
	for j := range in.Width {
		f := in.First + j
		if d.Scale[f] == 0 { // stays 0 in storage
			x.Shift[f] = 0
			continue
		}
		m := &d.numbers[f]
		for r := range n {
			x.V.F32[r*width+f] = float32((c.Number(r, j) - m.mean) / m.deviation)
		}
		// (x - Shift) Scale in terms of the stored v, where x = v deviation + mean.
		x.Shift[f] = (d.Shift[f] - m.mean) / m.deviation
		x.Scale[f] = m.deviation * d.Scale[f]
	}
}
