package lab

import (
	"context"
	"math"
	"slices"
	"strconv"

	"example.com/softmax"
	"example.com/softmax/dataset"
	"example.com/softmax/dataset/sample"
	"example.com/softmax/internal/chart"
	"example.com/softmax/internal/linalg"
)

// Ordinal is about regression on the number of the class: least squares on 1,
// 2, ... and rounding to the nearest, under every numbering of the classes,
// beside least squares with one output a class and softmax regression.
type Ordinal struct {
	// Unordered are classes of no order: those of the data.
	Unordered Numbered `json:"unordered"`
	// Ordered are classes that have an order: penguins in five classes of
	// body mass, from light to heavy, to be told from their other features.
	Ordered Numbered `json:"ordered"`
}

// Numbered is what was found on one data set. Accuracies are those on the test
// set.
type Numbered struct {
	Classes []string `json:"classes"` // in the order of the data
	Train   int      `json:"train"`   // examples
	Test    int      `json:"test"`
	// Rounding is the accuracy of least squares on the class number.
	Rounding Spread `json:"rounding"`
	// OneHot is the accuracy of least squares with one output a class, 1 for
	// the example's class and 0 for the others, and argmax: the same matrix,
	// the same loss, no numbers.
	OneHot float64 `json:"one_hot"`
	// Softmax is the accuracy of softmax regression. It was fitted again with
	// the classes numbered as in Rounding.Best and in Rounding.Worst: Changed
	// predictions differ, and no probability by more than Moved.
	Softmax float64 `json:"softmax"`
	Changed int     `json:"changed"`
	Moved   float64 `json:"moved"`
}

func runOrdinal(ctx context.Context, opt Options) *Ordinal {
	train, test := opt.data()
	r := &Ordinal{}
	r.Unordered.run(ctx, opt, train, test, softmax.Config{L2: 1e-2, Tol: 1e-13, Solver: softmax.NewtonCG, Kernel: "generic"})
	if opt.Train == nil {
		copy(r.Unordered.Classes, sample.FashionNames[:])
	}
	train, test = penguinsByMass()
	r.Ordered.run(ctx, opt, train, test, softmax.Config{C: 1, Tol: 1e-13, Solver: softmax.Newton})
	return r
}

func (r *Numbered) run(ctx context.Context, opt Options, train, test *dataset.Dataset, cfg softmax.Config) {
	if train.Weights != nil {
		fail("the experiment takes no weights")
	}
	p := newProblem(train)
	if r.Classes = p.classes; p.K < 3 {
		fail("%d classes have one numbering and its reverse, which is as good; the experiment needs three", p.K)
	}
	a, truth := p.indicatorOutputs(test, opt.threads())
	r.Train, r.Test = p.n(), len(truth)
	n := &numberings{}
	r.OneHot = n.load(a, truth)
	r.Rounding = n.spread(ctx, opt)
	cfg.Kernel, cfg.Threads = "generic", opt.Threads
	r.renumber(ctx, complete(train), complete(test), cfg)
}

// indicatorOutputs fits least squares of every class's indicator, 1 for its
// examples and 0 for others, on features and constant, and returns the outputs
// for the test set.
//
// They serve all numberings: a numbering v has the targets Y v, with Y the
// matrix of indicators, and since the solution is linear in the targets its
// output for an example is v_1 a_1 + ... + v_k a_k.
func (p *problem) indicatorOutputs(test *dataset.Dataset, threads int) (a [][]float64, truth []int) {
	d := p.X.D()
	const most = 5000
	if d > most {
		fail("the normal equations of %d features are too large for this experiment; it takes %d", d, most)
	}
	solutions := make([][]float64, p.K) // first X'y / n
	for c := range solutions {
		solutions[c] = make([]float64, d+1)
	}
	x := make([]float64, d+1)
	x[d] = 1
	for i, c := range p.labels {
		p.X.Row(x[:d], i)
		linalg.Axpy(solutions[c], 1/float64(p.n()), x)
	}
	gram := p.X.Gram(nil, 1)
	for _, j := range linalg.Cholesky(gram, d+1, 1e-12) {
		for _, s := range solutions {
			s[j] = 0
		}
	}
	linalg.SolveCholesky(gram, d+1, solutions...)
	p.each(test, func(row []float64, y int) {
		copy(x, row)
		out := make([]float64, p.K)
		for c, s := range solutions {
			out[c] = linalg.Dot(s, x)
		}
		a, truth = append(a, out), append(truth, y)
	})
	return a, truth
}

