package softmax

import (
	"fmt"
	"testing"
)

// BenchmarkRow predicts one row.
func BenchmarkRow(b *testing.B) {
	for _, c := range []recipe{{n: 60, d: 4, k: 3}, {n: 200, d: 64, k: 10}, {n: 200, d: 784, k: 10}} {
		b.Run(fmt.Sprintf("d=%d/K=%d", c.d, c.k), func(b *testing.B) {
			p := c.problem(newRand(1))
			m, _ := mustFit(b, p.dataset(b, block64), Config{C: 1, MaxIterations: 1})
			out := make([]float64, c.k)
			b.ReportAllocs()
			for b.Loop() {
				if err := m.ProbabilitiesInto(out, p.x[0]); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkBatch predicts 10,000 rows on all threads.
func BenchmarkBatch(b *testing.B) {
	for _, d := range []int{64, 784} {
		for _, of := range []storage{pixels, block32, block64} {
			b.Run(fmt.Sprintf("d=%d/%v", d, of), func(b *testing.B) {
				ds := recipe{n: 10000, d: d, k: 10, bytes: true}.problem(newRand(1)).dataset(b, of)
				m, _ := mustFit(b, ds, Config{C: 1, MaxIterations: 1})
				bound, err := m.Bind(ds)
				if err != nil {
					b.Fatal(err)
				}
				for b.Loop() {
					bound.Predict(0, bound.Rows())
				}
			})
		}
	}
}

// BenchmarkFit fits the shapes that each solver is chosen for.
func BenchmarkFit(b *testing.B) {
	for _, c := range []struct {
		recipe
		storage
	}{{recipe{n: 1000, d: 4, k: 3}, columns}, {recipe{n: 5000, d: 16, k: 26, bytes: true}, bytes8}, {recipe{n: 5000, d: 200, k: 10, bytes: true}, pixels}} {
		b.Run(fmt.Sprintf("n=%d/d=%d/K=%d", c.n, c.d, c.k), func(b *testing.B) {
			ds := c.problem(newRand(1)).dataset(b, c.storage)
			for b.Loop() {
				mustFit(b, ds, Config{C: 1})
			}
		})
	}
}
