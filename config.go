package softmax

import (
	"cmp"
	"fmt"
	"math"
	"runtime"
	"time"

	"example.com/softmax/dataset"
	"example.com/softmax/internal/kernel"
	"example.com/softmax/internal/optimize"
	"example.com/softmax/internal/train"
	"example.com/softmax/preprocess"
)

// NoPenalty as Config.L2 fits without a penalty.
const NoPenalty = -1

// Config says how to fit. The zero value is the recommended start: an L2
// penalty chosen on held-out rows, standardised numeric columns, the solver that
// suits the problem's shape, and an objective proved to be within 0.01 % of the
// optimum.
type Config struct {
	// L2 is lambda in the penalty (lambda/2) ||W||^2 on the coefficients of
	// the scaled features; the intercept is free. NoPenalty is none. 0 chooses
	// it (Report.Selection): of 1, 10^-0.5, 0.1 and so on, down to 1/100 of
	// 1/(sum of the weights), the one with the least mean loss on held-out rows,
	// or the vertex of the parabola through it and its neighbours if that is
	// better; no smaller ones are tried after one that is worse by a thousandth,
	// or two in a row that are no better. Held out is each of five stratified folds in turn; of more than 20,000 rows,
	// and where the features times the classes are more than 2^20, one
	// stratified part of 20 %, at most 20,000 rows, dealt by Seed. With L1 or
	// Group 0 is none.
	L2 float64 `json:"l2,omitempty"`

	// C is the strength of the penalty as other libraries have it: lambda is
	// 1/(C * sum of the weights). 0 leaves it to L2.
	C float64 `json:"c,omitempty"`

	// L1 and Group add to the penalty
	//
	//	L1 sum_jk |W_jk| + Group sum_j ||W_j||,
	//
	// W_j being the coefficients of feature j for all classes. L1 makes single
	// coefficients exactly 0 (the lasso; with L2 the elastic net), Group all
	// those of a feature together. One of them can be ChoosePenalty: then lambda
	// in
	//
	//	lambda (Mix sum_jk |W_jk| + (1-Mix)/2 ||W||^2)
	//
	// or the same with Group's norms is chosen as L2 would be, but from the
	// least one that makes all coefficients 0 down to a ten-thousandth of it, or
	// a hundredth where there are no more rows than features.
	L1    float64 `json:"l1,omitempty"`
	Group float64 `json:"group,omitempty"`
	// Mix is their share; 0 stands for 1: no L2. With all strengths given it is 0.
	Mix float64 `json:"mix,omitempty"`

	// PenaltyFactors multiply all parts of the penalty on the features that come
	// of the named columns; the others have 1. With 0 a column is free.
	PenaltyFactors map[string]float64 `json:"penalty_factors,omitempty"`

	// Tol is the relative suboptimality of the objective at which a fit has
	// converged, as proved by its certificate. 0 stands for 1e-4.
	Tol float64 `json:"tol,omitempty"`

	// Loss is what a wrong probability costs; empty chooses by the labels.
	Loss Loss `json:"loss,omitempty"`

	// LabelSmoothing s in [0, 1) moves the share s of every row's target to
	// the uniform distribution, or with Sigmoids to 1/2 for each class.
	LabelSmoothing float64 `json:"label_smoothing,omitempty"`

	// ClassWeight and ClassWeights make the weight of its class a factor of every
	// row's weight in the loss: BalancedClasses, or by name with 1 for classes
	// not named. Probabilities are then those of a world in which classes are as
	// frequent as their weights make them, unless PriorCorrection takes the
	// weights back out of the intercepts. What is minimised, Loss, Objective and
	// the certificate are of the weighted rows in both cases; so are held-out
	// scores without the correction.
	ClassWeight     string             `json:"class_weight,omitempty"`
	ClassWeights    map[string]float64 `json:"class_weights,omitempty"`
	PriorCorrection bool               `json:"prior_correction,omitempty"`

	// Calibrate fits a temperature (Model.WithTemperature) on the logits of rows
	// held out as L2 says, at the penalty of the fit.
	Calibrate bool `json:"calibrate,omitempty"`

	// Preprocess says how columns become features.
	Preprocess preprocess.Options `json:"preprocess,omitzero"`

	// Solver is one of the Solver constants; empty chooses by the shape of the
	// problem.
	Solver Solver `json:"solver,omitempty"`

	// Stop says what ends a fit.
	Stop StopRule `json:"stop,omitempty"`

	// MaxIterations and MaxTime end a fit early; 0 stands for no limit. A fit
	// ended by them is not an error: the Report says so, and how far it got.
	// Choosing L2 takes at most half of MaxTime; then it is the best of those
	// tried so far.
	MaxIterations int           `json:"max_iterations,omitempty"`
	MaxTime       time.Duration `json:"max_time,omitempty"`

	// SGD are the choices of the SGD solver.
	SGD SGD `json:"sgd,omitzero"`

	// Seed of everything random: the order of examples in SGD, the rows held
	// out.
	Seed uint64 `json:"seed,omitempty"`

	// Threads is the number of threads; 0 stands for all. The result does not
	// depend on it, bit for bit.
	Threads int `json:"-"`

	// MaxMemory is how many bytes a fit may take beside its dataset; one that
	// needs more is refused with ErrMemory before it begins. 0 stands for nine
	// tenths of what is available, and 16 MiB at least; NoMemoryLimit for no limit.
	MaxMemory int64 `json:"-"`

	// Kernel is the level of the training loops: "generic", "avx2", "avx512",
	// or empty for the best that the machine has. Results are the same, bit for
	// bit, at one level; between levels they agree within Tol.
	Kernel string `json:"-"`

	// Progress is called after every iteration or epoch; it may be nil.
	Progress func(Iteration) `json:"-"`

	// Selecting is called with every penalty tried; it may be nil.
	Selecting func(PathPoint) `json:"-"`

	// Validation is scored after every epoch of SGD; it may be nil.
	Validation *dataset.Dataset `json:"-"`
}

