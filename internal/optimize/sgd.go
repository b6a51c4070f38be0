package optimize

import (
	"math"
	"math/rand/v2"

	"example.com/softmax/internal/linalg"
)

// Batches is a Function that is a mean over examples and can be evaluated on
// some of them; objective.Objective is one.
type Batches interface {
	Dim() int
	// Examples is the number of examples, numbered from 0.
	Examples() int
	// BatchGrad returns the mean loss of the examples of batch at x and writes
	// its gradient, the penalty's part included.
	BatchGrad(x, grad []float64, batch []int32) (loss float64, err error)
}

// Descent are the choices of SGD.
type Descent struct {
	Rate float64 // learning rate: the step is -Rate times the velocity
	// Momentum m makes the velocity m times the last one plus the gradient
	// (Polyak, 1964); with 0 it is the gradient.
	Momentum float64
	Batch    int    // examples in a step; the last of an epoch may have fewer
	Epochs   int    // passes over the examples
	Seed     uint64 // of the order of the examples, new in each epoch
}

// SGD is mini-batch stochastic gradient descent as textbooks write it: in each
// epoch the examples are shuffled and every batch of them takes one step. The
// State's F is the mean loss that the epoch's batches had when their turn
// came; Grad is nil.
func SGD(fn Batches, x []float64, opt Descent, monitor Monitor) (End, error) {
	n := fn.Examples()
	order := make([]int32, n)
	for i := range order {
		order[i] = int32(i)
	}
	rng := rand.New(rand.NewPCG(opt.Seed, 0))
	grad, velocity := make([]float64, fn.Dim()), make([]float64, fn.Dim())
	s := State{X: x, Decrement: math.NaN()}
	for s.Iteration < opt.Epochs {
		rng.Shuffle(n, func(i, j int) { order[i], order[j] = order[j], order[i] })
		var sum float64
		for lo := 0; lo < n; lo += opt.Batch {
			batch := order[lo:min(lo+opt.Batch, n)]
			loss, err := fn.BatchGrad(x, grad, batch)
			if err != nil {
				return Failed, err
			}
			sum += loss * float64(len(batch))
			step := grad
			if opt.Momentum != 0 {
				for i, g := range grad {
					velocity[i] = float64(opt.Momentum*velocity[i]) + g
				}
				step = velocity
			}
			linalg.Axpy(x, -opt.Rate, step)
		}
		s.Iteration++
		s.F = sum / float64(n)
		if monitor(&s) {
			break
		}
	}
	return Stopped, nil
}
