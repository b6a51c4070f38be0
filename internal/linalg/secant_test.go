package linalg

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestSecant: the matrix has the product it was told, stays symmetric and
// positive definite, is the same from several threads, and what is out of
// proportion is refused.
func TestSecant(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 1))
	for _, m := range []int{1, 2, 9, 64, 300} {
		a := random(r, m, m+2)
		h, s, y := make([]float32, m*m), make([]float32, m), make([]float32, m)
		for i, v := range a {
			h[i] = float32(v)
		}
		for i := range s {
			s[i] = float32(r.NormFloat64())
		}
		other := random(r, m, m+2) // whose curvature along s y shows
		x := make([]float64, m)
		for i, v := range s {
			x[i] = float64(v)
		}
		for i, v := range times(other, m, x) {
			y[i] = float32(v)
		}
		threaded := slices.Clone(h)
		if !Secant(h, s, y, 1) || !Secant(threaded, s, y, 3) {
			t.Fatalf("m=%d: refused", m)
		}
		if !slices.Equal(h, threaded) {
			t.Errorf("m=%d: other bits from three threads", m)
		}
		after := make([]float64, m*m)
		for i, v := range h {
			after[i] = float64(v)
			if i/m < i%m && math.Abs(float64(v-h[i%m*m+i/m])) > 1e-4*float64(m) {
				t.Fatalf("m=%d: not symmetric: %g and %g", m, v, h[i%m*m+i/m])
			}
		}
		got := times(after, m, x)
		var off, size float64
		for i, v := range got {
			off = math.Hypot(off, v-float64(y[i]))
			size = math.Hypot(size, v)
		}
		if off > 1e-4*size {
			t.Errorf("m=%d: the product with s is off by %g of %g", m, off, size)
		}
		if !Cholesky32(0, slices.Clone(h), m, 1) {
			t.Errorf("m=%d: not positive definite", m)
		}
		before := slices.Clone(h)
		for _, c := range []float32{-1, 1e-3, 1e3} {
			wrong := make([]float32, m)
			for i, v := range y {
				wrong[i] = c * v
			}
			if Secant(h, s, wrong, 1) || !slices.Equal(h, before) {
				t.Errorf("m=%d: %g times what was just learnt was taken in", m, c)
			}
		}
	}
}
