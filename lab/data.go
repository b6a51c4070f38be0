package lab

import (
	"context"
	"math"
	"runtime"
	"slices"
	"time"

	"example.com/softmax"
	"example.com/softmax/dataset"
	"example.com/softmax/dataset/sample"
	"example.com/softmax/internal/design"
	"example.com/softmax/internal/kernel"
	"example.com/softmax/internal/objective"
	"example.com/softmax/internal/optimize"
	"example.com/softmax/internal/special"
	"example.com/softmax/internal/train"
	"example.com/softmax/preprocess"
)

// data returns the training and test sets.
func (o Options) data() (train, test *dataset.Dataset) {
	if o.Train == nil {
		return must(sample.FashionTrain()), must(sample.FashionTest())
	}
	if o.Test == nil {
		fail("this experiment needs test data beside the training data")
	}
	return o.Train, o.Test
}

// labelled returns data with one label a row.
func labelled(ds *dataset.Dataset) *dataset.Dataset {
	if ds.Label == nil {
		fail("this experiment needs data with one label a row")
	}
	return ds
}

// threads is the number of threads to use.
func (o Options) threads() int {
	if o.Threads == 0 {
		return runtime.GOMAXPROCS(0)
	}
	return o.Threads
}

// complete leaves out the rows in which a value or the label is missing, and
// the classes of no row.
func complete(ds *dataset.Dataset) *dataset.Dataset {
	var rows []int
	var classes []string
	for i := range ds.Rows() {
		if !ds.Complete(i) || ds.Label != nil && ds.Label.Codes[i] < 0 {
			continue
		}
		rows = append(rows, i)
		if ds.Label != nil {
			classes = append(classes, ds.Label.Classes[ds.Label.Codes[i]])
		}
	}
	data := ds.Subset(rows)
	if ds.Label != nil {
		data.Label = dataset.NewLabel(ds.Label.Name, classes)
	}
	return data
}

// fitted is a model with what it makes of a test set.
type fitted struct {
	*softmax.Model
	report  *softmax.Report
	test    *softmax.Bound
	outputs [][]float64 // o of each row, nil where a value is missing
}

func fit(ctx context.Context, train, test *dataset.Dataset, cfg softmax.Config) *fitted {
	model, report, err := softmax.Fit(ctx, train, cfg)
	check(err)
	return bind(model, report, test)
}

// bind has a model look at a test set.
func bind(model *softmax.Model, report *softmax.Report, test *dataset.Dataset) *fitted {
	f := &fitted{model, report, must(model.Bind(test)), nil}
	k, some := len(f.Classes()), false
	logits := make([]float64, f.test.Rows()*k)
	f.test.Logits(logits, 0, f.test.Rows())
	for o := range slices.Chunk(logits, k) {
		if math.IsNaN(o[0]) {
			o = nil
		}
		some = some || o != nil
		f.outputs = append(f.outputs, o)
	}
	if !some {
		fail("no test example has all its values")
	}
	return f
}

// labelled returns outputs and classes of the complete rows of known class.
func (f *fitted) labelled() (o [][]float64, y []int) {
	for i, code := range must(f.test.Truth()).Codes {
		if code >= 0 && f.outputs[i] != nil {
			o, y = append(o, f.outputs[i]), append(y, int(code))
		}
	}
	if len(o) == 0 {
		fail("no test example has all its values and a label seen in training")
	}
	return o, y
}

// A problem is the function that softmax.Fit minimises for a dataset under
// Config{}, for experiments that look at the work of solvers: cross-entropy
// with lambda = 1/n, each complete row of weight 1.
type problem struct {
	train.Problem
	design  *design.Design
	classes []string
	labels  []int32
}

func newProblem(ds *dataset.Dataset) *problem {
	data := complete(labelled(ds))
	p := &problem{classes: data.Label.Classes, labels: data.Label.Codes}
	p.K = len(p.classes)
	if p.K < 2 {
		fail("this experiment needs complete rows of two classes or more; %s has %d", ds.Source, p.K)
	}
	data.Weights = nil
	p.design = must(design.Fit(data, preprocess.Options{}))
	p.X, p.Loss, p.Lambda = p.design.Matrix(data), objective.CrossEntropy{Labels: p.labels}, 1/float64(len(p.labels))
	p.Shares = make([]float64, p.K)
	for _, y := range p.labels {
		p.Shares[y]++
	}
	for k := range p.Shares {
		p.Shares[k] /= float64(p.n())
	}
	return p
}

// n is the number of examples, parameters the length of theta.
func (p *problem) n() int          { return p.X.N() }
func (p *problem) parameters() int { return (p.X.D() + 1) * p.K }

// objective evaluates the problem, and theta is where fits begin: no features,
// the classes' shares. Values and gradients at kernel.Best are those of a point
// near theta, to which ValueGrad moves it.
func (p *problem) objective(ctx context.Context, level kernel.Level, threads int) (o *objective.Objective, theta []float64) {
	o, theta = objective.New(ctx, p.Problem.Problem, threads), make([]float64, p.parameters())
	o.SetLevel(level)
	o.NullModel(theta, p.Shares)
	return o, theta
}

// sgd runs SGD on o from theta. After each epoch it tells the seconds so far,
// and the objective, which is evaluated by at outside of this time, at theta.
func sgd(o, at *objective.Objective, theta []float64, opt optimize.Descent, seen func(epoch int, seconds, f float64, theta []float64) (stop bool)) {
	there, grad, seconds, start := make([]float64, len(theta)), make([]float64, len(theta)), 0., time.Now()
	must(optimize.SGD(o, theta, opt, func(s *optimize.State) bool {
		seconds += time.Since(start).Seconds()
		copy(there, s.X)
		stop := seen(s.Iteration, seconds, must(at.ValueGrad(there, grad)), s.X)
		start = time.Now()
		return stop
	}))
}

// each visits the complete, labelled rows of ds as the problem sees them:
// scaled features, and the class, -1 for one that training did not see.
func (p *problem) each(ds *dataset.Dataset, visit func(x []float64, y int)) {
	if ds = complete(labelled(ds)); ds.Rows() == 0 {
		fail("the test data has no complete row with a label")
	}
	b, v, x := must(p.design.Bind(ds)), p.design.NewVector(), make([]float64, p.X.D())
	for i, code := range ds.Label.Codes {
		b.Vector(v, i)
		v.Full(x)
		for j := range x {
			x[j] = (x[j] - p.design.Shift[j]) * p.design.Scale[j]
		}
		visit(x, slices.Index(p.classes, ds.Label.Classes[code]))
	}
}

// accuracy is the share of the complete, labelled rows that theta puts right.
func (p *problem) accuracy(theta []float64, ds *dataset.Dataset) float64 {
	var right, all float64
	z := make([]float64, p.K)
	p.each(ds, func(x []float64, y int) {
		p.outputs(z, theta, x)
		if all++; special.Argmax(z) == y {
			right++
		}
	})
	return right / all
}

// outputs sets z = x W + b.
func (p *problem) outputs(z, theta, x []float64) {
	copy(z, theta[len(x)*p.K:])
	for j, v := range x {
		kernel.Axpy(z, v, theta[j*p.K:][:p.K])
	}
}
