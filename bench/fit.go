package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"time"

	"example.com/softmax"
	"example.com/softmax/dataset"
	"example.com/softmax/preprocess"
)

// warmUp is the number of rows of a first fit that does not count.
const warmUp = 1000

// fitSelf is a run of ours: the library on the set as its files give it. The
// clock runs from the call of Fit, so that standardising and converting the
// columns count, which the peers find done.
func fitSelf(folder, out string, cfg softmax.Config) error {
	p, err := described(folder)
	if err != nil {
		return err
	}
	train, _, err := p.read()
	if err != nil {
		return err
	}
	cfg.L2 = p.Lambda
	rec, err := newRecorder(out)
	if err != nil {
		return err
	}
	// As for the peers: the first fit of a process pays for what others find
	// done.
	few := make([]int, min(train.Rows(), warmUp))
	for i := range few {
		few[i] = i
	}
	if _, _, err := softmax.Fit(context.Background(), train.Subset(few), softmax.Config{L2: p.Lambda, MaxIterations: 2}); err != nil {
		return err
	}
	cfg.Progress = func(it softmax.Iteration) {
		if seconds := rec.seconds(); !math.IsNaN(it.Objective) {
			rec.point(it.Iteration, seconds, nil, it.Objective)
		}
	}
	rec.start()
	m, report, err := softmax.Fit(context.Background(), train, cfg)
	if err != nil {
		return err
	}
	seconds := rec.seconds()
	theta, err := scaled(m, train)
	if err != nil {
		return err
	}
	rec.point(report.Iterations, seconds, theta, 0)
	if err := rec.close(); err != nil {
		return err
	}
	claim, err := json.Marshal(claim{
		Objective: report.Objective, GapBound: finite(report.GapBound), Stop: string(report.Stop), Solver: string(report.Solver),
		Kernel: report.Kernel, Passes: report.Passes, Prepare: report.PrepareSeconds,
	})
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(out, "claim.json"), claim, 0o644)
}

// A claim is what a fit of ours says of itself.
type claim struct {
	Objective float64  `json:"objective"`
	GapBound  *float64 `json:"gap_bound"`
	Stop      string   `json:"stop"`
	Solver    string   `json:"solver"`
	Kernel    string   `json:"kernel"`
	Passes    float64  `json:"passes"`
	Prepare   float64  `json:"prepare_seconds"` // to the design matrix, of the fit's
}

func finite(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}

// scaled returns the parameters of a model for the features that the peers
// have: in their order, and W and b of standardised columns.
func scaled(m *softmax.Model, train *dataset.Dataset) ([]float64, error) {
	c, f := m.Coefficients(), newFeatures(train)
	if len(c.W) != f.width {
		return nil, fmt.Errorf("the model has %d features where the benchmark has %d", len(c.W), f.width)
	}
	raw := make(map[string][]float64, len(c.W))
	for j, name := range c.Features {
		raw[name] = c.W[j]
	}
	k := len(c.Classes)
	theta := make([]float64, (f.width+1)*k)
	b := theta[f.width*k:]
	copy(b, c.Intercept)
	at := theta
	for i, column := range f.columns {
		of := &train.Columns[i]
		for _, level := range column.levels {
			copy(at[:k], raw[of.Name+"="+level])
			at = at[k:]
		}
		for j, scale := range column.scale {
			if scale != 0 {
				for q, w := range raw[of.ComponentName(j)] {
					at[q] = w / scale
					b[q] += column.mean[j] * w
				}
			}
			at = at[k:]
		}
	}
	return theta, nil
}

// tolerances are those of our fits by variant.
var tolerances = map[string]float64{"curve": 1e-6, "1e-3": 1e-3, "1e-4": 1e-4, "optimum": 1e-9}

// ours are the configurations of our runs, without lambda.
func ours(variant string, limit float64) softmax.Config {
	cfg := softmax.Config{
		MaxTime: time.Duration(limit * float64(time.Second)), Tol: tolerances[variant],
		// What the peers are given: complete rows, and a feature for every level.
		Preprocess: preprocess.Options{Missing: preprocess.MissingDrop, Rare: preprocess.RareNone},
	}
	if variant == "sgd" {
		cfg.Solver = softmax.SGDSolver
	}
	return cfg
}
