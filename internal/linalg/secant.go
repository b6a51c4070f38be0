package linalg

import "example.com/softmax/internal/kernel"

// Secant changes the symmetric positive definite m x m matrix h so that h s = y,
//
//	h += y y'/y's - h s (h s)'/s'h s,
//
// and reports whether it does: not if the curvature that y shows along s is out
// of all proportion to that of h (BFGS: Nocedal and Wright, Numerical
// Optimization, 2nd ed., 6.19).
func Secant(h, s, y []float32, threads int) bool {
	const most = 100
	const rows = 64
	m := len(s)
	hs := make([]float32, m)
	chunks := (m + rows - 1) / rows
	Parallel(min(threads, 1+m*m>>16), chunks, func(c int) {
		for a := c * rows; a < min((c+1)*rows, m); a++ {
			hs[a] = kernel.Dot32(h[a*m:][:m], s)
		}
	})
	var ys, shs float64
	for a, v := range s {
		ys += float64(v) * float64(y[a])
		shs += float64(v) * float64(hs[a])
	}
	if !(ys > shs/most && ys < most*shs) {
		return false
	}
	Parallel(min(threads, 1+m*m>>16), chunks, func(c int) {
		for a := c * rows; a < min((c+1)*rows, m); a++ {
			kernel.Axpy32(h[a*m:][:m], float32(float64(y[a])/ys), y)
			kernel.Axpy32(h[a*m:][:m], -float32(float64(hs[a])/shs), hs)
		}
	})
	return true
}
