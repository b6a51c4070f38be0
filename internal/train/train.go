// Package train runs one fit: it joins an objective with the solver that its
// shape asks for, watches the certificate, and says why it ended.
package train

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"example.com/softmax/internal/kernel"
	"example.com/softmax/internal/linalg"
	"example.com/softmax/internal/objective"
	"example.com/softmax/internal/optimize"
)

// Problem is what is to be minimised.
type Problem struct {
	objective.Problem
	Shares []float64 // K: the mean target of each logit, in (0, 1)
}

// Options say how.
type Options struct {
	Solver    string  // one of the Solver constants; empty chooses by shape
	Tol       float64 // wanted relative suboptimality
	Estimate  bool    // end as soon as the estimate of the gap says so
	MaxIter   int     // 0 for no limit
	MaxTime   time.Duration
	Threads   int
	Level     kernel.Level     // of the passes; the result is evaluated in float64 at any
	Descent   optimize.Descent // for SGD
	OnIterate func(Iterate)    // may be nil
	// OnEpoch is called by SGD, before OnIterate, with the parameters after
	// the epoch; it may be nil.
	OnEpoch func(epoch int, meanLoss float64, theta []float64)
}

// Names of the solvers.
const (
	SolverNewton = "newton"
	SolverLBFGS  = "lbfgs"
	SolverSGD    = "sgd"
)

// Reasons for a fit to end.
const (
	Converged      = "converged"       // the certificate proves the tolerance
	Estimated      = "estimated"       // the solver's estimate meets the tolerance, without proof
	Precision      = "precision"       // floating point allows no further progress
	IterationLimit = "iteration-limit" // MaxIter
	TimeLimit      = "time-limit"      // MaxTime
	Epochs         = "epochs"          // SGD made the epochs asked for
	Cancelled      = "cancelled"       // the context ended
	Separated      = "separated"       // without a penalty the classes can be separated: no optimum exists
)

// An Iterate is one line of a fit's history. Numbers that were not computed
// are NaN.
type Iterate struct {
	Iteration    int
	Passes       float64 // reads of all rows so far
	Seconds      float64 // since the fit began
	Objective    float64
	GapBound     float64 // proved: Objective is at most this far above the optimum
	GapEstimate  float64 // the solver's guess of the same
	GradientNorm float64 // largest magnitude of a component
	Accuracy     float64 // on the training rows; after epochs of SGD
}

// Result is where the fit ended. Theta is W row-major, then b.
type Result struct {
	Theta        []float64
	Solver       string
	SolverReason string
	Stop         string
	Final        Iterate
	Loss         float64 // the objective without the penalty
	Accuracy     float64 // weighted, on the training rows
	Kernel       string
	GapReason    string // why Final.GapBound is NaN, where it is
	Iterations   int
	Dependent    []int // features that depend linearly on others, if the solver had to notice
}

// ErrDiverged is returned by Run if the objective leaves the numbers.
var ErrDiverged = errors.New("training diverged: the objective is not a finite number; lower the learning rate or scale the features")

// Run fits the problem. If ctx ends, the best iterate so far is returned with
// Stop set to Cancelled and ctx's error.
func Run(ctx context.Context, p Problem, opt Options) (*Result, error) {
	r := &run{p: p, opt: opt, start: time.Now(), ctx: ctx}
	r.obj = objective.New(ctx, p.Problem, opt.Threads)
	r.obj.SetLevel(opt.Level)
	r.res.Solver, r.res.SolverReason = choose(p, opt.Solver)
	theta := make([]float64, r.obj.Dim())
	r.obj.NullModel(theta, p.Shares)

	err := r.solve(theta)
	if r.ctx.Err() != nil {
		// What follows is short, and turns a stopped fit into a whole model.
		r.res.Stop, err = Cancelled, r.ctx.Err()
		r.obj.SetContext(context.WithoutCancel(ctx))
	}
	if err != nil && r.res.Stop != Cancelled {
		return nil, err
	}
	if finishErr := r.finish(theta); finishErr != nil {
		return nil, finishErr
	}
	return &r.res, err
}

// run is the state of one fit.
type run struct {
	p      Problem
	opt    Options
	ctx    context.Context
	start  time.Time
	obj    *objective.Objective
	cert   *objective.Certificate
	res    Result
	lower  float64 // best proved lower bound of the optimum
	before int     // iterations of solvers that ended
	// The potential gap below which proof is tried next, at an iterate and at a
	// smoothed point.
	attempt, smoothAttempt float64
	polished, grad         []float64
}

