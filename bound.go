package softmax

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync"

	"example.com/softmax/dataset"
	"example.com/softmax/internal/design"
	"example.com/softmax/internal/kernel"
	"example.com/softmax/internal/special"
	"example.com/softmax/metrics"
)

// Bound is a Model with a Dataset whose columns have been matched with the
// model's inputs by name. It predicts rows in bulk, on all threads.
type Bound struct {
	m       *Model
	data    *dataset.Dataset
	binding *design.Binding
}

// Bind matches ds with the model. The error, a *dataset.Error, names every
// column that is missing or of the wrong kind. A dataset of a single block
// fits a model of a single block whatever their names.
func (m *Model) Bind(ds *dataset.Dataset) (*Bound, error) {
	if err := ds.Validate(); err != nil {
		return nil, err
	}
	binding, err := m.design.Bind(ds)
	if err != nil {
		return nil, err
	}
	return &Bound{m: m, data: ds, binding: binding}, nil
}

// Extra names the columns of the dataset that the model does not use.
func (b *Bound) Extra() []string { return b.binding.Extra }

// Rows is the number of rows.
func (b *Bound) Rows() int { return b.data.Rows() }

// Gaps counts what was not as in training.
type Gaps struct {
	Incomplete int // rows without a prediction, as the options of the fit say: for a missing or unseen value
	Overflowed int // rows of values so large that logits overflow: they have none either
	Missing    int // values that are missing in columns where training missed none
	Unseen     int // categories that training did not see
}

// Logits writes the logits of rows lo up to hi to dst, (hi-lo) x K row-major.
// A row without a prediction (see Gaps) has NaN in all of them.
func (b *Bound) Logits(dst []float64, lo, hi int) Gaps {
	return b.logits(dst, lo, hi, func(int, []float64) {})
}

// logits is Logits, with visit called for each row and its logits.
func (b *Bound) logits(dst []float64, lo, hi int, visit func(i int, z []float64)) Gaps {
	k := len(b.m.classes)
	var gaps Gaps
	var mu sync.Mutex
	var wg sync.WaitGroup
	shards := min(runtime.GOMAXPROCS(0), (hi-lo+15)/16)
	whole := b.binding.Whole()
	for s := range shards {
		from, to := lo+(hi-lo)*s/shards, lo+(hi-lo)*(s+1)/shards
		wg.Go(func() {
			v := b.m.design.NewVector()
			x := make([]float64, bulkRows*bulkFeatures)
			var mine Gaps
			for first := from; first < to; first += bulkRows {
				n := min(bulkRows, to-first)
				if whole {
					b.bulk(dst[(first-lo)*k:][:n*k], x, first, n)
				}
				for i := first; i < first+n; i++ {
					z := dst[(i-lo)*k:][:k]
					if !whole || !finite(z) {
						b.row(z, v, &mine, i)
					}
					visit(i, z)
				}
			}
			mu.Lock()
			gaps.Add(mine)
			mu.Unlock()
		})
	}
	wg.Wait()
	return gaps
}

// row writes the logits of row i and counts what was not as in training.
func (b *Bound) row(z []float64, v *design.Vector, gaps *Gaps, i int) {
	b.binding.Vector(v, i)
	gaps.Missing += v.Missing
	gaps.Unseen += v.Unseen
	b.m.rowLogits(z, v)
	switch {
	case v.Rejected:
		gaps.Incomplete++
	case finite(z):
		return
	default:
		gaps.Overflowed++
	}
	for q := range z {
		z[q] = math.NaN()
	}
}

// So many rows share what is read of the weights, for so many features at a
// time: both stay in the first cache.
const bulkRows, bulkFeatures = 16, 128

// bulk is rowLogits for n rows from first on, bit for bit, if the binding is
// whole. x is working memory.
func (b *Bound) bulk(dst, x []float64, first, n int) {
	m := b.m
	k, d := len(m.classes), m.design.D()
	for r := range n {
		copy(dst[r*k:], m.base)
	}
	for j := 0; j < d; j += bulkFeatures {
		width := min(bulkFeatures, d-j)
		for r := range n {
			b.binding.Scale(x[r*width:][:width], first+r, j)
		}
		kernel.ProductsRows(dst, x[:n*width], m.w[j*k:][:width*k], n)
	}
	m.temper(dst[:n*k])
}

