// Package linalg is the little dense linear algebra that objective and solvers
// share: products of vectors, Cholesky's factorisation, and both in float32 for
// matrices of thousands of rows.
package linalg

import "example.com/softmax/internal/kernel"

// Dot is x'y, in a fixed order of additions.
func Dot(x, y []float64) float64 { return kernel.Dot(x, y) }

// Axpy adds a x to y.
func Axpy(y []float64, a float64, x []float64) { kernel.Axpy(y, a, x) }

// Axpy32 is Axpy of float32.
func Axpy32(y []float32, a float32, x []float32) { kernel.Axpy32(y, a, x) }
