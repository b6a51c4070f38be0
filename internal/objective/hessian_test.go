package objective

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"example.com/softmax/internal/kernel"
	"example.com/softmax/internal/matrix"
)

// TestHessian against the formula, row by row: without the gauge's term it is
// the curvature in all directions but those along which f is flat.
func TestHessian(t *testing.T) {
	forSamples(t, func(t *testing.T, s sample) {
		d, k := s.X.D(), s.K
		o := s.new(2)
		dim := o.Dim()
		h := make([]float64, dim*dim)
		if err := o.Hessian(s.theta, h); err != nil {
			t.Fatal(err)
		}
		_, _, p := s.naive(s.theta)
		want := make([]float64, dim*dim)
		row := make([]float64, d)
		var sum float64
		for i := range s.X.N() {
			w := o.weight(i)
			sum += w
			s.X.Row(row, i)
			for j, xj := range append(row, 1) {
				for l, xl := range append(row, 1) {
					for q := range k {
						for m := range k {
							c := -p[i][q] * p[i][m]
							if q == m {
								c += p[i][q]
							}
							want[(j*k+q)*dim+l*k+m] += w * c * xj * xl
						}
					}
				}
			}
		}
		for i := range want {
			want[i] /= sum
		}
		for i := range d * k {
			want[i*dim+i] += s.Lambda
		}
		for j := range d + 1 { // the gauge's term: a multiple of 11'/K
			var mu float64
			for q := range k {
				mu = max(mu, want[(j*k+q)*(dim+1)])
			}
			for q := range k {
				for m := range k {
					want[(j*k+q)*dim+j*k+m] += mu / float64(k)
				}
			}
		}
		for i := range dim {
			for l := range i + 1 {
				near(t, fmt.Sprintf("h[%d,%d]", i, l), h[i*dim+l], want[i*dim+l], 1e-12)
			}
		}
		if t.Failed() {
			t.FailNow()
		}
	})
}

