package objective

import (
	"fmt"
	"testing"
	"time"

	"example.com/softmax/internal/kernel"
)

// One value with its gradient. best-ms leaves out what else ran on the machine.
func BenchmarkValueGrad(b *testing.B) {
	for _, shape := range []struct {
		n, d, k int
		bytes   bool
	}{
		{60000, 784, 10, true},
		{60000, 784, 10, false},
		{10000, 784, 100, true},
		{10000, 784, 100, false},
		{10000, 784, 1000, true},
		{10000, 784, 1000, false},
	} {
		storage := "float32"
		if shape.bytes {
			storage = "uint8"
		}
		for _, level := range kernel.Levels() {
			for _, threads := range []int{1, 2} {
				b.Run(fmt.Sprintf("%s/%dx%dx%d/%v/threads=%d", storage, shape.n, shape.d, shape.k, level, threads), func(b *testing.B) {
					o := problem(shape.n, shape.d, shape.k, shape.bytes, threads)
					o.Weights = nil
					o.SetLevel(level)
					theta, grad := point(o), make([]float64, o.Dim())
					least := time.Hour
					for b.Loop() {
						start := time.Now()
						if _, err := o.ValueGrad(theta, grad); err != nil {
							b.Fatal(err)
						}
						least = min(least, time.Since(start))
					}
					b.ReportMetric(1e3*least.Seconds(), "best-ms")
				})
			}
		}
	}
}
