package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"example.com/softmax"
	"example.com/softmax/dataset"
	"example.com/softmax/internal/kernel"
	"example.com/softmax/internal/matrix"
	"example.com/softmax/internal/objective"
)

// operations are single operations on the images of Fashion-MNIST, timed:
// medians in seconds.
type operations struct {
	Passes []pass `json:"passes"`
	// Probabilities of all test rows, by type of the numbers, and of one.
	Batches, TheirBatches map[string]float64
	Row, TheirRow         float64
	RowAllocations        float64

	Busy float64 `json:"busy_cores"` // as in problemResult
}

// A pass is loss and gradient of all rows. Rows and classes are those of the
// images or, for other shapes, the images repeated, with labels at random.
type pass struct {
	Rows    int     `json:"rows"`
	Classes int     `json:"classes"`
	Input   string  `json:"input"` // type of X
	How     string  `json:"how"`   // our kernel level; "NumPy", "NumPy AVX2" where it is held to that, or "products" for its two matrix products alone
	Threads int     `json:"threads"`
	Seconds float64 `json:"seconds"`
}

const (
	numpyPass     = "NumPy"
	numpyAVX2     = "NumPy AVX2"
	numpyProducts = "products"
	operationSet  = "fashion-mnist"
)

// find is the time of a pass; -1 if it was not timed.
func (o *operations) find(rows, classes int, input, how string, threads int) float64 {
	for _, p := range o.Passes {
		if p.Rows == rows && p.Classes == classes && p.Input == input && p.How == how && p.Threads == threads {
			return p.Seconds
		}
	}
	return -1
}

func (b *bench) operations(o *options) (*operations, error) {
	s, err := findSet(operationSet)
	if err != nil {
		return nil, err
	}
	p, err := prepare(s, b.work)
	if err != nil {
		return nil, err
	}
	budget := 1.
	if o.quick {
		budget = 0.1
	}
	var ours, theirs, held operations
	busy := watchOthers()
	if err := b.runJSON(&ours, b.program, "child", "operations", seconds(budget)); err != nil {
		return nil, err
	}
	if err := b.runJSON(&theirs, b.python, b.script("operations.py"), "", p.folder, "", seconds(budget)); err != nil {
		return nil, err
	}
	if err := b.runJSON(&held, b.python, b.script("operations.py"), "avx2", p.folder, "", seconds(budget)); err != nil {
		return nil, err
	}
	ours.Passes = slices.Concat(ours.Passes, theirs.Passes, held.Passes)
	ours.TheirBatches, ours.TheirRow = theirs.TheirBatches, theirs.TheirRow
	ours.Busy = busy()
	return &ours, nil
}

// timeOperations times ours and prints them.
func timeOperations(budget float64) error {
	train, test, err := readImages(operationSet)
	if err != nil {
		return err
	}
	o := operations{Batches: map[string]float64{}}
	pixels, labels := train.Columns[0].Bytes, train.Label.Codes
	n, d, most, cores := train.Rows(), train.Columns[0].Width, kernel.Best(), runtime.NumCPU()
	for _, shape := range []struct{ n, k int }{{n, 10}, {10_000, 10}, {100_000, 10}, {1_000_000, 10}, {10_000, 100}, {10_000, 1000}} {
		x := make([]uint8, 0, shape.n*d)
		y := make([]int32, shape.n)
		for i := range y {
			x = append(x, pixels[i%n*d:][:d]...)
			y[i] = (labels[i%n] + int32(i)*7919) % int32(shape.k)
		}
		if shape.n == n {
			y = labels
		}
		time := func(v kernel.Rows, input string, level kernel.Level, threads int) {
			o.Passes = append(o.Passes, pass{shape.n, shape.k, input, level.String(), threads, timePass(v, y, shape.k, level, threads, budget)})
		}
		for _, level := range kernel.Levels() {
			if level == most || shape.n == n || shape.k > 10 && level != kernel.Generic {
				time(kernel.Rows{D: d, U8: x}, "uint8", level, cores)
			}
		}
		if shape.n == n {
			time(kernel.Rows{D: d, U8: x}, "uint8", most, 1)
		}
		if shape.n != n && shape.k == 10 {
			continue
		}
		floats := numbers[float32](&dataset.Column{Bytes: x})
		for _, level := range kernel.Levels() {
			if level != kernel.Generic {
				time(kernel.Rows{D: d, F32: floats}, "float32", level, cores)
			}
		}
	}
	return o.predict(train, test, budget)
}

func (o *operations) predict(train, test *dataset.Dataset, budget float64) error {
	m, _, err := softmax.Fit(context.Background(), train, softmax.Config{L2: 1 / float64(train.Rows()), MaxIterations: 3})
	if err != nil {
		return err
	}
	for _, as := range []func(*dataset.Column) string{
		func(c *dataset.Column) string { return "uint8" },
		func(c *dataset.Column) string { c.Float32s = numbers[float32](c); return "float32" },
		func(c *dataset.Column) string { c.Float64s = numbers[float64](c); return "float64" },
	} {
		c := test.Columns[0]
		input := as(&c)
		if input != "uint8" {
			c.Kind, c.Bytes = dataset.Numeric, nil
		}
		ds, err := dataset.New("", []dataset.Column{c}, nil, nil)
		if err != nil {
			return err
		}
		o.Batches[input] = median(budget, 1, func() {
			var bound *softmax.Bound
			if bound, err = m.Bind(ds); err == nil {
				bound.Predict(0, bound.Rows())
			}
		})
		if err != nil {
			return err
		}
	}
	x, dst := make([]float64, test.Columns[0].Width), make([]float64, len(m.Classes()))
	for j := range x {
		x[j] = test.Columns[0].Number(0, j)
	}
	row := func() { err = m.ProbabilitiesInto(dst, x) }
	o.Row, o.RowAllocations = median(budget, 100, row), testing.AllocsPerRun(100, row)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(o)
}

