package linalg

import "math"

// Cholesky factors the symmetric positive semidefinite n x n matrix a, given
// on and left of the diagonal (row-major), into L L' in place. A coordinate
// whose pivot falls to the share eps of its diagonal entry depends on those
// before it; its row and column become those of the identity, and it is
// listed in dropped.
func Cholesky(a []float64, n int, eps float64) (dropped []int) {
	for j := range n {
		rj := a[j*n:][:j+1]
		diagonal := rj[j]
		pivot := diagonal - Dot(rj[:j], rj[:j])
		if !(pivot > eps*diagonal) {
			dropped = append(dropped, j)
			clear(rj[:j])
			rj[j] = 1
			for i := j + 1; i < n; i++ {
				a[i*n+j] = 0
			}
			continue
		}
		root := math.Sqrt(pivot)
		rj[j] = root
		for i := j + 1; i < n; i++ {
			ri := a[i*n:][:j+1]
			ri[j] = (ri[j] - Dot(ri[:j], rj[:j])) / root
		}
	}
	return dropped
}

// SolveCholesky overwrites each vector of b with the solution of L L' x = b.
// A row of L is used for all of them while it is near.
func SolveCholesky(l []float64, n int, b ...[]float64) {
	for i := range n {
		li := l[i*n:][:i+1]
		for _, x := range b {
			x[i] = (x[i] - Dot(li[:i], x[:i])) / li[i]
		}
	}
	for i := n - 1; i >= 0; i-- {
		li := l[i*n:][:i+1]
		for _, x := range b {
			x[i] /= li[i]
			Axpy(x[:i], -x[i], li[:i])
		}
	}
}
