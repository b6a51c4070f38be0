//go:build !purego

package kernel

import "slices"

// Where bits do not depend on the level, the machine chooses it.
var hasAVX2 = slices.Contains(Levels(), AVX2)

func dotEights(x, y []float64) float64 {
	if hasAVX2 {
		return dotAVX2(&x[0], &y[0], len(x))
	}
	return dotGeneric(x, y)
}

func dotEights32(x, y []float32) float32 {
	if hasAVX2 {
		return dot32AVX2(&x[0], &y[0], len(x))
	}
	return dotGeneric(x, y)
}

func axpyEights32(y []float32, a float32, x []float32) {
	if hasAVX2 {
		axpy32AVX2(&y[0], a, &x[0], len(y))
		return
	}
	axpy(y, a, x)
}

func axpyEights(y []float64, a float64, x []float64) {
	if hasAVX2 {
		axpyAVX2(&y[0], a, &x[0], len(y))
		return
	}
	axpy(y, a, x)
}

// productMasks selects the first 1 to 4 lanes, from the end.
var productMasks = [...]int64{-1, -1, -1, -1, 0, 0, 0}

func products(z, x, w []float64) {
	if !hasAVX2 {
		productsGeneric(z, x, w)
		return
	}
	const tile = 24
	d, stride := len(x), 8*len(z)
	for k := 0; k < len(z); k += tile {
		n := min(tile, len(z)-k)
		mask := &productMasks[3-(n+3)%4]
		z, x, w := &z[k], &x[0], &w[k]
		// Not by a table of functions: what it is given would escape.
		switch (n + 3) / 4 {
		case 1:
			productsAVX2x1(z, x, d, w, stride, mask)
		case 2:
			productsAVX2x2(z, x, d, w, stride, mask)
		case 3:
			productsAVX2x3(z, x, d, w, stride, mask)
		case 4:
			productsAVX2x4(z, x, d, w, stride, mask)
		case 5:
			productsAVX2x5(z, x, d, w, stride, mask)
		default:
			productsAVX2x6(z, x, d, w, stride, mask)
		}
	}
}
