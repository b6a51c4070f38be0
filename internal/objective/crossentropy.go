package objective

import (
	"math"

	"example.com/softmax/internal/kernel"
	"example.com/softmax/internal/special"
)

// exponentials overwrites logits with unnormalised probabilities: 1 for the
// largest logit, exp(z_k - z_top) for the others. It returns the top class,
// its logit, and the sum of the others.
func exponentials(z []float64) (top int, most, others float64) {
	for k, zk := range z {
		if zk > z[top] {
			top = k
		}
	}
	most = z[top]
	for k := range z {
		if k != top {
			z[k] = math.Exp(z[k] - most)
			others += z[k]
		}
	}
	z[top] = 1
	return top, most, others
}

// CrossEntropy is the loss -log p_y of softmax probabilities p = softmax(z)
// for one class y per row: log sum_k exp(z_k) - z_y, with residual p - y. With
// Smoothing s the class has 1 - s + s/K of the target and each other s/K
// (Szegedy et al., 2016, "Rethinking the Inception Architecture", section 7).
type CrossEntropy struct {
	softmaxLoss
	Labels    []int32 // class of each row
	Smoothing float64 // 0 <= s < 1
}

// Residual is kernel.Residual with, for Smoothing s, s/K of the target moved
// from the class to each class.
func (l CrossEntropy) Residual(z []float64, i int) float64 {
	y := int(l.Labels[i])
	if l.Smoothing == 0 {
		return kernel.Residual(z, y)
	}
	s := l.Smoothing / float64(len(z))
	var more float64 // s/K sum_k (z_y - z_k)
	for _, zk := range z {
		more += float64(s * (z[y] - zk))
	}
	loss := kernel.Residual(z, y)
	for k := range z {
		z[k] -= s
	}
	z[y] += l.Smoothing
	return loss + more
}

// softmaxCurvature writes diag(p) - p p'.
func softmaxCurvature(h, z []float64) {
	top, _, others := exponentials(z)
	scale := 1 / (1 + others)
	for k := range z {
		z[k] *= scale
	}
	n := len(z)
	for k, pk := range z {
		for m := k + 1; m < n; m++ {
			h[k*n+m] = -pk * z[m]
		}
		h[k*n+k] = pk * (1 - pk)
	}
	h[top*(n+1)] = z[top] * others * scale // 1 - p would lose digits near 1
}

// softmaxLoss has what the losses of softmax's logits share.
type softmaxLoss struct{}

// Probabilities are those of softmax.
func (softmaxLoss) Probabilities(z []float64) { special.Softmax(z, z) }

// CurvatureProduct is p (v - p'v).
func (softmaxLoss) CurvatureProduct(v, p []float64) { softmaxProduct(v, p) }

func softmaxProduct(v, p []float64) {
	v = v[:len(p)]
	var mean float64
	for k, pk := range p {
		mean += float64(pk * v[k])
	}
	for k, pk := range p {
		v[k] = pk * (v[k] - mean)
	}
}

// CurvatureDiagonal is p (1 - p).
func (softmaxLoss) CurvatureDiagonal(h, p []float64) {
	for k, pk := range p {
		h[k] = pk * (1 - pk)
	}
}

// Curvature is diag(p) - p p', whatever the target.
func (softmaxLoss) Curvature(h, z []float64, i int) { softmaxCurvature(h, z) }

// Entropy is -sum q_k log q_k.
func (softmaxLoss) Entropy(q []float64) float64 { return special.Entropy(q) }

func (softmaxLoss) shiftInvariant() {}

// Right is whether the label is the argmax, the first of equals: by comparisons
// that a row which is right, as most are, passes.
func (l CrossEntropy) Right(z []float64, i int) bool {
	y := int(l.Labels[i])
	own := z[y]
	for _, v := range z[:y] {
		if !(v < own) {
			return false
		}
	}
	for _, v := range z[y:] {
		if !(v <= own) { // also NaN
			return false
		}
	}
	return true
}

// Target is the class's distribution.
func (l CrossEntropy) Target(y []float64, i int) {
	s := l.Smoothing / float64(len(y))
	for k := range y {
		y[k] = s
	}
	y[l.Labels[i]] += 1 - l.Smoothing
}

// SoftCrossEntropy is cross-entropy with a distribution y per row,
//
//	-sum_k y_k log p_k = log sum_k exp(z_k) - y'z,   residual p - y.
//
// Counts and several classes at once are a distribution with their sum as a
// further weight of the row.
type SoftCrossEntropy struct {
	softmaxLoss
	Y []float64 // n x K row-major, at least 0; each row sums to 1
}

// Residual sums y_k (lse - z_k), all of whose terms are at least 0.
func (l SoftCrossEntropy) Residual(z []float64, i int) float64 {
	y := l.Y[i*len(z):][:len(z)]
	top := 0
	for k, zk := range z {
		if zk > z[top] {
			top = k
		}
	}
	var far float64 // sum_k y_k (z_top - z_k)
	for k, v := range y {
		if v > 0 {
			far += float64(v * (z[top] - z[k]))
		}
	}
	_, _, others := exponentials(z)
	scale := 1 / (1 + others)
	for k := range z {
		z[k] = float64(z[k]*scale) - y[k]
	}
	return far + math.Log1p(others)
}

// Right is whether the most probable class is one of largest target.
func (l SoftCrossEntropy) Right(z []float64, i int) bool {
	y := l.Y[i*len(z):][:len(z)]
	top := special.Argmax(z)
	return top >= 0 && y[top] == y[special.Argmax(y)]
}

// Target is the distribution.
func (l SoftCrossEntropy) Target(y []float64, i int) { copy(y, l.Y[i*len(y):]) }
