// Package metrics scores predictions: plain slices in, numbers out.
//
// Shapes. n is the number of examples, K the number of classes. truth and pred
// hold one class code 0 to K-1 for each example. logits are n x K row-major:
// any numbers whose softmax are the probabilities, so log-probabilities serve
// as well (a caller with probabilities p passes log p, where log 0 = -Inf is
// in order). w holds a weight of at least 0 for each example; nil means 1 for
// each. Weight 2 is the same as the example twice, weight 0 the same as its
// absence, in every number here. p are n x K probabilities (see Softmax), which
// some scores want because logits of different rows cannot be compared.
//
// An example whose true class the model does not know has the code -1. It
// counts as wrong in the accuracy, in the precision of the class that was
// predicted and in the reliability diagram; it has no place in log-loss, top-k,
// areas under curves, Brier score and temperature, which leave it out.
//
// The first class wins ties, in top-k as in argmax. In what is computed from
// logits, NaN ranks below every number and makes the log-loss NaN. Scores of
// probabilities, the bootstrap and the temperature leave rows with a NaN out;
// Count counts them.
//
// The mean over no examples is NaN. Ratios of counts that are 0/0 - the
// precision of a class never predicted - are 0, as in scikit-learn with
// zero_division=0.
//
// Slices whose lengths disagree and class codes of K or more are mistakes of
// the calling program, not of its user, and panic.
package metrics

import (
	"cmp"
	"fmt"
	"math"
)

// sum adds with compensation (A. Neumaier, Rundungsfehleranalyse einiger
// Verfahren zur Summation endlicher Summen, ZAMM 54, 1974), so that the same
// examples in another order or in other batches give the same mean to the
// last bit or two.
type sum struct{ high, low float64 }

func (s *sum) add(x float64) {
	t := s.high + x
	if math.Abs(s.high) >= math.Abs(x) {
		s.low += (s.high - t) + x
	} else {
		s.low += (x - t) + s.high
	}
	s.high = t
}

func (s sum) value() float64 {
	if math.IsInf(s.high, 0) {
		return s.high // low is Inf - Inf
	}
	return s.high + s.low
}

// mean is a weighted mean in the making.
type mean struct{ total, weight sum }

// add takes x with weight w. Weight 0 drops even an infinite x.
func (m *mean) add(x, w float64) {
	if w == 0 {
		return
	}
	m.total.add(float64(w * x)) // rounded, which the compensation of add needs
	m.weight.add(w)
}

func (m *mean) addIf(hit bool, w float64) {
	if hit {
		m.add(1, w)
	} else {
		m.add(0, w)
	}
}

func (m *mean) value() float64 { return m.total.value() / m.weight.value() }

func weight(w []float64, i int) float64 {
	if w == nil {
		return 1
	}
	return w[i]
}

func checkWeights(n int, w []float64) {
	if w != nil && len(w) != n {
		panic(fmt.Sprintf("metrics: %d true classes, but %d weights", n, len(w)))
	}
}

func checkPredictions(truth, pred []int32, w []float64) {
	if len(pred) != len(truth) {
		panic(fmt.Sprintf("metrics: %d true classes, but %d predicted", len(truth), len(pred)))
	}
	checkWeights(len(truth), w)
}

// checkLogits holds logits to n x K.
func checkLogits(truth []int32, logits []float64, K int, w []float64) {
	if K < 1 || len(logits) != len(truth)*K {
		panic(fmt.Sprintf("metrics: %d logits are not %d rows of %d", len(logits), len(truth), K))
	}
	checkWeights(len(truth), w)
}

// argmax is the class of the greatest logit, the first of equals.
func argmax(o []float64) int32 {
	best := 0
	for j, v := range o {
		if cmp.Less(o[best], v) {
			best = j
		}
	}
	return int32(best)
}

// rank is the number of classes that stand before class y; 0 for the argmax.
func rank(o []float64, y int32) int {
	before := 0
	for j, v := range o {
		if order := cmp.Compare(v, o[y]); order > 0 || order == 0 && j < int(y) {
			before++
		}
	}
	return before
}