// Solver names an optimisation method.
type Solver string

// The solvers.
const (
	// Newton uses the full Hessian: for few parameters.
	Newton Solver = train.SolverNewton
	// NewtonCG solves Newton's equations by conjugate gradients: for many sparse
	// features. It keeps a probability for every row and class. Where there is an
	// L2 penalty, a loss of softmax and no centring of sparse features, dual
	// coordinate ascent brings it near the optimum first.
	NewtonCG Solver = train.SolverNewtonCG
	// LBFGS is limited-memory BFGS, preconditioned.
	LBFGS Solver = train.SolverLBFGS
	// ProximalNewton is for penalties that make coefficients 0: proximal Newton
	// steps by coordinate descent on working sets.
	ProximalNewton Solver = train.SolverProximal
	// SGDSolver is mini-batch stochastic gradient descent as textbooks write
	// it: a constant learning rate and a given number of epochs.
	SGDSolver Solver = train.SolverSGD
)

// Loss is the loss of one example.
type Loss string

const (
	// CrossEntropy is -sum_k y_k log p_k with p = softmax(o): of the class of a
	// row, or of its dataset.Targets, which may be a distribution, counts, or
	// several classes at once, where only the classes that are present matter.
	// It is the choice for labels, and for targets that are distributions or
	// counts.
	CrossEntropy Loss = "cross-entropy"
	// Sigmoids makes of every class an independent yes or no with probability
	// sigmoid(o_k), so that absent classes matter too. It is the choice for
	// targets of 0 and 1 that are not one class a row.
	Sigmoids Loss = "sigmoids"
	// Squared is ||p - y||^2 / 2 with p = softmax(o), for comparison. It is not
	// convex in the parameters, so nothing can be proved about its fits.
	Squared Loss = "squared"
	// OneVsRest is the loss of imported models whose classes were fitted each
	// against all others: the probabilities are the sigmoids of the outputs,
	// divided by their sum. Fit does not minimise it.
	OneVsRest Loss = "one-vs-rest"
)

// StopRule says what ends a fit.
type StopRule string

const (
	// StopBound ends a fit when its certificate proves the tolerance.
	StopBound StopRule = ""
	// StopEstimate may end it earlier, when the solver's own estimate of the
	// gap is within the tolerance.
	StopEstimate StopRule = "estimate"
)

// SGD are the choices of mini-batch stochastic gradient descent. Zero values
// stand for the textbook's.
type SGD struct {
	LearningRate float64 `json:"learning_rate,omitempty"` // 0.1
	Momentum     float64 `json:"momentum,omitempty"`      // 0: plain gradient steps
	Batch        int     `json:"batch,omitempty"`         // 256 examples
	Epochs       int     `json:"epochs,omitempty"`        // 10
}

