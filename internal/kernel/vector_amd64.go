//go:build !purego

package kernel

import "unsafe"

func dotEights(x, y []float64) float64 {
	if bestLevel >= AVX2 {
		return dotAVX2(&x[0], &y[0], len(x))
	}
	return dotGeneric(x, y)
}

func dotEights32(x, y []float32) float32 {
	if bestLevel >= AVX2 {
		return dot32AVX2(&x[0], &y[0], len(x))
	}
	return dotGeneric(x, y)
}

func axpyEights32(y []float32, a float32, x []float32) {
	if bestLevel >= AVX2 {
		axpy32AVX2(&y[0], a, &x[0], len(y))
		return
	}
	axpy(y, a, x)
}

func axpyEights(y []float64, a float64, x []float64) {
	if bestLevel >= AVX2 {
		axpyAVX2(&y[0], a, &x[0], len(y))
		return
	}
	axpy(y, a, x)
}

// masks selects the first 1 to 8 lanes, from the end; from 4 on, of 4.
var masks = [...]int64{-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0}

func products(z, x, w []float64) {
	if bestLevel < AVX2 {
		productsGeneric(z, x, w)
		return
	}
	const tile = 24
	d, stride := len(x), 8*len(z)
	for k := 0; k < len(z); k += tile {
		n := min(tile, len(z)-k)
		mask := &masks[7-(n+3)%4]
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

// scaleVectors scales whole vectors, and returns how many numbers that is.
func scaleVectors(dst, x, shift, scale []float64) (done int) {
	switch n := len(dst); {
	case bestLevel >= AVX512 && n >= 8:
		scaleAVX512(&dst[0], &x[0], &shift[0], &scale[0], n/8)
		return n &^ 7
	case bestLevel >= AVX2 && n >= 4:
		scaleAVX2(&dst[0], &x[0], &shift[0], &scale[0], n/4)
		return n &^ 3
	}
	return 0
}

// Prefetch fetches row i, which will be read soon.
func (x Rows) Prefetch(i int) {
	if x.D == 0 {
		return
	}
	p, size := (*byte)(nil), x.D
	if x.U8 != nil {
		p = &x.U8[i*x.D]
	} else {
		p, size = (*byte)(unsafe.Pointer(&x.F32[i*x.D])), 4*x.D
	}
	prefetchLines(p, (size+63)/64)
}
