package matrix

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"example.com/softmax/internal/kernel"
)

// A sample is a Matrix, and the same matrix written out.
type sample struct {
	x    *Matrix
	rows [][]float64
	w    []float64
}

// newSample makes an n x d matrix, scaled, with a constant feature if d > 2,
// weighted half of the time. Of a mixed one the second half is sparse; the
// sparse features of ones hold nothing else.
func newSample(r *rand.Rand, n, d int, storage string) sample {
	dense := map[string]int{"bytes": d, "floats": d, "mixed": d / 2}[storage]
	s := sample{x: &Matrix{V: kernel.Rows{D: dense}}}
	if dense < d {
		s.x.S = &kernel.Sparse{D: d - dense, Starts: []int{0}}
	}
	for range d {
		s.x.Shift = append(s.x.Shift, 3*r.NormFloat64())
		s.x.Scale = append(s.x.Scale, r.ExpFloat64())
	}
	if d > 2 {
		s.x.Scale[1] = 0
	}
	for range n {
		row := make([]float64, d)
		for j := range row {
			var v float64
			switch {
			case j >= dense:
				if r.IntN(3) > 0 {
					break
				}
				v = 1
				s.x.S.Index = append(s.x.S.Index, int32(j-dense))
				if storage != "ones" {
					v = r.NormFloat64()
					s.x.S.Values = append(s.x.S.Values, v)
				}
			case storage == "bytes":
				b := uint8(r.IntN(4) * r.IntN(80))
				s.x.V.U8 = append(s.x.V.U8, b)
				v = float64(b)
			default:
				f := float32(r.NormFloat64())
				s.x.V.F32 = append(s.x.V.F32, f)
				v = float64(f)
			}
			row[j] = (v - s.x.Shift[j]) * s.x.Scale[j]
		}
		if s.x.S != nil {
			s.x.S.Starts = append(s.x.S.Starts, len(s.x.S.Index))
		}
		s.rows = append(s.rows, row)
	}
	if r.IntN(2) == 0 {
		for range n {
			s.w = append(s.w, float64(r.IntN(4))*r.Float64()+1e-3)
		}
	}
	return s
}

func (s sample) weight(i int) float64 {
	if s.w == nil {
		return 1
	}
	return s.w[i]
}

func forSamples(t *testing.T, test func(t *testing.T, r *rand.Rand, s sample)) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, storage := range []string{"bytes", "floats", "sparse", "ones", "mixed"} {
		for _, n := range []int{1, 2, 5, 63, 130} {
			for _, d := range []int{1, 2, 3, 16, 17, 33} {
				s := newSample(r, n, d, storage)
				t.Run(fmt.Sprintf("%s/n=%d/d=%d/weights=%v", storage, n, d, s.w != nil), func(t *testing.T) { test(t, r, s) })
			}
		}
	}
}

func near(t *testing.T, what string, got, want, size float64) {
	t.Helper()
	if !(math.Abs(got-want) <= 1e-13*size) {
		t.Errorf("%s = %.17g, want %.17g, of size %g", what, got, want, size)
	}
}

func TestRow(t *testing.T) {
	forSamples(t, func(t *testing.T, _ *rand.Rand, s sample) {
		if s.x.N() != len(s.rows) || s.x.D() != len(s.rows[0]) {
			t.Fatalf("%d x %d", s.x.N(), s.x.D())
		}
		row := make([]float64, s.x.D())
		for i, want := range s.rows {
			s.x.Row(row, i)
			for j := range row {
				if row[j] != want[j] {
					t.Errorf("x[%d,%d] = %v, want %v", i, j, row[j], want[j])
				}
			}
		}
	})
}

// TestProducts: X W + 1 b' and X' R by algebra on the small factors.
func TestProducts(t *testing.T) {
	forSamples(t, func(t *testing.T, r *rand.Rand, s sample) {
		n, d := s.x.N(), s.x.D()
		const k = 3
		random := func(n int) []float64 {
			v := make([]float64, n)
			for i := range v {
				v[i] = r.NormFloat64()
			}
			return v
		}
		W, b, R := random(d*k), random(k), random(n*k)
		u, c, z := make([]float64, d*k), make([]float64, k), make([]float64, n*k)
		s.x.Fold(u, c, W, b)
		g, rsum := make([]float64, d*k), make([]float64, k)
		stored := make([]float64, n*d)
		for i := range n {
			v := stored[i*d:][:d]
			s.x.AddRow(v, 1, i)
			copy(z[i*k:][:k], c)
			kernel.Products(z[i*k:][:k], v, u)
			for j := range v {
				kernel.Axpy(g[j*k:][:k], v[j], R[i*k:][:k])
			}
			kernel.Axpy(rsum, 1, R[i*k:][:k])
		}
		s.x.Unfold(g, rsum)
		for q := range k {
			for i := range n {
				want, size := b[q], math.Abs(b[q])
				for j := range d {
					want += s.rows[i][j] * W[j*k+q]
					size += (math.Abs(stored[i*d+j]) + math.Abs(s.x.Shift[j])) * s.x.Scale[j] * math.Abs(W[j*k+q])
				}
				near(t, "z", z[i*k+q], want, size)
			}
			for j := range d {
				want, size := 0.0, 0.0
				for i := range n {
					want += s.rows[i][j] * R[i*k+q]
					size += (math.Abs(stored[i*d+j]) + math.Abs(s.x.Shift[j])) * s.x.Scale[j] * math.Abs(R[i*k+q])
				}
				near(t, "g", g[j*k+q], want, size)
			}
		}
	})
}

// TestMoments: Means, Squares and Gram against their definitions, over all rows
// and over every third.
func TestMoments(t *testing.T) {
	forSamples(t, func(t *testing.T, _ *rand.Rand, s sample) {
		d := s.x.D()
		for _, stride := range []int{1, 3} {
			want, size := make([]float64, (d+1)*(d+1)), make([]float64, (d+1)*(d+1))
			var sum float64
			at := func(i, j int) (v, magnitude float64) {
				if j == d {
					return 1, 1
				}
				raw := s.rows[i][j]
				return raw, math.Abs(raw) + 2*math.Abs(s.x.Shift[j]*s.x.Scale[j])
			}
			for i := 0; i < s.x.N(); i += stride {
				sum += s.weight(i)
				for j := range d + 1 {
					for l := range d + 1 {
						vj, mj := at(i, j)
						vl, ml := at(i, l)
						want[j*(d+1)+l] += s.weight(i) * vj * vl
						size[j*(d+1)+l] += s.weight(i) * mj * ml
					}
				}
			}
			for at, got := range s.x.Gram(s.w, stride) {
				near(t, "Gram", got, want[at]/sum, size[at]/sum)
			}
			for j, got := range s.x.Squares(s.w, stride) {
				near(t, "Squares", got, want[j*(d+2)]/sum, size[j*(d+2)]/sum)
			}
			if stride == 1 {
				for j, got := range s.x.Means(s.w) {
					near(t, "Means", got, want[d*(d+1)+j]/sum, size[d*(d+1)+j]/sum)
				}
			}
		}
	})
}
