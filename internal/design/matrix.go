package design

import (
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
func (d *Design) Matrix(ds *dataset.Dataset) *matrix.Dense {
	n, width := ds.Rows(), d.D()
	x := &matrix.Dense{
		V:     kernel.Rows{D: width},
		Shift: append([]float64(nil), d.Shift...),
		Scale: append([]float64(nil), d.Scale...),
	}
	if len(ds.Columns) == 1 && ds.Columns[0].Bytes != nil {
		x.V.U8 = ds.Columns[0].Bytes
		return x
	}
	bytes := true
	for i := range ds.Columns {
		bytes = bytes && (ds.Columns[i].Kind == dataset.Categorical || ds.Columns[i].Bytes != nil)
	}
	if bytes {
		x.V.U8 = make([]uint8, n*width)
		for i := range d.Inputs {
			in := &d.Inputs[i]
			c := ds.Column(in.Name)
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

func (d *Design) fillCentred(x *matrix.Dense, in *Input, c *dataset.Column) {
	n, width := x.N(), d.D()
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
