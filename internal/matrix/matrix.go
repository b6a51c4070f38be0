// Package matrix holds the design matrix X as it is stored for training.
//
// Bytes stay bytes, dense floats are float32, and sparse rows stay sparse;
// centring and scaling are not applied to the stored values but to the weights
// (see Matrix).
package matrix

import "example.com/softmax/internal/kernel"

// Matrix is an n x d design matrix whose entry for row i and feature j is
//
//	x_ij = (v_ij - Shift[j]) * Scale[j]
//
// with v the stored value: that of V for the first V.D features, and that of S
// for those that follow. A product with X is computed as algebra on the
// other factor: X W + 1 b' = V U + 1 c' with U = diag(Scale) W and
// c = b - Shift' U, and X' R = diag(Scale) (V' R - Shift (1' R)). So a sparse
// feature may be centred and is still stored, and walked, as it came.
// A feature of Scale 0 is constant: it takes no part.
type Matrix struct {
	V            kernel.Rows    // the dense features; D is 0 if there are none
	S            *kernel.Sparse // the sparse features, nil if there are none
	Shift, Scale []float64      // d each
}

// N is the number of rows.
func (x *Matrix) N() int {
	if x.S != nil {
		return x.S.N()
	}
	return x.V.N()
}

// D is the number of features.
func (x *Matrix) D() int { return len(x.Scale) }

// Bytes is the memory that the stored values take.
func (x *Matrix) Bytes() int {
	b := len(x.V.U8) + 4*len(x.V.F32)
	if x.S != nil {
		b += 8*len(x.S.Starts) + 4*len(x.S.Index) + 8*len(x.S.Values)
	}
	return b
}

// Fold sets u = diag(Scale) W and c = b - Shift' u. W and u are D x K
// row-major, b and c have K entries.
func (x *Matrix) Fold(u, c, W, b []float64) {
	k := len(b)
	copy(c, b)
	for j, s := range x.Scale {
		m := x.Shift[j]
		w, uj := W[j*k:][:k], u[j*k:][:k]
		if s == 1 && m == 0 { // most sparse features
			copy(uj, w)
			continue
		}
		for q := range uj {
			uj[q] = s * w[q]
			c[q] -= float64(m * uj[q])
		}
	}
}

// Refold follows a change of u: it moves W with it and sets c anew. A feature
// of Scale 0 keeps its W, which has no effect.
func (x *Matrix) Refold(u, c, W, b []float64) {
	k := len(b)
	copy(c, b)
	for j, s := range x.Scale {
		if s == 0 {
			continue
		}
		m := x.Shift[j]
		w, uj := W[j*k:][:k], u[j*k:][:k]
		for q := range uj {
			w[q] = uj[q] / s
			c[q] -= float64(m * uj[q])
		}
	}
}

// AddSquares adds to dst, V.D entries, the squares of the dense stored values
// of rows lo up to hi.
func (x *Matrix) AddSquares(dst []float64, lo, hi int) {
	for i := lo; i < hi; i++ {
		row := x.V.Slice(i, i+1)
		for j, v := range row.U8 {
			dst[j] += squares[v]
		}
		for j, v := range row.F32 {
			dst[j] += float64(float64(v) * float64(v))
		}
	}
}

// nonZeros calls visit for the sparse features of row i that are stored.
func (x *Matrix) nonZeros(i int, visit func(j int, v float64)) {
	if x.S == nil {
		return
	}
	index, values := x.S.Row(i)
	for at, j := range index {
		v := 1.0
		if values != nil {
			v = values[at]
		}
		visit(x.V.D+int(j), v)
	}
}

var squares = func() (s [256]float64) {
	for v := range s {
		s[v] = float64(v * v)
	}
	return s
}()

// Unfold turns g = V' R into X' R in place, given rsum = R' 1.
func (x *Matrix) Unfold(g, rsum []float64) {
	k := len(rsum)
	for j, s := range x.Scale {
		m := x.Shift[j]
		if s == 1 && m == 0 {
			continue
		}
		gj := g[j*k:][:k]
		for q := range gj {
			gj[q] = s * (gj[q] - float64(m*rsum[q]))
		}
	}
}

// Row writes row i of X to dst, d entries.
func (x *Matrix) Row(dst []float64, i int) {
	clear(dst)
	x.AddRow(dst, 1, i)
	for j, v := range dst {
		dst[j] = (v - x.Shift[j]) * x.Scale[j]
	}
}

// DenseRow writes the dense features of row i of X to dst, V.D entries.
func (x *Matrix) DenseRow(dst []float64, i int) {
	clear(dst)
	x.V.AddRow(dst, 1, i)
	for j, v := range dst {
		dst[j] = (v - x.Shift[j]) * x.Scale[j]
	}
}

// AddRow adds a times the stored values of row i to y, d entries.
func (x *Matrix) AddRow(y []float64, a float64, i int) {
	x.V.AddRow(y, a, i)
	x.nonZeros(i, func(j int, v float64) { y[j] += float64(a * v) })
}
