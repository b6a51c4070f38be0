package design

import (
	"runtime"
	"slices"

	"example.com/softmax/dataset"
	"example.com/softmax/internal/kernel"
	"example.com/softmax/internal/linalg"
	"example.com/softmax/internal/matrix"
)

// MatrixBytes is the memory that the dense part of Matrix takes.
func (d *Design) MatrixBytes(ds *dataset.Dataset) float64 {
	size := float64(ds.Rows()) * float64(d.Dense())
	switch {
	case len(d.Inputs) == 1 && ds.Columns[0].Bytes != nil:
		return 0
	case d.floats():
		return 4 * size
	}
	return size
}

func (d *Design) floats() bool {
	return slices.ContainsFunc(d.numbers, func(m moments) bool { return m.float })
}

// Matrix builds the training matrix of the dataset that the Design was fitted
// on, from the Vectors of its rows. If all dense features are bytes they stay
// bytes, and a single block of bytes or of sparse numbers is not even copied;
// else the dense part is float32. Floating-point columns are stored centred and
// scaled by the float64 mean and deviation also where the model wants them raw
// (the matrix then undoes it by algebra): float32 of raw values would lose what
// matters where the mean is large beside the spread.
func (d *Design) Matrix(ds *dataset.Dataset) *matrix.Matrix {
	n, width := ds.Rows(), d.Dense()
	x := &matrix.Matrix{V: kernel.Rows{D: width}, Shift: slices.Clone(d.Shift), Scale: slices.Clone(d.Scale)}
	first := &ds.Columns[0]
	switch {
	case len(d.Inputs) == 1 && first.Bytes != nil:
		x.V.U8 = first.Bytes
		return x
	case len(d.Inputs) == 1 && first.Sparse != nil:
		x.S = &kernel.Sparse{D: first.Width, Starts: first.Sparse.Starts, Index: first.Sparse.Index, Values: first.Sparse.Values}
		onlyOnes(x.S)
		return x
	}
	b, err := d.Bind(ds)
	if err != nil {
		panic(err) // it is not the dataset of the fit
	}
	store := func(int, []float64) {}
	switch {
	case width == 0:
	case !d.floats():
		x.V.U8 = make([]uint8, n*width)
		store = func(i int, row []float64) {
			for j, v := range row {
				x.V.U8[i*width+j] = uint8(v)
			}
		}
	default:
		x.V.F32 = make([]float32, n*width)
		d.centre(x)
		store = func(i int, row []float64) { d.store(x.V.F32[i*width:][:width], row) }
	}
	const least = 1 << 16 // features that are worth a goroutine
	parts := make([]kernel.Sparse, max(1, min(runtime.GOMAXPROCS(0), n*d.D()/least)))
	part := func(p int) {
		lo, hi := n*p/len(parts), n*(p+1)/len(parts)
		if width == d.D() && len(d.Gaps) == 0 {
			const run = 256 // rows that stay in a cache
			for ; lo < hi; lo += run {
				d.storeColumns(x.V, b, lo, min(lo+run, hi))
			}
			return
		}
		v, s := d.NewVector(), &parts[p]
		for i := lo; i < hi; i++ {
			b.Vector(v, i)
			store(i, v.Dense)
			s.Index, s.Values = append(s.Index, v.Index...), append(s.Values, v.Values...)
			s.Starts = append(s.Starts, len(s.Index))
		}
	}
	linalg.Parallel(len(parts), len(parts), part)
	if width == d.D() {
		return x
	}
	x.S = &kernel.Sparse{D: d.D() - width, Starts: []int{0}}
	for p := range parts {
		before := len(x.S.Index)
		x.S.Index, x.S.Values = append(x.S.Index, parts[p].Index...), append(x.S.Values, parts[p].Values...)
		for _, end := range parts[p].Starts {
			x.S.Starts = append(x.S.Starts, before+end)
		}
		parts[p] = kernel.Sparse{}
	}
	onlyOnes(x.S)
	return x
}

// onlyOnes leaves out the values if all of them are 1.
func onlyOnes(s *kernel.Sparse) {
	if !slices.ContainsFunc(s.Values, func(v float64) bool { return v != 1 }) {
		s.Values = nil
	}
}

// centre makes x that of the stored v = (x - mean) / deviation, for numbers
// that are stored so: (x - Shift) Scale with x = v deviation + mean.
func (d *Design) centre(x *matrix.Matrix) {
	for j := range d.numbers {
		m := &d.numbers[j]
		switch {
		case !m.float:
		case d.Scale[j] == 0: // stays 0 in storage
			x.Shift[j] = 0
		default:
			x.Shift[j] = (d.Shift[j] - m.mean) / m.deviation
			x.Scale[j] = m.deviation * d.Scale[j]
		}
	}
}

// storeColumns is what Matrix makes of rows lo up to hi where all features are
// dense and no number is missing: column by column, which is several times
// faster.
func (d *Design) storeColumns(x kernel.Rows, b *Binding, lo, hi int) {
	for at, c := range b.columns {
		in := &d.Inputs[at]
		switch first := in.First; {
		case in.Kind == dataset.Text || c.Sparse != nil: // of no feature
		case in.Kind == dataset.Categorical && x.U8 != nil:
			mark(x.U8[first:], x.D, c.Codes, b.places[at], lo, hi)
		case in.Kind == dataset.Categorical:
			mark(x.F32[first:], x.D, c.Codes, b.places[at], lo, hi)
		case c.Bytes != nil && x.U8 != nil:
			copyNumbers(x.U8[first:], x.D, c.Bytes, c.Width, lo, hi)
		case c.Bytes != nil:
			copyNumbers(x.F32[first:], x.D, c.Bytes, c.Width, lo, hi)
		case c.Float32s != nil:
			centreNumbers(x.F32[first:], x.D, c.Float32s, d.numbers[first:][:c.Width], d.Scale[first:], lo, hi)
		default:
			centreNumbers(x.F32[first:], x.D, c.Float64s, d.numbers[first:][:c.Width], d.Scale[first:], lo, hi)
		}
	}
}

// mark sets the features of categories.
func mark[T uint8 | float32](to []T, stride int, codes []int32, ps []place, lo, hi int) {
	for i := lo; i < hi; i++ {
		if f := ps[1+codes[i]].feature; f >= 0 {
			to[i*stride+f] = 1
		}
	}
}

// copyNumbers copies rows of width numbers to those that are stride apart.
func copyNumbers[T uint8 | float32](to []T, stride int, from []uint8, width, lo, hi int) {
	for i := lo; i < hi; i++ {
		row := to[i*stride:][:width]
		for j, v := range from[i*width:][:width] {
			row[j] = T(v)
		}
	}
}

// centreNumbers stores rows of floating-point numbers as store does.
func centreNumbers[T float32 | float64](to []float32, stride int, from []T, ms []moments, scale []float64, lo, hi int) {
	for i := lo; i < hi; i++ {
		row := to[i*stride:][:len(ms)]
		for j, v := range from[i*len(ms):][:len(ms)] {
			if scale[j] != 0 {
				row[j] = float32((float64(v) - ms[j].mean) / ms[j].deviation)
			}
		}
	}
}

// store writes what is stored of a row's dense features.
func (d *Design) store(stored []float32, row []float64) {
	for j, v := range row {
		if j < len(d.numbers) && d.numbers[j].float {
			if d.Scale[j] == 0 {
				continue
			}
			v = (v - d.numbers[j].mean) / d.numbers[j].deviation
		}
		stored[j] = float32(v)
	}
}
