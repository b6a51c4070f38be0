package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

const u = 0x1p-53 // a rounding is a relative error of at most u

// A shape is n rows of d features and k outputs.
type shape struct{ n, d, k int }

// shapes has every d and k up to 40, in all combinations of their remainders by
// 8, and every n up to 70.
func shapes() []shape {
	r := rand.New(rand.NewPCG(1, 1))
	var all []shape
	for d := 1; d <= 40; d++ {
		for k := 1 + d%3; k <= 40; k += 3 {
			all = append(all, shape{r.IntN(71), d, k})
		}
	}
	for n := range 71 {
		all = append(all, shape{n, 1 + r.IntN(40), 1 + r.IntN(40)}, shape{n, 7, 3})
	}
	return all
}

// rows returns n x d values, of which a share is zero.
func rows[T stored](r *rand.Rand, s shape, zeros float64) []T {
	x := make([]T, s.n*s.d)
	for i := range x {
		if r.Float64() >= zeros {
			x[i] = T(1 + 254*r.Float64())
			if _, float := any(x[i]).(float32); float {
				x[i] = T(r.NormFloat64() * math.Exp2(float64(r.IntN(20)-10)))
			}
		}
	}
	return x
}

func normal(r *rand.Rand, n int) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = r.NormFloat64() * math.Exp2(float64(r.IntN(20)-10))
	}
	return v
}

// fenced returns a copy of v that lies between NaNs, and a check that they
// are still there.
func fenced(v []float64) (inner []float64, intact func() bool) {
	const guard = 8
	all := make([]float64, len(v)+2*guard)
	for i := range all {
		all[i] = math.NaN()
	}
	inner = all[guard:][:len(v):len(v)]
	copy(inner, v)
	return inner, func() bool {
		for i := range guard {
			if !math.IsNaN(all[i]) || !math.IsNaN(all[len(all)-1-i]) {
				return false
			}
		}
		return true
	}
}

// forShapes runs test for every shape with bytes and floats, dense, half full
// and empty.
func forShapes(t *testing.T, bytes func(*testing.T, *rand.Rand, shape, []uint8), floats func(*testing.T, *rand.Rand, shape, []float32)) {
	shares := []float64{0.5, 0, 0.9, 1}
	if testing.Short() {
		shares = shares[:1]
	}
	for _, zeros := range shares {
		t.Run(fmt.Sprintf("zeros=%v", zeros), func(t *testing.T) {
			r := rand.New(rand.NewPCG(2, math.Float64bits(zeros)))
			for _, s := range shapes() {
				bytes(t, r, s, rows[uint8](r, s, zeros))
				floats(t, r, s, rows[float32](r, s, zeros))
				if t.Failed() {
					t.Fatalf("n=%d d=%d k=%d", s.n, s.d, s.k)
				}
			}
		})
	}
}

func TestForward(t *testing.T) { forShapes(t, testForward[uint8], testForward[float32]) }

// testForward: each sum in the order of the features, bit for bit.
func testForward[T stored](t *testing.T, r *rand.Rand, s shape, x []T) {
	w, c := normal(r, s.d*s.k), normal(r, s.k)
	z, intact := fenced(normal(r, s.n*s.k)) // what was there is overwritten
	forward(z, x, s.d, w, c)
	if !intact() {
		t.Fatal("wrote outside its output")
	}
	for i := range s.n {
		for q := range s.k {
			want := c[q]
			for j := range s.d {
				want += float64(float64(x[i*s.d+j]) * w[j*s.k+q])
			}
			if z[i*s.k+q] != want {
				t.Fatalf("z[%d,%d] = %v, want %v", i, q, z[i*s.k+q], want)
			}
		}
	}
}

func TestBackward(t *testing.T) { forShapes(t, testBackward[uint8], testBackward[float32]) }

// testBackward: within the rounding of a sum of n+1 terms.
func testBackward[T stored](t *testing.T, r *rand.Rand, s shape, x []T) {
	res, before := normal(r, s.n*s.k), normal(r, s.d*s.k)
	g, intact := fenced(before)
	backward(g, x, s.d, res)
	if !intact() {
		t.Fatal("wrote outside its output")
	}
	for j := range s.d {
		for q := range s.k {
			want, size := before[j*s.k+q], math.Abs(before[j*s.k+q])
			for i := range s.n {
				p := float64(x[i*s.d+j]) * res[i*s.k+q]
				want, size = want+p, size+math.Abs(p)
			}
			if got := g[j*s.k+q]; !(math.Abs(got-want) <= 2*float64(s.n+1)*u*size) {
				t.Fatalf("g[%d,%d] = %v, want %v", j, q, got, want)
			}
		}
	}
}

// TestRows: slices of rows are the rows, in both storages, and the exported
// functions see the storage that is there.
func TestRows(t *testing.T) {
	bytes := Rows{D: 3, U8: []uint8{1, 2, 3, 4, 5, 6, 7, 8, 9}}
	floats := Rows{D: 3, F32: []float32{1, 2, 3, 4, 5, 6, 7, 8, 9}}
	for _, x := range []Rows{bytes, floats} {
		part := x.Slice(1, 3)
		if x.N() != 3 || part.N() != 2 {
			t.Fatalf("%d rows of which %d", x.N(), part.N())
		}
		z := make([]float64, 2)
		Forward(z, part, []float64{1, 10, 100}, []float64{0.5})
		g := make([]float64, 3)
		Backward(g, part, []float64{1, 10})
		if z[0] != 654.5 || z[1] != 987.5 || g[0] != 74 || g[2] != 96 {
			t.Errorf("%v: %v %v", x, z, g)
		}
	}
}
