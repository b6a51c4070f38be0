package objective

import (
	"example.com/softmax/internal/kernel"
	"example.com/softmax/internal/linalg"
)

// Curve makes theta the point at which HessianProduct and Diagonal take the
// Hessian: the three implement optimize.Curved.
//
// The probabilities are kept, n x K: a product then costs what a pass does
// without its exponentials.
func (o *Objective) Curve(theta []float64) error {
	if o.p == nil {
		o.p = make([]float64, o.X.N()*o.K)
	}
	return o.each(theta, 0, func(_ *part, z []float64, lo, hi int) {
		for at := 0; at < len(z); at += o.K {
			o.Loss.Probabilities(z[at:][:o.K])
		}
		copy(o.p[lo*o.K:hi*o.K], z)
	})
}

// HessianProduct writes (H + damping D) v to hv, with H the Hessian at Curve's
// point and V and b_v the parts of v:
//
//	(H + damping D) v = (1/S) X' R + lambda v,   R_i = w_i (C_i + damping E) (x_i V + b_v),
//
// where C_i is the curvature of row i's loss and E = I - 11'/K, or I where the
// loss is not softmax's: damping keeps logits from moving far in one step.
func (o *Objective) HessianProduct(hv, v []float64, damping float64) error {
	shift := IsShiftInvariant(o.Loss)
	o.prepare(v)
	o.passes++
	err := o.sweep(hv, func(w *worker, _ *part, z []float64, lo, hi int) {
		o.logits(w, z, lo, hi)
		damped := make([]float64, o.K)
		for i := lo; i < hi; i++ {
			zi := z[(i-lo)*o.K:][:o.K]
			copy(damped, zi)
			o.Loss.CurvatureProduct(zi, o.p[i*o.K:][:o.K])
			var mean float64
			if shift {
				for _, d := range damped {
					mean += d / float64(o.K)
				}
			}
			weight := o.weight(i)
			for k, d := range damped {
				zi[k] = weight * (zi[k] + float64(damping*(d-mean)))
			}
		}
	})
	if err != nil {
		return err
	}
	o.total(hv)
	V, _ := o.Split(v)
	o.bands(len(hv), func(lo, hi int) {
		for i := lo; i < hi; i++ {
			hv[i] /= o.norm
			if i < len(V) {
				hv[i] += float64(o.Factor(i/o.K) * o.Lambda * V[i])
			}
		}
	})
	return nil
}

// Diagonal writes the diagonal of H + damping D.
func (o *Objective) Diagonal(h []float64, damping float64) error {
	k, dense := o.K, o.X.V.D
	if IsShiftInvariant(o.Loss) {
		damping *= 1 - 1/float64(k)
	}
	curve := func(z []float64, i int) {
		o.Loss.CurvatureDiagonal(z, o.p[i*k:][:k])
		for q := range z {
			z[q] = o.weight(i) * (z[q] + damping)
		}
	}
	o.passes++
	clear(h)
	hW, hb := o.Split(h)
	err := o.parallel(o.pass(), func(w *worker, p *part) {
		p.reset(dense*k, k)
		p.x = zeros(p.x, dense)
		z := w.z[:k]
		for i := p.lo; i < p.hi; i++ {
			curve(z, i)
			o.X.DenseRow(p.x, i)
			for j, x := range p.x {
				if x != 0 {
					linalg.Axpy(p.grad[j*k:][:k], x*x, z)
				}
			}
			linalg.Axpy(p.rsum, 1, z)
		}
	})
	for i := range o.parts {
		linalg.Axpy(hW[:dense*k], 1, o.parts[i].grad)
		linalg.Axpy(hb, 1, o.parts[i].rsum)
	}
	for _, run := range o.runs {
		if err != nil || run.columns == nil {
			break
		}
		o.cut(run.lo, run.hi)
		err = o.parallel(o.pass(), func(_ *worker, p *part) {
			for i := p.lo; i < p.hi; i++ {
				curve(o.r[(i-run.lo)*k:][:k], i)
			}
		})
		o.columns(run.columns, func(j int, index []int32, values []float64) {
			// (v - m)^2 = v^2 - 2 m v + m^2, with v = 0 in the other rows.
			m, s := o.X.Shift[dense+j], o.X.Scale[dense+j]
			square := make([]float64, len(index))
			for at := range square {
				v := 1.0
				if values != nil {
					v = values[at]
				}
				square[at] = v * (v - 2*m) * s * s
			}
			kernel.Gather(hW[(dense+j)*k:][:k], index, square, o.r)
		})
	}
	o.cut(0, o.X.N())
	for j := dense; j < o.X.D(); j++ {
		if ms := o.X.Shift[j] * o.X.Scale[j]; ms != 0 {
			linalg.Axpy(hW[j*k:][:k], ms*ms, hb)
		}
	}
	for i := range h {
		h[i] /= o.norm
		if i < len(hW) {
			h[i] += o.Factor(i/k) * o.Lambda
		}
		h[i] = max(h[i], leastCurvature)
	}
	return err
}

// leastCurvature is what Diagonal raises entries to: without a penalty those
// of constant features are 0.
const leastCurvature = 1e-12
