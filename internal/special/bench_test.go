package special

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

var sink float64

func benchmark(b *testing.B, f func(dst, z []float64)) {
	for _, K := range []int{2, 10, 100, 1000} {
		b.Run(fmt.Sprintf("K=%d", K), func(b *testing.B) {
			r := rand.New(rand.NewPCG(1, 2))
			z, dst := make([]float64, K), make([]float64, K)
			for k := range z {
				z[k], dst[k] = 10*r.NormFloat64(), 1/float64(K)
			}
			b.SetBytes(int64(8 * K))
			for b.Loop() {
				f(dst, z)
			}
		})
	}
}

func BenchmarkSoftmax(b *testing.B)    { benchmark(b, Softmax) }
func BenchmarkLogSoftmax(b *testing.B) { benchmark(b, LogSoftmax) }
func BenchmarkLogSumExp(b *testing.B) {
	benchmark(b, func(_, z []float64) { sink = LogSumExp(z) })
}
func BenchmarkCrossEntropy(b *testing.B) {
	benchmark(b, func(_, z []float64) { sink = CrossEntropy(z, len(z)-1) })
}
func BenchmarkCrossEntropyDist(b *testing.B) {
	benchmark(b, func(dst, z []float64) { sink = CrossEntropyDist(z, dst) })
}
