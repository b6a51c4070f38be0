package softmax

import (
	"math"
	"testing"
)

// A reference is the objective by its formula, with nothing of this module in
// it: rows written out, Newton's method on the dense Hessian, Gaussian
// elimination. theta is W, d x K row-major, then b.
type reference struct {
	x       [][]float64 // n x d, as the model sees them
	y       [][]float64 // n x K: a class, a distribution, counts, or several classes
	w       []float64   // nil for 1 each
	k       int
	lambda  float64
	sigmoid bool // the classes are independent
}

func (r *reference) d() int { return len(r.x[0]) }

func (r *reference) weight(i int) float64 {
	if r.w == nil {
		return 1
	}
	return r.w[i]
}

func (r *reference) sum() float64 {
	var s float64
	for i := range r.x {
		s += r.weight(i)
	}
	return s
}

// mass is what the targets of row i sum to.
func (r *reference) mass(i int) (sum float64) {
	for _, y := range r.y[i] {
		sum += y
	}
	return sum
}

// row returns the loss of row i at theta, its probabilities and its residual,
// the gradient with respect to its logits.
func (r *reference) row(theta []float64, i int) (loss float64, p, residual []float64) {
	d, y := r.d(), r.y[i]
	z := append([]float64(nil), theta[d*r.k:]...)
	for q := range z {
		for j, x := range r.x[i] {
			z[q] += x * theta[j*r.k+q]
		}
	}
	p, residual = make([]float64, r.k), make([]float64, r.k)
	if r.sigmoid {
		for q, v := range z {
			p[q] = 1 / (1 + math.Exp(-v))
			residual[q] = p[q] - y[q]
			loss += math.Log1p(math.Exp(-math.Abs(v))) + y[q]*max(0, -v) + (1-y[q])*max(0, v)
		}
		return loss, p, residual
	}
	top := 0
	for q := range z {
		if z[q] > z[top] {
			top = q
		}
	}
	var others float64
	for q := range z {
		p[q] = math.Exp(z[q] - z[top])
		if q != top {
			others += p[q]
		}
	}
	for q := range z {
		p[q] /= 1 + others
		loss += y[q] * (z[top] - z[q] + math.Log1p(others))
	}
	for q := range z {
		residual[q] = r.mass(i)*p[q] - y[q]
	}
	return loss, p, residual
}

// A neumaier is a compensated sum.
type neumaier struct{ s, c float64 }

func (n *neumaier) add(v float64) {
	t := n.s + v
	if math.Abs(n.s) >= math.Abs(v) {
		n.c += (n.s - t) + v
	} else {
		n.c += (v - t) + n.s
	}
	n.s = t
}

func (n *neumaier) value() float64 { return n.s + n.c }

// loss is the weighted mean loss; value adds the penalty.
func (r *reference) loss(theta []float64) float64 {
	var sum neumaier
	for i := range r.x {
		l, _, _ := r.row(theta, i)
		sum.add(r.weight(i) * l)
	}
	return sum.value() / r.sum()
}

func (r *reference) value(theta []float64) float64 {
	var square neumaier
	for _, w := range theta[:r.d()*r.k] {
		square.add(w * w)
	}
	return r.loss(theta) + r.lambda/2*square.value()
}

// derivatives returns gradient and Hessian.
func (r *reference) derivatives(theta []float64) (g []float64, h [][]float64) {
	d, k, S := r.d(), r.k, r.sum()
	n := (d + 1) * k
	g, h = make([]float64, n), make([][]float64, n)
	for i := range h {
		h[i] = make([]float64, n)
	}
	for i := range r.x {
		x := append(append([]float64(nil), r.x[i]...), 1)
		_, p, residual := r.row(theta, i)
		w, mass := r.weight(i)/S, r.mass(i)
		for q := range k {
			for m := range k {
				var c float64
				switch {
				case r.sigmoid && q == m:
					c = w * p[q] * (1 - p[q])
				case r.sigmoid:
				case q == m:
					c = w * mass * p[q] * (1 - p[q])
				default:
					c = -w * mass * p[q] * p[m]
				}
				for j, xj := range x {
					for l, xl := range x {
						h[j*k+q][l*k+m] += c * xj * xl
					}
				}
			}
			for j, xj := range x {
				g[j*k+q] += w * xj * residual[q]
			}
		}
	}
	for i := range d * k {
		g[i] += r.lambda * theta[i]
		h[i][i] += r.lambda
	}
	return g, h
}

