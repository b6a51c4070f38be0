package kernel

import "math"

// Residual overwrites the logits z of a row of class y with the gradient of
// the loss -log softmax(z)_y with respect to them, p - y, and returns the loss
// and the entropy of p.
//
// All come from one set of exponentials. Nothing that may be tiny is got by
// subtraction from its limit: the loss of a confident right answer is log1p of
// the other classes' share, and p_y - 1 is minus their sum.
func Residual(z []float64, y int) (loss, entropy float64) {
	top := 0
	for k, zk := range z {
		if zk > z[top] {
			top = k
		}
	}
	most, margin := z[top], z[y]-z[top]
	var others, mean float64 // share of all classes but the top one, whose own is 1
	for k := range z {
		if k != top {
			d := z[k] - most
			z[k] = math.Exp(d)
			others += z[k]
			if z[k] != 0 { // keeps 0 * Inf out
				mean += float64(z[k] * d)
			}
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
	l := math.Log1p(others)
	return l - margin, l - float64(mean*scale)
}
