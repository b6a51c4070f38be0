package linalg

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// random returns an n x n matrix B B' with B n x rank, row-major.
func random(r *rand.Rand, n, rank int) []float64 {
	b := make([]float64, n*rank)
	for i := range b {
		b[i] = r.NormFloat64()
	}
	a := make([]float64, n*n)
	for i := range n {
		for j := range n {
			for l := range rank {
				a[i*n+j] += b[i*rank+l] * b[j*rank+l]
			}
		}
	}
	return a
}

func times(a []float64, n int, x []float64) []float64 {
	y := make([]float64, n)
	for i := range y {
		for j, v := range x {
			y[i] += a[i*n+j] * v
		}
	}
	return y
}

func norm(v []float64) float64 {
	var s float64
	for _, x := range v {
		s += x * x
	}
	return math.Sqrt(s)
}

func TestDotAxpy(t *testing.T) {
	for n := range 14 {
		x, y := make([]float64, n), make([]float64, n+2) // y may be longer
		want := 0.0
		for i := range x {
			x[i], y[i] = float64(i+1), float64(2*i-5)
			want += x[i] * y[i]
		}
		if got := Dot(x, y); got != want {
			t.Errorf("n=%d: Dot = %v, want %v", n, got, want)
		}
		sum := slices.Clone(y[:n])
		Axpy(sum, 3, x)
		for i := range sum {
			if sum[i] != y[i]+3*x[i] {
				t.Errorf("n=%d: Axpy gave %v", n, sum)
			}
		}
	}
}

func TestCholeskySolves(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for n := 1; n <= 40; n++ {
		a := random(r, n, n+3)
		x := make([]float64, n)
		for i := range x {
			x[i] = r.NormFloat64()
		}
		b := times(a, n, x)
		l := slices.Clone(a)
		for i := range n {
			for j := i + 1; j < n; j++ {
				l[i*n+j] = math.NaN() // right of the diagonal is not read
			}
		}
		if dropped := Cholesky(l, n, 1e-13); dropped != nil {
			t.Fatalf("n=%d: dropped %v of a definite matrix", n, dropped)
		}
		SolveCholesky(l, n, b)
		residual := times(a, n, b)
		Axpy(residual, -1, times(a, n, x))
		if e := norm(residual) / (norm(a) * norm(x)); !(e <= 1e-14*float64(n)) {
			t.Errorf("n=%d: residual %g", n, e)
		}
	}
}

// TestCholeskyDrops: coordinates that depend on those before them are listed,
// and the solution of a consistent system without them solves it.
func TestCholeskyDrops(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for rank := range 8 {
		const n = 8
		a := random(r, n, rank)
		var want []int
		for i := rank; i < n; i++ {
			want = append(want, i)
		}
		l := slices.Clone(a)
		if got := Cholesky(l, n, 1e-11); !slices.Equal(got, want) {
			t.Fatalf("rank %d: dropped %v, want %v", rank, got, want)
		}
		b := times(a, n, []float64{1, -2, 3, 0.5, -1, 2, 0, 1})
		x := slices.Clone(b)
		for _, i := range want {
			x[i] = 0
		}
		SolveCholesky(l, n, x)
		back := times(a, n, x)
		Axpy(back, -1, b)
		if norm(back) > 1e-9*(1+norm(b)) {
			t.Errorf("rank %d: residual %v", rank, back)
		}
	}
	// What is not a number is dropped, never divided by.
	for _, bad := range []float64{math.NaN(), math.Inf(1), -1, 0} {
		if got := Cholesky([]float64{bad}, 1, 1e-11); !slices.Equal(got, []int{0}) {
			t.Errorf("pivot %v: dropped %v", bad, got)
		}
	}
}

func TestEigen(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, n := range []int{1, 2, 3, 10, 26, 60} {
		for _, rank := range []int{0, 1, n / 2, n} {
			a := random(r, n, rank)
			size := norm(a)
			values, v := Eigen(slices.Clone(a), n)
			for q := range n {
				column := make([]float64, n)
				for i := range column {
					column[i] = v[i*n+q]
				}
				left := times(a, n, column)
				Axpy(left, -values[q], column)
				if !(norm(left) <= 1e-13*(size+1e-300)*float64(n)) || math.Abs(norm(column)-1) > 1e-13*float64(n) {
					t.Errorf("n=%d rank=%d: pair %d: residual %g of %g, length %v", n, rank, q, norm(left), size, norm(column))
				}
			}
		}
	}
}
