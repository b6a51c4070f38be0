package lab

import (
	"context"
	"math"

	"example.com/softmax/internal/chart"
	"example.com/softmax/internal/linalg"
)

// LogZero is about cross-entropy computed by its definition, -log p_y, where
// p_y underflows to 0; about the remedy log(p_y + e); and about the gradient,
// which the remedy does not save.
type LogZero struct {
	// Values are the losses at some probabilities of the label.
	Values []LogValue `json:"values"`
	// Slopes are the derivatives d loss / d o_y of two outputs in float32, by
	// how far o_y lies below the other.
	Slopes []LogSlope `json:"slopes"`
	// The least distances, in steps of 0.01, at which the separate layers have
	// an infinite derivative, and none (0 times infinity).
	Infinite32 float64 `json:"infinite32"`
	NaN32      float64 `json:"nan32"`
	Infinite64 float64 `json:"infinite64"`
	NaN64      float64 `json:"nan64"`
	// Runs are trainings in float32 from three starts, each with the four Ways.
	Runs []LogRun `json:"runs"`
}

// A LogValue is the loss at p, without remedy and with both.
type LogValue struct {
	P      float64   `json:"p"`
	Losses [3]Number `json:"losses"`
}

// A LogSlope is the derivative for each of the Ways.
type LogSlope struct {
	Distance float64   `json:"distance"`
	Slopes   [4]Number `json:"slopes"`
}

// The ways to compute loss and gradient: fused, p - y; and by separate layers,
// (diag p - p p') times -1/(p_y + e), with e = 0 and the two readings of the
// notes' "e-5".
var logWays = [4]struct {
	fused   bool
	epsilon float64
}{{true, 0}, {false, 0}, {false, 1e-5}, {false, math.Exp(-5)}}

// A LogRun is a training.
type LogRun struct {
	Start  string     `json:"start"` // textbook, weights, pixels
	Way    int        `json:"way"`   // index into the four ways
	Rows   int        `json:"rows"`
	Epochs []LogEpoch `json:"epochs"`
	// Broken is the step, counted from 1, after which a parameter was no longer
	// a finite number, which ended the run; 0 if none was.
	Broken int `json:"broken"`
}

// A LogEpoch is what happened in an epoch, or in what there was of it.
type LogEpoch struct {
	Loss Number `json:"loss"` // mean, as this way reports it when the batches have their turn
	// Of the rows met: gradients that are not finite, and those of which less
	// than a hundredth of p - y is left.
	NotFinite int `json:"not_finite"`
	Lost      int `json:"lost"`
	// With the parameters at the end of the epoch, in float64: the true ones.
	LogLoss  Number `json:"log_loss"`
	Accuracy Number `json:"accuracy"`
}

func runLogZero(ctx context.Context, opt Options) *LogZero {
	r := &LogZero{}
	for _, p := range []float64{1, 0.5, math.Exp(-5), 1e-5, 1e-10, 0} {
		v := LogValue{P: p}
		for i, way := range logWays[1:] {
			v.Losses[i] = Number(0 - math.Log(p+way.epsilon))
		}
		r.Values = append(r.Values, v)
	}
	for _, d := range []float64{1, 5, 11.5, 20, 50, 88, 95, 104} {
		s := LogSlope{Distance: d}
		for i := range logWays {
			z := []float32{0, float32(d)}
			logLoss(z, 0, i)
			s.Slopes[i] = Number(z[0])
		}
		r.Slopes = append(r.Slopes, s)
	}
	r.Infinite32, r.NaN32 = breaks[float32]()
	r.Infinite64, r.NaN64 = breaks[float64]()

	train, test := opt.data()
	p := newProblem(train)
	for _, start := range logStarts {
		t := newLogTrainer(p, start, train, test)
		runs := make([]LogRun, len(logWays))
		linalg.Parallel(opt.threads(), len(runs), func(way int) { runs[way] = t.run(ctx, way, opt.Seed) })
		r.Runs = append(r.Runs, runs...)
	}
	check(ctx.Err())
	return r
}

// breaks finds where the separate layers break in T.
func breaks[T float32 | float64]() (infinite, nan float64) {
	for i := 0; nan == 0; i++ {
		d := float64(i) / 100
		z := []T{0, T(d)}
		logLoss(z, 0, 1)
		switch g := float64(z[0]); {
		case math.IsNaN(g):
			nan = d
		case math.IsInf(g, 0) && infinite == 0:
			infinite = d
		}
	}
	return infinite, nan
}

// logLoss overwrites the outputs z with the gradient of the loss in the given
// way and returns the loss. The softmax itself is the stable one: its largest
// exponential is 1.
func logLoss[T float32 | float64](z []T, y, way int) T {
	most, sum := z[0], T(0)
	for _, v := range z {
		most = max(most, v)
	}
	gap := most - z[y]
	for k, v := range z {
		z[k] = T(math.Exp(float64(v - most)))
		sum += z[k]
	}
	for k := range z {
		z[k] /= sum
	}
	p := z[y]
	if logWays[way].fused {
		z[y]--
		return gap + T(math.Log(float64(sum)))
	}
	q := p + T(logWays[way].epsilon)
	for k, v := range z {
		jacobian := -v * p
		if k == y {
			jacobian = p - T(p*p)
		}
		z[k] = jacobian * (-1 / q)
	}
	return -T(math.Log(float64(q)))
}

// Lost is the share of the gradients of the first epoch.
func (run *LogRun) Lost() float64 {
	return float64(run.Epochs[0].Lost+run.Epochs[0].NotFinite) / float64(run.Rows)
}

// drawings show what each way leaves of the gradient, as far as it is finite.
func (r *LogZero) drawings(words [][]string) []drawing {
	var series [len(logWays)]chart.Series
	for i := range series {
		s := &series[i]
		for d := 0.0; d <= 110; d += 0.25 {
			z := []float32{0, float32(d)}
			logLoss(z, 0, i)
			if !Number(z[0]).finite() {
				break
			}
			s.X, s.Y = append(s.X, d), append(s.Y, math.Abs(float64(z[0])))
		}
	}
	return []drawing{lines(words[0], linear, linear, series[:]...)}
}