// Add adds the counts of h.
func (g *Gaps) Add(h Gaps) {
	g.Incomplete += h.Incomplete
	g.Overflowed += h.Overflowed
	g.Missing += h.Missing
	g.Unseen += h.Unseen
}

// Predictions are the results for some rows of a dataset.
type Predictions struct {
	Gaps
	// Codes are indices into the model's Classes; -1 for a row without a
	// prediction.
	Codes []int32
	// Probabilities is rows x K, row-major; NaN where there is no prediction.
	Probabilities []float64
}

// Predict predicts rows lo up to hi; all are 0 up to Rows.
func (b *Bound) Predict(lo, hi int) *Predictions {
	n, k := hi-lo, len(b.m.classes)
	p := &Predictions{Codes: make([]int32, n), Probabilities: make([]float64, n*k)}
	p.Gaps = b.logits(p.Probabilities, lo, hi, func(i int, z []float64) {
		p.Codes[i-lo] = int32(special.Argmax(z))
		b.m.probabilities(z)
	})
	return p
}

// A Truth is what the labels of a bound dataset say, in the model's classes.
type Truth struct {
	// Codes are the classes of the rows' labels: -1 for a label that training
	// did not see. nil where the dataset has Targets.
	Codes []int32
	// Targets is rows x K, row-major, where the dataset has Targets; else nil.
	// A class that training did not see is left out.
	Targets []float64
	// Missing tells the rows without a label.
	Missing []bool
}

// Truth returns the labels. It fails if the dataset has none, or has targets
// none of which the model knows.
func (b *Bound) Truth() (*Truth, error) {
	if b.data.Targets != nil {
		return b.targets()
	}
	l := b.data.Label
	if l == nil {
		return nil, &dataset.Error{File: b.data.Source, Err: dataset.ErrNoLabel}
	}
	known := make(map[string]int32, len(b.m.classes))
	for k, c := range b.m.classes {
		known[c] = int32(k)
	}
	t := &Truth{Codes: make([]int32, len(l.Codes)), Missing: make([]bool, len(l.Codes))}
	for i, c := range l.Codes {
		t.Codes[i] = -1
		if c < 0 {
			t.Missing[i] = true
		} else if k, ok := known[l.Classes[c]]; ok {
			t.Codes[i] = k
		}
	}
	return t, nil
}

func (b *Bound) targets() (*Truth, error) {
	from := b.data.Targets
	k, n := len(b.m.classes), b.Rows()
	t := &Truth{Targets: make([]float64, n*k), Missing: make([]bool, n)}
	found := 0
	for q, c := range b.m.classes {
		at := slices.Index(from.Classes, c)
		if at < 0 {
			continue
		}
		found++
		for i := range n {
			t.Targets[i*k+q] = from.Row(i)[at]
		}
	}
	if found == 0 {
		return nil, &dataset.Error{File: b.data.Source, Err: fmt.Errorf("%w: none of its targets is a class of the model", dataset.ErrNoLabel)}
	}
	for i := range n {
		t.Missing[i] = from.Missing(i)
	}
	return t, nil
}

// Losses returns the loss of every row under the model's loss function, NaN
// for rows without label or prediction; of a label that training did not see
// it is +Inf.
func (b *Bound) Losses() ([]float64, error) {
	truth, err := b.Truth()
	if err != nil {
		return nil, err
	}
	losses := make([]float64, b.Rows())
	b.batches(func(lo, hi int, logits []float64) {
		for i := lo; i < hi; i++ {
			losses[i] = b.m.lossOf(truth, i, logits[(i-lo)*len(b.m.classes):][:len(b.m.classes)])
		}
	})
	return losses, nil
}

// lossOf is the loss of row i with logits z.
func (m *Model) lossOf(t *Truth, i int, z []float64) float64 {
	if t.Missing[i] || math.IsNaN(z[0]) {
		return math.NaN()
	}
	k := len(z)
	if t.Codes != nil && t.Codes[i] < 0 {
		return math.Inf(1)
	}
	y := make([]float64, k)
	if t.Codes != nil {
		y[t.Codes[i]] = 1
	} else {
		copy(y, t.Targets[i*k:])
	}
	var loss float64
	switch m.kind {
	case OneVsRest:
		p := slices.Clone(z)
		m.probabilities(p)
		for q := range p {
			if y[q] > 0 {
				loss -= float64(y[q] * math.Log(p[q]))
			}
		}
	case Sigmoids:
		for q := range z {
			loss += special.BinaryCrossEntropy(z[q], y[q])
		}
	case Squared:
		p := make([]float64, k)
		special.Softmax(p, z)
		for q := range p {
			loss += float64((p[q] - y[q]) * (p[q] - y[q]) / 2)
		}
	default:
		loss = special.CrossEntropyDist(z, y)
	}
	return loss
}

