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
	"example.com/softmax/internal/matrix"
	"example.com/softmax/internal/objective"
	"example.com/softmax/internal/optimize"
)

// Problem is what is to be minimised: see objective.Objective for the symbols.
type Problem struct {
	X       *matrix.Dense
	Loss    objective.Loss
	K       int
	Weights []float64
	Shares  []float64 // K: each class's share of the labels' weight, all > 0
	Lambda  float64
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
}

// Result is where the fit ended. Theta is W row-major, then b.
type Result struct {
	Theta        []float64
	Solver       string
	SolverReason string
	Stop         string
	Final        Iterate
	Loss         float64 // the objective without the penalty
	GapReason    string  // why Final.GapBound is NaN, where it is
	Iterations   int
	Dependent    []int // features that depend linearly on others, if the solver had to notice
}

// ErrDiverged is returned by Run if the objective leaves the numbers.
var ErrDiverged = errors.New("training diverged: the objective is not a finite number; lower the learning rate or scale the features")

// Run fits the problem. If ctx ends, the best iterate so far is returned with
// Stop set to Cancelled and ctx's error.
func Run(ctx context.Context, p Problem, opt Options) (*Result, error) {
	r := &run{p: p, opt: opt, start: time.Now(), ctx: ctx}
	r.obj = objective.New(ctx, p.X, p.Loss, p.K, p.Weights, p.Lambda, opt.Threads)
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
	p     Problem
	opt   Options
	ctx   context.Context
	start time.Time
	obj   *objective.Objective
	cert  *objective.Certificate
	res   Result
	lower float64 // best proved lower bound of the optimum
	// unproved: the gap meets the tolerance but for the errors of the kernels.
	unproved bool
	settled  float64 // the gap for which settle was tried last
	exact    bool    // passes are in float64
}

func (r *run) solve(theta []float64) error {
	r.lower, r.settled = math.Inf(-1), math.Inf(1)
	if r.res.Solver == SolverSGD {
		_, err := optimize.SGD(r.obj, theta, r.opt.Descent, r.epoch)
		if r.res.Stop == "" {
			r.res.Stop = Epochs
		}
		return err
	}
	var err error
	if r.cert, err = objective.NewCertificate(r.obj); err != nil {
		return err
	}
	fn := certified{r.obj, r.cert}
	var end optimize.End
	switch r.res.Solver {
	case SolverNewton:
		end, err = optimize.Newton(fn, theta, r.dependent, r.iterate)
	case SolverLBFGS:
		end, err = r.lbfgs(fn, theta)
	default:
		return fmt.Errorf("solver %q is not known", r.res.Solver)
	}
	if end == optimize.NoProgress {
		r.res.Stop = Precision
	}
	return err
}

// lbfgs runs on the fast kernels while they make progress, or until they seem
// to meet the tolerance without a proof; then on in float64.
func (r *run) lbfgs(fn certified, theta []float64) (optimize.End, error) {
	m := newPreconditioner(r.p, r.opt.Level, r.opt.Threads)
	done := 0
	for _, level := range []kernel.Level{r.opt.Level, kernel.Generic} {
		r.obj.SetLevel(level)
		r.unproved, r.exact = false, level == kernel.Generic
		var failed error
		end, err := optimize.LBFGS(fn, theta, memory, m.apply, func(s *optimize.State) bool {
			s.Iteration += done
			stop := r.iterate(s)
			s.Iteration -= done
			if s.Iteration+done == refreshAt {
				failed = m.refresh(r.obj, s.X)
			}
			return stop || failed != nil
		})
		if err = cmp.Or(err, failed); err != nil || r.exact || end != optimize.NoProgress && !r.unproved {
			return end, err
		}
		done = r.res.Iterations
	}
	panic("unreachable")
}

// certified lets the certificate see every point that is evaluated.
type certified struct {
	*objective.Objective
	cert *objective.Certificate
}

