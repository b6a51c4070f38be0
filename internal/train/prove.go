package train

import (
	"example.com/softmax/internal/kernel"
	"example.com/softmax/internal/linalg"
	"example.com/softmax/internal/objective"
	"example.com/softmax/internal/optimize"
)

// certified lets the certificate see every point that is evaluated.
type certified struct {
	*objective.Objective
	cert *objective.Certificate // nil if there can be none
}

func (c certified) ValueGrad(theta, grad []float64) (float64, error) {
	f, err := c.Objective.ValueGrad(theta, grad)
	if err == nil && c.cert != nil {
		c.cert.Add(theta, grad, f)
	}
	return f, err
}

// certify prepares the certificate where there can be one.
func (r *run) certify() (err error) {
	_, dual := r.p.Loss.(objective.Dual)
	switch {
	case !dual:
		r.res.GapReason = "this loss is not convex in the parameters, so no bound can be proved"
	case r.p.Frees():
		r.res.GapReason = "features without a penalty leave the dual problem without a feasible point at hand, so no bound can be proved"
	case r.p.Lambda == 0 && r.p.Smooth():
		r.res.GapReason = "without a penalty the objective is not strongly convex, so no bound can be proved"
	case r.cert == nil:
		r.cert, err = objective.NewCertificate(r.obj)
	}
	return err
}

// prove tries to make the certificate say what the iterate is good for. Two
// things keep it from doing so. The bound pays to first order for intercepts
// that are not at their optimum for this W, and to second for all else; and it
// goes by the norm of the gradient, which is smaller at a smoothed point. So
// where it would hold at such a point with the intercepts at their optimum,
// they are moved there, at the price of a few passes.
func (r *run) prove(s *optimize.State) error {
	if s.F-r.lower <= r.opt.Tol*s.F || !r.p.Smooth() {
		return nil
	}
	if r.polished == nil {
		r.polished, r.grad = make([]float64, len(s.X)), make([]float64, len(s.X))
	}
	copy(r.polished, s.X)
	potential, attempt := r.potential(s.Grad), &r.attempt
	const near = 1e3 // times too much, from where smoothing may be enough
	if potential > r.opt.Tol*s.F && potential < near*r.opt.Tol*s.F && s.Smooth != nil {
		s.Smooth(r.polished, r.grad)
		// What a linear model promises is not always kept.
		potential, attempt = 2*r.potential(r.grad), &r.smoothAttempt
	}
	if potential > min(0.9*r.opt.Tol*s.F, *attempt) {
		return nil
	}
	*attempt = potential / 2
	f, err := r.obj.MinimizeIntercept(r.polished, r.grad, 1e-3*r.opt.Tol*s.F)
	if err != nil {
		return err
	}
	r.cert.Add(r.polished, r.grad, f)
	r.lower = r.cert.Lower()
	if f <= s.F && (f-r.lower <= r.opt.Tol*f || r.promising(f)) {
		copy(s.X, r.polished)
		copy(s.Grad, r.grad)
		s.F = f
	}
	return nil
}

// promising reports whether the objective f meets the tolerance but for the
// errors of the passes it comes from.
func (r *run) promising(f float64) bool {
	return r.cert != nil && r.obj.Level() != kernel.Generic && f-r.cert.Guess() <= r.opt.Tol*f/2
}

// potential is the gap that would be proved if the gradient were grad and the
// intercepts at their optimum.
func (r *run) potential(grad []float64) float64 {
	gW, _ := r.obj.Split(grad)
	return linalg.Dot(gW, gW) / (2 * r.p.Lambda)
}
