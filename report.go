package softmax

import (
	"fmt"
	"math"
	"strings"
)

// Report says what a fit did, why it ended, and how far its result can be from
// the optimum. Numbers that do not exist are NaN.
type Report struct {
	Rows     int // examples used
	Dropped  int // examples left out because the label was missing, or with preprocess.MissingDrop a value
	Features int

	Lambda       float64 // strength of the L2 penalty
	LambdaSource string  // where it comes from
	// Selection is how it was chosen; nil where it was given.
	Selection *Selection
	L1, Group float64 // as in Config

	// NonZero counts the coefficients that are not 0, of Features times the
	// classes; FeaturesUsed the features that have one.
	NonZero, FeaturesUsed int

	Solver       Solver
	SolverReason string
	Kernel       string
	Threads      int
	Stop         Stop

	// LossFunction is the loss that was minimised.
	LossFunction Loss
	// Objective is Loss plus the penalty, with Loss the weighted mean of the
	// loss function over the training examples, in nats but for Squared.
	Objective, Loss float64
	// LogLikelihood is -Loss times the sum of the weights.
	LogLikelihood float64
	// GapBound is proved: no parameters have an objective lower than
	// Objective - GapBound. NaN if nothing can be proved; GapReason says why.
	GapBound  float64
	GapReason string
	// TargetMass is the weighted mean of what the targets of an example sum to:
	// 1 for labels and distributions.
	TargetMass float64
	// GapEstimate is the solver's own guess of the same distance.
	GapEstimate  float64
	GradientNorm float64 // largest magnitude of a component of the gradient
	Iterations   int     // or epochs
	Passes       float64 // reads of all training examples

	// TrainAccuracy is weighted, on the training examples. An example with a
	// distribution is right if the prediction is a class of largest share, one
	// with several labels if all of them are.
	TrainAccuracy float64

	Warnings []Warning
	History  []Iteration

	PrepareSeconds, SelectSeconds, FitSeconds float64
}

// Iteration is one line of a fit's history. Numbers that were not computed are
// NaN.
type Iteration struct {
	Iteration int     // or epoch; 0 is the starting point
	Passes    float64 // reads of all training examples so far
	Seconds   float64 // since the fit began
	// Objective is over all examples. Float32 passes, which kernel levels above
	// generic mostly make, evaluate it to 1e-6 (relative; absolute below
	// 1); the Report's own is exact.
	Objective    float64
	GapBound     float64
	GapEstimate  float64
	GradientNorm float64
	// Of an epoch of SGD: the mean loss of its batches when their turn came,
	// and scores with the parameters at its end.
	EpochLoss, TrainAccuracy              float64
	ValidationAccuracy, ValidationLogLoss float64
}

// Stop says why a fit ended.
type Stop string

// The reasons for a fit to end.
const (
	Converged      Stop = "converged"       // the certificate proves the tolerance
	Estimated      Stop = "estimated"       // the solver's estimate meets the tolerance, without proof
	Precision      Stop = "precision"       // floating point allows no further progress
	IterationLimit Stop = "iteration-limit" // Config.MaxIterations
	TimeLimit      Stop = "time-limit"      // Config.MaxTime
	Epochs         Stop = "epochs"          // SGD made the epochs asked for
	Cancelled      Stop = "cancelled"       // the context ended
	Imported       Stop = "imported"        // another program fitted the model
	Separated      Stop = "separated"       // the classes can be separated: without a penalty no optimum exists
	Selected       Stop = "selection"       // a fit of a path, that serves to choose a penalty
)

// Warning is something about the data or the fit that the user should know.
type Warning struct {
	Kind     string // one word, stable
	Features []string
	Message  string // a sentence
}

// Certificate says in words how far the result can be from the optimum.
func (r *Report) Certificate() string {
	return certificate(r.Objective, r.GapBound, r.TargetMass, r.GapReason)
}

// ProbabilityBound is proved with GapBound: the mean, over the training
// examples with their weights, of the total variation distance between the
// model's class probabilities and the optimum's is at most this; so is the
// mean change of any one class's probability. (An example whose targets sum to
// m counts m times.) The objective exceeds its minimum by at least the mean
// Kullback-Leibler divergence of the two (docs/MATH.md), and Pinsker's
// inequality bounds the distance by sqrt(divergence / 2).
func (r *Report) ProbabilityBound() float64 { return probabilityBound(r.GapBound, r.TargetMass) }

func probabilityBound(gap, mass float64) float64 { return math.Min(1, math.Sqrt(gap/(2*mass))) }

func certificate(objective, gap, mass float64, reason string) string {
	if math.IsNaN(gap) {
		return "No bound on the distance to the optimum: " + reason + "."
	}
	if objective <= 0 {
		return "The objective is 0: no solver can lower it."
	}
	if gap > objective/2 {
		return "Nothing useful is proved yet: the objective may be far from its optimum."
	}
	return fmt.Sprintf("Proved: no solver can lower this objective by more than %s, and averaged over the training examples "+
		"no class probability is further than %s from the optimum's.", percent(gap/objective), percent(probabilityBound(gap, mass)))
}

// percent writes a share with two significant digits, rounded up: what is said
// to be a bound must stay one.
func percent(share float64) string {
	p := 100 * share
	if p <= 0 {
		return "0 %"
	}
	unit := math.Pow(10, math.Floor(math.Log10(p))-1)
	s := fmt.Sprintf("%.*f", max(0, -int(math.Round(math.Log10(unit)))), math.Ceil(p/unit*(1-1e-12))*unit)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s + " %"
}
