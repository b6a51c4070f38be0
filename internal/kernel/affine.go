package kernel

import "example.com/softmax/internal/special"

type number interface{ uint8 | float32 | float64 }

// Affine is a map from feature vectors x to logits z:
//
//	z_k = base_k,  then  z_k = fma((x_j - shift_j) scale_j, u_jk, z_k),  j = 0, 1, ...
//
// one feature after the other: the difference and the scaled feature are rounded
// to float64, and so is each sum, its product not before. So the bits are the
// same on every machine, for one row or many. U is d x K row-major. At the end
// logits are divided by the Temperature, if that is not 0.
type Affine struct {
	Base, Shift, Scale, U []float64
	Temperature           float64
}

// Dense adds the features x, the first of d, to the logits z.
func (a *Affine) Dense(z, x []float64) {
	var scaled [256]float64
	for j, k := 0, len(z); j < len(x); j += len(scaled) {
		m := min(len(x)-j, len(scaled))
		scaleFeatures(scaled[:m], x[j:], a.Shift[j:], a.Scale[j:])
		Products(z, scaled[:m], a.U[j*k:])
	}
}

// Sparse adds those features from first on that index names, with a shift of 0:
// all others are 0 and add nothing. nil names all of them, in their order.
func (a *Affine) Sparse(z []float64, first int, index []int32, x []float64) {
	var scaled [256]float64
	scale, u := a.Scale[first:], a.U[first*len(z):]
	for at := 0; at < len(x); at += len(scaled) {
		m := min(len(x)-at, len(scaled))
		for i, v := range x[at:][:m] {
			j := at + i
			if index != nil {
				j = int(index[j])
			}
			scaled[i] = v * scale[j]
		}
		if index == nil {
			Products(z, scaled[:m], u[at*len(z):])
		} else {
			Gather(z, index[at:][:m], scaled[:m], u)
		}
	}
}

// Temper divides logits by the temperature.
func (a *Affine) Temper(z []float64) {
	if a.Temperature == 0 {
		return
	}
	for k := range z {
		z[k] /= a.Temperature
	}
}

// Logits sets z, n x K, to the logits of the rows x, n x d row-major in the type
// in which they came.
func Logits[T number](a *Affine, z []float64, x []T) { rowsOf(a, z, nil, x) }

// Probabilities sets p, n x K, to the softmax of the logits of the rows x, with
// the bits of special.Softmax, and classes to the index of the largest of each
// row, the first of equals. A row with a logit that is not finite has NaN and -1.
func Probabilities[T number](a *Affine, p []float64, classes []int32, x []T) {
	rowsOf(a, p, classes, x)
}

// rowsOf is Logits or, with classes, Probabilities.
func rowsOf[T number](a *Affine, z []float64, classes []int32, x []T) {
	k, d := len(a.Base), len(a.Shift)
	if k == 0 || affineVectors(a, z, classes, x) {
		return
	}
	row := make([]float64, d)
	for i := range len(z) / k {
		for j, v := range x[i*d:][:d] {
			row[j] = float64(v)
		}
		zi := z[i*k:][:k]
		copy(zi, a.Base)
		a.Dense(zi, row)
		a.Temper(zi)
		if classes == nil {
			continue
		}
		for _, v := range zi {
			zi[0] += v - v // NaN if that is not finite
		}
		classes[i] = int32(special.Argmax(zi))
		special.Softmax(zi, zi)
	}
}

// scaleFeatures sets dst to (x_j - shift_j) scale_j, each operation rounded.
func scaleFeatures(dst, x, shift, scale []float64) {
	x, shift, scale = x[:len(dst)], shift[:len(dst)], scale[:len(dst)]
	for j := scaleVectors(dst, x, shift, scale); j < len(dst); j++ {
		dst[j] = (x[j] - shift[j]) * scale[j]
	}
}
