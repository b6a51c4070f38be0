package linalg

import (
	"math"
	"math/rand/v2"

	"example.com/softmax/internal/kernel"
)

// Dominant returns an orthonormal basis V of about the space of the r largest
// eigenvalues of the symmetric positive semidefinite n x n matrix a, the more
// dominant vectors first: r x n, a vector a row; and V a V', r x r, on and left
// of the diagonal. It makes a few steps of orthogonal iteration (Golub and Van
// Loan, Matrix Computations, 4th ed., 8.2.4) from fixed random numbers, in
// float32. A vector is 0 where a has not as many dimensions.
func Dominant(a []float64, n, r, threads int) (V, projected []float64) {
	a32 := make([]float32, n*n)
	for i, v := range a {
		a32[i] = float32(v)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	V = make([]float64, r*n)
	for i := range V {
		V[i] = rng.NormFloat64()
	}
	aV := make([]float64, r*n)
	times := func() {
		Parallel(threads, r, func(q int) {
			x := make([]float32, n)
			for i, v := range V[q*n:][:n] {
				x[i] = float32(v)
			}
			for i := range n {
				aV[q*n+i] = float64(kernel.Dot32(a32[i*n:][:n], x))
			}
		})
	}
	const steps = 3
	for range steps {
		times()
		V, aV = aV, V
		orthonormalize(V, n)
	}
	times()
	projected = make([]float64, r*r)
	Parallel(threads, r, func(q int) {
		for p := range q + 1 {
			projected[q*r+p] = Dot(V[q*n:][:n], aV[p*n:][:n])
		}
	})
	return V, projected
}

// orthonormalize is the modified Gram-Schmidt method on rows of n numbers.
func orthonormalize(v []float64, n int) {
	for lo := 0; lo < len(v); lo += n {
		x := v[lo:][:n]
		before := Dot(x, x)
		for to := 0; to < lo; to += n {
			y := v[to:][:n]
			Axpy(x, -Dot(x, y), y)
		}
		norm := Dot(x, x)
		if !(norm > 1e-10*before) { // in the space of the others
			clear(x)
			continue
		}
		scale := 1 / math.Sqrt(norm)
		for i := range x {
			x[i] *= scale
		}
	}
}
