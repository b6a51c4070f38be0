package linalg

import "math"

// Eigen returns the eigenvalues of the symmetric n x n matrix a (row-major,
// overwritten) and the matrix whose columns are its eigenvectors, by the cyclic
// Jacobi method (Golub and Van Loan, Matrix Computations, 4th ed., 8.5): simple
// and accurate, for small n.
func Eigen(a []float64, n int) (values, vectors []float64) {
	v := make([]float64, n*n)
	var norm float64
	for i := range n {
		v[i*n+i] = 1
		norm += Dot(a[i*n:][:n], a[i*n:][:n])
	}
	small := 1e-16 * math.Sqrt(norm)
	const maxSweeps = 50
	for range maxSweeps {
		rotated := false
		for p := range n {
			for q := p + 1; q < n; q++ {
				apq := a[p*n+q]
				if math.Abs(apq) <= small {
					continue
				}
				rotated = true
				theta := (a[q*n+q] - a[p*n+p]) / (2 * apq)
				t := math.Copysign(1/(math.Abs(theta)+math.Sqrt(float64(theta*theta)+1)), theta)
				c := 1 / math.Sqrt(float64(t*t)+1)
				s := t * c
				for i := range n {
					a[i*n+p], a[i*n+q] = rotate(a[i*n+p], a[i*n+q], c, s)
					v[i*n+p], v[i*n+q] = rotate(v[i*n+p], v[i*n+q], c, s)
				}
				for i := range n {
					a[p*n+i], a[q*n+i] = rotate(a[p*n+i], a[q*n+i], c, s)
				}
			}
		}
		if !rotated {
			break
		}
	}
	values = make([]float64, n)
	for i := range values {
		values[i] = a[i*n+i]
	}
	return values, v
}

func rotate(x, y, c, s float64) (float64, float64) {
	return float64(c*x) - float64(s*y), float64(s*x) + float64(c*y)
}