// solve returns the minimiser and the minimum, to machine precision. Of the
// intercepts, which f leaves free up to a constant, the sum stays 0.
func (r *reference) solve(t *testing.T) (theta []float64, f float64) {
	t.Helper()
	d, k := r.d(), r.k
	theta = make([]float64, (d+1)*k)
	f = r.value(theta)
	trial := make([]float64, len(theta))
	for range 200 {
		g, h := r.derivatives(theta)
		if !r.sigmoid {
			for q := range k {
				for m := range k {
					h[d*k+q][d*k+m] += 1 / float64(k)
				}
			}
		}
		var decrement float64
		step := eliminate(h, g)
		for i := range step {
			decrement += g[i] * step[i]
		}
		best := false
		for s := 1.0; s > 1e-6; s /= 2 {
			for i := range trial {
				trial[i] = theta[i] - s*step[i]
			}
			if v := r.value(trial); v < f {
				copy(theta, trial)
				f, best = v, true
				break
			}
		}
		if !best {
			if decrement > 1e-13*f {
				t.Fatalf("the reference ended with a decrement of %g at %g", decrement, f)
			}
			return theta, f
		}
	}
	t.Fatal("the reference does not converge")
	return nil, 0
}

// eliminate solves h x = g with partial pivoting; it destroys h.
func eliminate(h [][]float64, g []float64) []float64 {
	n := len(g)
	x := append([]float64(nil), g...)
	for c := range n {
		p := c
		for i := c; i < n; i++ {
			if math.Abs(h[i][c]) > math.Abs(h[p][c]) {
				p = i
			}
		}
		h[c], h[p] = h[p], h[c]
		x[c], x[p] = x[p], x[c]
		for i := c + 1; i < n; i++ {
			m := h[i][c] / h[c][c]
			if m == 0 {
				continue
			}
			for j := c; j < n; j++ {
				h[i][j] -= m * h[c][j]
			}
			x[i] -= m * x[c]
		}
	}
	for c := n - 1; c >= 0; c-- {
		for j := c + 1; j < n; j++ {
			x[c] -= h[c][j] * x[j]
		}
		x[c] /= h[c][c]
	}
	return x
}

// fenchel returns the gap between theta's value and the value of the dual
// problem at theta's own probabilities,
//
//	mean entropy(p_i) - ||G||^2 / (2 lambda),   G = mean x_i (p_i - y_i)',
//
// and what rounding may do to it. ok says that the intercepts are at their
// optimum up to rounding: only there is the dual point feasible. It is for one
// class a row.
func (r *reference) fenchel(theta []float64) (gap, within float64, ok bool) {
	d, k, S := r.d(), r.k, r.sum()
	var entropy neumaier
	g, cross := make([]neumaier, (d+1)*k), make([]neumaier, (d+1)*k)
	for i := range r.x {
		_, p, residual := r.row(theta, i)
		w := r.weight(i) / S
		for j, x := range append(append([]float64(nil), r.x[i]...), 1) {
			for q := range k {
				cross[j*k+q].add(w * x * r.y[i][q])
				g[j*k+q].add(w * x * residual[q])
			}
		}
		for _, pq := range p {
			if pq > 0 {
				entropy.add(-w * pq * math.Log(pq))
			}
		}
	}
	norm := func(v []neumaier) float64 {
		var s neumaier
		for i := range v {
			s.add(v[i].value() * v[i].value())
		}
		return math.Sqrt(s.value())
	}
	// A mean residual of r is repaired by mixing in at most tau of another
	// distribution, whose own G is no larger than the rows' cross products by
	// more than a small factor.
	ok = true
	var tau float64
	for q := range k {
		share, residual := cross[d*k+q].value(), math.Abs(g[d*k+q].value())
		ok = ok && residual <= 1e-15
		tau = max(tau, (residual+1e-15)/min(share, 1-share))
	}
	G := norm(g[:d*k])
	f, penalty := r.value(theta), G*G/(2*r.lambda)
	within = 10*rounding*(f+penalty) + tau*(math.Log(float64(k))+4*G*norm(cross)*math.Sqrt(float64(k))/r.lambda)
	return f - entropy.value() + penalty, within, ok
}
