package softmax

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync"

	"example.com/softmax/dataset"
	"example.com/softmax/internal/design"
	"example.com/softmax/internal/special"
	"example.com/softmax/metrics"
)

// Bound is a Model with a Dataset whose columns have been matched with the
// model's inputs by name. It predicts rows in bulk, on all threads; those of one
// block are read as they are stored, bytes, float32 or float64, and never
// copied.
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
func (b *Bound) Logits(dst []float64, lo, hi int) Gaps { return b.predict(dst, nil, lo, hi) }

// predict is Logits or, with codes, writes probabilities and the codes of the
// classes. Threads take runs of the rows that are left, ever shorter ones.
func (b *Bound) predict(dst []float64, codes []int32, lo, hi int) Gaps {
	k, n, at := len(b.m.classes), hi-lo, 0
	var gaps Gaps
	var mu sync.Mutex
	var wg sync.WaitGroup
	threads := max(1, min(runtime.GOMAXPROCS(0), n/leastRun))
	work := func() {
		v := b.m.design.Borrow()
		defer b.m.design.Return(v)
		mu.Lock()
		defer mu.Unlock()
		for at < n {
			from := at
			at += min(max(leastRun, (n-from)/(2*threads)/leastRun*leastRun), n-from)
			to := at
			mu.Unlock()
			run := run{b, v, dst[from*k : to*k], nil, lo + from, Gaps{}}
			if codes != nil {
				run.codes = codes[from:to]
			}
			run.predict()
			mu.Lock()
			gaps.Add(run.gaps)
		}
	}
	for range threads - 1 {
		wg.Go(work)
	}
	work()
	wg.Wait()
	return gaps
}

// leastRun is the number of rows for which a thread is worth while.
const leastRun = 64

// A run of rows is predicted on one thread.
type run struct {
	*Bound
	v     *design.Vector
	dst   []float64
	codes []int32 // nil if logits are wanted
	first int
	gaps  Gaps
}

func (r *run) predict() {
	m, whole := r.m, r.binding.Whole()
	soft := r.codes != nil && m.kind != Sigmoids && m.kind != OneVsRest
	switch {
	case whole && soft:
		r.binding.Probabilities(&m.affine, r.dst, r.codes, r.first)
	case whole:
		r.binding.Logits(&m.affine, r.dst, r.first)
	}
	k := len(m.classes)
	for i := range len(r.dst) / k {
		z := r.dst[i*k:][:k]
		switch {
		case whole && soft && r.codes[i] >= 0:
			continue
		case !whole || !finite(z):
			r.row(z, i)
		}
		if r.codes != nil {
			r.codes[i] = int32(special.Argmax(z))
			m.probabilities(z)
		}
	}
}

// row writes the logits of row i of the run and counts what was not as in training.
func (r *run) row(z []float64, i int) {
	r.binding.Vector(r.v, r.first+i)
	r.gaps.Missing += r.v.Missing
	r.gaps.Unseen += r.v.Unseen
	r.m.logits(z, r.v.Dense, r.v.Index, r.v.Values)
	switch {
	case r.v.Rejected:
		r.gaps.Incomplete++
	case finite(z):
		return
	default:
		r.gaps.Overflowed++
	}
	for q := range z {
		z[q] = math.NaN()
	}
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
	p.Gaps = b.predict(p.Probabilities, p.Codes, lo, hi)
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
