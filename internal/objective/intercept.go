package objective

import (
	"math"
	"slices"

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
// and returns the objective there; grad is left with the gradient. The start
// is near the optimum, so a few Newton steps do. With so many classes that the
// K x K system would cost more than passes do, theta is left as it is. It ends
// when no component of the gradient exceeds small, or rounding does not let it
// get there.
func (o *Objective) MinimizeIntercept(theta, grad []float64, small float64) (float64, error) {
	f, err := o.ValueGrad(theta, grad)
	if err != nil {
		return f, err
	}
	return o.PolishIntercept(theta, grad, f, small)
}

// PolishIntercept is MinimizeIntercept for a theta whose value f and gradient
// are known.
func (o *Objective) PolishIntercept(theta, grad []float64, f, small float64) (float64, error) {
	if o.K > 4*(o.X.D()+1) {
		return f, nil
	}
	_, b := o.Split(theta)
	_, gb := o.Split(grad)
	step, before := make([]float64, o.K), make([]float64, len(grad))
	// What was made at an earlier point serves while it does.
	renew, renewed := o.curvature == nil, false
	for most := largest(gb); most > small; {
		fresh := renew
		if renew {
			if err := o.factorIntercept(theta); err != nil {
				return f, err
			}
			renewed = true
		}
		copy(step, gb)
		for _, i := range o.dropped {
			step[i] = 0
		}
		linalg.SolveCholesky(o.curvature, o.K, step)
		linalg.Axpy(b, -1, step)
		copy(before, grad)
		sums := o.sums
		next, err := o.ValueGrad(theta, grad)
		if err != nil {
			return f, err
		}
		// Near the optimum f no longer tells two points apart, its gradient does.
		left := largest(gb)
		if !(left < most) || next > f+1e-12*math.Abs(f) {
			linalg.Axpy(b, 1, step)
			copy(grad, before)
			if o.sums = sums; renewed {
				return f, nil
			}
			renew = true
			continue
		}
		renew = left > most/2
		if f, most = next, left; renew && fresh {
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

// factorIntercept makes the Cholesky factor of the Hessian with respect to b,
// made definite along the flat direction as in Hessian.
func (o *Objective) factorIntercept(theta []float64) error {
	h := make([]float64, o.K*o.K)
	if err := o.MeanCurvature(theta, h); err != nil {
		return err
	}
	if IsShiftInvariant(o.Loss) {
		addGauge(h, o.K, 0, o.K)
	}
	o.curvature, o.dropped = h, linalg.Cholesky(h, o.K, 1e-13)
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
	o.prepare(theta)
	o.passes += 1 / float64(stride)
	err := o.parallel(o.SampleWork(o.X.N()/stride), func(w *worker, p *part) {
		p.weight = 0
		p.hess = zeros(p.hess, k*k)
		p.curve = zeros(p.curve, k*k)
		var rows []int32
		for i := (p.lo + stride - 1) / stride * stride; i < p.hi; i += stride {
			if o.weight(i) != 0 {
				rows = append(rows, int32(i))
			}
		}
		for block := range slices.Chunk(rows, o.block()) {
			z := w.z[:len(block)*k]
			o.logitsOf(w, z, block)
			for at, i := range block {
				weight := o.weight(int(i))
				p.weight += weight
				o.Loss.Curvature(p.curve, z[at*k:][:k], int(i))
				for at, v := range p.curve {
					p.hess[at] += float64(weight * v)
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
