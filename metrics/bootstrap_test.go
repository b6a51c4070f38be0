package metrics

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
)

// The accuracy of a replicate times n is binomial.
func TestBootstrapOfAccuracyIsBinomial(t *testing.T) {
	const n, right, replicates = 200, 150, 20_000
	truth, logits := make([]int32, n), make([]float64, 2*n)
	for i := right; i < n; i++ {
		truth[i] = 1
	}
	for i := range n {
		logits[2*i] = 1
	}
	for _, level := range []float64{0.5, 0.9, 0.99} {
		got, _, err := Bootstrap{Replicates: replicates, Level: level, Seed: 1}.Scores(t.Context(), truth, logits, 2, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, end := range []struct{ q, got float64 }{{(1 - level) / 2, got.Low}, {(1 + level) / 2, got.High}} {
			// The share of replicates below the end is q, give or take 4 standard
			// deviations and the share at the end itself.
			below := binomialBelow(n, right/float64(n), int(math.Round(end.got*n)))
			at := binomialBelow(n, right/float64(n), int(math.Round(end.got*n))+1)
			slack := 4 * math.Sqrt(end.q*(1-end.q)/replicates)
			if end.q < below-slack || end.q > at+slack {
				t.Errorf("level %v: %v has binomial probability %v below and %v with it", level, end.got, below, at)
			}
		}
	}
}

// binomialBelow is P(X < k) for X binomial.
func binomialBelow(n int, p float64, k int) (sum float64) {
	ln := func(x int) float64 { v, _ := math.Lgamma(float64(x + 1)); return v }
	for x := range k {
		sum += math.Exp(ln(n) - ln(x) - ln(n-x) + float64(x)*math.Log(p) + float64(n-x)*math.Log1p(-p))
	}
	return sum
}

// The interval of a mean of many is the normal one, with the standard errors
// that the Evaluator gives, weights included.
func TestBootstrapAgreesWithStandardErrors(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	p := randomProblem(r, 1000, 4)
	s := p.score(1000)
	accuracy, loss, err := Bootstrap{Replicates: 5000}.Scores(t.Context(), p.truth, p.logits, p.K, p.w)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		i           Interval
		mean, error float64
	}{{accuracy, s.Accuracy, s.AccuracyError}, {loss, s.LogLoss, s.LogLossError}} {
		for _, v := range []struct{ got, want float64 }{{c.i.Low, c.mean - 1.96*c.error}, {c.i.High, c.mean + 1.96*c.error}} {
			if math.Abs(v.got-v.want) > 0.15*c.error {
				t.Errorf("%v, of normal theory %v ± %v", c.i, c.mean, c.error)
			}
		}
	}
}

func TestBootstrapIsReproducible(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	p := randomProblem(r, 300, 3)
	var rows []int
	for i := range p.w {
		p.w[i] = float64(r.IntN(3))
		rows = append(rows, slices.Repeat([]int{i}, int(p.w[i]))...)
	}
	scores := func(p problem, w []float64, seed uint64) [2]Interval {
		a, l, err := Bootstrap{Replicates: 100, Seed: seed}.Scores(t.Context(), p.truth, p.logits, p.K, w)
		if err != nil {
			t.Fatal(err)
		}
		return [2]Interval{a, l}
	}
	want := scores(p, p.w, 1)
	before := runtime.GOMAXPROCS(1)
	one := scores(p, p.w, 1)
	runtime.GOMAXPROCS(7)
	seven := scores(p, p.w, 1)
	runtime.GOMAXPROCS(before)
	if one != want || seven != want {
		t.Errorf("by threads: %v %v %v", one, seven, want)
	}
	if scores(p, p.w, 2) == want {
		t.Error("another seed gives the same intervals")
	}
	repeated := p.pick(rows)
	ones := slices.Repeat([]float64{1}, len(rows))
	for _, w := range [][]float64{nil, ones} {
		got := scores(repeated, w, 1)
		for s, i := range got {
			near(t, "row twice, low", i.Low, want[s].Low)
			near(t, "row twice, high", i.High, want[s].High)
		}
	}
}

