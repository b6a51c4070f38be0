//go:build !purego

package kernel

func gather(z []float64, index []int32, x []float64, w []float64) {
	if bestLevel < AVX2 {
		gatherGeneric(z, index, x, w)
		return
	}
	const tile = 24
	n, stride, step := len(index), 8*len(z), 8
	if x == nil {
		x, step = one[:], 0
	}
	for k := 0; k < len(z); k += tile {
		m := min(tile, len(z)-k)
		mask := &masks[7-(m+3)%4]
		z, j, x, w := &z[k], &index[0], &x[0], &w[k]
		switch (m + 3) / 4 { // as in products
		case 1:
			gatherAVX2x1(z, j, x, step, n, w, stride, mask)
		case 2:
			gatherAVX2x2(z, j, x, step, n, w, stride, mask)
		case 3:
			gatherAVX2x3(z, j, x, step, n, w, stride, mask)
		case 4:
			gatherAVX2x4(z, j, x, step, n, w, stride, mask)
		case 5:
			gatherAVX2x5(z, j, x, step, n, w, stride, mask)
		default:
			gatherAVX2x6(z, j, x, step, n, w, stride, mask)
		}
	}
}
