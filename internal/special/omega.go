package special

import "math"

// WrightOmega returns the w > 0 with w + log w = x, for finite x (Corless and
// Jeffrey, 2002, "The Wright omega function"). guess is where to begin, such as
// the w of an x nearby, or 0.
func WrightOmega(x, guess float64) float64 {
	const near = 0.5 // residual from which two steps are exact but for rounding
	w := guess
	residual := math.Inf(1)
	if w > 0 {
		residual = x - w - math.Log(w)
	}
	if !(math.Abs(residual) < near) {
		switch {
		case x < -36:
			return math.Exp(x) // w is below an ulp of log w
		case x < 1:
			w = math.Exp(x)
			w /= 1 + w
		default:
			l := math.Log(x)
			w = x - l + l/x
		}
		residual = x - w - math.Log(w)
	}
	for range 2 {
		// Fritsch, Shafer and Crowley, 1973, CACM 16: the error's fourth power.
		a := 1 + w
		b := float64(2 * a * (a + 2*residual/3))
		w = float64(w * (1 + residual/a*(b-residual)/(b-2*residual)))
		if math.Abs(residual) < 1e-4 {
			break
		}
		residual = x - w - math.Log(w)
	}
	return w
}
