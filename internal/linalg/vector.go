// Package linalg is the little dense linear algebra that objective and solvers
// share: products of vectors, and Cholesky's factorisation.
package linalg

// Dot is x'y, in a fixed order of additions.
func Dot(x, y []float64) float64 {
	y = y[:len(x)]
	// Four partial sums: a fixed order, and no chain of dependent additions.
	var s [4]float64
	i := 0
	for ; i+4 <= len(x); i += 4 {
		s[0] += float64(x[i] * y[i])
		s[1] += float64(x[i+1] * y[i+1])
		s[2] += float64(x[i+2] * y[i+2])
		s[3] += float64(x[i+3] * y[i+3])
	}
	for ; i < len(x); i++ {
		s[0] += float64(x[i] * y[i])
	}
	return (s[0] + s[1]) + (s[2] + s[3])
}

// Axpy adds a x to y.
func Axpy(y []float64, a float64, x []float64) {
	x = x[:len(y)]
	for i := range y {
		y[i] += float64(a * x[i])
	}
}
