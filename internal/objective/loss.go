package objective

import (
	"example.com/softmax/internal/kernel"
	"example.com/softmax/internal/special"
)

// A Loss is the loss of one example as a function of its logits. The Objective
// calls it for every row of every pass, from several goroutines at once.
type Loss interface {
	// Residual overwrites z, the K logits of row i, with the gradient of the
	// row's loss with respect to them, and returns the loss.
	Residual(z []float64, i int) float64
	// Curvature writes the Hessian of the row's loss with respect to its
	// logits z into h, K x K row-major, on and right of the diagonal. It may
	// overwrite z.
	Curvature(h, z []float64, i int)
	// Target writes the K mean values of the row's label: its distribution.
	Target(y []float64, i int)
	// Entropy is the value at q of the concave function whose conjugate is the
	// loss: for softmax the entropy of q, with q >= 0 summing to 1. It does not
	// depend on the row.
	Entropy(q []float64) float64
	// ShiftInvariant reports whether adding the same number to all logits of a
	// row leaves its loss as it is.
	ShiftInvariant() bool
}

// CrossEntropy is the loss -log p_y of softmax probabilities p = softmax(z)
// for one class y per row: log sum_k exp(z_k) - z_y, with residual p - y.
type CrossEntropy struct {
	Labels []int32 // class of each row
}

// Residual is kernel.Residual.
func (l CrossEntropy) Residual(z []float64, i int) float64 {
	loss, _ := kernel.Residual(z, int(l.Labels[i]))
	return loss
}

// Target is 1 at the class.
func (l CrossEntropy) Target(y []float64, i int) {
	clear(y)
	y[l.Labels[i]] = 1
}

// Entropy is -sum q_k log q_k.
func (CrossEntropy) Entropy(q []float64) float64 { return special.Entropy(q) }

// ShiftInvariant is true of softmax.
func (CrossEntropy) ShiftInvariant() bool { return true }

// Curvature is diag(p) - p p', whatever the label.
func (l CrossEntropy) Curvature(h, z []float64, i int) {
	l.Residual(z, i)
	y := int(l.Labels[i])
	z[y]++
	n := len(z)
	for k, pk := range z {
		for m := k; m < n; m++ {
			h[k*n+m] = -pk * z[m]
		}
		// p_k (1 - p_k) by the sum of the others, which keeps its digits near 1.
		var rest float64
		for m, pm := range z {
			if m != k {
				rest += pm
			}
		}
		h[k*n+k] = pk * rest
	}
}
