package objective

import (
	"fmt"
	"math"
	"testing"
)

// dual returns the value of the dual problem at the distributions q of the
// rows,
//
//	mean entropy(q_i) - ||mean x_i (q_i - y_i)'||^2 / (2 lambda),
//
// and by how much q misses feasibility: the largest |mean (q_i - y_i)|.
func (s sample) dual(q [][]float64) (value, infeasible float64) {
	d, k, o := s.X.D(), s.K, s.new(1)
	G := make([]float64, (d+1)*k)
	row := make([]float64, d)
	for i, qi := range q {
		w := o.weight(i) / o.Sum()
		s.X.Row(row, i)
		for m, v := range qi {
			if v > 0 {
				value -= w * v * math.Log(v)
			}
			if int(s.Loss.(CrossEntropy).Labels[i]) == m {
				v--
			}
			for j, x := range append(row, 1) {
				G[j*k+m] += w * x * v
			}
		}
	}
	return value - dot(G[:d*k], G[:d*k])/(2*s.Lambda), largest(G[d*k:])
}

// certify returns what a new certificate says of theta alone.
func (s sample) certify(t *testing.T, theta []float64) (bound, f float64) {
	t.Helper()
	o := s.new(2)
	c, err := NewCertificate(o)
	if err != nil {
		t.Fatal(err)
	}
	grad := make([]float64, o.Dim())
	if f, err = o.ValueGrad(theta, grad); err != nil {
		t.Fatal(err)
	}
	c.Add(theta, grad, f)
	return c.Lower(), f
}

// TestFenchel: with the intercepts at their optimum the bound is the value of
// the dual problem at the model's probabilities.
func TestFenchel(t *testing.T) {
	forSamples(t, func(t *testing.T, s sample) {
		if s.X.N() < 20 || s.K > 4*(s.X.D()+1) {
			t.Skip("the intercepts have no optimum, or are not moved")
		}
		o := s.new(1)
		if _, err := o.MinimizeIntercept(s.theta, make([]float64, o.Dim()), 1e-16); err != nil {
			t.Fatal(err)
		}
		bound, f := s.certify(t, s.theta)
		_, _, p := s.naive(s.theta)
		want, infeasible := s.dual(p)
		near(t, "infeasibility", infeasible, 0, 1e-15)
		near(t, "bound", bound, want, 1e-12*(math.Abs(want)+f))
	})
}

// TestRepaired: with intercepts anywhere the bound is the value of the dual
// problem at the mixture of the model's probabilities with one distribution
// for all rows that is feasible. So it is a lower bound of the minimum.
func TestRepaired(t *testing.T) {
	repaired := 0
	forSamples(t, func(t *testing.T, s sample) {
		for range 20 {
			_, b := s.new(1).Split(s.theta)
			for q := range b {
				b[q] = s.rng.NormFloat64()
			}
			bound, f := s.certify(t, s.theta)
			if math.IsInf(bound, -1) {
				continue
			}
			_, _, p := s.naive(s.theta)
			tau, mix := s.mixture(p)
			q := make([][]float64, len(p))
			for i := range p {
				q[i] = make([]float64, s.K)
				for m := range q[i] {
					q[i][m] = (1-tau)*p[i][m] + tau*mix[m]
				}
			}
			value, infeasible := s.dual(q)
			near(t, "infeasibility", infeasible, 0, 1e-14)
			// Entropy is concave: the mixture's is at least the mixed entropies
			// that the bound takes.
			size := math.Abs(value) + f
			if bound > value+1e-13*size {
				t.Errorf("bound %v above the dual's value %v", bound, value)
			}
			entropy := 0.0
			for _, v := range mix {
				if v > 0 {
					entropy -= v * math.Log(v)
				}
			}
			least := value // with the entropy of the mixture in place of the mixed ones
			o := s.new(1)
			for i := range q {
				w := o.weight(i) / o.Sum()
				for m, v := range q[i] {
					if v > 0 {
						least += w * v * math.Log(v)
					}
					if p[i][m] > 0 {
						least -= (1 - tau) * w * p[i][m] * math.Log(p[i][m])
					}
				}
			}
			near(t, "bound", bound, least+tau*entropy, 1e-11*size)
			if tau > 0.01 {
				repaired++
			}
		}
	})
	if repaired < 50 {
		t.Errorf("only %d bounds needed repair", repaired)
	}
}

// mixture returns the smallest share tau of a distribution that makes p
// feasible, and the distribution.
func (s sample) mixture(p [][]float64) (tau float64, mix []float64) {
	o := s.new(1)
	y, r := make([]float64, s.K), make([]float64, s.K)
	for i, pi := range p {
		w := o.weight(i) / o.Sum()
		y[s.Loss.(CrossEntropy).Labels[i]] += w
		for m, v := range pi {
			r[m] += w * v
		}
	}
	mix = make([]float64, s.K)
	for m := range r {
		r[m] -= y[m]
		if r[m] > 0 {
			tau = max(tau, r[m]/(y[m]+r[m]))
		} else if r[m] < 0 {
			tau = max(tau, -r[m]/(1-y[m]-r[m]))
		}
	}
	for m := range mix {
		mix[m] = y[m] - (1-tau)/tau*r[m]
	}
	return tau, mix
}

// TestBest: the certificate keeps the best bound, and has none without a
// penalty.
func TestBest(t *testing.T) {
	s := newSample(5, 100, 3, 3)
	o := s.new(1)
	c, err := NewCertificate(o)
	if err != nil {
		t.Fatal(err)
	}
	grad := make([]float64, o.Dim())
	best := math.Inf(-1)
	for i := range 20 {
		for at := range s.theta {
			s.theta[at] = s.rng.NormFloat64() / float64(i+1)
		}
		f, err := o.ValueGrad(s.theta, grad)
		if err != nil {
			t.Fatal(err)
		}
		alone, _ := s.certify(t, s.theta)
		best = max(best, alone)
		if c.Add(s.theta, grad, f); c.Lower() != best {
			got := c.Lower()
			t.Errorf("best bound %v, want %v", got, best)
		}
	}
	if c.Add(s.theta, grad, math.NaN()); c.Lower() != best {
		got := c.Lower()
		t.Errorf("after a NaN %v, want %v", got, best)
	}
	s.Lambda = 0
	if bound, _ := s.certify(t, s.theta); !math.IsInf(bound, -1) {
		t.Errorf("without a penalty: %v", bound)
	}
}

// TestSaturated: where all is decided, bounds are still below the objective.
func TestSaturated(t *testing.T) {
	for _, size := range []float64{1, 30, 1e3, 1e6} {
		s := newSample(7, 50, 2, 3)
		s.Lambda = 1e-9
		for i := range s.theta {
			s.theta[i] *= size
		}
		bound, f := s.certify(t, s.theta)
		if bound > f || math.IsNaN(bound) || math.IsNaN(f) {
			t.Errorf("%s: bound %v, objective %v", fmt.Sprint(size), bound, f)
		}
	}
}
