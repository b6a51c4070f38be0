package linalg

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"example.com/softmax/internal/kernel"
)

// normal32 returns a float32 m x d matrix of normal numbers.
func normal32(r *rand.Rand, m, d int) []float32 {
	a := make([]float32, m*d)
	for i := range a {
		a[i] = float32(r.NormFloat64())
	}
	return a
}

// Syrk is the sum of weighted products within the error bound of float32
// sums in any order, the same for any number of threads.
func TestSyrk(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, level := range kernel.Levels() {
		for _, d := range []int{1, 3, 4, 7, 8, 9, 16, 31, 32, 33, 65, 255, 300, 520} {
			for _, m := range []int{0, 1, 5, 256, 300} {
				a, c := normal32(r, m, d), normal32(r, m, 1)
				start := normal32(r, d, d)
				rows := permutation(r, m)
				var first []float32
				for _, threads := range []int{1, 3} {
					s := slices.Clone(start)
					var y Syrk // which serves twice: the last rows first
					y.Add(level, s, a, d, rows[m/2:], c[m/2:], threads)
					y.Add(level, s, a, d, rows[:m/2], c[:m/2], threads)
					for i := range d {
						for j := range i + 1 {
							want, size := float64(start[i*d+j]), math.Abs(float64(start[i*d+j]))
							for k, w := range c {
								at := int(rows[k]) * d
								v := float64(w) * float64(a[at+i]) * float64(a[at+j])
								want += v
								size += math.Abs(v)
							}
							if got := float64(s[i*d+j]); !(math.Abs(got-want) <= float64(m+4)*0x1p-24*size) {
								t.Fatalf("%v d=%d m=%d: entry (%d, %d) is %g, want %g", level, d, m, i, j, got, want)
							}
							if first != nil && s[i*d+j] != first[i*d+j] {
								t.Fatalf("%v d=%d m=%d: threads change entry (%d, %d)", level, d, m, i, j)
							}
						}
					}
					first = s
				}
			}
		}
	}
}

func permutation(r *rand.Rand, n int) []int32 {
	rows := make([]int32, n)
	for i, at := range r.Perm(n) {
		rows[i] = int32(at)
	}
	return rows
}

// L L' is a within the backward error of Cholesky's method, (n+1) u
// |L| |L'| (Higham, Accuracy and Stability of Numerical Algorithms, 10.1; the
// inverses of blocks cost their condition), and solves.
func TestCholesky32(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, level := range kernel.Levels() {
		for _, n := range []int{1, 2, 5, 8, 15, 16, 17, 31, 32, 33, 100, 255, 256, 257, 300, 530, 801} {
			b := normal32(r, 2*n+3, n)
			weights := make([]float32, 2*n+3)
			for i := range weights {
				weights[i] = 1
			}
			a := make([]float32, n*n)
			new(Syrk).Add(level, a, b, n, permutation(r, len(weights)), weights, 2)
			for i := range n {
				for j := i + 1; j < n; j++ {
					a[i*n+j] = float32(math.NaN())
				}
			}
			var first []float32
			for _, threads := range []int{1, 3} {
				l := slices.Clone(a)
				if !Cholesky32(level, l, n, threads) {
					t.Fatalf("%v n=%d: a definite matrix has no factor", level, n)
				}
				wide := make([]float64, n*n)
				for i := range n {
					for j := range i + 1 {
						wide[i*n+j] = float64(l[i*n+j])
						if first != nil && l[i*n+j] != first[i*n+j] {
							t.Fatalf("%v n=%d: threads change entry (%d, %d)", level, n, i, j)
						}
					}
				}
				first = l
				for i := range n {
					for j := range i + 1 {
						product := Dot(wide[i*n:][:j+1], wide[j*n:][:j+1])
						if bound := float64(n+1) * 0x1p-22 * math.Sqrt(float64(a[i*n+i])*float64(a[j*n+j])); !(math.Abs(product-float64(a[i*n+j])) <= bound) {
							t.Fatalf("%v n=%d: L L' is %g at (%d, %d), want %g", level, n, product, i, j, a[i*n+j])
						}
					}
				}
				for _, size := range []float64{1, 1e-60, 1e200} {
					x, want := make([]float64, n), make([]float64, n)
					for i := range x {
						x[i] = r.NormFloat64() * size
						want[i] = x[i]
					}
					SolveCholesky(wide, n, want)
					SolveCholesky32(l, n, x, threads)
					Axpy(x, -1, want)
					if !(norm32(x, size) <= 1e-4*norm32(want, size)) {
						t.Fatalf("%v n=%d: the solution is off by %g of %g", level, n, norm32(x, size), norm32(want, size))
					}
				}
			}
		}
		// A matrix that is not definite has no factor, wherever its first bad pivot is.
		const n = 300
		for _, at := range []int{0, 7, 40, 255, 256, 299} {
			for _, bad := range []float32{0, -1, float32(math.NaN()), float32(math.Inf(1))} {
				a := make([]float32, n*n)
				for i := range n {
					a[i*n+i] = 1
				}
				a[at*n+at] = bad
				if Cholesky32(level, a, n, 2) {
					t.Errorf("%v: pivot %v at %d was taken", level, bad, at)
				}
			}
		}
	}
	SolveCholesky32([]float32{1}, 1, []float64{0}, 1)
}

// norm32 is the norm of v, whose entries are about size.
func norm32(v []float64, size float64) float64 {
	scaled := make([]float64, len(v))
	for i, x := range v {
		scaled[i] = x / size
	}
	return norm(scaled)
}

func benchmark(b *testing.B, flops float64, f func(level kernel.Level, threads int) time.Duration) {
	for _, level := range kernel.Levels()[1:] {
		for _, threads := range []int{1, 2} {
			b.Run(fmt.Sprintf("%v/threads=%d", level, threads), func(b *testing.B) {
				least := time.Hour
				for b.Loop() {
					least = min(least, f(level, threads))
				}
				b.ReportMetric(1e3*least.Seconds(), "best-ms")
				b.ReportMetric(1e-9*flops/least.Seconds(), "best-GFLOP/s")
			})
		}
	}
}

func BenchmarkSyrk(b *testing.B) {
	for _, d := range []int{200, 785, 2000} {
		const m = 2048
		r := rand.New(rand.NewPCG(1, 2))
		a, c, s, rows := normal32(r, m, d), normal32(r, m, 1), make([]float32, d*d), permutation(r, m)
		var y Syrk
		b.Run(fmt.Sprint(d), func(b *testing.B) {
			benchmark(b, float64(m*d*(d+1)), func(level kernel.Level, threads int) time.Duration {
				start := time.Now()
				y.Add(level, s, a, d, rows, c, threads)
				return time.Since(start)
			})
		})
	}
}

func BenchmarkCholesky32(b *testing.B) {
	for _, n := range []int{500, 2000, 7850} {
		a := make([]float32, n*n)
		x := make([]float64, n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			benchmark(b, float64(n)*float64(n)*float64(n)/3, func(level kernel.Level, threads int) time.Duration {
				for i := range n {
					for j := range i {
						a[i*n+j] = 1 / float32(i-j+1)
					}
					a[i*n+i] = 20
				}
				start := time.Now()
				Cholesky32(level, a, n, threads)
				return time.Since(start)
			})
		})
		b.Run(fmt.Sprint("solve", n), func(b *testing.B) {
			benchmark(b, 2*float64(n)*float64(n), func(level kernel.Level, threads int) time.Duration {
				for i := range x {
					x[i] = 1
				}
				start := time.Now()
				SolveCholesky32(a, n, x, threads)
				return time.Since(start)
			})
		})
	}
}
