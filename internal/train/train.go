// Package train runs one fit: it joins an objective with the solver that its
// shape asks for, watches the certificate, and says why it ended.
package train

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"example.com/softmax/internal/kernel"
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
	Solver   string  // one of the Solver constants; empty chooses by shape
	Tol      float64 // wanted relative suboptimality
	Estimate bool    // end as soon as the estimate of the gap says so
	// Start is where the fit begins; nil for the null model.
	Start []float64
	// Selection makes a fit that serves to choose a penalty: it ends on the
	// estimate, with no proof and nothing evaluated in float64 that need not be.
	// Its result has Theta, Stop and the solver's last iterate.
	Selection bool
	MaxIter   int // 0 for no limit
	MaxTime   time.Duration
	Threads   int
	Level     kernel.Level     // of the passes; the result is evaluated in float64 at any
	Descent   optimize.Descent // for SGD
	OnIterate func(Iterate)    // may be nil
	shared    *shared          // the preconditioner of a Path; else nil
	follow    bool             // the fit uses it as it is
	// OnEpoch is called by SGD, before OnIterate, with the parameters after
	// the epoch; it may be nil.
	OnEpoch func(epoch int, meanLoss float64, theta []float64)
}

// Names of the solvers.
const (
	SolverNewton   = "newton"
	SolverNewtonCG = "newton-cg" // begun by dual coordinate ascent where objective.CanAscend
	SolverLBFGS    = "lbfgs"
	SolverSGD      = "sgd"
	// SolverProximal is proximal Newton on a working set: for penalties that are
	// not smooth.
	SolverProximal = "proximal-newton"
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
	Selection      = "selection"       // one of the fits that serve to choose a penalty
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
var ErrDiverged = errors.New("the objective is not a finite number; lower the learning rate or scale the features")

// Run fits the problem. If ctx ends, the best iterate so far is returned with
// Stop set to Cancelled and ctx's error.
func Run(ctx context.Context, p Problem, opt Options) (*Result, error) {
	r := &run{p: p, opt: opt, start: time.Now(), ctx: ctx}
	r.res.Final.GapEstimate = math.NaN() // should the fit end before its first iterate
	r.obj = objective.New(ctx, p.Problem, opt.Threads)
	r.obj.SetLevel(opt.Level)
	r.res.Solver, r.res.SolverReason = choose(p, opt)
	theta := make([]float64, r.obj.Dim())
	if opt.Start != nil {
		copy(theta, opt.Start)
	} else {
		r.obj.NullModel(theta, p.Shares)
	}

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
	recent                 [20]float64 // objectives of the last iterations
	rescued                bool
}

func (r *run) solve(theta []float64) error {
	r.lower, r.attempt, r.smoothAttempt = math.Inf(-1), math.Inf(1), math.Inf(1)
	if s := r.res.Solver; s == SolverNewton || s == SolverNewtonCG || s == SolverProximal {
		// Passes are the least of Newton's work; those of Newton-CG are over
		// sparse features, and products need more than residuals' accuracy; the
		// proximal one has fast passes of its own.
		r.obj.SetLevel(kernel.Generic)
	}
	r.res.Kernel = r.obj.Level().String()
	if r.res.Solver == SolverSGD {
		_, err := optimize.SGD(r.obj, theta, r.opt.Descent, r.epoch)
		if r.res.Stop == "" {
			r.res.Stop = Epochs
		}
		return err
	}
	if !r.opt.Selection {
		if err := r.certify(); err != nil {
			return err
		}
	}
	if r.res.Solver == SolverNewtonCG && r.opt.Start == nil && objective.CanAscend(r.p.Problem) {
		if err := r.ascend(theta); err != nil || r.res.Stop != "" {
			return err
		}
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
		if r.opt.Selection { // closer than was asked for
			r.res.Stop = Selection
			return nil
		}
		if r.obj.Level() == kernel.Generic {
			if end == optimize.NoProgress {
				if minimise = r.rescue(); minimise != nil {
					continue
				}
				r.res.Stop = Precision
			}
			return nil
		}
		// Rounded passes have brought it as far as they can.
		r.obj.SetLevel(kernel.Generic)
		r.before = r.res.Iterations
	}
}

// rescue returns Newton-CG where L-BFGS stands still, as it may where the classes
// can almost be separated and no sample of rows shows the Hessian; nil if that is
// not the case, or has been tried.
func (r *run) rescue() func([]float64) (optimize.End, error) {
	_, convex := r.p.Loss.(objective.Dual)
	if r.res.Solver != SolverLBFGS || r.rescued || !convex || r.p.X.N()*r.p.K > probabilitiesMost {
		return nil
	}
	r.rescued, r.before = true, r.res.Iterations
	r.res.SolverReason += "; Newton-CG where that stood still"
	return func(theta []float64) (optimize.End, error) {
		return optimize.NewtonCG(certified{r.obj, r.cert}, theta, r.opt.Threads, r.iterate)
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
	case SolverNewtonCG:
		return func(theta []float64) (optimize.End, error) {
			return optimize.NewtonCG(fn, theta, r.opt.Threads, r.iterate)
		}, nil
	case SolverProximal:
		return func(theta []float64) (optimize.End, error) { return r.newProximal(theta).minimise() }, nil
	case SolverLBFGS:
		m, err := r.preconditioner()
		if err != nil {
			return nil, err
		}
		return func(theta []float64) (optimize.End, error) {
			if m, ok := m.(*twoLevel); ok && r.opt.shared == nil {
				m.before = r.before
			}
			return optimize.LBFGS(fn, theta, memory(r.obj.Dim()), m, r.iterate)
		}, nil
	}
	return nil, fmt.Errorf("solver %q is not known", r.res.Solver)
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
	defer func() { r.recent[s.Iteration%len(r.recent)] = s.F }()
	if s.Iteration > 0 || r.before == 0 { // else the same point once more
		r.tell(it)
	}
	switch {
	case r.opt.Selection:
		// The estimate is worth little before the first step, and where steps still
		// lower f by more.
		small := r.opt.Tol * s.F
		if s.Iteration == 0 || s.Decrement > small || r.recent[(s.Iteration-1)%len(r.recent)]-s.F > small {
			return r.limits(r.res.Iterations)
		}
		r.res.Stop = Selection
	case it.GapBound <= r.opt.Tol*s.F:
		r.res.Stop = Converged
	case r.p.Lambda == 0 && r.p.Smooth() && r.obj.Level() == kernel.Generic && r.separated(s.F):
		r.res.Stop = Separated
	case (r.opt.Estimate || r.cert == nil) && s.Decrement <= r.opt.Tol*s.F && r.slow(s):
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

// slow reports whether the last few iterations bear out the estimate of the gap:
// one that is made with a poor model of the Hessian is too small, while f still
// falls. Newton's is made with the Hessian.
func (r *run) slow(s *optimize.State) bool {
	before := r.recent[s.Iteration%len(r.recent)]
	return r.res.Solver == SolverNewton || s.Iteration >= len(r.recent) && before-s.F <= r.opt.Tol*s.F
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
			if g = math.Abs(g); !(g <= it.GradientNorm) { // max would be slow
				it.GradientNorm = g
			}
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
