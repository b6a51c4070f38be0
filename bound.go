package softmax

import (
	"math"
	"runtime"
	"sync"

	"example.com/softmax/dataset"
	"example.com/softmax/internal/design"
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
	Incomplete int // rows with a missing value: they have no prediction
	Unseen     int // categories that training did not see: 0 at every level
}

// Logits writes the logits of rows lo up to hi to dst, (hi-lo) x K row-major.
// A row with a missing value has NaN in all of them.
func (b *Bound) Logits(dst []float64, lo, hi int) Gaps {
	k := len(b.m.classes)
	var gaps Gaps
	var mu sync.Mutex
	var wg sync.WaitGroup
	shards := min(runtime.GOMAXPROCS(0), (hi-lo+15)/16)
	for s := range shards {
		from, to := lo+(hi-lo)*s/shards, lo+(hi-lo)*(s+1)/shards
		wg.Go(func() {
			x := make([]float64, b.m.design.D())
			var mine Gaps
			for i := from; i < to; i++ {
				z := dst[(i-lo)*k:][:k]
				complete, unseen := b.binding.Vector(x, i)
				mine.Unseen += unseen
				if !complete {
					mine.Incomplete++
					for q := range z {
						z[q] = math.NaN()
					}
					continue
				}
				b.m.logits(z, x)
			}
			mu.Lock()
			gaps.Incomplete += mine.Incomplete
			gaps.Unseen += mine.Unseen
			mu.Unlock()
		})
	}
	wg.Wait()
	return gaps
}

// Predictions are the results for all rows of a dataset.
type Predictions struct {
	Gaps
	// Codes are indices into the model's Classes; -1 for an incomplete row.
	Codes []int32
	// Probabilities is rows x K, row-major; NaN for an incomplete row.
	Probabilities []float64
}

// Predict predicts every row.
func (b *Bound) Predict() *Predictions {
	n, k := b.Rows(), len(b.m.classes)
	p := &Predictions{Codes: make([]int32, n), Probabilities: make([]float64, n*k)}
	p.Gaps = b.Logits(p.Probabilities, 0, n)
	for i := range n {
		z := p.Probabilities[i*k:][:k]
		p.Codes[i] = int32(special.Argmax(z))
		special.Softmax(z, z)
	}
	return p
}

// Truth returns the model's class code of each row's label: -1 for a label
// that training did not see, and missing reports rows without one. It fails if
// the dataset has no label column.
func (b *Bound) Truth() (codes []int32, missing []bool, err error) {
	l := b.data.Label
	if l == nil {
		return nil, nil, &dataset.Error{File: b.data.Source, Err: dataset.ErrNoLabel}
	}
	known := make(map[string]int32, len(b.m.classes))
	for k, c := range b.m.classes {
		known[c] = int32(k)
	}
	codes, missing = make([]int32, len(l.Codes)), make([]bool, len(l.Codes))
	for i, c := range l.Codes {
		codes[i] = -1
		if c < 0 {
			missing[i] = true
		} else if k, ok := known[l.Classes[c]]; ok {
			codes[i] = k
		}
	}
	return codes, missing, nil
}

// Score predicts every row and compares with its label, by weight where the
// dataset has weights. Rows without a label and incomplete rows are left out;
// a label that training did not see counts as wrong and is left out of the
// log-loss. ks are the k of the top-k accuracies wanted.
func (b *Bound) Score(ks ...int) (*ScoreReport, error) {
	truth, missing, err := b.Truth()
	if err != nil {
		return nil, err
	}
	k := len(b.m.classes)
	e := metrics.NewEvaluator(k, ks...)
	r := &ScoreReport{}
	size := max(1, min(scoreRows, scoreLogits/k))
	logits := make([]float64, size*k)
	weights := make([]float64, 0, size)
	codes := make([]int32, 0, size)
	for lo := 0; lo < b.Rows(); lo += size {
		hi := min(lo+size, b.Rows())
		gaps := b.Logits(logits[:(hi-lo)*k], lo, hi)
		r.Unseen += gaps.Unseen
		r.Incomplete += gaps.Incomplete
		weights, codes = weights[:0], codes[:0]
		for i := lo; i < hi; i++ {
			z := logits[(i-lo)*k:][:k]
			if missing[i] {
				r.Unlabelled++
				continue
			}
			if math.IsNaN(z[0]) {
				continue
			}
			copy(logits[len(codes)*k:], z)
			codes = append(codes, truth[i])
			w := 1.0
			if b.data.Weights != nil {
				w = b.data.Weights[i]
			}
			weights = append(weights, w)
		}
		e.Add(codes, logits[:len(codes)*k], weights)
	}
	r.Score = e.Score()
	return r, nil
}

// A batch of scoring has at most so many rows and logits.
const scoreRows, scoreLogits = 4096, 1 << 22

// ScoreReport are scores with what was left out of them.
type ScoreReport struct {
	metrics.Score
	Gaps
	Unlabelled int // rows without a label
}
