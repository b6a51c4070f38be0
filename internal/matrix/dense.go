// Package matrix holds the design matrix X as it is stored for training.
//
// Bytes stay bytes and floats are float32; centring and scaling are not
// applied to the stored values but to the weights (see Dense).
package matrix

import (
	"runtime"
	"sync"

	"example.com/softmax/internal/kernel"
)

// Dense is an n x d design matrix whose entry for row i and feature j is
//
//	x_ij = (v_ij - Shift[j]) * Scale[j]
//
// with v the stored value. A product with X is computed as algebra on the
// other factor: X W + 1 b' = V U + 1 c' with U = diag(Scale) W and
// c = b - Shift' U, and X' R = diag(Scale) (V' R - Shift (1' R)).
// A feature of Scale 0 is constant: it takes no part.
type Dense struct {
	V            kernel.Rows
	Shift, Scale []float64 // d each
}

// N is the number of rows.
func (x *Dense) N() int { return x.V.N() }

// D is the number of features.
func (x *Dense) D() int { return x.V.D }

// Bytes is the memory that the stored values take.
func (x *Dense) Bytes() int { return len(x.V.U8) + 4*len(x.V.F32) }

// Fold sets u = diag(Scale) W and c = b - Shift' u. W and u are D x K
// row-major, b and c have K entries.
func (x *Dense) Fold(u, c, W, b []float64) {
	k := len(b)
	copy(c, b)
	for j, s := range x.Scale {
		m := x.Shift[j]
		w, uj := W[j*k:][:k], u[j*k:][:k]
		for q := range uj {
			uj[q] = s * w[q]
			c[q] -= float64(m * uj[q])
		}
	}
}

// Refold follows a change of u: it moves W with it and sets c anew. A feature
// of Scale 0 keeps its W, which has no effect.
func (x *Dense) Refold(u, c, W, b []float64) {
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

// AddSquares adds to dst, D entries, the squares of the stored values of rows lo
// up to hi.
func (x *Dense) AddSquares(dst []float64, lo, hi int) {
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

var squares = func() (s [256]float64) {
	for v := range s {
		s[v] = float64(v * v)
	}
	return s
}()

// Unfold turns g = V' R into X' R in place, given rsum = R' 1.
func (x *Dense) Unfold(g, rsum []float64) {
	k := len(rsum)
	for j, s := range x.Scale {
		m := x.Shift[j]
		gj := g[j*k:][:k]
		for q := range gj {
			gj[q] = s * (gj[q] - float64(m*rsum[q]))
		}
	}
}

// Row writes row i of X to dst, d entries.
func (x *Dense) Row(dst []float64, i int) {
	v := x.V.Slice(i, i+1)
	for j := range dst {
		var stored float64
		if v.U8 != nil {
			stored = float64(v.U8[j])
		} else {
			stored = float64(v.F32[j])
		}
		dst[j] = (stored - x.Shift[j]) * x.Scale[j]
	}
}

// Means returns the weighted column means of X (not of V). weights may be nil.
func (x *Dense) Means(weights []float64) []float64 {
	n, d := x.N(), x.D()
	mean := make([]float64, d)
	ones := make([]float64, n)
	var sum float64
	for i := range ones {
		ones[i] = 1
		if weights != nil {
			ones[i] = weights[i]
		}
		sum += ones[i]
	}
	kernel.Backward(mean, x.V, ones)
	for j := range mean {
		mean[j] = (mean[j]/sum - x.Shift[j]) * x.Scale[j]
	}
	return mean
}

// Squares returns the diagonal that Gram would have, D+1 entries.
func (x *Dense) Squares(weights []float64, stride int) []float64 {
	d := x.D()
	square, row := make([]float64, d+1), make([]float64, d)
	var sum float64
	for i := 0; i < x.N(); i += stride {
		w := 1.0
		if weights != nil {
			w = weights[i]
		}
		sum += w
		x.Row(row, i)
		for j, v := range row {
			square[j] += w * v * v
		}
	}
	for j := range square {
		square[j] /= sum
	}
	square[d] = 1
	return square
}

// Gram returns the weighted mean of (x_i, 1)(x_i, 1)' over every stride-th
// row, as a full symmetric (D+1) x (D+1) row-major matrix whose last row and
// column belong to the constant. weights may be nil.
func (x *Dense) Gram(level kernel.Level, weights []float64, stride, threads int) []float64 {
	d := x.D()
	v, w := x.every(stride, weights)
	raw := make([]float64, d*d)
	// Each worker owns a band of features, so no sum depends on their number.
	// A band is a few tiles of the kernels.
	const band = 40
	var wg sync.WaitGroup
	bands := make(chan int)
	for range max(1, min(threads, runtime.GOMAXPROCS(0))) {
		wg.Go(func() {
			for lo := range bands {
				kernel.Gram(level, raw, v, w, lo, min(lo+band, d))
			}
		})
	}
	for lo := 0; lo < d; lo += band {
		bands <- lo
	}
	close(bands)
	wg.Wait()

	sum := float64(v.N())
	if w != nil {
		sum = 0
		for _, wi := range w {
			sum += wi
		}
	}
	colsum := make([]float64, d)
	if w == nil {
		w = make([]float64, v.N())
		for i := range w {
			w[i] = 1
		}
	}
	kernel.Backward(colsum, v, w)
	g := make([]float64, (d+1)*(d+1))
	for j := range d {
		for l := j; l < d; l++ {
			// Around the shifts, which are near the means: the cancellation of
			// E[v_j v_l] - m_j m_l costs digits only where |m| >> deviation,
			// and columns like that are stored centred.
			c := raw[j*d+l] - x.Shift[j]*colsum[l] - x.Shift[l]*colsum[j] + sum*x.Shift[j]*x.Shift[l]
			c *= x.Scale[j] * x.Scale[l] / sum
			g[j*(d+1)+l], g[l*(d+1)+j] = c, c
		}
		c := (colsum[j]/sum - x.Shift[j]) * x.Scale[j]
		g[j*(d+1)+d], g[d*(d+1)+j] = c, c
	}
	g[d*(d+1)+d] = 1
	return g
}

// every copies each stride-th row with its weight.
func (x *Dense) every(stride int, weights []float64) (kernel.Rows, []float64) {
	if stride <= 1 {
		return x.V, weights
	}
	v := kernel.Rows{D: x.V.D}
	var w []float64
	for i := 0; i < x.N(); i += stride {
		row := x.V.Slice(i, i+1)
		v.U8 = append(v.U8, row.U8...)
		v.F32 = append(v.F32, row.F32...)
		if weights != nil {
			w = append(w, weights[i])
		}
	}
	return v, w
}
