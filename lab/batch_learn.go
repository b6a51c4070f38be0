package lab

import (
	"math"

	"example.com/softmax/dataset"
	"example.com/softmax/internal/objective"
	"example.com/softmax/internal/optimize"
)

const (
	targetEpochs = 2
	mostEpochs   = 100
)

var batchRates = []float64{0.1, 0.03, 0.01}

// learning is the part of the experiment that trains to the end.
type learning struct {
	*Batch
	problem   *problem
	objective *objective.Objective
	test      *dataset.Dataset
	seed      uint64
}

// run trains with batches of 1, 4, 16 ... and of all rows.
func (l *learning) run() error {
	err := l.descend(min(256, l.Rows), targetEpochs, 0.1, func(_ int, loss float64, _ []float64) (bool, error) {
		l.Target = loss
		return false, nil
	})
	if err != nil {
		return err
	}
	computing, move := l.computing(), l.Move.each()
	for at := 0; at < len(computing); at += 2 {
		if at == len(computing)-2 {
			at++ // all rows, whether or not they are a power of 4
		}
		m := l.Scalar.Size[at]
		r, err := l.train(m)
		if err != nil {
			return err
		}
		r.EpochSeconds = float64(l.Rows) * (computing[at] + move[at])
		l.Learning = append(l.Learning, r)
	}
	return nil
}

// train tries one size of batch.
func (l *learning) train(m int) (BatchResult, error) {
	r := BatchResult{Size: m, Steps: (l.Rows + m - 1) / m, Loss: math.Inf(1)}
	for _, rate := range batchRates {
		err := l.descend(m, 1, rate, func(_ int, loss float64, theta []float64) (_ bool, err error) {
			if loss < r.Loss {
				r.Loss, r.Rate = loss, rate
				r.TestAccuracy, err = l.problem.accuracy(theta, l.test)
			}
			return false, err
		})
		if err != nil {
			return r, err
		}
	}
	return r, l.descend(m, mostEpochs, r.Rate, func(epoch int, loss float64, _ []float64) (bool, error) {
		if loss <= l.Target {
			r.Epochs = epoch
		}
		return r.Epochs > 0, nil
	})
}

// descend runs SGD and calls seen with the loss and the parameters after each
// epoch.
func (l *learning) descend(m, epochs int, rate float64, seen func(epoch int, loss float64, theta []float64) (stop bool, err error)) error {
	descent := optimize.Descent{Rate: rate, Batch: m, Epochs: epochs, Seed: l.seed}
	theta, grad := make([]float64, l.Parameters), make([]float64, l.Parameters)
	var failed error
	_, err := optimize.SGD(l.objective, l.problem.start(l.objective), descent, func(s *optimize.State) (stop bool) {
		var loss float64
		copy(theta, s.X)
		if loss, failed = l.objective.ValueGrad(theta, grad); failed == nil {
			stop, failed = seen(s.Iteration, loss, s.X)
		}
		return stop || failed != nil
	})
	if failed != nil {
		return failed
	}
	return err
}
