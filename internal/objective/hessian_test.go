package objective

import (
	"fmt"
	"testing"
)

// TestHessian against the formula, row by row: without the gauge's term it is
// the curvature in all directions but those along which f is flat.
func TestHessian(t *testing.T) {
	forSamples(t, func(t *testing.T, s sample) {
		d, k := s.X.D(), s.K
		o := s.new(2)
		dim := o.Dim()
		for _, stride := range []int{1, 3} {
			h := make([]float64, dim*dim)
			if err := o.Hessian(s.theta, h, stride); err != nil {
				t.Fatal(err)
			}
			_, _, p := s.naive(s.theta)
			want := make([]float64, dim*dim)
			row := make([]float64, d)
			var sum float64
			for i := 0; i < s.X.N(); i += stride {
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
					near(t, fmt.Sprintf("h[%d,%d], stride %d", i, l, stride), h[i*dim+l], want[i*dim+l], 1e-12)
				}
			}
			if t.Failed() {
				t.FailNow()
			}
		}
	})
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
