package objective

import (
	"math"

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
	// Right reports whether logits z predict row i's label.
	Right(z []float64, i int) bool
	// ShiftInvariant reports whether adding the same number to all logits of a
	// row leaves its loss as it is.
	ShiftInvariant() bool
}

// CrossEntropy is the loss -log p_y of softmax probabilities p = softmax(z)
// for one class y per row: log sum_k exp(z_k) - z_y, with residual p - y.
type CrossEntropy struct {
	Labels []int32 // class of each row
}

// Residual evaluates loss and residual from one set of exponentials. Nothing
// that may be tiny is got by subtraction from its limit: the loss of a
// confident right answer is log1p of the other classes' share, and p_y - 1 is
// minus their sum.
func (l CrossEntropy) Residual(z []float64, i int) float64 {
	y := int(l.Labels[i])
	top := 0
	for k, zk := range z {
		if zk > z[top] {
			top = k
		}
	}
	most, margin := z[top], z[y]-z[top]
	var others float64 // share of all classes but the top one, whose own is 1
	for k := range z {
		if k != top {
			z[k] = math.Exp(z[k] - most)
			others += z[k]
		}
	}
	z[top] = 1
	scale := 1 / (1 + others)
	var rest float64
	for k := range z {
		if k != y {
			z[k] *= scale
			rest += z[k]
		}
	}
	z[y] = -rest
	return math.Log1p(others) - margin
}

// Target is 1 at the class.
func (l CrossEntropy) Target(y []float64, i int) {
	clear(y)
	y[l.Labels[i]] = 1
}

// Entropy is -sum q_k log q_k.
func (CrossEntropy) Entropy(q []float64) float64 { return special.Entropy(q) }

// Right is whether the label is the argmax, the first of equals.
func (l CrossEntropy) Right(z []float64, i int) bool {
	return special.Argmax(z) == int(l.Labels[i])
}

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
