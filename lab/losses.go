package lab

import (
	"context"
	"math"
	"slices"

	"example.com/softmax"
	"example.com/softmax/internal/objective"
	"example.com/softmax/internal/special"
)

// Losses sets the squared loss ||p - y||^2 / 2 beside the cross-entropy -log
// p_y: what each asks of a prediction, and what each makes of the same
// training.
type Losses struct {
	// Cases are the chapter's predictions for an example of class 3, and one
	// between them.
	Cases []LossCase `json:"cases"`
	// Expected says which prediction has the least expected loss where labels
	// come from the distribution Truth, for three losses.
	Expected struct {
		Truth []float64 `json:"truth"`
		Least []Least   `json:"least"`
	} `json:"expected"`
	// Pulls are the derivatives in the outputs of two classes.
	Pulls []Pull `json:"pulls"`
	// Test holds, for each test example under the model of the first fit, the
	// probability of its class and how hard each loss would pull at that
	// class's output: |d loss / d o_y|.
	Test struct {
		Probability  []float64 `json:"probability"`
		CrossEntropy []float64 `json:"cross_entropy"`
		Squared      []float64 `json:"squared"`
		// The squared loss as a share of (1 - p_y)^2, the most it can be at
		// that p_y: its range over the examples.
		ShareLow  float64 `json:"share_low"`
		ShareHigh float64 `json:"share_high"`
		// Hopeless is the number of examples with p_y < 0.01, and the mean pull
		// of each loss on them.
		Hopeless             int     `json:"hopeless"`
		HopelessCrossEntropy float64 `json:"hopeless_cross_entropy"`
		HopelessSquared      float64 `json:"hopeless_squared"`
	} `json:"test"`
	// Line has the mean losses of the test set along the parameters t Theta,
	// with Theta the model of the first fit.
	Line struct {
		T            []float64 `json:"t"`
		CrossEntropy []float64 `json:"cross_entropy"`
		Squared      []float64 `json:"squared"`
		// The chord that the squared loss exceeds most, and by how much; no
		// chord is exceeded by the cross-entropy.
		From       float64 `json:"from"`
		To         float64 `json:"to"`
		Excess     float64 `json:"excess"`
		ExcessOfCE float64 `json:"excess_of_cross_entropy"`
	} `json:"line"`
	Fits []LossFit `json:"fits"`
}

// A LossCase is a prediction for an example of class 3 with its losses.
type LossCase struct {
	P            []float64 `json:"p"`
	Squared      float64   `json:"squared"`
	CrossEntropy float64   `json:"cross_entropy"`
}

// Least is the prediction of least expected loss, on a grid of step 0.01.
type Least struct {
	Loss string    `json:"loss"`
	P    []float64 `json:"p"`
}

// A Pull is |d loss / d o_y| of both losses at a probability of the label.
type Pull struct {
	Probability  float64 `json:"probability"`
	CrossEntropy float64 `json:"cross_entropy"`
	Squared      float64 `json:"squared"`
}

// A LossFit is a training run with its scores on the test set.
type LossFit struct {
	Loss     softmax.Loss   `json:"loss"`
	Solver   softmax.Solver `json:"solver"`
	Rate     float64        `json:"rate,omitempty"` // of SGD
	Epochs   int            `json:"epochs"`         // or iterations
	Accuracy float64        `json:"accuracy"`
	LogLoss  float64        `json:"log_loss"`
	Brier    float64        `json:"brier"` // mean ||p - y||^2
}

func runLosses(ctx context.Context, opt Options) *Losses {
	train, test := opt.data()
	labelled(train)
	r := &Losses{}
	for _, p := range [][]float64{{0.2, 0.2, 0.6}, {0.1, 0.3, 0.6}, {0, 0.4, 0.6}} {
		r.Cases = append(r.Cases, LossCase{p, squaredLoss(p, 2), -math.Log(p[2])})
	}
	r.Expected.Truth = []float64{0.6, 0.3, 0.1}
	r.Expected.Least = []Least{
		{"squared", leastExpected(r.Expected.Truth, squaredLoss)},
		{"cross-entropy", leastExpected(r.Expected.Truth, func(p []float64, y int) float64 { return -math.Log(p[y]) })},
		{"absolute", leastExpected(r.Expected.Truth, func(p []float64, y int) float64 { return 2 * (1 - p[y]) })},
	}
	for _, p := range []float64{0.9, 0.6, 1.0 / 3, 0.1, 0.01, 1e-4} {
		r.Pulls = append(r.Pulls, pull([]float64{math.Log(p), math.Log1p(-p)}, 0, p))
	}
	sgd := func(rate float64) softmax.Config {
		return softmax.Config{C: 1, Solver: softmax.SGDSolver, SGD: softmax.SGD{LearningRate: rate}}
	}
	for _, cfg := range []softmax.Config{sgd(0.1), sgd(0.3), {L2: 1e-3, MaxIterations: 10}} {
		for _, loss := range []softmax.Loss{softmax.CrossEntropy, softmax.Squared} {
			cfg.Loss, cfg.Seed, cfg.Threads = loss, opt.Seed, opt.Threads
			model := fit(ctx, train, test, cfg)
			score := must(model.test.Score())
			outputs, labels := model.labelled()
			if r.Fits == nil {
				r.look(outputs, labels)
				r.follow(outputs, labels)
			}
			_, half := meanLosses(outputs, labels, 1)
			r.Fits = append(r.Fits, LossFit{
				Loss: loss, Solver: model.report.Solver, Rate: cfg.SGD.LearningRate, Epochs: model.report.Iterations,
				Accuracy: score.Accuracy, LogLoss: score.LogLoss, Brier: 2 * half,
			})
		}
	}
	return r
}