func (r *run) solve(theta []float64) error {
	r.lower, r.attempt, r.smoothAttempt = math.Inf(-1), math.Inf(1), math.Inf(1)
	if r.res.Solver == SolverNewton {
		r.obj.SetLevel(kernel.Generic) // its passes are the least of its work
	}
	r.res.Kernel = r.obj.Level().String()
	if r.res.Solver == SolverSGD {
		_, err := optimize.SGD(r.obj, theta, r.opt.Descent, r.epoch)
		if r.res.Stop == "" {
			r.res.Stop = Epochs
		}
		return err
	}
	if err := r.certify(); err != nil {
		return err
	}
	minimise, err := r.solver()
	if err != nil {
		return err
	}
	for {
		end, err := minimise(theta)
		if err != nil || r.res.Stop != "" {
			return err
		}
		if r.obj.Level() == kernel.Generic {
			if end == optimize.NoProgress {
				r.res.Stop = Precision
			}
			return nil
		}
		// Rounded passes have brought it as far as they can.
		r.obj.SetLevel(kernel.Generic)
		r.before = r.res.Iterations
	}
}

// solver returns what minimises the objective from theta, which it leaves at
// the last iterate.
func (r *run) solver() (func(theta []float64) (optimize.End, error), error) {
	fn := certified{r.obj, r.cert}
	switch r.res.Solver {
	case SolverNewton:
		return func(theta []float64) (optimize.End, error) {
			return optimize.Newton(fn, theta, r.dependent, r.iterate)
		}, nil
	case SolverLBFGS:
		var m preconditioner = newKronecker(r.p, r.opt.Level, r.opt.Threads)
		if r.obj.Dim() <= hessianMost {
			m = newFullHessian(r.p, m)
		}
		return func(theta []float64) (optimize.End, error) {
			var failed error
			end, err := optimize.LBFGS(fn, theta, memory, m.apply, func(s *optimize.State) bool {
				if m.due(r.before + s.Iteration) {
					failed = m.refresh(r.obj, s.X)
				}
				return r.iterate(s) || failed != nil
			})
			return end, cmp.Or(err, failed)
		}, nil
	}
	return nil, fmt.Errorf("solver %q is not known", r.res.Solver)
}

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

// dependent notes the features of coordinates in which the Hessian is singular.
func (r *run) dependent(coordinates []int) {
	r.res.Dependent = r.res.Dependent[:0]
	seen := make(map[int]bool)
	for _, c := range coordinates {
		if j := c / r.p.K; j < r.p.X.D() && r.p.X.Scale[j] != 0 && !seen[j] {
			seen[j] = true
			r.res.Dependent = append(r.res.Dependent, j)
		}
	}
}

// certify prepares the certificate where there can be one.
func (r *run) certify() (err error) {
	_, dual := r.p.Loss.(objective.Dual)
	switch {
	case !dual:
		r.res.GapReason = "this loss is not convex in the parameters, so no bound can be proved"
	case r.p.Lambda == 0:
		r.res.GapReason = "without a penalty the objective is not strongly convex, so no bound can be proved"
	case r.cert == nil:
		r.cert, err = objective.NewCertificate(r.obj)
	}
	return err
}

// iterate judges an iterate of a deterministic solver.
func (r *run) iterate(s *optimize.State) (stop bool) {
	r.res.Iterations = r.before + s.Iteration
	if r.cert != nil {
		r.lower = r.cert.Lower()
		if err := r.prove(s); err != nil {
			return true // the context ended: Run sees that
		}
	}
	it := r.line(r.res.Iterations, s.F, s.Grad)
	it.GapEstimate = s.Decrement
	r.res.Final = it
	if s.Iteration > 0 || r.before == 0 { // else the same point once more
		r.tell(it)
	}
	switch {
	case it.GapBound <= r.opt.Tol*s.F:
		r.res.Stop = Converged
	case r.p.Lambda == 0 && r.separated(s.F):
		r.res.Stop = Separated
	case (r.opt.Estimate || r.cert == nil) && s.Decrement <= r.opt.Tol*s.F:
		// An estimate is made in float64, too, if it is all there is.
		if r.cert != nil || r.obj.Level() == kernel.Generic {
			r.res.Stop = Estimated
		}
	case r.promising(s.F):
		// By half, so that passes in float64 are likely to prove it at once, and
		// are not wasted where a few more of the fast ones do.
	default:
		return r.limits(r.res.Iterations)
	}
	return true
}

