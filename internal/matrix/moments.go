package matrix

import (
	"example.com/softmax/internal/kernel"
)

// Means returns the weighted column means of X (not of the stored values).
// weights may be nil.
func (x *Matrix) Means(weights []float64) []float64 {
	n := x.N()
	mean := make([]float64, x.D())
	ones := make([]float64, n)
	var sum float64
	for i := range ones {
		ones[i] = weightOf(weights, i)
		sum += ones[i]
		x.nonZeros(i, func(j int, v float64) { mean[j] += float64(ones[i] * v) })
	}
	kernel.Backward(mean[:x.V.D], x.V, ones)
	for j := range mean {
		mean[j] = (mean[j]/sum - x.Shift[j]) * x.Scale[j]
	}
	return mean
}

func weightOf(weights []float64, i int) float64 {
	if weights == nil {
		return 1
	}
	return weights[i]
}

// Squares returns the diagonal that Gram would have, D+1 entries.
func (x *Matrix) Squares(weights []float64, stride int) []float64 {
	d := x.D()
	square, first := make([]float64, d+1), make([]float64, d)
	row := make([]float64, x.V.D)
	var sum float64
	for i := 0; i < x.N(); i += stride {
		w := weightOf(weights, i)
		sum += w
		x.DenseRow(row, i)
		for j, v := range row {
			square[j] += float64(w * v * v)
		}
		x.nonZeros(i, func(j int, v float64) {
			first[j] += float64(w * v)
			square[j] += float64(w * v * v)
		})
	}
	for j := x.V.D; j < d; j++ {
		m, s := x.Shift[j], x.Scale[j]
		square[j] = max(0, square[j]-float64(2*m*first[j])+float64(sum*m*m)) * s * s
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
func (x *Matrix) Gram(weights []float64, stride int) []float64 {
	d := x.D()
	raw, colsum, sum := x.products(weights, stride)
	g := make([]float64, (d+1)*(d+1))
	for j := range d {
		for l := j; l < d; l++ {
			// Around the shifts, which are near the means: the cancellation of
			// E[v_j v_l] - m_j m_l costs digits only where |m| >> deviation,
			// and columns like that are stored centred.
			c := raw[j*d+l] - float64(x.Shift[j]*colsum[l]) - float64(x.Shift[l]*colsum[j]) + float64(sum*x.Shift[j]*x.Shift[l])
			c *= x.Scale[j] * x.Scale[l] / sum
			g[j*(d+1)+l], g[l*(d+1)+j] = c, c
		}
		c := (colsum[j]/sum - x.Shift[j]) * x.Scale[j]
		g[j*(d+1)+d], g[d*(d+1)+j] = c, c
	}
	g[d*(d+1)+d] = 1
	return g
}

// products returns, over every stride-th row, the weighted sums of v_j v_l for
// l >= j (d x d) and of v_j (d) of the stored values, and of the weights: by
// pairs of values that are not 0.
func (x *Matrix) products(weights []float64, stride int) (raw, colsum []float64, sum float64) {
	d := x.D()
	raw, colsum = make([]float64, d*d), make([]float64, d)
	row, at := make([]float64, d), make([]int, 0, d)
	for i := 0; i < x.N(); i += stride {
		w := weightOf(weights, i)
		sum += w
		clear(row)
		x.AddRow(row, 1, i)
		at = at[:0]
		for j, v := range row {
			if v != 0 {
				at = append(at, j)
				colsum[j] += float64(w * v)
			}
		}
		for from, j := range at {
			rj := raw[j*d:][:d]
			for _, l := range at[from:] {
				rj[l] += float64(w * row[j] * row[l])
			}
		}
	}
	return raw, colsum, sum
}
