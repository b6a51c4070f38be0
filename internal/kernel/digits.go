package kernel

import "math"

// Passes over bytes are exact sums of products with integers of three balanced
// digits base 256, each in [-128, 127]:
//
//	q = 65536 q_2 + 256 q_1 + q_0,  |q| <= most = 127 (65536 + 256 + 1).
//
// A sum of int32 products, 255 * 128 at most each, holds maxTerms of them.
const (
	mostInteger = 127 * (65536 + 256 + 1)
	carry       = 128 * (65536 + 256 + 1)
	maxTerms    = math.MaxInt32 / (255 * 128)
)

// packDigits returns the digits of q in the low three bytes.
func packDigits(q int32) uint32 { return uint32(q+carry) ^ carry }

// quantum returns the least power of two whose multiples up to mostInteger
// cover numbers up to most; false if there is no normal one.
func quantum(most float64) (float64, bool) {
	if most == 0 {
		return 1, true
	}
	if !(most < math.MaxFloat64) { // also NaN
		return 0, false
	}
	frac, exp := math.Frexp(most / mostInteger)
	if frac == 0.5 { // a power of two itself
		exp--
	}
	if !(exp > -900 && exp < 900) {
		return 0, false
	}
	return math.Ldexp(1, exp), true
}
