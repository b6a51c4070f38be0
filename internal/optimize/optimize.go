// Package optimize holds the solvers. They know a function of a vector, and
// nothing of data, classes or files; internal/train chooses among them.
package optimize

import "math"

// A Function is what every solver minimises; objective.Objective is one.
type Function interface {
	Dim() int
	// ValueGrad returns f(x) and writes the gradient. An error (the fit was
	// cancelled, the data failed) ends the solver.
	ValueGrad(x, grad []float64) (f float64, err error)
}

// State is where a solver stands after an iteration. Its slices belong to the
// solver and change with the next iteration.
type State struct {
	Iteration int
	X, Grad   []float64
	F         float64
	// Decrement estimates F - min f by the solver's quadratic model: half of
	// g' H^-1 g, with H the Hessian (Newton) or its approximation. NaN where
	// the solver has no model.
	Decrement float64
}

// A Monitor is called after every iteration, first with the starting point as
// iteration 0. The solver ends when it returns true.
type Monitor func(*State) (stop bool)

// End says why a solver ended.
type End uint8

const (
	// Stopped: the monitor said so.
	Stopped End = iota
	// NoProgress: no step lowers f any further in floating point.
	NoProgress
	// Failed: the function returned the error that the solver returns.
	Failed
)

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