// prove tries to make the certificate say what the iterate is good for. Two
// things keep it from doing so. The bound pays to first order for intercepts
// that are not at their optimum for this W, and to second for all else; and it
// goes by the norm of the gradient, which is smaller at a smoothed point. So
// where it would hold at such a point with the intercepts at their optimum,
// they are moved there, at the price of a few passes.
func (r *run) prove(s *optimize.State) error {
	if s.F-r.lower <= r.opt.Tol*s.F {
		return nil
	}
	if r.polished == nil {
		r.polished, r.grad = make([]float64, len(s.X)), make([]float64, len(s.X))
	}
	copy(r.polished, s.X)
	potential, attempt := r.potential(s.Grad), &r.attempt
	if potential > r.opt.Tol*s.F && s.Smooth != nil {
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

// limits ends the fit at what the user allowed it.
func (r *run) limits(iteration int) bool {
	switch {
	case r.opt.MaxIter > 0 && iteration >= r.opt.MaxIter:
		r.res.Stop = IterationLimit
	case r.opt.MaxTime > 0 && time.Since(r.start) >= r.opt.MaxTime:
		r.res.Stop = TimeLimit
	default:
		return false
	}
	return true
}

// separated is sure that every row is classified right: if the weighted losses
// sum to less than the smallest weight's share of log 2, every row gives its
// class more than half. Scaling such a W up lowers the loss without end.
func (r *run) separated(f float64) bool {
	if l, ok := r.p.Loss.(objective.CrossEntropy); !ok || l.Smoothing > 0 {
		return false
	}
	least := math.Inf(1)
	for _, w := range r.p.Weights {
		if w > 0 {
			least = min(least, w)
		}
	}
	if r.p.Weights == nil {
		least = 1
	}
	return f*r.obj.Sum() < least*math.Ln2
}

// epoch tells of an epoch of SGD.
func (r *run) epoch(s *optimize.State) (stop bool) {
	r.res.Iterations = s.Iteration
	if r.opt.OnEpoch != nil {
		r.opt.OnEpoch(s.Iteration, s.F, s.X)
	}
	it := r.line(s.Iteration, math.NaN(), nil)
	it.Accuracy, _ = r.obj.Accuracy(s.X)
	r.tell(it)
	if math.IsNaN(s.F) || math.IsInf(s.F, 0) {
		return true
	}
	return r.limits(s.Iteration)
}

func (r *run) line(iteration int, f float64, grad []float64) Iterate {
	it := Iterate{
		Iteration: iteration, Passes: r.obj.Passes(), Seconds: time.Since(r.start).Seconds(),
		Objective: f, GapBound: math.NaN(), GapEstimate: math.NaN(), GradientNorm: math.NaN(), Accuracy: math.NaN(),
	}
	if grad != nil {
		it.GradientNorm = 0
		for _, g := range grad {
			it.GradientNorm = max(it.GradientNorm, math.Abs(g))
		}
	}
	if r.cert != nil {
		// The loss is never negative, so f itself is always a bound.
		it.GapBound = max(0, f-max(r.lower, 0))
	}
	return it
}

func (r *run) tell(it Iterate) {
	r.res.Final = it
	if r.opt.OnIterate != nil {
		r.opt.OnIterate(it)
	}
}

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
	if objective.IsShiftInvariant(r.p.Loss) && !(descent && r.p.Lambda == 0) {
		// The intercepts too: at the limit of precision a solver may drift far
		// along the flat direction, and their optimum is found near 0 only.
		centreRows(theta, r.p.K, r.p.X.D()+1)
	}
	fast := r.obj.Level() != kernel.Generic
	if fast && !descent {
		if err := r.settle(theta, grad); err != nil {
			return err
		}
	}
	var err error
	if fast || descent {
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
	if !descent && (!fast || unproved || r.small()) {
		if _, err := r.obj.PolishIntercept(theta, grad, f, 1e-16); err != nil {
			return err
		}
		if objective.IsShiftInvariant(r.p.Loss) {
			_, b := r.obj.Split(theta)
			centreRows(b, r.p.K, 1)
		}
		if f, err = r.evaluate(theta, grad); err != nil {
			return err
		}
		if r.res.Accuracy, err = r.obj.Accuracy(theta); err != nil {
			return err
		}
	}
	it := r.line(r.res.Iterations, f, grad)
	it.GapEstimate = estimate
	r.res.Final = it
	r.res.Theta = theta
	W, _ := r.obj.Split(theta)
	r.res.Loss = f
	for _, w := range W {
		r.res.Loss -= r.p.Lambda / 2 * w * w
	}
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

// small reports whether a few more passes in float64 cost next to nothing.
func (r *run) small() bool { return r.p.X.N()*r.obj.Dim() <= 1<<24 }

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
