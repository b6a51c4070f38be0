package main

import (
	"encoding/json"
	"fmt"
	"os"

	"example.com/softmax"
)

// A trace writes the history of a fit as JSON lines, as it happens. Without a
// file it does nothing.
type trace struct {
	file *os.File
	err  error // the first
}

// A traceLine is one iteration or epoch; numbers that were not computed are
// null, those of SGD and of validation data are there only if they were.
type traceLine struct {
	Iteration    int     `json:"iteration"`
	Passes       float64 `json:"passes"`
	Seconds      float64 `json:"seconds"`
	Objective    number  `json:"objective"`
	GapBound     number  `json:"gap_bound"`
	GapEstimate  number  `json:"gap_estimate"`
	GradientNorm number  `json:"gradient_norm"`

	EpochLoss          *number `json:"epoch_loss,omitempty"`
	TrainAccuracy      *number `json:"train_accuracy,omitempty"`
	ValidationAccuracy *number `json:"validation_accuracy,omitempty"`
	ValidationLogLoss  *number `json:"validation_log_loss,omitempty"`
}

func newTrace(path string) (*trace, error) {
	if path == "" {
		return &trace{}, nil
	}
	f, err := os.Create(path)
	if err != nil {
		return nil, fmt.Errorf("--trace: %w", err)
	}
	return &trace{file: f}, nil
}

func (t *trace) add(it softmax.Iteration) {
	if t.file == nil || t.err != nil {
		return
	}
	line, err := json.Marshal(traceLine{
		Iteration: it.Iteration, Passes: it.Passes, Seconds: it.Seconds, Objective: number(it.Objective),
		GapBound: number(it.GapBound), GapEstimate: number(it.GapEstimate), GradientNorm: number(it.GradientNorm),
		EpochLoss: known(it.EpochLoss), TrainAccuracy: known(it.TrainAccuracy),
		ValidationAccuracy: known(it.ValidationAccuracy), ValidationLogLoss: known(it.ValidationLogLoss),
	})
	if err == nil {
		_, err = t.file.Write(append(line, '\n'))
	}
	t.err = err
}

// known is nil for NaN.
func known(v float64) *number {
	if v != v {
		return nil
	}
	n := number(v)
	return &n
}

func (t *trace) close() error {
	if t.file == nil {
		return nil
	}
	if err := t.file.Close(); t.err == nil {
		t.err = err
	}
	if t.err != nil {
		return fmt.Errorf("--trace: %w", t.err)
	}
	return nil
}
