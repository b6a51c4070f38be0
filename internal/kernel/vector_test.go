package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

var oddities = []float64{0, math.Copysign(0, -1), 5e-324, -1e-310, 1e308, -1e308, math.Inf(1), math.Inf(-1), math.NaN(), 1e4, -1e4}

func randomVector(rng *rand.Rand, n, offset int, odd bool) []float64 {
	v := guarded(n, offset, math.NaN())
	for i := range v {
		v[i] = rng.NormFloat64()
		if odd && rng.IntN(8) == 0 {
			v[i] = oddities[rng.IntN(len(oddities))]
		}
	}
	return v
}

func sameBits(a, b float64) bool {
	return math.Float64bits(a) == math.Float64bits(b) || math.IsNaN(a) && math.IsNaN(b)
}

func narrow(v []float64, offset int) []float32 {
	f := guarded(len(v), offset, float32(math.NaN()))
	for i := range v {
		f[i] = float32(v[i])
	}
	return f
}

// atLevels runs test with the instructions of every level, for what gives the
// same bits with all of them.
func atLevels(t *testing.T, test func(t *testing.T)) {
	defer func(best Level) { bestLevel = best }(bestLevel)
	for _, bestLevel = range Levels() {
		t.Run(bestLevel.String(), test)
	}
}

// The vectors of a machine give the bits of the Go code.
func TestVectors(t *testing.T) { atLevels(t, testVectors) }

func testVectors(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for n := range 70 {
		for offset := range 4 {
			for _, odd := range []bool{false, true} {
				x, y := randomVector(rng, n, offset, odd), randomVector(rng, n, 3-offset, odd)
				want := dotGeneric(x, y)
				for i := n &^ 7; i < n; i++ {
					want += float64(x[i] * y[i])
				}
				if got := Dot(x, y); !sameBits(got, want) {
					t.Errorf("Dot of %d numbers at offset %d is %g, want %g", n, offset, got, want)
				}
				sums := append([]float64(nil), y...)
				axpy(sums, 1.7, x)
				Axpy(y, 1.7, x)
				for i := range y {
					if !sameBits(y[i], sums[i]) {
						t.Errorf("Axpy of %d numbers at offset %d: entry %d is %g, want %g", n, offset, i, y[i], sums[i])
					}
				}
				if after := y[:n+1][n]; !math.IsNaN(after) {
					t.Errorf("Axpy of %d numbers wrote behind them", n)
				}
				x32, y32 := narrow(x, offset), narrow(y, 3-offset)
				want32 := dotGeneric(x32, y32)
				for i := n &^ 7; i < n; i++ {
					want32 += float32(x32[i] * y32[i])
				}
				if got := Dot32(x32, y32); !sameBits(float64(got), float64(want32)) {
					t.Errorf("Dot32 of %d numbers at offset %d is %g, want %g", n, offset, got, want32)
				}
				sums32 := append([]float32(nil), y32...)
				axpy(sums32, 1.7, x32)
				Axpy32(y32, 1.7, x32)
				for i := range y32 {
					if !sameBits(float64(y32[i]), float64(sums32[i])) {
						t.Errorf("Axpy32 of %d numbers at offset %d: entry %d is %g, want %g", n, offset, i, y32[i], sums32[i])
					}
				}
				if after := y32[:n+1][n]; after == after {
					t.Errorf("Axpy32 of %d numbers wrote behind them", n)
				}
			}
		}
	}
}

// Products are fused sums in the order of the features, bit for bit.
func TestProducts(t *testing.T) { atLevels(t, testProducts) }

func testProducts(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for k := range 60 {
		for _, d := range []int{0, 1, 2, 7} {
			for _, odd := range []bool{false, true} {
				x, w, z := randomVector(rng, d, 1, odd), randomVector(rng, d*k, 2, odd), randomVector(rng, k, 3, odd)
				want := append([]float64(nil), z...)
				for j := range x {
					for q := range want {
						want[q] = math.FMA(x[j], w[j*k+q], want[q])
					}
				}
				Products(z, x, w)
				for q := range z {
					if !sameBits(z[q], want[q]) {
						t.Errorf("%d x %d: entry %d is %g, want %g", d, k, q, z[q], want[q])
					}
				}
				if after := z[: k+1 : k+1][k]; !math.IsNaN(after) {
					t.Errorf("%d x %d: wrote behind the logits", d, k)
				}
			}
		}
	}
	x, w, z := make([]float64, 784), make([]float64, 7840), make([]float64, 10)
	if n := testing.AllocsPerRun(10, func() { Products(z, x, w) }); n != 0 {
		t.Errorf("%g allocations", n)
	}
}

func BenchmarkProducts(b *testing.B) {
	x, w, z := make([]float64, 784), make([]float64, 7840), make([]float64, 10)
	b.Run("784x10", func(b *testing.B) {
		for b.Loop() {
			Products(z, x, w)
		}
	})
	b.Run("784x10/generic", func(b *testing.B) {
		for b.Loop() {
			productsGeneric(z, x, w)
		}
	})
}

func BenchmarkDot(b *testing.B) {
	x, y := make([]float64, 784), make([]float64, 784)
	b.Run("784", func(b *testing.B) {
		for b.Loop() {
			Dot(x, y)
		}
	})
	b.Run("784/generic", func(b *testing.B) {
		for b.Loop() {
			dotGeneric(x, y)
		}
	})
	b.Run("axpy/784", func(b *testing.B) {
		for b.Loop() {
			Axpy(x, 1e-3, y)
		}
	})
	b.Run("axpy/784/generic", func(b *testing.B) {
		for b.Loop() {
			axpy(x, 1e-3, y)
		}
	})
}

func BenchmarkProbabilities(b *testing.B) {
	const n, d, k = 10000, 784, 10
	p, most := make([]float64, n*k), make([]int32, n)
	a := &Affine{Base: make([]float64, k), Shift: make([]float64, d), Scale: make([]float64, d), U: make([]float64, d*k)}
	run := func(name string, f func()) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				f()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/row")
		})
	}
	bytes, floats, doubles := make([]uint8, n*d), make([]float32, n*d), make([]float64, n*d)
	run("uint8", func() { Probabilities(a, p, most, bytes) })
	run("uint8/logits", func() { Logits(a, p, bytes) })
	run("float32", func() { Probabilities(a, p, most, floats) })
	run("float64", func() { Probabilities(a, p, most, doubles) })
}