func squaredLoss(p []float64, y int) (s float64) {
	for k, v := range p {
		if k == y {
			v--
		}
		s += v * v
	}
	return s / 2
}

// pull is that of both losses at outputs o, as training computes it.
func pull(o []float64, y int, probability float64) Pull {
	label := []int32{int32(y)}
	of := func(l objective.Loss) float64 {
		z := slices.Clone(o)
		l.Residual(z, 0)
		return math.Abs(z[y])
	}
	return Pull{probability, of(objective.CrossEntropy{Labels: label}), of(objective.Squared{Labels: label})}
}

// leastExpected searches the predictions of three classes on a grid.
func leastExpected(truth []float64, loss func(p []float64, y int) float64) (at []float64) {
	const steps = 100
	least := math.Inf(1)
	for i := range steps + 1 {
		for j := range steps + 1 - i {
			p := []float64{float64(i) / steps, float64(j) / steps, float64(steps-i-j) / steps}
			var mean float64
			for y, q := range truth {
				mean += q * loss(p, y)
			}
			if mean < least {
				at, least = p, mean
			}
		}
	}
	return at
}

// meanLosses returns the mean losses where all outputs are t times as large.
func meanLosses(rows [][]float64, labels []int, t float64) (crossEntropy, squared float64) {
	n := float64(len(rows))
	z := make([]float64, len(rows[0]))
	for i, row := range rows {
		for k, v := range row {
			z[k] = t * v
		}
		crossEntropy += special.CrossEntropy(z, labels[i]) / n
		special.Softmax(z, z)
		squared += squaredLoss(z, labels[i]) / n
	}
	return crossEntropy, squared
}

// look measures the pulls on the test examples.
func (r *Losses) look(rows [][]float64, labels []int) {
	t := &r.Test
	t.ShareLow = 1
	p := make([]float64, len(rows[0]))
	for i, z := range rows {
		y := labels[i]
		special.Softmax(p, z)
		at := pull(z, y, p[y])
		t.Probability, t.CrossEntropy, t.Squared = append(t.Probability, p[y]), append(t.CrossEntropy, at.CrossEntropy), append(t.Squared, at.Squared)
		if at.CrossEntropy > 1e-6 { // else the ratio is of rounding errors
			share := squaredLoss(p, y) / (at.CrossEntropy * at.CrossEntropy)
			t.ShareLow, t.ShareHigh = min(t.ShareLow, share), max(t.ShareHigh, share)
		}
		if p[y] < 0.01 {
			t.Hopeless++
			t.HopelessCrossEntropy += at.CrossEntropy
			t.HopelessSquared += at.Squared
		}
	}
	t.HopelessCrossEntropy /= max(1, float64(t.Hopeless))
	t.HopelessSquared /= max(1, float64(t.Hopeless))
}

// follow goes along the line and compares every chord with its middle.
func (r *Losses) follow(rows [][]float64, labels []int) {
	l := &r.Line
	for i := -20; i <= 20; i++ {
		t := float64(i) / 10
		ce, sq := meanLosses(rows, labels, t)
		l.T, l.CrossEntropy, l.Squared = append(l.T, t), append(l.CrossEntropy, ce), append(l.Squared, sq)
	}
	l.ExcessOfCE = math.Inf(-1)
	for a := range l.T {
		for b := a + 2; b < len(l.T); b += 2 {
			excess := func(f []float64) float64 { return f[(a+b)/2] - (f[a]+f[b])/2 }
			l.ExcessOfCE = max(l.ExcessOfCE, excess(l.CrossEntropy))
			if e := excess(l.Squared); e > l.Excess {
				l.From, l.To, l.Excess = l.T[a], l.T[b], e
			}
		}
	}
}

// drawings show the pull at the right class's output against its probability:
// a curve for cross-entropy, a cloud for squared loss.
func (r *Losses) drawings(words [][]string) []drawing {
	t := &r.Test
	return []drawing{lines(words[0], linear, linear, dots(t.Probability, t.CrossEntropy), dots(t.Probability, t.Squared))}
}
