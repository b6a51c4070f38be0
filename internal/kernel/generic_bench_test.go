package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// benchmark runs f on blocks of 64 rows, of half zeros as images have: of the
// sizes of a table, of images of letters, and of images of clothes.
func benchmark(b *testing.B, f func(x Rows, w, z, c []float64)) {
	for _, s := range []shape{{64, 13, 3}, {64, 64, 10}, {64, 784, 10}} {
		r := rand.New(rand.NewPCG(1, 2))
		for _, x := range []Rows{{D: s.d, U8: rows[uint8](r, s, 0.5)}, {D: s.d, F32: rows[float32](r, s, 0)}} {
			storage := "float32"
			if x.U8 != nil {
				storage = "uint8"
			}
			w, z, c := normal(r, s.d*s.k), normal(r, s.n*s.k), normal(r, s.k)
			b.Run(fmt.Sprintf("%s/d=%d/K=%d", storage, s.d, s.k), func(b *testing.B) {
				b.SetBytes(int64(len(x.U8) + 4*len(x.F32)))
				for b.Loop() {
					f(x, w, z, c)
				}
			})
		}
	}
}

func BenchmarkForward(b *testing.B) {
	benchmark(b, func(x Rows, w, z, c []float64) { Forward(z, x, w, c) })
}

func BenchmarkBackward(b *testing.B) {
	benchmark(b, func(x Rows, w, z, c []float64) { Backward(w, x, z) })
}
