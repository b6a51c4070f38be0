package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"example.com/softmax"
)

// A job is a whole program: read, fit, score, save.
type job struct {
	Problem  string  `json:"problem"`
	Program  string  `json:"program"`
	Seconds  float64 `json:"seconds"`
	Memory   int64   `json:"peak_bytes"`
	Accuracy float64 `json:"accuracy"`
	Gap      float64 `json:"gap"` // relative distance to the optimum
}

// jobs runs the command and the script of scikit-learn on the files of a set
// that has a test part.
func (b *bench) jobs(p *problem, images bool) ([]job, error) {
	dir, err := place(p.Name)
	if err != nil {
		return nil, err
	}
	var all []job
	for _, tolerance := range []string{"1e-3", "1e-4"} {
		var rounds []job
		for range 3 {
			j, err := b.trainJob(p, dir, tolerance)
			if err != nil {
				return nil, err
			}
			rounds = append(rounds, *j)
		}
		slices.SortFunc(rounds, func(a, b job) int { return cmp.Compare(a.Seconds, b.Seconds) })
		all = append(all, rounds[1])
	}
	kind, train, test := "table", filepath.Join(dir, "train.csv.gz"), filepath.Join(dir, "test.csv.gz")
	if images {
		kind, train, test = "images", filepath.Join(dir, "train"), filepath.Join(dir, "t10k")
	}
	theta := filepath.Join(p.folder, "model.f64")
	pr, err := b.run(0, b.python, b.script("command.py"), kind, train, test, filepath.Join(p.folder, "model.pickle"), theta)
	if err != nil {
		return nil, err
	}
	accuracy, err := strconv.ParseFloat(strings.TrimSpace(string(pr.stdout)), 64)
	if err != nil {
		return nil, err
	}
	numbers, err := readNumbers[float64](theta)
	if err != nil {
		return nil, err
	}
	if len(numbers) != (p.Features+1)*p.Classes {
		return nil, fmt.Errorf("%s: %d numbers for %d features and %d classes", theta, len(numbers), p.Features, p.Classes)
	}
	return append(all, job{p.Name, "Python script, scikit-learn", pr.seconds, pr.memory, accuracy, p.objective(numbers)/p.optimum - 1}), nil
}

// trainJob runs the command.
func (b *bench) trainJob(p *problem, dir, tolerance string) (*job, error) {
	model := filepath.Join(p.folder, "model.onnx")
	pr, err := b.run(0, b.softmax, "train", dir, "--l2", seconds(p.Lambda), "--tol", tolerance, "--json", "--quiet", "--out", model)
	if err != nil {
		return nil, err
	}
	var o struct {
		Fit  struct{ Objective float64 }
		Test struct{ Accuracy float64 }
	}
	if err := json.Unmarshal(pr.stdout, &o); err != nil {
		return nil, fmt.Errorf("softmax train --json: %w", err)
	}
	f, err := p.objectiveOfFile(model)
	if err != nil {
		return nil, err
	}
	if d := math.Abs(f-o.Fit.Objective) / f; d > disagreement {
		return nil, fmt.Errorf("%s: softmax train says that the objective is %v, the evaluator finds %v in the model's file", p.Name, o.Fit.Objective, f)
	}
	return &job{p.Name, "softmax train --tol " + tolerance, pr.seconds, pr.memory, o.Test.Accuracy, f/p.optimum - 1}, nil
}

// objectiveOfFile evaluates a saved model.
func (p *problem) objectiveOfFile(path string) (float64, error) {
	m, err := softmax.Load(path)
	if err != nil {
		return 0, err
	}
	train, _, err := p.read()
	if err != nil {
		return 0, err
	}
	theta, err := scaled(m, train)
	if err != nil {
		return 0, err
	}
	return p.objective(theta), nil
}

// jobs writes what they took.
func (d *page) jobs() {
	if len(d.res.Jobs) == 0 {
		return
	}
	d.printf("## Whole programs\n\nStart, read the compressed files, fit, score, save, end; lambda = 1/n; ours medians of three, the script with its defaults.\n\n")
	d.table("program", "seconds", "peak memory", "test accuracy", "distance to the optimum")
	for _, j := range d.res.Jobs {
		d.line(j.Problem+": "+j.Program, number(j.Seconds), size(j.Memory), fmt.Sprintf("%.4f", j.Accuracy), share(j.Gap))
	}
	d.printf("\n")
}
