package lab

import (
	"context"
	"errors"
	"fmt"
	"math"

	"example.com/softmax"
	"example.com/softmax/dataset"
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

func runLosses(ctx context.Context, opt Options) (*Losses, error) {
	train, test, err := opt.data()
	if err != nil {
		return nil, err
	}
	if train.Label == nil || test.Label == nil {
		return nil, errors.New("this experiment needs data with one label a row")
	}
	r := &Losses{}
	for _, p := range [][]float64{{0.2, 0.2, 0.6}, {0.1, 0.3, 0.6}, {0, 0.4, 0.6}} {
		r.Cases = append(r.Cases, LossCase{p, squaredLoss(p, 2), -math.Log(p[2])})
	}
	r.expect([]float64{0.6, 0.3, 0.1})
	for _, p := range []float64{0.9, 0.6, 1.0 / 3, 0.1, 0.01, 1e-4} {
		ce, sq := pull([]float64{math.Log(p), math.Log1p(-p)}, 0)
		r.Pulls = append(r.Pulls, Pull{p, ce, sq})
	}
	sgd := func(rate float64) softmax.Config {
		return softmax.Config{Solver: softmax.SGDSolver, SGD: softmax.SGD{LearningRate: rate}}
	}
	for _, cfg := range []softmax.Config{sgd(0.1), sgd(0.3), {L2: 1e-3, MaxIterations: 10}} {
		for _, loss := range []softmax.Loss{softmax.CrossEntropy, softmax.Squared} {
			cfg.Loss, cfg.Seed, cfg.Threads = loss, opt.Seed, opt.Threads
			if err := r.fit(ctx, train, test, cfg); err != nil {
				return nil, err
			}
		}
	}
	return r, nil
}

func squaredLoss(p []float64, y int) float64 {
	var s float64
	for k, v := range p {
		if k == y {
			v--
		}
		s += v * v
	}
	return s / 2
}

// pull returns |d loss / d o_y| at outputs o of both losses, as training
// computes it.
func pull(o []float64, y int) (crossEntropy, squared float64) {
	label := []int32{int32(y)}
	of := func(l objective.Loss) float64 {
		z := append([]float64(nil), o...)
		l.Residual(z, 0)
		return math.Abs(z[y])
	}
	return of(objective.CrossEntropy{Labels: label}), of(objective.Squared{Labels: label})
}

// expect searches the predictions of three classes for the least expected loss.
func (r *Losses) expect(truth []float64) {
	r.Expected.Truth = truth
	for _, l := range []struct {
		name string
		loss func(p []float64, y int) float64
	}{
		{"squared", squaredLoss},
		{"cross-entropy", func(p []float64, y int) float64 { return -math.Log(p[y]) }},
		{"absolute", func(p []float64, y int) float64 { return 2 * (1 - p[y]) }},
	} {
		const steps = 100
		var at []float64
		least := math.Inf(1)
		for i := range steps + 1 {
			for j := range steps + 1 - i {
				p := []float64{float64(i) / steps, float64(j) / steps, float64(steps-i-j) / steps}
				var mean float64
				for y, q := range truth {
					mean += q * l.loss(p, y)
				}
				if mean < least {
					at, least = p, mean
				}
			}
		}
		r.Expected.Least = append(r.Expected.Least, Least{l.name, at})
	}
}

// fit trains and scores; the first fit also serves Test and Line.
func (r *Losses) fit(ctx context.Context, train, test *dataset.Dataset, cfg softmax.Config) error {
	model, report, err := softmax.Fit(ctx, train, cfg)
	if err != nil {
		return err
	}
	bound, err := model.Bind(test)
	if err != nil {
		return err
	}
	score, err := bound.Score()
	if err != nil {
		return err
	}
	truth, err := bound.Truth()
	if err != nil {
		return err
	}
	k := len(model.Classes())
	logits := make([]float64, bound.Rows()*k)
	bound.Logits(logits, 0, bound.Rows())
	var rows [][]float64
	var labels []int
	for i, y := range truth.Codes {
		if z := logits[i*k:][:k]; y >= 0 && !math.IsNaN(z[0]) {
			rows, labels = append(rows, z), append(labels, int(y))
		}
	}
	if len(rows) == 0 {
		return fmt.Errorf("none of the %d test examples is complete with a label seen in training", bound.Rows())
	}
	_, half := meanLosses(rows, labels, 1)
	r.Fits = append(r.Fits, LossFit{
		Loss: cfg.Loss, Solver: report.Solver, Rate: cfg.SGD.LearningRate, Epochs: report.Iterations,
		Accuracy: score.Accuracy, LogLoss: score.LogLoss, Brier: 2 * half,
	})
	if len(r.Fits) == 1 {
		r.look(rows, labels)
		r.follow(rows, labels)
	}
	return nil
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
		ce, sq := pull(z, y)
		t.Probability = append(t.Probability, p[y])
		t.CrossEntropy, t.Squared = append(t.CrossEntropy, ce), append(t.Squared, sq)
		if ce > 1e-6 { // else the ratio is of rounding errors
			share := squaredLoss(p, y) / (ce * ce)
			t.ShareLow, t.ShareHigh = min(t.ShareLow, share), max(t.ShareHigh, share)
		}
		if p[y] < 0.01 {
			t.Hopeless++
			t.HopelessCrossEntropy += ce
			t.HopelessSquared += sq
		}
	}
	t.HopelessCrossEntropy /= max(1, float64(t.Hopeless))
	t.HopelessSquared /= max(1, float64(t.Hopeless))
}

// follow goes along the line and compares every chord with its middle.
func (r *Losses) follow(rows [][]float64, labels []int) {
	l := &r.Line
	const half = 20
	for i := -half; i <= half; i++ {
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
