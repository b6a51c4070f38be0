package kernel

import "math"

// Residual overwrites the logits z of a row of class y with the gradient of
// the loss -log softmax(z)_y with respect to them, p - y, and returns the loss.
//
// All come from one set of exponentials. Nothing that may be tiny is got by
// subtraction from its limit: the loss of a confident right answer is log1p of
// the other classes' share, and p_y - 1 is minus their sum.
func Residual(z []float64, y int) (loss float64) {
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

// residuals overwrites the logits z of rows of classes labels with the residuals
// p - y, weighted by w (nil for 1 each), adds them to rsum, K entries, and
// returns the weighted loss.
func residuals(z []float64, labels []int32, w, rsum []float64) (loss float64) {
	k := len(rsum)
	for i, y := range labels {
		zi := z[i*k:][:k]
		if w != nil && w[i] == 0 { // also keeps 0 * Inf out
			clear(zi)
			continue
		}
		l := Residual(zi, int(y))
		if w != nil {
			l *= w[i]
			for q := range zi {
				zi[q] *= w[i]
			}
		}
		loss += l
		for q, r := range zi {
			rsum[q] += r
		}
	}
	return loss
}