// renumber fits softmax regression, and again with the classes named by their
// numbers.
func (r *Numbered) renumber(ctx context.Context, train, test *dataset.Dataset, cfg softmax.Config) {
	model := fit(ctx, train, test, cfg)
	r.Softmax = must(model.test.Score()).Accuracy
	first := model.test.Predict(0, r.Test)
	for _, numbers := range [][]int{r.Rounding.Best, r.Rounding.Worst} {
		names := make([]string, train.Rows())
		for i, c := range train.Label.Codes {
			names[i] = strconv.Itoa(numbers[c])
		}
		renamed := *train
		renamed.Label = dataset.NewLabel(train.Label.Name, names)
		again := fit(ctx, &renamed, test, cfg).test.Predict(0, r.Test)
		for i, p := range first.Probabilities {
			row, c := i/len(numbers), i%len(numbers)
			q := again.Probabilities[row*len(numbers)+numbers[c]-1]
			r.Moved = max(r.Moved, math.Abs(p-q))
			if c == 0 && numbers[first.Codes[row]]-1 != int(again.Codes[row]) {
				r.Changed++
			}
		}
	}
}

// penguinsByMass returns the penguins with their body mass in five classes of
// equal size, "1" the lightest, as label; every second one is for the test.
func penguinsByMass() (train, test *dataset.Dataset) {
	const mass = "body_mass_g"
	ds := complete(must(sample.Penguins()))
	var grams []float64
	for i := range ds.Rows() {
		grams = append(grams, ds.Column(mass).Number(i, 0))
	}
	sorted := slices.Sorted(slices.Values(grams))
	names := make([]string, len(grams))
	var rows [2][]int
	for i, g := range grams {
		class := 1
		for q := 1; q < 5; q++ {
			if g >= sorted[q*len(sorted)/5] {
				class = q + 1
			}
		}
		names[i] = strconv.Itoa(class)
		rows[i%2] = append(rows[i%2], i)
	}
	species := dataset.Column{Name: "species", Kind: dataset.Categorical, Width: 1, Codes: ds.Label.Codes, Levels: ds.Label.Classes}
	columns := append([]dataset.Column{species}, slices.DeleteFunc(ds.Columns, func(c dataset.Column) bool { return c.Name == mass })...)
	ds = must(dataset.New(ds.Source, columns, dataset.NewLabel("mass", names), nil))
	return ds.Subset(rows[0]), ds.Subset(rows[1])
}

// StandardError is that of the softmax accuracy.
func (r *Numbered) StandardError() float64 {
	return math.Sqrt(r.Softmax * (1 - r.Softmax) / float64(r.Test))
}

// InOrder lists the classes by their numbers.
func (r *Numbered) InOrder(numbers []int) []string {
	names := make([]string, len(numbers))
	for c, v := range numbers {
		names[v-1] = r.Classes[c]
	}
	return names
}

// drawings show how the accuracy is distributed over the numberings.
func (r *Ordinal) drawings(words [][]string) []drawing {
	u := &r.Unordered
	// One point for each percent of accuracy.
	s := chart.Series{X: make([]float64, 101), Y: make([]float64, 101)}
	for right, share := range u.Rounding.Share {
		s.Y[(100*right+u.Test/2)/u.Test] += 100 * share
	}
	for at := range s.X {
		s.X[at] = float64(at)
	}
	top := slices.Max(s.Y)
	return []drawing{lines(words[0], linear, linear, s, upright(100*u.OneHot, top), upright(100*u.Softmax, top))}
}
