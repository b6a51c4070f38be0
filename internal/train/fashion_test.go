package train

import (
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"example.com/softmax/internal/kernel"
	"example.com/softmax/internal/matrix"
	"example.com/softmax/internal/objective"
)

// fashionOptimum is min f on Fashion-MNIST's training rows, pixels over 255,
// lambda = 1/n: a fit proved to 3e-10 of it (docs/BENCHMARKS.md).
const fashionOptimum = 0.349892806

// idx reads the bytes of an IDX file after its header.
func idx(tb testing.TB, name string, header int) []byte {
	tb.Helper()
	dir := os.Getenv("SOFTMAX_DATA")
	if dir == "" {
		tb.Skip("SOFTMAX_DATA does not name a folder with fashion-mnist")
	}
	f, err := os.Open(filepath.Join(dir, "fashion-mnist", name))
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		tb.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		tb.Fatal(err)
	}
	return b[header:]
}

func fashion(tb testing.TB, bytes bool) Problem {
	v := kernel.Rows{D: 784, U8: idx(tb, "train-images-idx3-ubyte.gz", 16)}
	if !bytes {
		v.F32 = make([]float32, len(v.U8))
		for i, pixel := range v.U8 {
			v.F32[i] = float32(pixel)
		}
		v.U8 = nil
	}
	x := &matrix.Matrix{V: v, Shift: make([]float64, v.D), Scale: make([]float64, v.D)}
	p := Problem{Problem: objective.Problem{X: x, K: 10}, Shares: make([]float64, 10)}
	for j := range p.X.Scale {
		p.X.Scale[j] = 1.0 / 255
	}
	labels := make([]int32, p.X.N())
	for i, y := range idx(tb, "train-labels-idx1-ubyte.gz", 8) {
		labels[i] = int32(y)
		p.Shares[y] += 1 / float64(len(labels))
	}
	p.Loss = objective.CrossEntropy{Labels: labels}
	p.Lambda = 1 / float64(len(labels))
	return p
}

// A whole fit: seconds and passes until the objective is within the tolerance
// of the optimum, and until that is proved.
func BenchmarkFashion(b *testing.B) {
	if os.Getenv("SOFTMAX_LONG") == "" {
		b.Skip("it takes many minutes; SOFTMAX_LONG=1 runs it")
	}
	for _, bytes := range []bool{true, false} {
		for _, level := range kernel.Levels() {
			for _, tol := range []float64{1e-3, 1e-4, 1e-5} {
				storage := "float32"
				if bytes {
					storage = "uint8"
				}
				b.Run(fmt.Sprintf("%s/%v/tol=%g", storage, level, tol), func(b *testing.B) {
					p := fashion(b, bytes)
					for b.Loop() {
						var near Iterate
						r, err := Run(context.Background(), p, Options{Tol: tol, Threads: 2, Level: level, OnIterate: func(it Iterate) {
							if near.Passes == 0 && it.Objective <= fashionOptimum*(1+tol) {
								near = it
							}
						}})
						if err != nil {
							b.Fatal(err)
						}
						if r.Stop != Converged {
							b.Errorf("stopped: %s", r.Stop)
						}
						b.ReportMetric(near.Seconds, "true-s")
						b.ReportMetric(near.Passes, "true-passes")
						b.ReportMetric(r.Final.Seconds, "proved-s")
						b.ReportMetric(r.Final.Passes, "proved-passes")
					}
				})
			}
		}
	}
}
