package lab

import (
	"context"
	"math"
	"math/rand/v2"
	"time"

	"example.com/softmax/internal/kernel"
	"example.com/softmax/internal/linalg"
)

// Batch measures what the size of a batch does to speed, and to learning.
type Batch struct {
	Rows       int    `json:"rows"`
	RowBytes   int    `json:"row_bytes"`
	Parameters int    `json:"parameters"`
	Threads    int    `json:"threads"`
	Level      string `json:"level"` // the best of this machine
	// Scalar, Vector and All are steps of training: computed without vector
	// instructions on one thread, with those of Level on one thread, and on all
	// Threads. Move is gathering a batch in random order and copying it.
	Scalar BatchTimes `json:"scalar"`
	Vector BatchTimes `json:"vector"`
	All    BatchTimes `json:"all"`
	Move   BatchTimes `json:"move"`
	// Target is the loss that the textbook's batch of 256 and learning rate of
	// 0.1 reach in TargetEpochs.
	Target       float64       `json:"target"`
	TargetEpochs int           `json:"target_epochs"`
	Learning     []BatchResult `json:"learning"`
}

// BatchTimes are the seconds that batches of each size take, with the line
// T0 + T1 batch fitted to them.
type BatchTimes struct {
	Size    []int     `json:"size"`
	Seconds []float64 `json:"seconds"`
	Rounds  int       `json:"rounds"` // of which Seconds are the fastest
	T0      float64   `json:"t0"`
	T1      float64   `json:"t1"`
	// Deviation is the root mean square of line / measured - 1.
	Deviation float64 `json:"deviation"`
}

// BatchResult is how SGD fares with one size of batch, at the learning rate
// that has the lowest loss after one epoch.
type BatchResult struct {
	Size  int     `json:"size"`
	Steps int     `json:"steps"` // in an epoch
	Rate  float64 `json:"rate"`
	// Loss on the training data and accuracy on the test data, after one epoch.
	Loss         float64 `json:"loss"`
	TestAccuracy float64 `json:"test_accuracy"`
	EpochSeconds float64 `json:"epoch_seconds"` // by the times measured
	// Epochs is when the loss first was at most Target; 0 if it was not in
	// mostEpochs.
	Epochs int `json:"epochs"`
}

func runBatch(ctx context.Context, opt Options) (*Batch, error) {
	trainSet, test, err := opt.data()
	if err != nil {
		return nil, err
	}
	p, err := newProblem(trainSet)
	if err != nil {
		return nil, err
	}
	p.Lambda = 0 // as in the chapter
	best := kernel.Best()
	r := &Batch{
		Rows: p.n(), RowBytes: p.X.Bytes() / p.n(), Parameters: p.parameters(),
		Threads: opt.threads(), Level: best.String(), TargetEpochs: targetEpochs,
	}
	step := func(level kernel.Level, threads int) func(batch []int32) error {
		o := p.objective(ctx, level, threads)
		theta, grad := p.start(o), make([]float64, p.parameters())
		return func(batch []int32) error {
			_, err := o.BatchGrad(theta, grad, batch)
			linalg.Axpy(theta, -0.001, grad)
			return err
		}
	}
	move := mover(p.X.V.U8, p.X.D())
	if p.X.V.U8 == nil {
		move = mover(p.X.V.F32, p.X.D())
	}
	err = timeBatches(ctx, p.n(), opt.Seed, 3*time.Second,
		timing{&r.Scalar, step(kernel.Generic, 1), 256}, timing{&r.Vector, step(best, 1), 1024}, timing{&r.All, step(best, r.Threads), 1024})
	if err != nil {
		return nil, err
	}
	if err := timeBatches(ctx, p.n(), opt.Seed, time.Second/2, timing{&r.Move, move, 8192}); err != nil {
		return nil, err
	}
	learning := &learning{Batch: r, problem: p, objective: p.objective(ctx, best, r.Threads), test: test, seed: opt.Seed}
	return r, learning.run()
}

// mover returns a function that gathers the rows of a batch in one place and
// copies them to another.
func mover[T any](values []T, width int) func(batch []int32) error {
	here, there := make([]T, len(values)), make([]T, len(values))
	return func(batch []int32) error {
		for at, i := range batch {
			copy(here[at*width:][:width], values[int(i)*width:])
		}
		copy(there, here[:len(batch)*width])
		return nil
	}
}

// A timing is what run takes for batches; it is timed on as many small ones at
// once as have the given number of rows.
type timing struct {
	times *BatchTimes
	run   func(batch []int32) error
	rows  int
}

// timeBatches times batches of 1, 2, 4 ... n random rows. Every round times
// everything, and the fastest of the rounds counts: what else the machine does
// can only add to a time, and a median of times still has that in it.
func timeBatches(ctx context.Context, n int, seed uint64, budget time.Duration, timings ...timing) error {
	const least = 4
	order := make([]int32, n)
	for at, i := range rand.New(rand.NewPCG(seed, 0)).Perm(n) {
		order[at] = int32(i)
	}
	start := time.Now()
	for round := 1; round <= least || time.Since(start) < budget; round++ {
		for _, t := range timings {
			if err := t.round(ctx, order); err != nil {
				return err
			}
			t.times.Rounds = round
		}
	}
	for _, t := range timings {
		t.times.fit()
	}
	return nil
}

func (t *timing) round(ctx context.Context, order []int32) error {
	n := len(order)
	for at, m := 0, 1; ; at, m = at+1, min(2*m, n) {
		repeats := max(1, t.rows/m)
		began := time.Now()
		for i := range repeats {
			lo := i * m % (n - m + 1)
			if err := t.run(order[lo : lo+m]); err != nil {
				return err
			}
		}
		seconds := time.Since(began).Seconds() / float64(repeats)
		if at == len(t.times.Size) {
			t.times.Size, t.times.Seconds = append(t.times.Size, m), append(t.times.Seconds, seconds)
		}
		t.times.Seconds[at] = min(t.times.Seconds[at], seconds)
		if m == n {
			return ctx.Err()
		}
	}
}

// fit finds the T0 and T1, at least 0, of least sum of squares of the relative
// deviations (T0 + T1 m) / t - 1.
func (t *BatchTimes) fit() {
	var aa, ab, bb, a, b float64
	for i, m := range t.Size {
		u, v := 1/t.Seconds[i], float64(m)/t.Seconds[i]
		aa, ab, bb, a, b = aa+u*u, ab+u*v, bb+v*v, a+u, b+v
	}
	best := math.Inf(1)
	for _, c := range [][2]float64{{(a*bb - b*ab) / (aa*bb - ab*ab), (b*aa - a*ab) / (aa*bb - ab*ab)}, {a / aa, 0}, {0, b / bb}} {
		if !(c[0] >= 0 && c[1] >= 0) {
			continue
		}
		var squares float64
		for i, m := range t.Size {
			d := (c[0]+c[1]*float64(m))/t.Seconds[i] - 1
			squares += d * d
		}
		if squares < best {
			best, t.T0, t.T1 = squares, c[0], c[1]
		}
	}
	t.Deviation = math.Sqrt(best / float64(len(t.Size)))
}

// each is the time of a row in batches of each size.
func (t *BatchTimes) each() []float64 {
	all := make([]float64, len(t.Size))
	for i, m := range t.Size {
		all[i] = t.Seconds[i] / float64(m)
	}
	return all
}
