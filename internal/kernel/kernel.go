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

// AddRow adds a times row i to y, D entries.
func (x Rows) AddRow(y []float64, a float64, i int) {
	row := x.Slice(i, i+1)
	if row.U8 != nil {
		for j, v := range row.U8 {
			y[j] += float64(a * float64(v))
		}
		return
	}
	for j, v := range row.F32 {
		y[j] += float64(a * float64(v))
	}
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
// g is D x K and r is N x K, both row-major. Each sum runs in the order of the
// rows, from g on, which has no -0.
func Backward(g []float64, x Rows, r []float64) {
	if x.U8 != nil {
		backward(g, x.U8, x.D, r)
	} else {
		backward(g, x.F32, x.D, r)
	}
}
