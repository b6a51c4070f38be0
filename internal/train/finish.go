package train

import (
	"math"
	"slices"

	"example.com/softmax/internal/kernel"
	"example.com/softmax/internal/objective"
)

// finish fixes the gauge, moves the intercepts to their optimum and evaluates
// the result once more, as the model will hold it.
func (r *run) finish(theta []float64) error {
	for _, v := range theta {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return ErrDiverged
		}
	}
	grad := make([]float64, len(theta))
	estimate := r.res.Final.GapEstimate
	descent := r.res.Solver == SolverSGD
	proximal := r.res.Solver == SolverProximal // in its gauge from the start
	if objective.IsShiftInvariant(r.p.Loss) && !proximal && !(descent && r.p.Lambda == 0) {
		// The intercepts too: at the limit of precision a solver may drift far
		// along the flat direction, and their optimum is found near 0 only.
		W, b := r.obj.Split(theta)
		centreRows(W, r.p.K, r.p.X.D())
		centreRows(b, r.p.K, 1)
	}
	r.res.Theta = theta
	if r.opt.Selection {
		return nil
	}
	fast := r.obj.Level() != kernel.Generic
	if fast && !descent {
		if err := r.settle(theta, grad); err != nil {
			return err
		}
	}
	small := r.p.X.N()*r.obj.Dim() <= 1<<24 // a few more passes in float64 cost next to nothing
	var err error
	if proximal && r.res.Stop == Converged { // by a pass in float64, at theta
		r.obj.SetLevel(r.opt.Level)
		W, _ := r.obj.Split(theta)
		r.res.Loss = r.res.Final.Objective - r.obj.Value(W, r.p.K)
		r.res.Accuracy, err = r.obj.Accuracy(theta)
		return err
	}
	if descent || fast && !small {
		if r.res.Accuracy, err = r.obj.Accuracy(theta); err != nil {
			return err
		}
	}
	// The model is evaluated in float64, whatever the passes were made of.
	r.obj.SetLevel(kernel.Generic)
	if err := r.certify(); err != nil {
		return err
	}
	f, err := r.evaluate(theta, grad)
	if err != nil {
		return err
	}
	unproved := r.res.Stop == Converged && f-r.lower > r.opt.Tol*f
	if !descent && (!fast || unproved || small) {
		if f, err = r.obj.PolishIntercept(theta, grad, f, 1e-14); err != nil {
			return err
		}
		if r.cert != nil {
			r.cert.Add(theta, grad, f)
			r.lower = r.cert.Lower()
		}
		if r.res.Accuracy, err = r.obj.Accuracy(theta); err != nil {
			return err
		}
	}
	it := r.line(r.res.Iterations, f, grad)
	if r.res.Stop == Converged && it.GapBound > r.opt.Tol*f {
		r.res.Stop = Precision // what moved since was the last digits
	}
	it.GapEstimate = estimate
	r.res.Final = it
	W, _ := r.obj.Split(theta)
	r.res.Loss = f - r.obj.Value(W, r.p.K)
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return ErrDiverged
	}
	return nil
}

// settle moves the intercepts to their optimum with the fast passes, and leaves
// W as it is.
func (r *run) settle(theta, grad []float64) error {
	near := slices.Clone(theta)
	if _, err := r.obj.MinimizeIntercept(near, grad, 1e-9); err != nil {
		return err
	}
	_, from := r.obj.Split(near)
	_, to := r.obj.Split(theta)
	copy(to, from)
	if objective.IsShiftInvariant(r.p.Loss) {
		centreRows(to, r.p.K, 1)
	}
	return nil
}

// evaluate returns the objective for the report.
func (r *run) evaluate(theta, grad []float64) (float64, error) {
	f, err := r.obj.ValueGrad(theta, grad)
	if err == nil && r.cert != nil {
		r.cert.Add(theta, grad, f)
		r.lower = r.cert.Lower()
	}
	return f, err
}

// centreRows takes the mean off every row of K values: softmax does not see
// it, and under L2 the optimum has none.
func centreRows(v []float64, k, rows int) {
	for j := range rows {
		row := v[j*k:][:k]
		var mean float64
		for _, x := range row {
			mean += x
		}
		mean /= float64(k)
		for q := range row {
			row[q] -= mean
		}
	}
}
