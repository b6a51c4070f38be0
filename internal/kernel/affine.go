package kernel

// Affine adds to the logits z those of one feature vector x:
//
//	z_k += ((x_j - shift_j) scale_j) u_jk,   j = 0, 1, ...
//
// one feature after the other, every product and sum rounded to float64, so
// that the bits are the same on every machine, for one row or many. u is d x K
// row-major. Scale and ProductsRows are its halves for many rows.
func Affine(z, x, shift, scale, u []float64) {
	var scaled [256]float64
	for k := len(z); len(x) > 0; {
		m := min(len(x), len(scaled))
		Scale(scaled[:m], x[:m], shift, scale)
		Products(z, scaled[:m], u)
		x, shift, scale, u = x[m:], shift[m:], scale[m:], u[m*k:]
	}
}

// Scaled adds to the logits z those of the features of a vector that index
// names, as Affine with a shift of 0: all others are 0 and add nothing. nil
// names all of them, in their order.
func Scaled(z []float64, index []int32, x, scale, u []float64) {
	var scaled [256]float64
	for k := len(z); len(x) > 0; {
		m := min(len(x), len(scaled))
		if index == nil {
			for j := range m {
				scaled[j] = x[j] * scale[j]
			}
			Products(z, scaled[:m], u)
			scale, u = scale[m:], u[m*k:]
		} else {
			for at, j := range index[:m] {
				scaled[at] = x[at] * scale[j]
			}
			Gather(z, index[:m], scaled[:m], u)
			index = index[m:]
		}
		x = x[m:]
	}
}

// Scale sets dst to (x_j - shift_j) scale_j for as many numbers as dst has, each
// operation rounded.
func Scale[T uint8 | float32 | float64](dst []float64, x []T, shift, scale []float64) {
	x, shift, scale = x[:len(dst)], shift[:len(dst)], scale[:len(dst)]
	for j := scaleVectors(dst, x, shift, scale); j < len(dst); j++ {
		dst[j] = (float64(x[j]) - shift[j]) * scale[j]
	}
}
