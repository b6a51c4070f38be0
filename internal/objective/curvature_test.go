package objective

import "testing"

// TestHessianProduct and Diagonal against the formula, with Loss.Curvature for
// the curvature of a row, for dense, sparse and mixed matrices.
func TestHessianProduct(t *testing.T) {
	forSamples(t, func(t *testing.T, s sample) {
		n, d, k := s.X.N(), s.X.D(), s.K
		labels := s.Loss.(CrossEntropy).Labels
		y := make([]float64, n*k)
		for i := range y {
			y[i] = s.rng.Float64()
		}
		for _, loss := range []Loss{CrossEntropy{Labels: labels}, Squared{Labels: labels}, Sigmoids{Y: y}} {
			const damping = 0.3
			s.Loss = loss
			v := make([]float64, (d+1)*k)
			for i := range v {
				v[i] = s.rng.NormFloat64()
			}
			o := s.new(1)
			row, z, c := make([]float64, d), make([]float64, n*k), make([]float64, k*k)
			if err := o.each(s.theta, 0, func(_ *part, at []float64, lo, hi int) { copy(z[lo*k:hi*k], at) }); err != nil {
				t.Fatal(err)
			}
			want, diagonal := make([]float64, len(v)), make([]float64, len(v))
			for i := range n {
				s.X.Row(row, i)
				x := append(row, 1)
				loss.Curvature(c, z[i*k:][:k], i)
				for q := range k {
					for m := range k {
						h := c[min(q, m)*k+max(q, m)]
						if q == m {
							h += damping
						}
						if IsShiftInvariant(loss) {
							h -= damping / float64(k)
						}
						h *= o.weight(i) / o.Sum()
						for j, xj := range x {
							if q == m {
								diagonal[j*k+q] += h * xj * xj
							}
							for l, xl := range x {
								want[j*k+q] += h * xj * xl * v[l*k+m]
							}
						}
					}
				}
			}
			for i := range d * k {
				want[i] += s.Lambda * v[i]
				diagonal[i] += s.Lambda
			}
			for _, dense := range []int{d, d / 2, 0} {
				s := s
				if dense < d {
					s = s.stored(dense)
				}
				var first []float64
				for _, threads := range []int{1, 3} {
					o := s.new(threads)
					o.plan(1)
					hv, h := make([]float64, len(v)), make([]float64, len(v))
					if err := o.Curve(s.theta); err != nil {
						t.Fatal(err)
					}
					if err := o.Diagonal(h, damping); err != nil {
						t.Fatal(err)
					}
					if err := o.HessianProduct(hv, v, damping); err != nil {
						t.Fatal(err)
					}
					for i := range want {
						near(t, "product", hv[i], want[i], 1e-12)
						near(t, "diagonal", h[i], max(diagonal[i], leastCurvature), 1e-12)
					}
					if hv = append(hv, h...); first != nil && !equal(hv, first) {
						t.Errorf("%d threads give other bits than one", threads)
					}
					first = hv
				}
			}
		}
	})
}
