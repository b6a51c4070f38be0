package optimize

import (
	"math"

	"example.com/softmax/internal/linalg"
)

// A Hessian is a Function that can write its Hessian, Dim x Dim row-major, on
// and left of the diagonal; objective.Objective is one.
type Hessian interface {
	Function
	Hessian(x, h []float64) error
}

// Newton minimises fn from x, which it leaves at the last iterate: Newton's
// method with a Cholesky factorisation of the Hessian and a line search
// (Nocedal and Wright, Numerical Optimization, 2nd ed., chapter 3). Directions
// in which the Hessian is singular (collinear columns without a penalty) are
// left alone: dependent is called with their coordinates, at every iteration.
func Newton(fn Hessian, x []float64, dependent func(coordinates []int), monitor Monitor) (End, error) {
	n := fn.Dim()
	s := State{X: x, Grad: make([]float64, n)}
	var err error
	if s.F, err = fn.ValueGrad(x, s.Grad); err != nil {
		return Failed, err
	}
	h := make([]float64, n*n)
	l := line{fn: fn, x: x, p: make([]float64, n), trial: make([]float64, n), gt: make([]float64, n), noise: noiseOf(fn)}
	best := newRecord()
	for {
		if err := fn.Hessian(x, h); err != nil {
			return Failed, err
		}
		dropped := linalg.Cholesky(h, n, singular)
		if len(dropped) > 0 {
			dependent(dropped)
		}
		copy(l.p, s.Grad)
		for _, i := range dropped {
			l.p[i] = 0
		}
		linalg.SolveCholesky(h, n, l.p)
		for i := range l.p {
			l.p[i] = -l.p[i]
		}
		l.f, l.slope = s.F, linalg.Dot(l.p, s.Grad)
		s.Decrement = math.Abs(l.slope) / 2
		if monitor(&s) {
			return Stopped, nil
		}
		if !(l.slope < 0) || !best.progress(&s) {
			return NoProgress, nil
		}
		f, ok, err := l.search(1)
		if err != nil {
			return Failed, err
		}
		if !ok {
			return NoProgress, nil
		}
		copy(x, l.trial)
		copy(s.Grad, l.gt)
		s.F = f
		s.Iteration++
	}
}

// singular is the share of a diagonal entry that has to survive elimination
// for its coordinate to count as independent of those before it.
const singular = 1e-11
