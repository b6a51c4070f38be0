package objective

import (
	"math"

	"example.com/softmax/internal/special"
)

// Sigmoids is the loss of K independent yes-or-no labels with probabilities
// sigmoid(z_k):
//
//	sum_k -y_k log p_k - (1 - y_k) log(1 - p_k),   residual p - y.
//
// Y holds 0, 1, or the probability of a 1.
type Sigmoids struct {
	Y []float64 // n x K row-major, in [0, 1]
}

// Residual sums the K losses.
func (l Sigmoids) Residual(z []float64, i int) float64 {
	y := l.Y[i*len(z):][:len(z)]
	var loss float64
	for k, zk := range z {
		loss += special.BinaryCrossEntropy(zk, y[k])
		switch {
		case y[k] == 1: // p - 1 without the cancellation
			z[k] = -special.Sigmoid(-zk)
		default:
			z[k] = special.Sigmoid(zk) - y[k]
		}
	}
	return loss
}

// Curvature is diag(p (1 - p)).
func (l Sigmoids) Curvature(h, z []float64, i int) {
	n := len(z)
	for k, zk := range z {
		clear(h[k*n+k : (k+1)*n])
		h[k*n+k] = special.Sigmoid(zk) * special.Sigmoid(-zk)
	}
}

// Probabilities are sigmoids.
func (Sigmoids) Probabilities(z []float64) {
	for k, zk := range z {
		z[k] = special.Sigmoid(zk)
	}
}

// CurvatureProduct is p (1 - p) v.
func (Sigmoids) CurvatureProduct(v, p []float64) {
	for k, pk := range p {
		v[k] *= pk * (1 - pk)
	}
}

// CurvatureDiagonal is p (1 - p).
func (Sigmoids) CurvatureDiagonal(h, p []float64) {
	for k, pk := range p {
		h[k] = pk * (1 - pk)
	}
}

// Right is whether every label is: present where its logit is above 0.
func (l Sigmoids) Right(z []float64, i int) bool {
	for k, v := range l.Y[i*len(z):][:len(z)] {
		if math.IsNaN(z[k]) || (z[k] > 0) != (v > 0.5) {
			return false
		}
	}
	return true
}

// Target is the labels.
func (l Sigmoids) Target(y []float64, i int) { copy(y, l.Y[i*len(y):]) }

// Entropy is that of K independent labels.
func (Sigmoids) Entropy(q []float64) float64 {
	var h float64
	for _, p := range q {
		h += special.Entropy([]float64{p, 1 - p})
	}
	return h
}
