package metrics

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// A Bootstrap makes confidence intervals by drawing the examples anew, with
// replacement, and scoring each replicate: the interval lies between
// percentiles of the scores (B. Efron and R. J. Tibshirani, An Introduction to
// the Bootstrap, 1993, chapter 13). It says how much a score depends on the
// examples that it was measured on; the model stays as it is.
//
// A replicate draws as many examples as the weights sum to, rounded, each with
// a chance proportional to its weight: weight 2 is the example twice, here too.
type Bootstrap struct {
	Replicates int     // 0 means 1000
	Level      float64 // 0 means 0.95
	Seed       uint64
}

// An Interval holds a score with the chance that Level says.
type Interval struct {
	Low, High float64
	// Undefined counts the replicates whose score was NaN; they are left out.
	Undefined int
}

// Intervals returns the interval of each score, all from the same replicates.
// A score is a function of the weights of n examples: a replicate is told to it
// by how often each example was drawn. It is called by several goroutines at
// once and must not keep the weights. w, of n weights or nil, are those of the
// data.
//
// The percentiles interpolate between replicates as numpy.quantile does. The
// result depends on the seed only, not on the number of threads. The error is that
// of the context, or says that the weights sum to more than 2^30, which is too much
// to draw.
func (b Bootstrap) Intervals(ctx context.Context, n int, w []float64, scores ...func(w []float64) float64) ([]Interval, error) {
	checkWeights(n, w)
	if b.Replicates == 0 {
		b.Replicates = 1000
	}
	if b.Level == 0 {
		b.Level = 0.95
	}
	if b.Replicates < 0 || !(b.Level > 0 && b.Level < 1) {
		panic(fmt.Sprintf("metrics: a bootstrap of %d replicates and level %v", b.Replicates, b.Level))
	}
	d := newDraws(n, w)
	if d.total > 1<<30 {
		return nil, fmt.Errorf("the weights sum to %.3g: too many examples to draw again; scale the weights so that they count examples", d.total)
	}
	seeds := rand.New(rand.NewPCG(b.Seed, 0))
	generators := make([]*rand.PCG, b.Replicates)
	for r := range generators {
		generators[r] = rand.NewPCG(seeds.Uint64(), seeds.Uint64())
	}
	values := make([][]float64, len(scores)) // by score and replicate
	for s := range values {
		values[s] = make([]float64, b.Replicates)
	}
	var next atomic.Int64
	var threads sync.WaitGroup
	for range min(b.Replicates, runtime.GOMAXPROCS(0)) {
		threads.Go(func() {
			times := make([]float64, n)
			for r := int(next.Add(1)) - 1; r < b.Replicates && ctx.Err() == nil; r = int(next.Add(1)) - 1 {
				d.draw(ctx, times, rand.New(generators[r]))
				for s, score := range scores {
					values[s][r] = score(times)
				}
			}
		})
	}
	threads.Wait()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	intervals := make([]Interval, len(scores))
	for s, v := range values {
		v = slices.DeleteFunc(v, math.IsNaN)
		slices.Sort(v)
		intervals[s] = Interval{quantile(v, (1-b.Level)/2), quantile(v, (1+b.Level)/2), b.Replicates - len(v)}
	}
	return intervals, nil
}

// Scores returns the intervals of Accuracy, for the argmax of the logits, and of
// LogLoss. Rows with a NaN are left out.
func (b Bootstrap) Scores(ctx context.Context, truth []int32, logits []float64, K int, w []float64) (accuracy, logLoss Interval, err error) {
	checkLogits(truth, logits, K, w)
	var right []bool
	var losses, weights []float64 // NaN for an unknown class
	for i, y := range truth {
		o := logits[i*K : (i+1)*K]
		if hasNaN(o) {
			continue
		}
		right = append(right, y == argmax(o))
		loss := math.NaN()
		if y >= 0 {
			loss = crossEntropy(o, y)
		}
		losses, weights = append(losses, loss), append(weights, weight(w, i))
	}
	intervals, err := b.Intervals(ctx, len(losses), weights, func(times []float64) float64 {
		var hits, all float64 // whole numbers: no rounding
		for i, n := range times {
			all += n
			if right[i] {
				hits += n
			}
		}
		return hits / all
	}, func(times []float64) float64 {
		var total sum
		var all float64
		for i, n := range times {
			if n > 0 && !math.IsNaN(losses[i]) {
				total.add(float64(n * losses[i]))
				all += n
			}
		}
		return total.value() / all
	})
	if err != nil {
		return Interval{}, Interval{}, err
	}
	return intervals[0], intervals[1], nil
}

// draws draws examples by weight.
type draws struct {
	total float64
	// Where not all weights are 1: the weight of the examples up to each, and
	// the first example that a draw from each of n equal parts of total can hit
	// (H.-C. Chen and Y. Asau, On generating random variates from an empirical
	// distribution, AIIE Transactions 6, 1974).
	upTo  []float64
	first []int32
}

func newDraws(n int, w []float64) *draws {
	if !slices.ContainsFunc(w, func(v float64) bool { return v != 1 }) {
		return &draws{total: float64(n)}
	}
	d := &draws{upTo: make([]float64, n), first: make([]int32, n)}
	var s sum
	for i, v := range w {
		s.add(v)
		d.upTo[i] = s.value()
	}
	d.total = s.value()
	i := 0
	for part := range d.first {
		for i < n-1 && d.upTo[i] <= float64(part)/float64(n)*d.total {
			i++
		}
		d.first[part] = int32(i)
	}
	return d
}

// draw sets times to how often each example was drawn, unless ctx ends.
func (d *draws) draw(ctx context.Context, times []float64, r *rand.Rand) {
	clear(times)
	if d.total == 0 {
		return
	}
	n := len(times)
	for drawn := range max(1, int(math.Round(d.total))) {
		if drawn%(1<<20) == 0 && ctx.Err() != nil {
			return
		}
		u := r.Float64()
		at := u * d.total
		if d.upTo == nil {
			times[int(at)]++
			continue
		}
		i := int(d.first[int(u*float64(n))])
		for i > 0 && d.upTo[i-1] > at { // the products round
			i--
		}
		for i < n-1 && d.upTo[i] <= at {
			i++
		}
		times[i]++
	}
}

// quantile interpolates between the sorted values, the least at 0 and the
// greatest at 1; NaN of none.
func quantile(sorted []float64, q float64) float64 {
	if len(sorted) == 0 {
		return math.NaN()
	}
	at := float64(q * float64(len(sorted)-1))
	i := int(at)
	low, high := sorted[i], sorted[min(i+1, len(sorted)-1)]
	if f := at - float64(i); f > 0 && low != high {
		return low + float64(f*(high-low))
	}
	return low
}
