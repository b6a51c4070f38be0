package objective

// A Loss is the loss of one example as a function of its logits. The Objective
// calls it for every row of every pass, from several goroutines at once.
type Loss interface {
	// Residual overwrites z, the K logits of row i, with the gradient of the
	// row's loss with respect to them, and returns the loss.
	Residual(z []float64, i int) float64
	// Curvature writes the Hessian of the row's loss with respect to its
	// logits z into h, K x K row-major, on and right of the diagonal; of a loss
	// that is not convex, a positive semidefinite stand-in. It may overwrite z.
	Curvature(h, z []float64, i int)
	// Probabilities overwrites the logits z of a row with the probabilities p,
	// and CurvatureProduct a vector v with the product of what Curvature writes
	// and v; CurvatureDiagonal writes its diagonal to h.
	Probabilities(z []float64)
	CurvatureProduct(v, p []float64)
	CurvatureDiagonal(h, p []float64)
	// Right reports whether logits z predict row i's label.
	Right(z []float64, i int) bool
}

// A Dual is a Loss that can be certified: convex, and linear in the row's
// target but for a term that all rows share.
type Dual interface {
	// Target writes the K mean values of row i's label: its distribution.
	Target(y []float64, i int)
	// Entropy is the value at q of the concave function whose conjugate is the
	// loss: for softmax the entropy of q, with q >= 0 summing to 1. It does not
	// depend on the row.
	Entropy(q []float64) float64
}

// ShiftInvariant is implemented by losses of softmax(z), which adding the same
// number to all logits of a row leaves as it is.
type ShiftInvariant interface{ shiftInvariant() }

// IsShiftInvariant reports whether the loss is.
func IsShiftInvariant(l Loss) bool {
	_, ok := l.(ShiftInvariant)
	return ok
}
