package objective

import (
	"math"

	"example.com/softmax/internal/kernel"
	"example.com/softmax/internal/linalg"
)

// A Certificate proves how far an iterate can be from the optimum. Every
// evaluated iterate gives a point of the dual problem (docs/MATH.md),
//
//	D(Q) = mean entropy(q_i) - ||G(Q)||^2 / (2 lambda) <= min f,
//	G(Q) = mean x_i (q_i - y_i)',   feasible if mean (q_i - y_i) = 0,
//
// with Q = P, its predicted probabilities, so no further pass is needed: the
// mean entropy of P is its loss - <W, G> - b' r with r the intercepts' gradient.
// Where r is not 0, Q mixes P with one distribution for all rows that makes it
// feasible.
type Certificate struct {
	o     *Objective
	dual  Dual
	total float64   // sum of the weights / S
	ybar  []float64 // K: mean target
	cross []float64 // d x K: mean x_i y_i'
	xbar  []float64 // d: mean x_i
	best  float64
	g, s  []float64
}

// NewCertificate reads X once for the sums that stay the same. The loss of o
// must be a Dual.
func NewCertificate(o *Objective) (*Certificate, error) {
	d, k := o.X.D(), o.K
	c := &Certificate{o: o, dual: o.Loss.(Dual), total: o.sum / o.norm, best: math.Inf(-1), g: make([]float64, d*k), s: make([]float64, k)}
	// The gradient with y in place of the residuals is what is wanted.
	err := o.each(make([]float64, o.Dim()), func(p *part, z []float64, lo, hi int) {
		if lo == p.lo {
			p.reset(d, k)
		}
		for i := lo; i < hi; i++ {
			yi := z[(i-lo)*k:][:k]
			c.dual.Target(yi, i)
			for q := range yi {
				if o.Weights != nil {
					yi[q] *= o.Weights[i]
				}
				p.rsum[q] += yi[q]
			}
		}
		kernel.Backward(p.grad, o.X.V.Slice(lo, hi), z)
	})
	if err != nil {
		return nil, err
	}
	sums := make([]float64, o.Dim())
	o.collect(make([]float64, o.Dim()), sums)
	c.cross, c.ybar = o.Split(sums)
	c.xbar = o.X.Means(o.Weights)
	for j := range c.xbar {
		c.xbar[j] *= c.total
	}
	return c, nil
}

// Add takes in an iterate with its value and gradient and returns the best
// lower bound of min f so far: -Inf where there is no penalty.
func (c *Certificate) Add(theta, grad []float64, f float64) float64 {
	o := c.o
	if o.Lambda == 0 {
		return c.best
	}
	W, b := o.Split(theta)
	gW, r := o.Split(grad)
	k := o.K
	copy(c.g, gW)
	linalg.Axpy(c.g, -o.Lambda, W) // of the loss alone
	loss := f - o.Lambda/2*linalg.Dot(W, W)
	wg, br := linalg.Dot(W, c.g), linalg.Dot(b, r)
	entropy := loss - wg - br

	tau := 0.0
	for q, rq := range r {
		switch {
		case rq > 0:
			tau = max(tau, rq/(c.ybar[q]+rq))
		case rq < 0:
			tau = max(tau, -rq/(c.total-c.ybar[q]-rq))
		}
	}
	if !(tau < 1) {
		return c.best
	}
	if tau > 0 {
		for q := range c.s {
			c.s[q] = min(1, max(0, (c.ybar[q]-(1-tau)/tau*r[q])/c.total))
		}
		entropy = (1-tau)*entropy + tau*c.total*c.dual.Entropy(c.s)
		for j, x := range c.xbar {
			gj, cj := c.g[j*k:][:k], c.cross[j*k:][:k]
			for q := range gj {
				gj[q] = (1-tau)*gj[q] + tau*(x*c.s[q]-cj[q])
			}
		}
	}
	penalty := linalg.Dot(c.g, c.g) / (2 * o.Lambda)
	// The sums above are rounded: what that can cost is taken off the bound.
	slack := rounding * (math.Abs(loss) + math.Abs(wg) + math.Abs(br) + 2*penalty)
	if bound := entropy - penalty - slack; bound > c.best { // it may be NaN
		c.best = bound
	}
	return c.best
}

// rounding is what is taken off for the rounded sums: six times the most that
// was ever seen against a 120-bit evaluation (docs/MATH.md, section 6).
const rounding = 4e-15
