package main

import (
	"errors"
	"math"
	"time"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/optimize"
)

// fitGonum is what a Go user writes by hand: two matrix products of gonum for
// loss and gradient, and gonum's L-BFGS.
func fitGonum(folder, out string, limit float64) error {
	p, err := load(folder)
	if err != nil {
		return err
	}
	rec, err := newRecorder(out)
	if err != nil {
		return err
	}
	n, d, k := p.Rows, p.Features, p.Classes
	x := mat.NewDense(n, d, p.train.x)
	z, g := mat.NewDense(n, k, nil), mat.NewDense(d, k, nil)
	evaluate := func(gradient, theta []float64) float64 {
		w, b := theta[:d*k], theta[d*k:]
		z.Mul(x, mat.NewDense(d, k, w))
		gb := gradient[d*k:]
		clear(gb)
		var loss, squares float64
		for i, y := range p.train.y {
			o := z.RawRowView(i)
			for q := range o {
				o[q] += b[q]
			}
			logSoftmax(o)
			loss -= o[y]
			for q := range o {
				o[q] = math.Exp(o[q])
			}
			o[y]--
			for q, r := range o {
				gb[q] += r / float64(n)
			}
		}
		g.Mul(x.T(), z)
		for j, v := range g.RawMatrix().Data {
			gradient[j] = v/float64(n) + p.Lambda*w[j]
			squares += w[j] * w[j]
		}
		return loss/float64(n) + p.Lambda/2*squares
	}
	// gonum asks for value and gradient one after the other: one evaluation
	// serves both.
	var last, gradient []float64
	var value float64
	at := func(theta []float64) {
		if last == nil {
			last, gradient = make([]float64, len(theta)), make([]float64, len(theta))
			last[0] = math.NaN()
		}
		for i := range theta {
			if theta[i] != last[i] {
				copy(last, theta)
				value = evaluate(gradient, theta)
				return
			}
		}
	}
	function := optimize.Problem{
		Func: func(theta []float64) float64 { at(theta); return value },
		Grad: func(grad, theta []float64) { at(theta); copy(grad, gradient) },
	}
	settings := &optimize.Settings{
		GradientThreshold: 1e-12, Converger: optimize.NeverTerminate{}, Recorder: &iterations{rec: rec, limit: limit},
		Runtime: time.Duration(2 * limit * float64(time.Second)),
	}
	evaluate(make([]float64, (d+1)*k), make([]float64, (d+1)*k)) // the first one finds its memory cold
	rec.start()
	result, err := optimize.Minimize(function, make([]float64, (d+1)*k), settings, &optimize.LBFGS{Store: 30})
	if result == nil && !errors.Is(err, errLimit) {
		return err
	}
	return rec.close() // a line search that fails at the end of float64 is an end like others
}

var errLimit = errors.New("time limit")

// iterations records the iterates of gonum's optimisers.
type iterations struct {
	rec   *recorder
	limit float64
}

func (*iterations) Init() error { return nil }

func (r *iterations) Record(l *optimize.Location, op optimize.Operation, s *optimize.Stats) error {
	if op == optimize.MajorIteration {
		seconds := r.rec.seconds()
		r.rec.point(s.MajorIterations, seconds, l.X, 0)
		if seconds > r.limit {
			return errLimit
		}
	}
	return nil
}
