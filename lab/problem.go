package lab

import (
	"context"
	"errors"
	"fmt"
	"runtime"

	"example.com/softmax/dataset"
	"example.com/softmax/internal/design"
	"example.com/softmax/internal/kernel"
	"example.com/softmax/internal/objective"
	"example.com/softmax/internal/special"
	"example.com/softmax/internal/train"
	"example.com/softmax/preprocess"
)

// A problem is the function that softmax.Fit minimises for a dataset under
// Config{}, for experiments that look at the work of solvers: cross-entropy
// with lambda = 1/n.
type problem struct {
	train.Problem
	design  *design.Design
	classes []string
}

// newProblem takes the rows that are complete, each with weight 1.
func newProblem(ds *dataset.Dataset) (*problem, error) {
	if ds.Label == nil {
		return nil, errors.New("this experiment needs data with one class a row")
	}
	var rows []int
	count := make([]float64, len(ds.Label.Classes))
	for i, code := range ds.Label.Codes {
		complete := code >= 0
		for c := range ds.Columns {
			complete = complete && !ds.Columns[c].Missing(i)
		}
		if complete {
			rows = append(rows, i)
			count[code]++
		}
	}
	p := &problem{}
	n := float64(len(rows))
	code := make([]int32, len(count))
	for k, m := range count {
		if m > 0 {
			code[k] = int32(len(p.classes))
			p.classes = append(p.classes, ds.Label.Classes[k])
			p.Shares = append(p.Shares, m/n)
		}
	}
	if len(p.classes) < 2 {
		return nil, fmt.Errorf("this experiment needs complete rows of two classes or more; %s has %d", ds.Source, len(p.classes))
	}
	data := ds.Subset(rows)
	data.Weights = nil
	labels := make([]int32, len(rows))
	for i, c := range data.Label.Codes {
		labels[i] = code[c]
	}
	var err error
	if p.design, err = design.Fit(data, preprocess.Options{}); err != nil {
		return nil, err
	}
	p.Problem.Problem = objective.Problem{
		X: p.design.Matrix(data), Loss: objective.CrossEntropy{Labels: labels}, K: len(p.classes), Lambda: 1 / n,
	}
	return p, nil
}

// threads is the number of threads to use.
func (o Options) threads() int {
	if o.Threads == 0 {
		return runtime.GOMAXPROCS(0)
	}
	return o.Threads
}

// n is the number of examples, parameters the length of theta.
func (p *problem) n() int          { return p.X.N() }
func (p *problem) parameters() int { return (p.X.D() + 1) * p.K }

// objective evaluates the problem. Values and gradients at kernel.Best are those
// of a point near theta, to which ValueGrad moves it.
func (p *problem) objective(ctx context.Context, level kernel.Level, threads int) *objective.Objective {
	o := objective.New(ctx, p.Problem.Problem, threads)
	o.SetLevel(level)
	return o
}

// start is where fits begin: no features, the classes' shares.
func (p *problem) start(o *objective.Objective) []float64 {
	theta := make([]float64, p.parameters())
	o.NullModel(theta, p.Shares)
	return theta
}

// accuracy is the share of the complete, labelled rows of ds that theta puts
// right.
func (p *problem) accuracy(theta []float64, ds *dataset.Dataset) (float64, error) {
	if ds.Label == nil {
		return 0, errors.New("the test data has no label")
	}
	b, err := p.design.Bind(ds)
	if err != nil {
		return 0, err
	}
	W, intercept := theta[:p.X.D()*p.K], theta[p.X.D()*p.K:]
	x, z := make([]float64, p.X.D()), make([]float64, p.K)
	var right, all float64
	for i, code := range ds.Label.Codes {
		if complete, _ := b.Vector(x, i); !complete || code < 0 {
			continue
		}
		copy(z, intercept)
		kernel.Affine(z, x, p.design.Shift, p.design.Scale, W)
		all++
		if p.classes[special.Argmax(z)] == ds.Label.Classes[code] {
			right++
		}
	}
	if all == 0 {
		return 0, errors.New("the test data has no complete row with a label")
	}
	return right / all, nil
}
