package special

import "math"

// Argmax returns the index of the largest entry of z, the first of equals, and
// -1 if any entry is NaN: such a row has no largest entry. Take it of logits, not
// of probabilities, where distinct logits may round to a tie.
func Argmax(z []float64) int {
	a := 0
	for k, x := range z {
		if math.IsNaN(x) {
			return -1
		}
		if x > z[a] {
			a = k
		}
	}
	return a
}

// LogSumExp returns log(sum_k exp(z_k)): -Inf if every entry is -Inf, +Inf if any
// is +Inf, NaN if any is NaN. The result may cancel to near 0, where only the
// absolute error is small.
func LogSumExp(z []float64) float64 {
	m, s := split(z)
	if math.IsInf(m, -1) {
		return m
	}
	return m + math.Log1p(s)
}

// Softmax sets dst_j = exp(z_j) / sum_k exp(z_k), the probabilities of the
// classes. dst has the length of z and may be z itself.
func Softmax(dst, z []float64) {
	a := Argmax(z)
	if a < 0 {
		for k := range z {
			dst[k] = math.NaN()
		}
		return
	}
	m, s := z[a], 0.0
	for k, x := range z {
		e := exp(gap(x, m))
		dst[k] = e
		s += e
	}
	for k := range z {
		dst[k] /= s
	}
}

// LogSoftmax sets dst_j = z_j - lse(z) = -CrossEntropy(z, j), the logarithms of
// the probabilities. dst has the length of z and may be z itself.
func LogSoftmax(dst, z []float64) {
	m, s := split(z)
	l := math.Log1p(s)
	for k, x := range z {
		dst[k] = gap(x, m) - l
	}
}
