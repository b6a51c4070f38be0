package main

import (
	"math"
	"math/rand/v2"
	"runtime"
	"sync"
)

// A score is what a parameter vector is worth on some rows.
type score struct {
	Loss     float64 `json:"log_loss"`
	Accuracy float64 `json:"accuracy"`
}

// probabilities turns the outputs of a row into log-probabilities in place.
type probabilities func(o []float64)

// logSoftmax is o - log sum exp(o).
func logSoftmax(o []float64) {
	top := o[argmax(o)]
	var sum float64
	for _, v := range o {
		sum += math.Exp(v - top)
	}
	lse := top + math.Log(sum)
	for q := range o {
		o[q] -= lse
	}
}

// logOneVsRest is the log of sigmoid(o_k) / sum_l sigmoid(o_l).
func logOneVsRest(o []float64) {
	for q, v := range o {
		o[q] = -math.Max(-v, 0) - math.Log1p(math.Exp(-math.Abs(v)))
	}
	logSoftmax(o)
}

// evaluate scores theta (W, d x K row-major, then b) on rows, in float64 and
// from the definition. It shares no code with any fit. A row of a class that
// training does not have is wrong, and not in the loss.
func evaluate(p part, d, k int, theta []float64, log probabilities) score {
	n := len(p.y)
	workers := runtime.GOMAXPROCS(0)
	losses, known, right := make([]float64, workers), make([]int, workers), make([]int, workers)
	var wg sync.WaitGroup
	for s := range workers {
		wg.Go(func() {
			o := make([]float64, k)
			for i := n * s / workers; i < n*(s+1)/workers; i++ {
				copy(o, theta[d*k:])
				if p.starts != nil {
					for at := p.starts[i]; at < p.starts[i+1]; at++ {
						addProduct(o, p.x[at:][:1], theta[int(p.index[at])*k:])
					}
				} else {
					addProduct(o, p.x[i*d:][:d], theta)
				}
				log(o)
				if y := p.y[i]; y >= 0 {
					losses[s] -= o[y]
					known[s]++
					if argmax(o) == int(y) {
						right[s]++
					}
				}
			}
		})
	}
	wg.Wait()
	for s := 1; s < workers; s++ {
		losses[0] += losses[s]
		known[0] += known[s]
		right[0] += right[s]
	}
	return score{losses[0] / float64(known[0]), float64(right[0]) / float64(n)}
}

// addProduct adds x'W to o.
func addProduct(o, x, w []float64) {
	k := len(o)
	for ; len(x) >= 4; x, w = x[4:], w[4*k:] {
		x0, x1, x2, x3 := x[0], x[1], x[2], x[3]
		if x0 == 0 && x1 == 0 && x2 == 0 && x3 == 0 {
			continue
		}
		w0, w1, w2, w3 := w[:k], w[k:][:k], w[2*k:][:k], w[3*k:][:k]
		for q := range o {
			o[q] += x0*w0[q] + x1*w1[q] + x2*w2[q] + x3*w3[q]
		}
	}
	for j, v := range x {
		for q, u := range w[j*k:][:k] {
			o[q] += v * u
		}
	}
}

// objective is the mean cross-entropy of the training rows plus the penalty.
func (p *problem) objective(theta []float64) float64 {
	var squares float64
	for _, w := range theta[:p.Features*p.Classes] {
		squares += w * w
	}
	return evaluate(p.train, p.Features, p.Classes, theta, logSoftmax).Loss + p.Lambda/2*squares
}

func argmax(o []float64) int {
	best := 0
	for q, v := range o {
		if v > o[best] {
			best = q
		}
	}
	return best
}

// gumbel draws from the Gumbel distribution: the index of the largest of o_k +
// gumbel is distributed as softmax(o).
func gumbel(rng *rand.Rand) float64 { return -math.Log(rng.ExpFloat64()) }
