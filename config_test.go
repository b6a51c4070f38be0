package softmax

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"example.com/softmax/preprocess"
)

// TestConfigErrors: every choice that makes no sense is refused by name.
func TestConfigErrors(t *testing.T) {
	ds := recipe{n: 10, d: 1, k: 2}.problem(newRand(12)).dataset(t, block64)
	for _, c := range []struct {
		cfg  Config
		says string
	}{
		{Config{L2: -2}, "L2"}, {Config{L2: math.NaN()}, "L2"}, {Config{L2: math.Inf(1)}, "L2"},
		{Config{C: -1}, "C"}, {Config{C: math.NaN()}, "C"}, {Config{C: 1, L2: 1}, "C"},
		{Config{L1: -1}, "L1"}, {Config{L1: ChoosePenalty, Group: ChoosePenalty}, "Mix"}, {Config{Group: ChoosePenalty, L1: 0.1}, "Mix"}, {Config{L1: ChoosePenalty, L2: 0.1}, "Mix"},
		{Config{L1: ChoosePenalty, C: 1}, "Mix"}, {Config{L1: ChoosePenalty, Mix: 1.5}, "Mix"}, {Config{Mix: 0.5}, "Mix"}, {Config{L1: ChoosePenalty, Mix: math.NaN()}, "Mix"},
		{Config{Tol: -1}, "Tol"}, {Config{Tol: 1}, "Tol"}, {Config{Tol: math.NaN()}, "Tol"},
		{Config{Loss: "hinge"}, "hinge"}, {Config{LabelSmoothing: 1}, "LabelSmoothing"}, {Config{LabelSmoothing: math.NaN()}, "LabelSmoothing"},
		{Config{Loss: Squared, LabelSmoothing: 0.1}, "LabelSmoothing"},
		{Config{Stop: "soon"}, "soon"}, {Config{MaxIterations: -1}, "MaxIterations"}, {Config{MaxTime: -1}, "MaxTime"}, {Config{Threads: -1}, "Threads"}, {Config{MaxMemory: -2}, "MaxMemory"},
		{Config{Solver: "magic"}, "magic"}, {Config{SGD: SGD{Epochs: 3}}, "sgd"}, {Config{Solver: Newton, SGD: SGD{Batch: 3}}, "sgd"},
		{Config{Solver: SGDSolver, MaxIterations: 3}, "epochs"},
		{Config{Solver: SGDSolver, SGD: SGD{LearningRate: -1}}, "learning rate"}, {Config{Solver: SGDSolver, SGD: SGD{LearningRate: math.Inf(1)}}, "learning rate"},
		{Config{Solver: SGDSolver, SGD: SGD{Batch: -1}}, "batch"}, {Config{Solver: SGDSolver, SGD: SGD{Epochs: -1}}, "epochs"},
		{Config{Solver: SGDSolver, SGD: SGD{Momentum: 1}}, "Momentum"},
		{Config{Kernel: "abacus"}, "abacus"},
		{Config{Preprocess: preprocess.Options{Standardize: "maybe"}}, "maybe"},
	} {
		m, r, err := Fit(context.Background(), ds, c.cfg)
		if !errors.Is(err, ErrConfig) || m != nil || r != nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%+v: %v, want one that says %q", c.cfg, err, c.says)
		}
	}
}

// TestNewtonLimit: Newton's method with more parameters than fit into memory
// is refused before it is tried.
func TestNewtonLimit(t *testing.T) {
	ds := recipe{n: 10, d: 1000, k: 2}.problem(newRand(21)).dataset(t, block64)
	if _, _, err := Fit(context.Background(), ds, Config{Solver: Newton}); !errors.Is(err, ErrConfig) || !strings.Contains(err.Error(), "2002") {
		t.Errorf("%v", err)
	}
}
