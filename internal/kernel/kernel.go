// Package kernel holds the loops in which training spends its time: products
// of a run of rows of the design matrix with weights and with residuals.
// ("Kernel" as in computing, not as in kernel methods.)
//
// The rows stay in the type they are stored in; weights, logits, residuals and
// sums are float64. With uint8 or float32 rows every product's factors are
// then exact, so a pass has the accuracy of a float64 computation.
package kernel

// Rows is a run of rows of a dense matrix, row-major: exactly one of U8 and
// F32 is set, with a multiple of D entries.
type Rows struct {
	D   int
	U8  []uint8
	F32 []float32
}

// N is the number of rows.
func (x Rows) N() int { return (len(x.U8) + len(x.F32)) / x.D }

// Slice returns rows lo up to hi.
func (x Rows) Slice(lo, hi int) Rows {
	if x.U8 != nil {
		return Rows{D: x.D, U8: x.U8[lo*x.D : hi*x.D]}
	}
	return Rows{D: x.D, F32: x.F32[lo*x.D : hi*x.D]}
}

// Forward sets z = x u + 1 c': the logits of x's rows.
// u is D x K and z is N x K, both row-major; c has K entries.
// Each sum runs in the order of the features, starting from c.
func Forward(z []float64, x Rows, u, c []float64) {
	if x.U8 != nil {
		forward(z, x.U8, x.D, u, c)
	} else {
		forward(z, x.F32, x.D, u, c)
	}
}

// Backward adds x' r to g: the gradient with respect to u of a loss whose
// gradient with respect to the logits is r.
// g is D x K and r is N x K, both row-major.
func Backward(g []float64, x Rows, r []float64) {
	if x.U8 != nil {
		backward(g, x.U8, x.D, r)
	} else {
		backward(g, x.F32, x.D, r)
	}
}

// Gram adds to g, for features lo <= j < hi and l >= j, the sums over rows of
// w_i x_ij x_il. g is D x D row-major; entries left of the diagonal are not
// touched. w has N entries; nil means 1.
func Gram(g []float64, x Rows, w []float64, lo, hi int) {
	if x.U8 != nil {
		gram(g, x.U8, x.D, w, lo, hi)
	} else {
		gram(g, x.F32, x.D, w, lo, hi)
	}
}

// Affine adds to the logits z those of one feature vector x:
//
//	z_k += ((x_j - shift_j) scale_j) u_jk,   j = 0, 1, ...
//
// one feature after the other, every product and sum rounded to float64. u is
// d x K row-major.
func Affine(z, x, shift, scale, u []float64) {
	k := len(z)
	for j, xj := range x {
		v := float64((xj - shift[j]) * scale[j])
		if v != 0 {
			axpy(z, v, u[j*k:][:k])
		}
	}
}
