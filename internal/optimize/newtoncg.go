package optimize

import (
	"math"

	"example.com/softmax/internal/linalg"
)

// A Curved function can be multiplied by its Hessian; objective.Objective is
// one. To the Hessian H a multiple, damping, of a matrix D is added, a bound of
// the curvature that steps may meet.
type Curved interface {
	Function
	// Curve makes x the point at which the Hessian is taken from now on.
	Curve(x []float64) error
	// Diagonal writes the diagonal of H + damping D, all of it above 0.
	Diagonal(h []float64, damping float64) error
	// HessianProduct writes (H + damping D) v to hv.
	HessianProduct(hv, v []float64, damping float64) error
}

// The choices of NewtonCG; docs/KERNELS.md has the measurements.
const (
	firstDamping = 0.1
	dampingRatio = 4   // by which it changes
	forcing      = 0.3 // share of the gradient that may be left of Newton's equations
	mostProducts = 500 // for one step
)

// NewtonCG minimises fn from x, which it leaves at the last iterate: Newton's
// method with a line search, whose systems are solved by conjugate gradients
// no further than pays (Nocedal and Wright, section 7.1), preconditioned by the
// diagonal. The Hessian is damped as in Levenberg and Marquardt's method: less
// after every full step that lowers fn as predicted, more after one that was
// too long.
func NewtonCG(fn Curved, x []float64, threads int, monitor Monitor) (End, error) {
	n := fn.Dim()
	s := State{X: x, Grad: make([]float64, n), Decrement: math.Inf(1)}
	var err error
	if s.F, err = fn.ValueGrad(x, s.Grad); err != nil {
		return Failed, err
	}
	l := line{fn: fn, x: x, p: make([]float64, n), trial: make([]float64, n), gt: make([]float64, n), noise: noiseOf(fn)}
	c := conjugate{fn: fn, threads: threads, damping: firstDamping, diagonal: make([]float64, n), r: make([]float64, n), q: make([]float64, n), hq: l.gt}
	best := newRecord()
	for {
		if monitor(&s) {
			return Stopped, nil
		}
		if !best.progress(&s) {
			return NoProgress, nil
		}
		if err := fn.Curve(x); err != nil {
			return Failed, err
		}
		fall, left, err := c.solve(l.p, s.Grad)
		if err != nil {
			return Failed, err
		}
		l.f, l.slope = s.F, linalg.Dot(l.p, s.Grad)
		if !(l.slope < 0) {
			return NoProgress, nil
		}
		f, ok, err := l.search(1)
		if err != nil {
			return Failed, err
		}
		if !ok {
			return NoProgress, nil
		}
		switch {
		case l.step < 1:
			c.damping *= dampingRatio
		case s.F-f > 0.75*fall:
			c.damping /= dampingRatio
		}
		// What the linear system left, and what it did not know.
		s.Decrement = left + math.Abs(s.F-fall-f)
		copy(x, l.trial)
		copy(s.Grad, l.gt)
		s.F = f
		s.Iteration++
	}
}

// conjugate solves Newton's systems.
type conjugate struct {
	fn                 Curved
	threads            int
	damping            float64
	first              float64 // norm of the first gradient
	diagonal, r, q, hq []float64
}

// solve sets p to about -(H + damping D)^-1 g. fall is by how much the quadratic
// model falls at p, and left an estimate of how much further it could: what it
// fell by in the last few iterations (Hestenes and Stiefel's formula for the
// error; Strakos and Tichy, 2002, ETNA 13).
func (c *conjugate) solve(p, g []float64) (fall, left float64, err error) {
	const last = 4
	if err := c.fn.Diagonal(c.diagonal, c.damping); err != nil {
		return 0, 0, err
	}
	rz := c.sum(func(lo, hi int) (s float64) {
		for i := lo; i < hi; i++ {
			p[i], c.r[i] = 0, -g[i]
			c.q[i] = -g[i] / c.diagonal[i]
			s -= float64(g[i] * c.q[i])
		}
		return s
	})
	norm := math.Sqrt(rz)
	if c.first == 0 {
		c.first = norm
	}
	enough := norm * min(forcing, math.Sqrt(norm/c.first))
	var falls [last]float64
	for step := range mostProducts {
		if err := c.fn.HessianProduct(c.hq, c.q, c.damping); err != nil {
			return 0, 0, err
		}
		curve := c.sum(func(lo, hi int) (s float64) {
			for i := lo; i < hi; i++ {
				s += float64(c.q[i] * c.hq[i])
			}
			return s
		})
		if !(curve > 0) { // not convex here, or rounding has taken over
			if step == 0 {
				copy(p, c.q)
			}
			break
		}
		alpha := rz / curve
		fall += alpha * rz / 2
		falls[step%last] = alpha * rz / 2
		next := c.sum(func(lo, hi int) (s float64) {
			for i := lo; i < hi; i++ {
				p[i] += float64(alpha * c.q[i])
				c.r[i] -= float64(alpha * c.hq[i])
				s += float64(c.r[i] * c.r[i] / c.diagonal[i])
			}
			return s
		})
		if math.Sqrt(next) <= enough {
			break
		}
		beta := next / rz
		rz = next
		c.sum(func(lo, hi int) float64 {
			for i := lo; i < hi; i++ {
				c.q[i] = c.r[i]/c.diagonal[i] + float64(beta*c.q[i])
			}
			return 0
		})
	}
	for _, f := range falls {
		left += f
	}
	return fall, left, nil
}

// sum adds up what part returns for runs of coordinates, in order: the same
// bits for any number of threads.
func (c *conjugate) sum(part func(lo, hi int) float64) float64 {
	const size = 1 << 14
	n := len(c.r)
	sums := make([]float64, (n+size-1)/size)
	workers := max(1, min(c.threads, len(sums)))
	linalg.Parallel(workers, workers, func(w int) {
		for i := len(sums) * w / workers; i < len(sums)*(w+1)/workers; i++ {
			sums[i] = part(i*size, min(n, (i+1)*size))
		}
	})
	var sum float64
	for _, s := range sums {
		sum += s
	}
	return sum
}
