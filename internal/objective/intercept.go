package objective

import (
	"math"

	"example.com/softmax/internal/linalg"
)

// NullModel writes the minimiser of f among models without features, W = 0:
// the intercepts that give every class its share of the targets. shares has K
// entries in (0, 1).
func (o *Objective) NullModel(theta, shares []float64) {
	clear(theta)
	_, b := o.Split(theta)
	if !IsShiftInvariant(o.Loss) {
		for k, s := range shares {
			b[k] = math.Log(s / (1 - s))
		}
		return
	}
	var mean float64
	for k, s := range shares {
		b[k] = math.Log(s)
		mean += b[k] / float64(o.K)
	}
	for k := range b {
		b[k] -= mean
	}
}

// MinimizeIntercept moves the intercepts of theta to their optimum at fixed W
// and returns the objective there; grad is left with the gradient. It takes
// Newton steps on b, each of two passes; the start is near the
// optimum, so there are few. With so many classes that the K x K system would
// cost more than passes do, theta is left as it is. It ends when no component
// of the gradient exceeds small, or rounding does not let it get there.
func (o *Objective) MinimizeIntercept(theta, grad []float64, small float64) (float64, error) {
	f, err := o.ValueGrad(theta, grad)
	if err != nil || o.K > 4*(o.X.D()+1) {
		return f, err
	}
	_, b := o.Split(theta)
	_, gb := o.Split(grad)
	k := o.K
	h, step := make([]float64, k*k), make([]float64, k)
	for most := largest(gb); most > small; {
		if err := o.interceptHessian(theta, h); err != nil {
			return f, err
		}
		copy(step, gb)
		for _, i := range linalg.Cholesky(h, k, 1e-13) {
			step[i] = 0
		}
		linalg.SolveCholesky(h, k, step)
		linalg.Axpy(b, -1, step)
		next, err := o.ValueGrad(theta, grad)
		if err != nil {
			return f, err
		}
		// Near the optimum f no longer tells two points apart, its gradient does.
		left := largest(gb)
		if !(left < most) || next > f+1e-12*math.Abs(f) {
			linalg.Axpy(b, 1, step)
			return o.ValueGrad(theta, grad)
		}
		slow := left > most/2
		f, most = next, left
		if slow {
			break
		}
	}
	return f, nil
}

func largest(v []float64) float64 {
	var most float64
	for _, x := range v {
		most = max(most, math.Abs(x))
	}
	return most
}

// interceptHessian writes the Hessian with respect to b, on and left of the
// diagonal, made definite along the flat direction as in Hessian.
func (o *Objective) interceptHessian(theta, h []float64) error {
	if err := o.MeanCurvature(theta, h); err != nil {
		return err
	}
	if IsShiftInvariant(o.Loss) {
		addGauge(h, o.K, 0, o.K)
	}
	return nil
}

// MeanCurvature writes the weighted mean of the rows' curvatures, the Hessians
// of their losses with respect to their logits: K x K, symmetric. It is taken
// over enough of the rows to serve Newton steps and preconditioners, which
// only need it roughly, not over all.
func (o *Objective) MeanCurvature(theta, c []float64) error {
	const least, perClass = 10000, 20
	k := o.K
	stride := max(1, o.X.N()/max(least, perClass*k))
	err := o.each(theta, func(p *part, z []float64, lo, hi int) {
		if lo == p.lo {
			p.weight = 0
			p.hess = zeros(p.hess, k*k)
			p.curve = zeros(p.curve, k*k)
		}
		for i := lo; i < hi; i++ {
			if w := o.weight(i); w != 0 && i%stride == 0 {
				p.weight += w
				o.Loss.Curvature(p.curve, z[(i-lo)*k:][:k], i)
				for at, v := range p.curve {
					p.hess[at] += float64(w * v)
				}
			}
		}
	})
	if err != nil {
		return err
	}
	clear(c)
	var sum float64 // of the weights of the rows taken
	for i := range o.parts {
		sum += o.parts[i].weight
		for at, v := range o.parts[i].hess {
			c[at] += v
		}
	}
	for at := range c {
		c[at] *= o.sum / o.norm / max(sum, math.SmallestNonzeroFloat64)
	}
	for q := range k {
		for m := range q {
			c[q*k+m] = c[m*k+q]
		}
	}
	return nil
}
