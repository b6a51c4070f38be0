package main

import (
	"fmt"
	"math"

	"example.com/softmax"
)

// A fitBar shows how far a fit has come: SGD in epochs, the other solvers by
// the logarithm of the gap to the optimum.
type fitBar struct {
	bar    *bar
	epochs int // 0 for the other solvers
	tol    float64
	loss   string  // its name
	first  float64 // the first gap that is known, as a share of the objective; 0 before
}

const fitBarLength = 1000

func (t *trainer) newFitBar() *fitBar {
	b := &fitBar{tol: t.fitFlags.cfg.Tol, loss: "log-loss", bar: t.out.newBar("training", fitBarLength)}
	if t.config.Loss == softmax.Squared {
		b.loss = "loss"
	}
	if t.config.Solver == softmax.SGDSolver {
		b.epochs = t.fitFlags.cfg.SGD.Epochs
	}
	return b
}

// selecting tells of a penalty that was tried.
func (b *fitBar) selecting(p softmax.PathPoint) {
	b.bar.set(0, fmt.Sprintf("choosing lambda: %.2g, held-out %s %.4g", p.Lambda, b.loss, p.Loss))
}

func (b *fitBar) set(it softmax.Iteration) {
	if b.epochs > 0 {
		b.bar.set(int64(fitBarLength*it.Iteration/b.epochs), fmt.Sprintf("epoch %d, mean loss %.4f", it.Iteration, it.EpochLoss))
		return
	}
	gap := it.GapBound
	if gap != gap { // nothing can be proved without a penalty
		gap = it.GapEstimate
	}
	gap /= it.Objective
	if !(gap > 0) {
		return
	}
	if b.first == 0 {
		b.first = max(gap, b.tol)
	}
	done := min(max(math.Log(b.first/gap)/math.Log(b.first/(b.tol/2)), 0), 1)
	b.bar.set(int64(fitBarLength*done), fmt.Sprintf("iteration %d, within %.2g %% of the optimum", it.Iteration, 100*gap))
}