func numbers[T float32 | float64](c *dataset.Column) []T {
	x := make([]T, len(c.Bytes))
	for i, v := range c.Bytes {
		x[i] = T(v)
	}
	return x
}

func timePass(v kernel.Rows, labels []int32, k int, level kernel.Level, threads int, budget float64) float64 {
	x := &matrix.Matrix{V: v, Shift: make([]float64, v.D), Scale: slices.Repeat([]float64{1. / 255}, v.D)}
	o := objective.New(context.Background(), objective.Problem{
		X: x, Loss: objective.CrossEntropy{Labels: labels}, K: k, Penalty: objective.Penalty{Lambda: 1 / float64(len(labels))},
	}, threads)
	o.SetLevel(level)
	theta, grad := make([]float64, o.Dim()), make([]float64, o.Dim())
	for i := range theta {
		theta[i] = 0.1 * float64(i%7-3)
	}
	return median(budget, 1, func() {
		if _, err := o.ValueGrad(theta, grad); err != nil {
			panic(err) // nothing ends it
		}
	})
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

// operations writes what they took.
func (d *page) operations() {
	o := d.res.Operations
	if o == nil {
		return
	}
	d.printf(`## Single operations

Milliseconds, medians. A pass is loss and gradient of all rows of %s, repeated or cut to the number of rows. Ours
reads bytes or float32, whichever the data is. NumPy's pass is two matrix products with the softmax between them;
in brackets the two products alone.

`, operationSet)
	d.busy(o.Busy)
	best, cores := d.res.Versions.Kernels[len(d.res.Versions.Kernels)-1], d.res.Machine.Cores
	ms := func(s float64) string { return number(max(-1, 1e3*s)) }
	d.table("pass", "threads", "ours, uint8", "ours, float32", "NumPy float32", "NumPy float64", "uint8 times faster", "float32 times faster")
	for _, s := range []struct{ n, k, threads int }{{60000, 10, cores}, {60000, 10, 1}, {10000, 100, cores}, {10000, 1000, cores}} {
		numpy := func(input string) string {
			return fmt.Sprintf("%s (%s)", ms(o.find(s.n, s.k, input, numpyPass, s.threads)), ms(o.find(s.n, s.k, input, numpyProducts, s.threads)))
		}
		cells := []string{fmt.Sprintf("%d x 784, K = %d, %s", s.n, s.k, best), strconv.Itoa(s.threads)}
		var factors []string
		theirs := o.find(s.n, s.k, "float32", numpyPass, s.threads)
		for _, input := range []string{"uint8", "float32"} {
			ours := o.find(s.n, s.k, input, best, s.threads)
			cells = append(cells, ms(ours))
			if factors = append(factors, "-"); ours > 0 {
				factors[len(factors)-1] = times(theirs / ours)
			}
		}
		d.line(append(append(cells, numpy("float32"), numpy("float64")), factors...)...)
	}
	d.printf("\nOurs alone; an operation is a multiplication or an addition, 4 n d K a pass. In brackets against NumPy and OpenBLAS held to AVX2 too:\n\n")
	d.table("pass", "input", "kernel", "threads", "ms", "G operations/s", "ns a row", "against NumPy float32")
	for _, p := range o.Passes {
		if p.How == numpyPass || p.How == numpyAVX2 || p.How == numpyProducts {
			continue
		}
		against := "-"
		if theirs := o.find(p.Rows, p.Classes, "float32", numpyPass, p.Threads); theirs > 0 {
			against = times(theirs / p.Seconds)
		}
		if theirs := o.find(p.Rows, p.Classes, "float32", numpyAVX2, p.Threads); theirs > 0 && p.How == kernel.AVX2.String() {
			against += fmt.Sprintf(" (%s)", times(theirs/p.Seconds))
		}
		d.line(fmt.Sprintf("%d x 784, K = %d", p.Rows, p.Classes), p.Input, p.How, strconv.Itoa(p.Threads), ms(p.Seconds),
			number(4e-9*784*float64(p.Rows)*float64(p.Classes)/p.Seconds), number(1e9*p.Seconds/float64(p.Rows)), against)
	}
	d.printf("\n")
	d.table("probabilities, 784 features, K = 10", "ours", "scikit-learn's predict_proba", "times faster")
	ours, theirs := math.Inf(1), math.Inf(1)
	for _, input := range []string{"uint8", "float32", "float64"} {
		our, their := o.Batches[input], o.TheirBatches[input]
		if our == 0 || their == 0 {
			continue // by a run that did not tell them apart
		}
		ours, theirs = min(ours, our), min(theirs, their)
		d.line("10000 rows of "+input+", ms", ms(our), ms(their), times(their/our))
	}
	if !math.IsInf(ours, 0) {
		d.line("10000 rows, each at its best type, ms", ms(ours), ms(theirs), times(theirs/ours))
	}
	d.line(fmt.Sprintf("one row, microseconds (ours: %g allocations)", o.RowAllocations), number(1e6*o.Row), number(1e6*o.TheirRow), times(o.TheirRow/o.Row))
	d.printf("\n")
}
