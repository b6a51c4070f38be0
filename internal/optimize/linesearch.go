package optimize

import (
	"math"

	"example.com/softmax/internal/linalg"
)

// A line is a search for a step along p from x that satisfies the Wolfe
// conditions, or the approximate ones of Hager and Zhang (2005, SIAM J. Optim.
// 16, "A new conjugate gradient method with guaranteed descent and an
// efficient line search"): near the optimum rounding hides the decrease of f,
// but not the change of the slope.
type line struct {
	fn        Function
	x, p      []float64
	f, slope  float64 // at step 0
	trial, gt []float64
	noise     float64 // relative error of f
	step      float64 // that was tried last
}

// Noisy is a Function whose values have errors beyond rounding in float64;
// objective.Objective is one.
type Noisy interface {
	// Noise is the relative size of the errors.
	Noise() float64
}

func noiseOf(fn Function) float64 {
	if n, ok := fn.(Noisy); ok {
		return roundingOff + n.Noise()
	}
	return roundingOff
}

const (
	armijo      = 1e-4 // share of the predicted decrease that is enough
	curvature   = 0.9  // share of the slope that may remain
	roundingOff = 1e-13
	maxTrials   = 40
)

// search tries step first; on success l.trial and l.gt hold the new point and
// gradient, and f its value. ok is false if no step lowers f.
func (l *line) search(first float64) (f float64, ok bool, err error) {
	lo, hi := 0.0, math.Inf(1)
	slopeLo := l.slope
	step := first
	for range maxTrials {
		for i := range l.trial {
			l.trial[i] = l.x[i] + float64(step*l.p[i])
		}
		l.step = step
		f, err = l.fn.ValueGrad(l.trial, l.gt)
		if err != nil {
			return f, false, err
		}
		slope := linalg.Dot(l.gt, l.p)
		if !finite(f) || !finite(slope) {
			hi = step
			step = lo + (hi-lo)/10
			continue
		}
		decreased := f <= l.f+armijo*step*l.slope
		level := f <= l.f+l.noise*math.Abs(l.f) && slope <= (2*armijo-1)*l.slope
		if (decreased || level) && slope >= curvature*l.slope {
			return f, true, nil
		}
		if (decreased || level) && slope < 0 { // still descending
			next := step * 4
			if s := secant(lo, slopeLo, step, slope); s > step {
				next = min(next, max(s, step*1.1))
			}
			lo, slopeLo = step, slope
			if next >= hi {
				next = lo + (hi-lo)/2
			}
			step = next
			continue
		}
		hi = step
		step = lo + (hi-lo)/2
		if s := secant(lo, slopeLo, hi, slope); slope > 0 && s > lo && s < hi {
			step = min(max(s, lo+(hi-lo)/10), hi-(hi-lo)/10)
		}
		if hi-lo <= 1e-14*hi {
			break
		}
	}
	return f, false, nil
}

// secant is the zero of the slope's linear interpolation.
func secant(a, sa, b, sb float64) float64 { return (a*sb - b*sa) / (sb - sa) }
