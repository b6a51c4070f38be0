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
	// Smooth is nil, or writes a point near X whose gradient should be smaller
	// in norm, and that gradient as a linear model predicts it: see history.
	Smooth func(x, grad []float64)
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

// A record notices when rounding has taken over: the line search accepts steps
// that leave f level, since there the slope still tells points apart, and could
// go on doing so for ever.
type record struct {
	f, decrement float64 // least so far
	idle         int     // iterations since
}

// patience is the iterations without a new least f or decrement that end a
// solver.
const patience = 20

func newRecord() record { return record{f: math.Inf(1), decrement: math.Inf(1)} }

// progress reports whether the solver still gets anywhere.
func (r *record) progress(s *State) bool {
	r.idle++
	if s.F < r.f || s.Decrement < r.decrement {
		r.idle = 0
	}
	r.f, r.decrement = min(r.f, s.F), min(r.decrement, s.Decrement)
	return r.idle < patience && s.Decrement != 0
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
