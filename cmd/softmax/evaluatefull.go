package main

import (
	"fmt"
	"math"

	"example.com/softmax/metrics"
)

// A fullScore has the scores that take the probabilities of all rows at once:
// softmax(o), as for the log-loss, whatever the model's loss function.
type fullScore struct {
	brier, ece        float64
	bins              []metrics.Bin
	roc, precision    metrics.Area
	accuracy, logLoss metrics.Interval
}

const (
	reliabilityBins   = 15
	mostProbabilities = 1 << 28 // 2 GB
	// So many rows, by weight, are drawn 1,000 times for the bootstrap in a few
	// seconds; more, 200 times; too many, not at all.
	manyRows, tooManyRows = 100_000, 10_000_000
)

// scoreFully computes e.full, and draws the reliability diagram, if asked to.
func (e *evaluator) scoreFully() error {
	if !e.all && !e.json && e.reliability == "" {
		return nil
	}
	if n, k := e.bound.Rows(), len(e.classes); n > mostProbabilities/k {
		if !e.all && e.reliability == "" {
			e.out.notef("%s: %s of %s each are too many for the scores that take all at once", e.data.Source, plural(n, "row", "rows"), plural(k, "probability", "probabilities"))
			return nil
		}
		return fmt.Errorf("%s: --all-metrics and --reliability keep all probabilities, and %s of %s each are more than 2 GB: take fewer rows", e.data.Source, plural(n, "row", "rows"), plural(k, "probability", "probabilities"))
	}
	truth, logits, weights, err := e.predicted()
	if err != nil {
		return err
	}
	e.full = &fullScore{}
	f, k := e.full, len(e.classes)
	if e.all || e.json {
		if err := e.bootstrap(truth, logits, weights); err != nil {
			return err
		}
	}
	p := logits
	metrics.Softmax(p, logits, k)
	f.bins = metrics.Reliability(truth, p, k, reliabilityBins, weights)
	f.ece = metrics.ExpectedCalibrationError(f.bins)
	if e.all || e.json {
		f.brier = metrics.Brier(truth, p, k, weights)
		f.roc, f.precision = metrics.Areas(truth, p, k, weights)
	}
	return draw(e.reliability, e.reliabilityDiagram)
}

// bootstrap computes the intervals of e.full, NaN where rows are too many.
func (e *evaluator) bootstrap(truth []int32, logits, weights []float64) (err error) {
	rows := float64(len(truth))
	for _, w := range weights {
		rows += w - 1
	}
	b := metrics.Bootstrap{Replicates: 1000}
	switch {
	case rows > tooManyRows:
		e.out.notef("%s: no bootstrap intervals of so many rows; see the standard errors", e.data.Source)
		none := metrics.Interval{Low: math.NaN(), High: math.NaN()}
		e.full.accuracy, e.full.logLoss = none, none
		return nil
	case rows > manyRows:
		b.Replicates = 200
	}
	ctx, stop := interruptible()
	defer stop()
	e.full.accuracy, e.full.logLoss, err = b.Scores(ctx, truth, logits, len(e.classes), weights)
	if ctx.Err() != nil {
		fmt.Fprintln(e.out.stderr, "softmax: interrupted")
		return errInterrupted
	}
	return err
}

// predicted are the true classes, logits and weights of the rows that have a
// label and a prediction.
func (e *evaluator) predicted() (truth []int32, logits, weights []float64, err error) {
	labels, err := e.bound.Truth()
	if err != nil {
		return nil, nil, nil, err
	}
	n, k := e.bound.Rows(), len(e.classes)
	logits = make([]float64, n*k)
	e.bound.Logits(logits, 0, n)
	for i := range n {
		row := logits[i*k : (i+1)*k]
		if labels.Missing[i] || math.IsNaN(row[0]) {
			continue
		}
		copy(logits[len(truth)*k:], row)
		truth = append(truth, labels.Codes[i])
		if e.data.Weights != nil {
			weights = append(weights, e.data.Weights[i])
		}
	}
	return truth, logits[:len(truth)*k], weights, nil
}

// print prints what is not of single classes.
func (f *fullScore) print(p func(string, ...any), c *metrics.Confusion) {
	if !math.IsNaN(f.accuracy.Low) {
		p("Intervals   accuracy %.4f to %.4f, log-loss %.4f to %.4f (95 %%, bootstrap)\n", f.accuracy.Low, f.accuracy.High, f.logLoss.Low, f.logLoss.High)
	}
	p("Balanced    %.4f, the accuracy if all classes were as frequent\n", c.BalancedAccuracy())
	p("Matthews    %.4f\n", c.MatthewsCorrelation())
	p("Kappa       %.4f\n", c.CohenKappa())
	p("Brier       %.4f\n", f.brier)
	p("ECE         %.4f, the calibration error in %d bins\n", f.ece, reliabilityBins)
	p("\n%-18s  %9s  %9s  %9s  %9s\n", "Area under", "macro", "weighted", "pairs", "weighted")
	for _, a := range []struct {
		name string
		area metrics.Area
	}{{"ROC", f.roc}, {"precision-recall", f.precision}} {
		p("%-18s  %9.4f  %9.4f  %9.4f  %9.4f\n", a.name, a.area.Macro, a.area.Weighted, a.area.PairMacro, a.area.PairWeighted)
	}
	p("\n%-18s  %9s  %9s  %9s\n", "Probability", "mean", "accuracy", "rows")
	for _, b := range f.bins {
		if b.Weight > 0 {
			p("%-18s  %9.4f  %9.4f  %9s\n", fmt.Sprintf("%.3f to %.3f", b.Low, b.High), b.Confidence, b.Accuracy, amount(b.Weight))
		}
	}
}

// The areas in the table of classes.
const macroAverage = -1

var areaHeading = fmt.Sprintf("  %9s  %9s", "ROC-AUC", "PR-AUC")

func (f *fullScore) ofClass(k int) string {
	roc, precision := f.roc.Macro, f.precision.Macro
	if k != macroAverage {
		roc, precision = f.roc.PerClass[k], f.precision.PerClass[k]
	}
	return fmt.Sprintf("  %9.4f  %9.4f", roc, precision)
}
