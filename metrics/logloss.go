package metrics

import "example.com/softmax/internal/special"

// LogLoss is the mean cross-entropy of the examples of known class,
//
//   - sum_i w_i log p_i,truth_i / sum_i w_i,   p_i = softmax(logits of row i)
//
// in nats. It is computed from the logits, so a probability that rounds to 0
// or 1 still has its loss to full precision. Nothing is clipped: it is +Inf if
// a true class has probability 0 exactly (logit -Inf).
func LogLoss(truth []int32, logits []float64, K int, w []float64) float64 {
	m := losses(truth, logits, K, w)
	return m.value()
}

// LogLikelihood is the logarithm of the joint probability of the labels of
// known class, sum_i w_i log p_i,truth_i: LogLoss times minus the sum of the
// weights. It is 0 for no examples.
func LogLikelihood(truth []int32, logits []float64, K int, w []float64) float64 {
	m := losses(truth, logits, K, w)
	return 0 - m.total.value() // -x would be -0 for no examples
}

func losses(truth []int32, logits []float64, K int, w []float64) (m mean) {
	checkLogits(truth, logits, K, w)
	for i, y := range truth {
		if y >= 0 {
			m.add(crossEntropy(logits[i*K:(i+1)*K], y), weight(w, i))
		}
	}
	return m
}

// crossEntropy is -log softmax(o)_y, which neither overflows nor loses digits
// where p_y is near 1.
func crossEntropy(o []float64, y int32) float64 { return special.CrossEntropy(o, int(y)) }
