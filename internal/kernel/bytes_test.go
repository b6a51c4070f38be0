package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

func TestBytesSmoke(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, k := range []int{1, 2, 3, 10, 11, 26, 100} {
		for _, d := range []int{1, 3, 4, 17, 64, 65, 130} {
			for _, n := range []int{0, 1, 15, 16, 17, 255, 256, 600} {
				x := Rows{D: d, U8: make([]uint8, n*d)}
				for i := range x.U8 {
					x.U8[i] = uint8(rng.IntN(256))
				}
				labels := make([]int32, n)
				for i := range labels {
					labels[i] = int32(rng.IntN(k))
				}
				u, c := make([]float64, d*k), make([]float64, k)
				for i := range u {
					u[i] = rng.NormFloat64() / 255
				}
				for i := range c {
					c[i] = rng.NormFloat64()
				}
				e := NewEngine(AVX512, x, k)
				e.Prepare(u, c)
				if e.Exact() {
					t.Fatal("exact")
				}
				g, rs := make([]float64, d*k), make([]float64, k)
				s := e.NewScratch().CrossEntropy(x, labels, nil, g, rs)
				ref := NewEngine(Generic, x, k)
				ref.Prepare(u, c)
				g2, rs2 := make([]float64, d*k), make([]float64, k)
				s2 := ref.NewScratch().CrossEntropy(x, labels, nil, g2, rs2)
				if math.Abs(s.Loss-s2.Loss) > 1e-12*(1+s2.Loss) || math.Abs(s.Entropy-s2.Entropy) > 1e-12*(1+s2.Loss) {
					t.Fatal(n, d, k, s, s2)
				}
				var e2, x2 float64
				for i := range g {
					e2 += (g[i] - g2[i]) * (g[i] - g2[i])
				}
				for _, v := range x.U8 {
					x2 += float64(v) * float64(v)
				}
				if math.Sqrt(e2) > math.Sqrt(x2*s.Square)+1e-9 {
					t.Fatal(n, d, k, math.Sqrt(e2), math.Sqrt(x2*s.Square))
				}
				for i := range rs {
					if math.Abs(rs[i]-rs2[i]) > 1e-12*float64(1+n) {
						t.Fatal(rs, rs2)
					}
				}
			}
		}
	}
}

func BenchmarkPass(b *testing.B) {
	n, d, k := 60000, 784, 10
	rng := rand.New(rand.NewPCG(1, 2))
	x := Rows{D: d, U8: make([]uint8, n*d)}
	for i := range x.U8 {
		x.U8[i] = uint8(rng.IntN(256))
	}
	labels := make([]int32, n)
	u, c := make([]float64, d*k), make([]float64, k)
	for i := range u {
		u[i] = rng.NormFloat64() / 255
	}
	g, rs := make([]float64, d*k), make([]float64, k)
	e := NewEngine(AVX512, x, k)
	e.Prepare(u, c)
	s := e.NewScratch()
	b.SetBytes(int64(n * d))
	least := time.Hour
	for b.Loop() {
		t := time.Now()
		s.CrossEntropy(x, labels, nil, g, rs)
		least = min(least, time.Since(t))
	}
	b.ReportMetric(least.Seconds()*1e3, "min-ms")
}
