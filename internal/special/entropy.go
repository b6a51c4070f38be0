package special

import "math"

// CrossEntropy returns -log softmax(z)_label = lse(z) - z_label, in nats. It adds
// two non-negative terms, m - z_label and log1p(s), and so keeps its relative
// accuracy from 1e-308 to 1e308; lse - z_label would be 0 from about 1e-16 down.
// It is finite where Softmax underflows to 0, and +Inf only if the label's logit
// is infinitely far below the maximum, or too far for a float64.
func CrossEntropy(z []float64, label int) float64 {
	m, s := split(z)
	return -gap(z[label], m) + math.Log1p(s)
}

// CrossEntropyDist returns sum_k q_k CrossEntropy(z, k), in nats, for targets
// q_k >= 0 of any sum: soft labels, weights, or the multi-hot mark of several
// classes. A class with q_k = 0 adds nothing, even if its logit is -Inf; if every
// q_k is 0 the result is 0 for any z.
func CrossEntropyDist(z, q []float64) float64 {
	m, s := split(z)
	l := math.Log1p(s)
	var sum float64
	for k, x := range z {
		if q[k] != 0 {
			sum += float64(q[k] * (l - gap(x, m)))
		}
	}
	return sum
}

// Entropy returns -sum_k q_k log q_k, in nats, of a distribution q, with
// 0 log 0 = 0. It is the least value of CrossEntropyDist(z, q) over z.
func Entropy(q []float64) float64 {
	var h float64
	for _, x := range q {
		if x != 0 {
			h -= float64(x * math.Log(x))
		}
	}
	return h
}
