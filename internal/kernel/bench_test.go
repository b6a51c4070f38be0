package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

// Each pass is 4 n d K operations, as of two matrix products.
func BenchmarkCrossEntropy(b *testing.B) {
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
		{15000, 16, 26, false},
	} {
		task := newTask(rand.New(rand.NewPCG(1, 2)), shape.n, shape.d, shape.k, shape.bytes, false)
		for i := range task.u {
			task.u[i] /= 28
		}
		storage := "float32"
		if shape.bytes {
			storage = "uint8"
		}
		for _, level := range Levels() {
			b.Run(fmt.Sprintf("%s/%dx%dx%d/%v", storage, shape.n, shape.d, shape.k, level), func(b *testing.B) {
				e := NewEngine(level, task.x, task.k)
				e.Prepare(task.u, task.c)
				s := e.NewScratch()
				g, rsum := make([]float64, e.GradLen()), make([]float64, task.k)
				least := time.Hour
				for b.Loop() {
					start := time.Now()
					s.CrossEntropy(task.x, task.labels, nil, g, rsum)
					least = min(least, time.Since(start))
				}
				b.ReportMetric(4e-9*float64(shape.n)*float64(shape.d)*float64(shape.k)/least.Seconds(), "best-GFLOP/s")
				b.ReportMetric(1e3*least.Seconds(), "best-ms")
			})
		}
	}
}
