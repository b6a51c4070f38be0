package lab

import (
	"cmp"
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"example.com/softmax/dataset"
	"example.com/softmax/internal/chart"
	"example.com/softmax/internal/kernel"
	"example.com/softmax/internal/linalg"
	"example.com/softmax/internal/optimize"
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
	Epochs       int     `json:"epochs"`        // when the loss first was at most Target; 0 if it was not in 100
}

func runBatch(ctx context.Context, opt Options) *Batch {
	trainSet, test := opt.data()
	p := newProblem(trainSet)
	if p.X.S != nil {
		fail("this experiment needs dense data: %s is sparse", trainSet.Source)
	}
	p.Lambda = 0 // as in the chapter
	best := kernel.Best()
	r := &Batch{
		Rows: p.n(), RowBytes: p.X.Bytes() / p.n(), Parameters: p.parameters(),
		Threads: opt.threads(), Level: best.String(), TargetEpochs: 2,
	}
	step := func(threads int) func(batch []int32) {
		o, theta := p.objective(ctx, best, threads)
		grad := make([]float64, p.parameters())
		return func(batch []int32) {
			must(o.BatchGrad(theta, grad, batch))
			linalg.Axpy(theta, -0.001, grad)
		}
	}
	_, plain := p.plainStep()
	var here kernel.Rows
	thereU8, thereF32 := slices.Clone(p.X.V.U8), slices.Clone(p.X.V.F32)
	move := func(batch []int32) {
		p.gather(&here, batch)
		copy(thereU8, here.U8)
		copy(thereF32, here.F32)
	}
	timeBatches(ctx, p.n(), opt.Seed, 3*time.Second,
		timing{&r.Scalar, plain, 256}, timing{&r.Vector, step(1), 1024}, timing{&r.All, step(r.Threads), 1024})
	timeBatches(ctx, p.n(), opt.Seed, time.Second/2, timing{&r.Move, move, 8192})
	r.learn(ctx, opt, p, test)
	return r
}

// plainStep is a step of training in plain Go, which has no vector instructions:
// on the stored numbers, without centring and scaling them.
func (p *problem) plainStep() (theta []float64, step func(batch []int32)) {
	rows := kernel.Rows{D: p.X.D()}
	theta = make([]float64, p.parameters())
	grad := make([]float64, p.parameters())
	W, b, rsum := theta[:rows.D*p.K], theta[rows.D*p.K:], grad[rows.D*p.K:]
	return theta, func(batch []int32) {
		p.gather(&rows, batch)
		clear(grad)
		z := make([]float64, len(batch)*p.K)
		kernel.Forward(z, rows, W, b)
		for at, i := range batch {
			o := z[at*p.K:][:p.K]
			kernel.Residual(o, int(p.labels[i]))
			for k, v := range o {
				rsum[k] += v
			}
		}
		kernel.Backward(grad, rows, z)
		for i, g := range grad {
			theta[i] -= 1e-9 * g / float64(len(batch))
		}
	}
}

// gather puts the rows of a batch, as they are stored, in one place.
func (p *problem) gather(place *kernel.Rows, batch []int32) {
	place.U8, place.F32 = place.U8[:0], place.F32[:0]
	for _, i := range batch {
		row := p.X.V.Slice(int(i), int(i)+1)
		place.U8, place.F32 = append(place.U8, row.U8...), append(place.F32, row.F32...)
	}
}

// A timing is what run takes for batches; it is timed on as many small ones at
// once as have the given number of rows.
type timing struct {
	times *BatchTimes
	run   func(batch []int32)
	rows  int
}

// timeBatches times batches of 1, 2, 4 ... n random rows. Every round times
// everything, and the fastest of the rounds counts: what else the machine does
// can only add to a time, and a median of times still has that in it.
func timeBatches(ctx context.Context, n int, seed uint64, budget time.Duration, timings ...timing) {
	order := make([]int32, n)
	for at, i := range rand.New(rand.NewPCG(seed, 0)).Perm(n) {
		order[at] = int32(i)
	}
	start := time.Now()
	for round := 1; round <= 4 || time.Since(start) < budget; round++ {
		for _, t := range timings {
			t.round(order)
			t.times.Rounds = round
			check(ctx.Err())
		}
	}
	for _, t := range timings {
		t.times.fit()
	}
}

