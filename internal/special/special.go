// Package special computes log-sum-exp, softmax, cross-entropy and their
// two-class forms of one row of logits in float64. It is the reference that the
// fused kernels are tested against and the last word in prediction.
//
// A row is a non-empty slice z of K logits, one per class; an empty row, or a
// label outside 0..K-1, is a bug of the caller and may panic. Nothing allocates.
//
// Method: Blanchard, Higham & Higham (2021), "Accurately computing the
// log-sum-exp and softmax functions", IMA J. Numer. Anal. 41(4): with m = z_a
// the first maximum and s = sum_{k != a} exp(z_k - m),
//
//	lse(z) = m + log1p(s)
//	softmax(z)_j = exp(z_j - m) / sum_k exp(z_k - m)
//
// Leaving the maximum's exp(0) = 1 out of s keeps 13 digits of a loss of 1e-300.
// docs/NUMERICS.md argues the error bound of every function.
//
// Infinities take the limit in which equal logits stay equal: n entries of +Inf
// have probability 1/n each and all others 0; -Inf has probability 0. Where no
// limit exists (every entry -Inf, or any NaN) probabilities and losses are NaN.
//
// Products that are added are written float64(x*y) + z, because Go may fuse
// x*y + z into one rounding on some architectures and not on others.
package special

import "math"

// gap returns x - m for an entry x of a row with maximum m. An entry of +Inf is
// itself a maximum, at distance 0; when all entries are -Inf the gap is NaN.
func gap(x, m float64) float64 {
	if math.IsInf(x, 1) {
		return 0
	}
	return x - m
}

// split returns the maximum m of z and the sum s of exp(z_k - m) over all
// entries but the first maximum; NaN, NaN if an entry is NaN. s is NaN too if
// every entry is -Inf, except that of a single entry it is 0.
func split(z []float64) (m, s float64) {
	a := Argmax(z)
	if a < 0 {
		return math.NaN(), math.NaN()
	}
	m = z[a]
	for _, x := range z[:a] {
		s += exp(gap(x, m))
	}
	for _, x := range z[a+1:] {
		s += exp(gap(x, m))
	}
	return m, s
}
