//go:build !purego

package kernel

import (
	"slices"
	"unsafe"
)

// Where bits do not depend on the level, the machine chooses it.
var hasAVX2, hasAVX512 = slices.Contains(Levels(), AVX2), slices.Contains(Levels(), AVX512)

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

// productMasks selects the first 1 to 4 lanes, from the end; productMasks8 the
// first 1 to 8.
var (
	productMasks  = [...]int64{-1, -1, -1, -1, 0, 0, 0}
	productMasks8 = [...]int64{-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0}
)

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
			productsAVX2x1(z, x, d, w, stride, 0, mask)
		case 2:
			productsAVX2x2(z, x, d, w, stride, 0, mask)
		case 3:
			productsAVX2x3(z, x, d, w, stride, 0, mask)
		case 4:
			productsAVX2x4(z, x, d, w, stride, 0, mask)
		case 5:
			productsAVX2x5(z, x, d, w, stride, 0, mask)
		default:
			productsAVX2x6(z, x, d, w, stride, 0, mask)
		}
	}
}

type productsKernel func(z, x *float64, d int, w *float64, stride, xStride int, mask *int64)

// productsRows makes all products of rows in fours, and returns their number.
func productsRows(z, x, w []float64, n int) (done int) {
	k, d := len(z)/n, len(x)/n
	if done = n &^ 3; done == 0 || !hasAVX2 {
		return 0
	}
	lanes, masks, kernels := 4, productMasks[:], []productsKernel{productsAVX2x4x1, productsAVX2x4x2}
	if hasAVX512 {
		lanes, masks, kernels = 8, productMasks8[:], []productsKernel{productsAVX512x4x1, productsAVX512x4x2, productsAVX512x4x3, productsAVX512x4x4}
	}
	for first, tile := 0, lanes*len(kernels); first < k; first += tile {
		vectors := (min(tile, k-first) + lanes - 1) / lanes
		mask := &masks[vectors*lanes-min(tile, k-first)]
		for i := 0; i < done; i += 4 {
			kernels[vectors-1](&z[i*k+first], &x[i*d], d, &w[first], 8*k, 8*d, mask)
		}
	}
	return done
}

// scaleVectors makes whole vectors, and returns how many numbers that is.
func scaleVectors[T uint8 | float32 | float64](dst []float64, x []T, shift, scale []float64) (done int) {
	lanes := 4
	if hasAVX512 {
		lanes = 8
	}
	n := len(dst) / lanes
	if n == 0 || !hasAVX2 {
		return 0
	}
	to, m, f := &dst[0], &shift[0], &scale[0]
	switch x := any(&x[0]).(type) {
	case *uint8:
		if hasAVX512 {
			scaleUint8AVX512(to, x, m, f, n)
		} else {
			scaleUint8AVX2(to, x, m, f, n)
		}
	case *float32:
		if hasAVX512 {
			scaleFloat32AVX512(to, x, m, f, n)
		} else {
			scaleFloat32AVX2(to, x, m, f, n)
		}
	case *float64:
		if hasAVX512 {
			scaleFloat64AVX512(to, x, m, f, n)
		} else {
			scaleFloat64AVX2(to, x, m, f, n)
		}
	}
	return n * lanes
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