// Any score by function, here the rarest class's area, which some replicates
// do not have; every replicate has the size of the data.
func TestBootstrapOfAnyScore(t *testing.T) {
	r := rand.New(rand.NewPCG(15, 16))
	p := randomProblem(r, 60, 3)
	for i := range p.truth {
		p.truth[i] = min(p.truth[i]&1, int32(i))
	}
	p.truth[0] = 2
	scores := p.probabilities()
	var mu sync.Mutex
	var totals []float64
	got, err := Bootstrap{Replicates: 300}.Intervals(t.Context(), 60, nil, func(w []float64) float64 {
		var total float64
		for _, v := range w {
			total += v
		}
		mu.Lock()
		totals = append(totals, total)
		mu.Unlock()
		roc, _ := Areas(p.truth, scores, p.K, w)
		return roc.PerClass[2]
	})
	if err != nil {
		t.Fatal(err)
	}
	// A row is in no replicate with probability (1 - 1/n)^n, about 0.365.
	if u := got[0].Undefined; u < 75 || u > 145 || !(got[0].Low <= got[0].High) {
		t.Errorf("%+v", got[0])
	}
	if len(totals) != 300 || slices.Min(totals) != 60 || slices.Max(totals) != 60 {
		t.Errorf("replicates of %v to %v examples", slices.Min(totals), slices.Max(totals))
	}
}

func TestBootstrapAtTheEdges(t *testing.T) {
	b := Bootstrap{Replicates: 10}
	accuracy, loss, err := b.Scores(t.Context(), nil, nil, 2, nil)
	if err != nil || accuracy.Low == accuracy.Low || loss.Undefined != 10 {
		t.Errorf("of no examples: %v %v %v", accuracy, loss, err)
	}
	accuracy, loss, err = b.Scores(t.Context(), []int32{0, -1, 1}, []float64{1, 0, 1, 0, nan, 0}, 2, []float64{1, 0, 5})
	if want := math.Log1p(math.Exp(-1)); err != nil || accuracy != (Interval{1, 1, 0}) || loss != (Interval{want, want, 0}) {
		t.Errorf("of one example: %v %v %v", accuracy, loss, err)
	}
	_, loss, _ = b.Scores(t.Context(), []int32{0, 0}, []float64{-inf, 0, -inf, 0}, 2, nil)
	if loss != (Interval{inf, inf, 0}) {
		t.Errorf("of infinite losses: %v", loss)
	}
	if _, _, err := b.Scores(t.Context(), []int32{0}, []float64{1, 0}, 2, []float64{1e12}); err == nil {
		t.Error("a weight of 1e12 is drawn")
	}
}

// A bootstrap ends with its context, also within a replicate of many draws.
func TestBootstrapIsCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var scored atomic.Int32
	_, err := Bootstrap{Replicates: 1 << 20}.Intervals(ctx, 1, nil, func([]float64) float64 {
		scored.Add(1)
		cancel()
		return 0
	})
	if !errors.Is(err, context.Canceled) || int(scored.Load()) > runtime.GOMAXPROCS(0) {
		t.Errorf("error %v after %d replicates", err, scored.Load())
	}
	if _, _, err := (Bootstrap{}).Scores(ctx, []int32{0}, []float64{1, 0}, 2, []float64{1 << 30}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	times := make([]float64, 1)
	newDraws(1, []float64{1 << 30}).draw(ctx, times, rand.New(rand.NewPCG(1, 1)))
	if times[0] > 0 {
		t.Errorf("%v draws after the end", times[0])
	}
}

func TestQuantile(t *testing.T) {
	// numpy.quantile([1, 2, 4, 8], q)
	for q, want := range map[float64]float64{0: 1, 0.025: 1.075, 0.5: 3, 0.9: 6.8, 1: 8} {
		near(t, "quantile", quantile([]float64{1, 2, 4, 8}, q), want)
	}
}