func (t *timing) round(order []int32) {
	n := len(order)
	for at, m := 0, 1; ; at, m = at+1, min(2*m, n) {
		repeats := max(1, t.rows/m)
		began := time.Now()
		for i := range repeats {
			t.run(order[i*m%(n-m+1):][:m])
		}
		seconds := time.Since(began).Seconds() / float64(repeats)
		if at == len(t.times.Size) {
			t.times.Size, t.times.Seconds = append(t.times.Size, m), append(t.times.Seconds, seconds)
		}
		t.times.Seconds[at] = min(t.times.Seconds[at], seconds)
		if m == n {
			return
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

// learn trains to the end with batches of 1, 4, 16 ... and of all rows.
func (r *Batch) learn(ctx context.Context, opt Options, p *problem, test *dataset.Dataset) {
	o, start := p.objective(ctx, kernel.Best(), r.Threads)
	descend := func(m, epochs int, rate float64, seen func(epoch int, loss float64, theta []float64) (stop bool)) {
		descent := optimize.Descent{Rate: rate, Batch: m, Epochs: epochs, Seed: opt.Seed}
		sgd(o, o, slices.Clone(start), descent, func(epoch int, _, f float64, theta []float64) bool { return seen(epoch, f, theta) })
	}
	descend(min(256, r.Rows), r.TargetEpochs, 0.1, func(_ int, loss float64, _ []float64) bool {
		r.Target = loss
		return false
	})
	computing, move := r.Computing(), r.Move.Each()
	for at, m := range r.Scalar.Size {
		if all := at == len(computing)-1; !all && (at%2 == 1 || at == len(computing)-2) {
			continue
		}
		l := BatchResult{Size: m, Steps: (r.Rows + m - 1) / m, Loss: math.Inf(1), EpochSeconds: float64(r.Rows) * (computing[at] + move[at])}
		for _, rate := range []float64{0.1, 0.03, 0.01} {
			descend(m, 1, rate, func(_ int, loss float64, theta []float64) bool {
				if loss < l.Loss {
					l.Loss, l.Rate, l.TestAccuracy = loss, rate, p.accuracy(theta, test)
				}
				return false
			})
		}
		descend(m, 100, l.Rate, func(epoch int, loss float64, _ []float64) bool {
			if loss <= r.Target {
				l.Epochs = epoch
			}
			return l.Epochs > 0
		})
		r.Learning = append(r.Learning, l)
	}
}

// Each is the time of a row in batches of each size.
func (t *BatchTimes) Each() []float64 {
	all := make([]float64, len(t.Size))
	for i, m := range t.Size {
		all[i] = t.Seconds[i] / float64(m)
	}
	return all
}

// Half is the batch half of whose time is T0.
func (t *BatchTimes) Half() float64 { return t.T0 / t.T1 }

// Computing is the time of a row in the fastest way of computing.
func (r *Batch) Computing() []float64 {
	each, vector, all := r.Scalar.Each(), r.Vector.Each(), r.All.Each()
	for i := range each {
		each[i] = min(each[i], vector[i], all[i])
	}
	return each
}

// Fastest is the way of computing of lowest T1.
func (r *Batch) Fastest() *BatchTimes {
	return slices.MinFunc([]*BatchTimes{&r.Scalar, &r.Vector, &r.All}, func(a, b *BatchTimes) int { return cmp.Compare(a.T1, b.T1) })
}

// Saving is what a row saves in computing, in terms of what it costs to move.
func (r *Batch) Saving() float64 {
	each := r.Computing()
	return (each[0] - slices.Min(each)) / slices.Max(r.Move.Each())
}

// A Way is one column of times.
type Way struct {
	*Batch
	Key   string
	Times *BatchTimes
}

// Ways are the times that this machine can tell apart.
func (r *Batch) Ways() []Way {
	all := []Way{{r, "scalar", &r.Scalar}}
	if r.Level != kernel.Generic.String() {
		all = append(all, Way{r, "vector", &r.Vector})
	}
	if r.Threads > 1 {
		all = append(all, Way{r, "all", &r.All})
	}
	return append(all, Way{r, "move", &r.Move})
}

// Soonest is the batch that reaches the target in the least time.
func (r *Batch) Soonest() BatchResult {
	best := r.Learning[0]
	for _, l := range r.Learning {
		if l.Epochs > 0 && (best.Epochs == 0 || l.TargetSeconds() < best.TargetSeconds()) {
			best = l
		}
	}
	return best
}

// TargetSeconds is the time until the loss is down to the target.
func (l BatchResult) TargetSeconds() float64 { return float64(l.Epochs) * l.EpochSeconds }

// drawings show the time of an example against the batch.
func (r *Batch) drawings(words [][]string) []drawing {
	var series []chart.Series
	for _, way := range r.Ways() {
		t := way.Times
		x, measured, line := make([]float64, len(t.Size)), t.Each(), make([]float64, len(t.Size))
		for i, m := range t.Size {
			x[i] = float64(m)
			measured[i] *= 1e6
			line[i] = 1e6 * (t.T0/x[i] + t.T1)
		}
		series = append(series, dots(x, measured), chart.Series{X: x, Y: line, Again: true})
	}
	return []drawing{lines(words[0], logarithmic, logarithmic, series...)}
}