// batches calls visit for runs of rows with their logits.
func (b *Bound) batches(visit func(lo, hi int, logits []float64)) Gaps {
	k := len(b.m.classes)
	size := max(1, min(scoreRows, scoreLogits/k))
	logits := make([]float64, min(size, b.Rows())*k)
	var gaps Gaps
	for lo := 0; lo < b.Rows(); lo += size {
		hi := min(lo+size, b.Rows())
		gaps.Add(b.Logits(logits[:(hi-lo)*k], lo, hi))
		visit(lo, hi, logits)
	}
	return gaps
}

// A batch of scoring has at most so many rows and logits.
const scoreRows, scoreLogits = 4096, 1 << 22

// Score predicts every row and compares with its label, by weight where the
// dataset has weights. Rows without a label or a prediction are left out;
// a label that training did not see counts as wrong and is left out of the
// log-loss, which is that of softmax(o) for a model of Sigmoids, too. ks are
// the k of the top-k accuracies wanted. A dataset with Targets has ScoreTargets
// instead.
func (b *Bound) Score(ks ...int) (*ScoreReport, error) {
	truth, err := b.Truth()
	if err != nil {
		return nil, err
	}
	if truth.Codes == nil {
		return nil, fmt.Errorf("%w: Score is for one label a row; ScoreTargets is for targets", ErrInput)
	}
	k := len(b.m.classes)
	e := metrics.NewEvaluator(k, ks...)
	r := &ScoreReport{}
	var weights []float64
	var codes []int32
	r.Gaps = b.batches(func(lo, hi int, logits []float64) {
		weights, codes = weights[:0], codes[:0]
		for i := lo; i < hi; i++ {
			z := logits[(i-lo)*k:][:k]
			if truth.Missing[i] {
				r.Unlabelled++
				continue
			}
			if math.IsNaN(z[0]) {
				continue
			}
			if b.m.kind == OneVsRest { // whose softmax is the probabilities
				b.m.probabilities(z)
				for q := range z {
					z[q] = math.Log(z[q])
				}
			}
			copy(logits[len(codes)*k:], z)
			codes = append(codes, truth.Codes[i])
			weights = append(weights, weightOf(b.data.Weights, i))
		}
		e.Add(codes, logits[:len(codes)*k], weights)
	})
	r.Score = e.Score()
	return r, nil
}

// ScoreReport are scores with what was left out of them.
type ScoreReport struct {
	metrics.Score
	Gaps
	Unlabelled int // rows without a label
}

// ScoreTargets predicts every row and compares with its Targets, by weight
// where the dataset has weights: each class by itself, present where its
// probability is above 1/2 - for a softmax model, which has one prediction,
// where it is the predicted class. Rows without targets or a prediction are
// left out. LogLoss is the mean of Losses.
func (b *Bound) ScoreTargets() (*TargetReport, error) {
	truth, err := b.Truth()
	if err != nil {
		return nil, err
	}
	if truth.Targets == nil {
		return nil, fmt.Errorf("%w: ScoreTargets is for targets; Score is for one label a row", ErrInput)
	}
	k := len(b.m.classes)
	e := metrics.NewMultiLabel(k)
	r := &TargetReport{}
	r.Gaps = b.batches(func(lo, hi int, logits []float64) {
		for i := lo; i < hi; i++ {
			z := logits[(i-lo)*k:][:k]
			loss := b.m.lossOf(truth, i, z)
			switch {
			case truth.Missing[i]:
				r.Unlabelled++
				continue
			case math.IsNaN(loss):
				continue
			}
			if b.m.kind != Sigmoids {
				top := special.Argmax(z)
				for q := range z {
					z[q] = -1
				}
				z[top] = 1
			}
			e.Add(truth.Targets[i*k:][:k], z, []float64{loss}, []float64{weightOf(b.data.Weights, i)})
		}
	})
	r.MultiLabelScore = e.Score()
	return r, nil
}

// TargetReport are scores with what was left out of them.
type TargetReport struct {
	metrics.MultiLabelScore
	Gaps
	Unlabelled int // rows without targets
}
