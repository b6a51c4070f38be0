package metrics

import "math"

// A Bin holds the examples whose confidence lies above Low and not above High
// (in the first also those of confidence Low).
type Bin struct {
	Low, High float64
	// Weight is the weight of the examples in the bin.
	Weight float64
	// Confidence is their mean confidence, Accuracy the share of them that the
	// prediction was right for; NaN in an empty bin.
	Confidence, Accuracy float64
}

// Reliability returns the reliability diagram of the predicted class: the
// confidence of an example is its greatest probability, in bins of equal width
// from 0 to 1. A calibrated model has Accuracy equal to Confidence, up to
// chance, in every bin. An example of unknown class is wrong; rows with a NaN
// are left out.
func Reliability(truth []int32, p []float64, K, bins int, w []float64) []Bin {
	checkLogits(truth, p, K, w)
	r := newReliability(bins)
	for i, y := range truth {
		if row := p[i*K : (i+1)*K]; !hasNaN(row) {
			k := argmax(row)
			r.add(row[k], y == k, weight(w, i))
		}
	}
	return r.bins()
}

// ClassReliability is the reliability diagram of one class: the confidence is
// the probability of the class, and an example is right if it is of the class.
func ClassReliability(truth []int32, p []float64, K, class, bins int, w []float64) []Bin {
	checkLogits(truth, p, K, w)
	r := newReliability(bins)
	for i, y := range truth {
		if row := p[i*K : (i+1)*K]; !hasNaN(row) {
			r.add(row[class], int(y) == class, weight(w, i))
		}
	}
	return r.bins()
}

// ExpectedCalibrationError is the mean distance between confidence and
// accuracy, bins counting by weight (C. Guo, G. Pleiss, Y. Sun and K. Q.
// Weinberger, On calibration of modern neural networks, ICML 2017, with 15
// bins of Reliability). It depends on the bins, and is above 0 by chance alone
// for a calibrated model and few examples.
func ExpectedCalibrationError(bins []Bin) float64 {
	var m mean
	for _, b := range bins {
		m.add(math.Abs(b.Accuracy-b.Confidence), b.Weight)
	}
	return m.value()
}

type reliability struct{ confidence, accuracy []mean }

func newReliability(bins int) *reliability {
	if bins < 1 {
		panic("metrics: a reliability diagram needs a bin")
	}
	return &reliability{make([]mean, bins), make([]mean, bins)}
}

func (r *reliability) edge(m int) float64 { return float64(m) / float64(len(r.accuracy)) }

func (r *reliability) add(confidence float64, right bool, w float64) {
	most := len(r.accuracy) - 1
	m := max(0, min(most, int(confidence*float64(most+1))))
	for m > 0 && confidence <= r.edge(m) { // the product rounds
		m--
	}
	for m < most && confidence > r.edge(m+1) {
		m++
	}
	r.confidence[m].add(confidence, w)
	r.accuracy[m].addIf(right, w)
}

func (r *reliability) bins() []Bin {
	bins := make([]Bin, len(r.accuracy))
	for m := range bins {
		bins[m] = Bin{r.edge(m), r.edge(m + 1), r.accuracy[m].weight.value(), r.confidence[m].value(), r.accuracy[m].value()}
	}
	return bins
}