// TestSample: from all rows it is the Hessian without penalty and gauge,
// projected; from some of them it has about the same size.
func TestSample(t *testing.T) {
	forSamples(t, func(t *testing.T, s sample) {
		o, n, k := s.new(1), s.X.D()+1, s.K // one thread, so that sums here need no lock
		h := func(V []float64, r, m, threads int) []float32 {
			h := make([]float32, r*k*r*k)
			sample, err := s.new(threads).Sample(s.theta, m)
			if err != nil {
				t.Fatal(err)
			}
			if err := sample.Hessian(V, r, h); err != nil {
				t.Fatal(err)
			}
			return h
		}
		all := h(nil, n, s.X.N(), 2)
		_, _, p := s.naive(s.theta)
		row := make([]float64, n-1)
		size := 0.0
		want := make([]float64, len(all))
		for i := range p {
			s.X.Row(row, i)
			x := append(slices.Clone(row), 1)
			for q := range k {
				for m := range k {
					c := -p[i][q] * p[i][m]
					if q == m {
						c += p[i][q]
					}
					for a, xa := range x {
						for b, xb := range x {
							want[(q*n+a)*n*k+m*n+b] += o.weight(i) * c * xa * xb / o.Sum()
						}
					}
				}
			}
		}
		for i := range n * k {
			size = max(size, want[i*(n*k+1)])
		}
		for i := range n * k {
			for j := range i + 1 {
				near(t, "element", float64(all[i*n*k+j])/size, want[i*n*k+j]/size, 0.03)
			}
		}
		// Of the same curvatures, thinned out, it is exact.
		thinned := make([]float64, len(all))
		err := o.each(s.theta, 0, func(p *part, z []float64, lo, hi int) {
			x, c := make([]float64, n), make([]float64, k*k)
			x[n-1] = 1
			for i := lo; i < hi; i++ {
				s.X.Row(x[:n-1], i)
				s.Loss.Curvature(c, z[(i-lo)*k:][:k], i)
				sparsify(c, k, i)
				for at := range thinned {
					q, a, m, b := at/(n*k)/n, at/(n*k)%n, at%(n*k)/n, at%(n*k)%n
					thinned[at] += o.weight(i) * c[min(q, m)*k+max(q, m)] * x[a] * x[b] / o.Sum()
				}
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		for i := range n * k {
			for j := range i + 1 {
				near(t, "thinned element", float64(all[i*n*k+j])/size, thinned[i*n*k+j]/size, 1e-5)
			}
		}
		// V of one direction.
		v := make([]float64, n)
		for j := range v {
			v[j] = float64(j+1) / float64(n)
		}
		one := h(v, 1, s.X.N(), 2)
		for q := range k {
			var sum float64
			for a, va := range v {
				for b, vb := range v { // of the same rows, thinned in the same way
					sum += va * vb * float64(all[(q*n+max(a, b))*n*k+q*n+min(a, b)])
				}
			}
			near(t, "projected", float64(one[q*(k+1)]), sum, 1e-4*size)
		}
		some := h(nil, n, s.X.N()/2+1, 1)
		if !slices.Equal(some, h(nil, n, s.X.N()/2+1, 3)) {
			t.Error("other bits with more threads")
		}
		if s.X.N() < 100 {
			return
		}
		var got, trace float64
		for i := range n * k {
			got += float64(some[i*(n*k+1)])
			trace += want[i*(n*k+1)]
		}
		near(t, "trace of a sample", got/trace, 1, 0.2)
	})
}

// TestFullHessian: at every level it is Hessian in the free classes without
// penalty and gauge, with the same bits for any number of threads: of few features
// and of more, of softmax and of sigmoids, dense or sparse.
func TestFullHessian(t *testing.T) {
	forSamples(t, testFullHessian)
	for _, shape := range [][3]int{{700, 30, 4}, {2500, 40, 3}} {
		s := newSample(4, shape[0], shape[1], shape[2])
		t.Run("wide", func(t *testing.T) { testFullHessian(t, s) })
		sigmoids := s
		sigmoids.Loss = Sigmoids{Y: make([]float64, s.X.N()*s.K)}
		t.Run("sigmoids", func(t *testing.T) { testFullHessian(t, sigmoids) })
		half := &kernel.Sparse{D: 20, Starts: []int{0}}
		for range s.X.N() {
			for range 5 {
				half.Index = append(half.Index, int32(s.rng.IntN(4)+4*(len(half.Index)%5)))
			}
			half.Starts = append(half.Starts, len(half.Index))
		}
		mixed := s
		mixed.X = &matrix.Matrix{V: kernel.Rows{D: s.X.D() - 20, F32: randomMatrix(s.rng, s.X.N(), s.X.D()-20)}, S: half, Shift: s.X.Shift, Scale: s.X.Scale}
		t.Run("mixed", func(t *testing.T) { testFullHessian(t, mixed) })
	}
}

func testFullHessian(t *testing.T, s sample) {
	s.Lambda = 0
	k, dim := s.K, s.new(1).Dim()
	want := make([]float64, dim*dim)
	bare := s
	bare.Loss = justLoss{s.Loss} // not known to be shift invariant, so that no gauge is added
	if err := bare.new(2).Hessian(s.theta, want); err != nil {
		t.Fatal(err)
	}
	var size float64
	for i := range dim {
		size = max(size, want[i*(dim+1)])
	}
	for _, level := range kernel.Levels() {
		var before []float32
		for threads := 1; threads < 4; threads += 2 {
			o := s.new(threads)
			n, free := dim/k, o.Free()
			h := make([]float32, free*n*free*n)
			if err := o.FullHessian(level, s.theta, h); err != nil {
				t.Fatal(err)
			}
			for i := range free * n {
				for j := range i + 1 {
					a, b := i%n*k+i/n, j%n*k+j/n
					near(t, fmt.Sprintf("%v: element %d %d", level, i, j), float64(h[i*free*n+j])/size, want[max(a, b)*dim+min(a, b)]/size, 1e-5)
				}
				clear(h[i*free*n+i+1 : (i+1)*free*n])
			}
			if before != nil && !slices.Equal(before, h) {
				t.Errorf("%v: other bits with %d threads", level, threads)
			}
			if before = h; t.Failed() {
				t.FailNow()
			}
		}
	}
}

// justLoss hides what a Loss is besides.
type justLoss struct{ Loss }

// TestSparsify: rows still sum to 0, large pairs stay, and what is thrown away
// is made up for by what is kept.
func TestSparsify(t *testing.T) {
	p := []float64{0.7, 0.29, 0.004, 0.003, 0.003}
	k := len(p)
	mean, zeros := make([]float64, k*k), 0
	const rows = 100000
	for i := range rows {
		z := make([]float64, k)
		for q := range z {
			z[q] = math.Log(p[q])
		}
		c := make([]float64, k*k)
		softmaxCurvature(c, z)
		sparsify(c, k, i)
		if math.Abs(c[1]+p[0]*p[1]) > 1e-12 {
			t.Fatalf("a large pair became %v", c[1])
		}
		for q := range k {
			sum := 0.0
			for m := range k {
				sum += c[min(q, m)*k+max(q, m)]
				if c[min(q, m)*k+max(q, m)] == 0 {
					zeros++
				}
			}
			if math.Abs(sum) > 1e-6 {
				t.Fatalf("row %d sums to %v", q, sum)
			}
		}
		for at, v := range c {
			mean[at] += v / rows
		}
	}
	if zeros < rows*k {
		t.Errorf("%d zeros", zeros)
	}
	for q := range k {
		for m := q + 1; m < k; m++ {
			near(t, "mean", mean[q*k+m]/(p[q]*p[m]), -1, 0.25)
		}
	}
}

// TestChances: they sum to what is wanted, none is 0, and those that are not
// capped are in proportion.
func TestChances(t *testing.T) {
	p := []float64{0, 1, 2, 3, 10, 4}
	capChances(p, 3)
	var sum float64
	for _, v := range p {
		sum += v
	}
	if math.Abs(sum-3) > 1e-12 || !(p[0] > 0) || p[4] != 1 || math.Abs(p[3]/p[1]-3) > 1e-12 {
		t.Errorf("%v, sum %v", p, sum)
	}
	for _, p := range [][]float64{{0, 0}, {math.Inf(1), 1}, {math.NaN(), 1}} {
		if capChances(p, 1); p[0] != 0.5 || p[1] != 0.5 {
			t.Errorf("%v", p)
		}
	}
}

func TestMeanCurvature(t *testing.T) {
	forSamples(t, func(t *testing.T, s sample) {
		o, k := s.new(2), s.K
		c := make([]float64, k*k)
		if err := o.MeanCurvature(s.theta, c); err != nil {
			t.Fatal(err)
		}
		_, _, p := s.naive(s.theta)
		for q := range k {
			for m := range k {
				var want float64
				for i := range p {
					v := -p[i][q] * p[i][m]
					if q == m {
						v += p[i][q]
					}
					want += o.weight(i) * v / o.Sum()
				}
				near(t, "curvature", c[q*k+m], want, 1e-14)
			}
		}
	})
}
