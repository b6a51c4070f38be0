package metrics

import "math"

// Accuracy is the share of examples, by weight, whose predicted class is the
// true one:
//
//	sum_i w_i [pred_i = truth_i] / sum_i w_i
func Accuracy(truth, pred []int32, w []float64) float64 {
	checkPredictions(truth, pred, w)
	var m mean
	for i, y := range truth {
		m.addIf(y >= 0 && y == pred[i], weight(w, i))
	}
	return m.value()
}

// TopK is the share of examples of known class, by weight, whose true class
// is among the k classes of the greatest logits. TopK with k = 1 is the
// accuracy of the argmax; with k >= K it is 1. Only the order of a row's
// logits matters, so probabilities serve as well.
func TopK(truth []int32, logits []float64, K, k int, w []float64) float64 {
	checkLogits(truth, logits, K, w)
	var m mean
	for i, y := range truth {
		if y >= 0 {
			m.addIf(rank(logits[i*K:(i+1)*K], y) < k, weight(w, i))
		}
	}
	return m.value()
}

// MajorityBaseline is the accuracy on truth of always predicting the class
// that was most frequent in training, the first of equals: what a model has
// to beat. training holds the (weighted) number of training examples of each
// class.
func MajorityBaseline(training []float64, truth []int32, w []float64) float64 {
	checkWeights(len(truth), w)
	majority := argmax(training)
	var m mean
	for i, y := range truth {
		m.addIf(y == majority, weight(w, i))
	}
	return m.value()
}

// standardError is that of the mean of n independent values, from the mean of
// the values and of their squares: sqrt((E x^2 - (E x)^2) / n). For values 0
// and 1 it is sqrt(p (1-p) / n).
func standardError(mean, meanSquare, n float64) float64 {
	return math.Sqrt(max(meanSquare-float64(mean*mean), 0) / n)
}
