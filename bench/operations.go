package main

import (
	"context"
	"encoding/json"
	"os"
	"runtime"
	"slices"
	"time"

	"example.com/softmax"
	"example.com/softmax/dataset"
	"example.com/softmax/internal/design"
	"example.com/softmax/internal/objective"
	"example.com/softmax/preprocess"
)

// operations are medians in seconds.
type operations struct {
	Evaluation   float64 `json:"evaluation"`         // loss and gradient of all training rows
	Evaluation64 float64 `json:"evaluation_float64"` // the same; of the peer, in float64
	Batch        float64 `json:"batch"`              // probabilities of all test rows
	Row          float64 `json:"row"`                // probabilities of one row
}

// timeOperations times ours and prints them.
func timeOperations(s *set, budget float64) error {
	train, test, err := s.read(s.name)
	if err != nil {
		return err
	}
	var o operations
	if o.Evaluation, err = timeEvaluation(train, budget); err != nil {
		return err
	}
	m, _, err := softmax.Fit(context.Background(), train, softmax.Config{C: 1, MaxIterations: 3})
	if err != nil {
		return err
	}
	bound, err := m.Bind(test)
	if err != nil {
		return err
	}
	o.Batch = median(budget, 1, func() { bound.Predict(0, bound.Rows()) })
	x, dst := rawRow(test, 0), make([]float64, len(m.Classes()))
	o.Row = median(budget, 100, func() { err = m.ProbabilitiesInto(dst, x) })
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(o)
}

func timeEvaluation(train *dataset.Dataset, budget float64) (float64, error) {
	d, err := design.Fit(train, preprocess.Options{})
	if err != nil {
		return 0, err
	}
	o := objective.New(context.Background(), objective.Problem{
		X: d.Matrix(train), Loss: objective.CrossEntropy{Labels: train.Label.Codes}, K: len(train.Label.Classes), Lambda: 1 / float64(train.Rows()),
	}, runtime.NumCPU())
	theta, grad := make([]float64, o.Dim()), make([]float64, o.Dim())
	for i := range theta {
		theta[i] = 0.1 * float64(i%7-3)
	}
	t := median(budget, 1, func() { _, err = o.ValueGrad(theta, grad) })
	return t, err
}

// rawRow is row i of a set without categories, as the model takes it.
func rawRow(ds *dataset.Dataset, i int) (x []float64) {
	for c := range ds.Columns {
		for j := range ds.Columns[c].Width {
			x = append(x, ds.Columns[c].Number(i, j))
		}
	}
	return x
}

// median is that of the time of one call, called in groups for the budget in
// seconds, after a first group that does not count.
func median(budget float64, group int, f func()) float64 {
	var times []float64
	began := time.Now()
	for i := 0; i < 6 || time.Since(began).Seconds() < budget; i++ {
		start := time.Now()
		for range group {
			f()
		}
		if i > 0 {
			times = append(times, time.Since(start).Seconds()/float64(group))
		}
	}
	slices.Sort(times)
	return times[len(times)/2]
}

// A comparison is of the operations of both sides on one problem.
type comparison struct {
	Problem string     `json:"problem"`
	Ours    operations `json:"ours"`
	Theirs  operations `json:"theirs"` // numpy and scikit-learn
}

func (b *bench) compareOperations(p *problem, budget float64) (*comparison, error) {
	c := &comparison{Problem: p.Name}
	if err := b.runJSON(&c.Ours, b.program, "child", "operations", p.Name, seconds(budget)); err != nil {
		return nil, err
	}
	return c, b.runJSON(&c.Theirs, b.python, b.script("operations.py"), "", p.folder, "", seconds(budget))
}