func (c certified) ValueGrad(theta, grad []float64) (float64, error) {
	f, err := c.Objective.ValueGrad(theta, grad)
	if err == nil {
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

// iterate judges an iterate of a deterministic solver.
func (r *run) iterate(s *optimize.State) (stop bool) {
	r.settle(s)
	r.lower = r.cert.Lower()
	r.res.Iterations = s.Iteration
	it := r.line(s.Iteration, s.F, s.Grad)
	it.GapEstimate = s.Decrement
	r.tell(it)
	switch {
	case r.p.Lambda > 0 && it.GapBound <= r.opt.Tol*s.F:
		r.res.Stop = Converged
	case r.p.Lambda > 0 && !r.exact && s.F-r.cert.Guess() <= r.opt.Tol*s.F/2:
		// By half, so that one float64 pass is likely to prove it, and is not
		// wasted where a few more fast ones do.
		r.unproved = true
	case r.p.Lambda == 0 && r.separated(s.F):
		r.res.Stop = Separated
	case (r.opt.Estimate || r.p.Lambda == 0) && s.Decrement <= r.opt.Tol*s.F:
		r.res.Stop = Estimated
	default:
		return r.limits(s.Iteration)
	}
	return true
}

// settle moves a copy's intercepts to their optimum where that is likely to
// prove the tolerance, and evaluates it in float64 if it would but for the
// errors of the kernels. A failure to evaluate will be met again.
func (r *run) settle(s *optimize.State) {
	wanted := s.F * (1 - r.opt.Tol)
	gap := s.F - r.cert.Ideal()
	if r.p.Lambda == 0 || gap > 2*(s.F-wanted) || gap > 0.7*r.settled || r.cert.Lower() >= wanted {
		return
	}
	r.settled = gap
	x, grad := slices.Clone(s.X), make([]float64, len(s.X))
	f, err := r.obj.MinimizeIntercept(x, grad)
	if err != nil {
		return
	}
	r.cert.Add(x, grad, f)
	if !r.exact && r.cert.Lower() < wanted && r.cert.Guess() >= wanted {
		r.obj.SetLevel(kernel.Generic)
		if f, err = r.obj.ValueGrad(x, grad); err == nil {
			r.cert.Add(x, grad, f)
		}
		r.obj.SetLevel(r.opt.Level)
	}
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
	least := 1.0
	for i, w := range r.p.Weights {
		if i == 0 || w < least && w > 0 {
			least = w
		}
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
	r.tell(it)
	if math.IsNaN(s.F) || math.IsInf(s.F, 0) {
		return true
	}
	return r.limits(s.Iteration)
}

func (r *run) line(iteration int, f float64, grad []float64) Iterate {
	it := Iterate{
		Iteration: iteration, Passes: r.obj.Passes(), Seconds: time.Since(r.start).Seconds(),
		Objective: f, GapBound: math.NaN(), GapEstimate: math.NaN(), GradientNorm: math.NaN(),
	}
	if grad != nil {
		it.GradientNorm = 0
		for _, g := range grad {
			it.GradientNorm = max(it.GradientNorm, math.Abs(g))
		}
	}
	if !math.IsInf(r.lower, -1) {
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
	if !descent {
		if _, err := r.obj.MinimizeIntercept(theta, grad); err != nil {
			return err
		}
	}
	// After the last pass that may round weights.
	if r.p.Loss.ShiftInvariant() && !(descent && r.p.Lambda == 0) {
		centreRows(theta, r.p.K, r.p.X.D())
	}
	if r.p.Loss.ShiftInvariant() {
		_, b := r.obj.Split(theta)
		centreRows(b, r.p.K, 1)
	}
	r.obj.SetLevel(kernel.Generic)
	f, err := r.obj.ValueGrad(theta, grad)
	if err != nil {
		return err
	}
	if r.cert == nil && r.p.Lambda > 0 {
		if r.cert, err = objective.NewCertificate(r.obj); err != nil {
			return err
		}
	}
	if r.cert != nil {
		r.cert.Add(theta, grad, f)
		r.lower = r.cert.Lower()
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
	if r.p.Lambda == 0 {
		r.res.GapReason = "without a penalty the objective is not strongly convex, so no bound can be proved"
	}
	if math.IsNaN(f) {
		return ErrDiverged
	}
	return nil
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
