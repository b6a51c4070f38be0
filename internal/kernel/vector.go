package kernel

import "math"

// Dot returns x'y. Its bits are the same on every machine: element i goes to
// partial sum i modulo 8, for as many whole eights as there are; the rest
// follows in order.
func Dot(x, y []float64) float64 {
	y = y[:len(x)]
	n := len(x) &^ 7
	var sum float64
	if n > 0 {
		sum = dotEights(x[:n], y[:n])
	}
	for i := n; i < len(x); i++ {
		sum += float64(x[i] * y[i])
	}
	return sum
}

// Dot32 is Dot of float32, in the same order.
func Dot32(x, y []float32) float32 {
	y = y[:len(x)]
	n := len(x) &^ 7
	var sum float32
	if n > 0 {
		sum = dotEights32(x[:n], y[:n])
	}
	for i := n; i < len(x); i++ {
		sum += float32(x[i] * y[i])
	}
	return sum
}

func dotGeneric[T float32 | float64](x, y []T) T {
	var s0, s1, s2, s3, s4, s5, s6, s7 T
	for len(x) >= 8 && len(y) >= 8 {
		s0 += T(x[0] * y[0])
		s1 += T(x[1] * y[1])
		s2 += T(x[2] * y[2])
		s3 += T(x[3] * y[3])
		s4 += T(x[4] * y[4])
		s5 += T(x[5] * y[5])
		s6 += T(x[6] * y[6])
		s7 += T(x[7] * y[7])
		x, y = x[8:], y[8:]
	}
	return ((s0 + s4) + (s2 + s6)) + ((s1 + s5) + (s3 + s7))
}

// Axpy adds a x to y, with the same bits on every machine.
func Axpy(y []float64, a float64, x []float64) {
	x = x[:len(y)]
	n := len(y) &^ 7
	if n > 0 {
		axpyEights(y[:n], a, x[:n])
	}
	axpy(y[n:], a, x[n:])
}

// Axpy32 is Axpy of float32.
func Axpy32(y []float32, a float32, x []float32) {
	x = x[:len(y)]
	n := len(y) &^ 7
	if n > 0 {
		axpyEights32(y[:n], a, x[:n])
	}
	axpy(y[n:], a, x[n:])
}

// Products adds x' w to z: the logits of one row of scaled features, with w
// D x K row-major, D = len(x) and K = len(z). Each sum runs in the order of
// the features, every product fused with the sum it goes to, so the bits are
// the same on every machine, for one row or many.
func Products(z, x, w []float64) {
	if len(z) > 0 && len(x) > 0 {
		products(z, x, w[:len(x)*len(z)])
	}
}

func productsGeneric(z, x, w []float64) {
	for j, v := range x {
		fused(z, v, w[j*len(z):][:len(z)])
	}
}

// fused adds a x to y with one rounding.
func fused(y []float64, a float64, x []float64) {
	x = x[:len(y)]
	for i := range y {
		y[i] = math.FMA(a, x[i], y[i])
	}
}