// validate reports the first choice that makes no sense.
func (c *Config) validate() error {
	bad := func(format string, args ...any) error {
		return fmt.Errorf("%w: %s", ErrConfig, fmt.Sprintf(format, args...))
	}
	switch {
	case c.validatePenalty() != "":
		return bad("%s", c.validatePenalty())
	case c.Calibrate && (c.sparse() || c.Loss != "" && c.Loss != CrossEntropy):
		return bad("Calibrate goes with the loss %q and the L2 penalty", CrossEntropy)
	case c.validateClassWeights() != "":
		return bad("%s", c.validateClassWeights())
	case !(c.Tol >= 0) || c.Tol >= 1:
		return bad("Tol is %v; it must lie between 0 and 1", c.Tol)
	case !(c.LabelSmoothing >= 0 && c.LabelSmoothing < 1):
		return bad("LabelSmoothing is %v; it must be at least 0 and below 1", c.LabelSmoothing)
	case c.Loss == Squared && c.LabelSmoothing > 0:
		return bad("LabelSmoothing goes with the losses %q and %q", CrossEntropy, Sigmoids)
	case c.Stop != StopBound && c.Stop != StopEstimate:
		return bad("stop rule %q is not known", c.Stop)
	case c.MaxMemory < NoMemoryLimit:
		return bad("MaxMemory is %d; it must be positive, 0 for the default, or NoMemoryLimit", c.MaxMemory)
	case c.MaxIterations < 0 || c.MaxTime < 0 || c.Threads < 0:
		return bad("MaxIterations, MaxTime and Threads must not be negative")
	case !(c.SGD.LearningRate >= 0) || math.IsInf(c.SGD.LearningRate, 0) || c.SGD.Batch < 0 || c.SGD.Epochs < 0:
		return bad("learning rate, batch and epochs must be positive")
	case !(c.SGD.Momentum >= 0 && c.SGD.Momentum < 1):
		return bad("Momentum is %v; it must be at least 0 and below 1", c.SGD.Momentum)
	}
	switch c.Loss {
	case "", CrossEntropy, Sigmoids, Squared:
	default:
		return bad("loss %q is not known; it can be %q, %q or %q", c.Loss, CrossEntropy, Sigmoids, Squared)
	}
	switch c.Solver {
	case "", Newton, NewtonCG, LBFGS, ProximalNewton:
		if c.SGD != (SGD{}) {
			return bad("learning rate, batch and epochs belong to the solver %q", SGDSolver)
		}
	case SGDSolver:
		if c.MaxIterations > 0 {
			return bad("the solver %q is limited by epochs, not by MaxIterations", SGDSolver)
		}
	default:
		return bad("solver %q is not known; it can be %q, %q, %q, %q or %q", c.Solver, Newton, NewtonCG, LBFGS, ProximalNewton, SGDSolver)
	}
	if _, err := c.level(); err != nil {
		return bad("%v", err)
	}
	if err := c.Preprocess.Validate(); err != nil {
		return bad("%v", err)
	}
	return nil
}

func (c *Config) level() (kernel.Level, error) {
	if c.Kernel == "" {
		return kernel.Best(), nil
	}
	return kernel.ParseLevel(c.Kernel)
}

// Kernels lists the levels that Config.Kernel can have on this machine, the
// best last.
func Kernels() []string {
	var names []string
	for _, l := range kernel.Levels() {
		names = append(names, l.String())
	}
	return names
}

// options fills the defaults in.
func (c *Config) options() train.Options {
	o := train.Options{
		Solver: string(c.Solver), Tol: cmp.Or(c.Tol, 1e-4), Estimate: c.Stop == StopEstimate,
		MaxIter: c.MaxIterations, MaxTime: c.MaxTime, Threads: c.Threads,
		Descent: optimize.Descent{
			Rate: cmp.Or(c.SGD.LearningRate, 0.1), Momentum: c.SGD.Momentum, Batch: cmp.Or(c.SGD.Batch, 256),
			Epochs: cmp.Or(c.SGD.Epochs, 10), Seed: c.Seed,
		},
	}
	o.Level, _ = c.level() // valid, or validate had said so
	if o.Threads == 0 {
		o.Threads = runtime.GOMAXPROCS(0)
	}
	return o
}
