package objective

import (
	"math"

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
	guess float64
	g, s  []float64
}

// NewCertificate reads X once for the sums that stay the same. The loss of o
// must be a Dual.
func NewCertificate(o *Objective) (*Certificate, error) {
	d, dense, k := o.X.D(), o.X.V.D, o.K
	c := &Certificate{
		o: o, dual: o.Loss.(Dual), total: o.sum / o.norm, best: math.Inf(-1), guess: math.Inf(-1),
		g: make([]float64, d*k), s: make([]float64, k),
	}
	o.passes++
	err := o.parallel(func(w *worker, p *part) {
		p.reset(dense*k, k)
		y := make([]float64, k)
		for i := p.lo; i < p.hi; i++ {
			c.dual.Target(y, i)
			for q, v := range y {
				if v *= o.weight(i); v != 0 { // mostly one class
					p.rsum[q] += v
					o.X.V.AddRow(p.grad[q*dense:][:dense], v, i)
				}
			}
		}
	})
	if err != nil {
		return nil, err
	}
	c.cross, c.ybar, c.xbar = make([]float64, d*k), make([]float64, k), make([]float64, d)
	for i := range o.parts {
		p := &o.parts[i]
		linalg.Axpy(c.ybar, 1, p.rsum)
		for q := range k {
			for j, v := range p.grad[q*dense:][:dense] {
				c.cross[j*k+q] += v
			}
		}
	}
	c.addSparse()
	o.X.Unfold(c.cross, c.ybar)
	for q := range c.ybar {
		c.ybar[q] /= o.norm
	}
	for i := range c.cross {
		c.cross[i] /= o.norm
	}
	if IsShiftInvariant(o.Loss) { // a row's targets sum to 1
		for j := range c.xbar {
			for _, v := range c.cross[j*k:][:k] {
				c.xbar[j] += v
			}
		}
		return c, nil
	}
	for j, x := range o.X.Means(o.Weights) {
		c.xbar[j] = x * c.total
	}
	return c, nil
}

// addSparse adds the sparse features' share to cross. With mostly one class a
// row that is as quick as going over the rows.
func (c *Certificate) addSparse() {
	x, k := c.o.X, c.o.K
	if x.S == nil {
		return
	}
	cross, y := c.cross[x.V.D*k:], make([]float64, k)
	for i := range x.N() {
		c.dual.Target(y, i)
		index, values := x.S.Row(i)
		for q, v := range y {
			if v *= c.o.weight(i); v == 0 {
				continue
			}
			for at, j := range index {
				if values == nil {
					cross[int(j)*k+q] += v
				} else {
					cross[int(j)*k+q] += float64(v * values[at])
				}
			}
		}
	}
}

// Lower is the best proved lower bound of min f so far: -Inf where there is no
// penalty.
func (c *Certificate) Lower() float64 { return c.best }

// Guess is what Lower would be if the kernels made no errors: where it is
// better, passes in float64 may prove it.
func (c *Certificate) Guess() float64 { return max(c.guess, c.best) }

// Add takes in the point that o evaluated last, with its value and gradient.
func (c *Certificate) Add(theta, grad []float64, f float64) {
	o := c.o
	if o.Lambda == 0 {
		return
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
		return
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
	if guess := entropy - penalty; guess > c.guess { // it may be NaN
		c.guess = guess
	}
	// The sums above are rounded: what that can cost is taken off the bound. So
	// is what an error E of the gradient can: D changes by -<E, W + G/lambda>,
	// which is small where the iterate is good, and -||E||^2 / (2 lambda).
	slack := rounding * (math.Abs(loss) + math.Abs(wg) + math.Abs(br) + 2*penalty)
	if e := (1 - tau) * o.gradError; e > 0 {
		var away float64 // ||W + G/lambda||^2
		for i, g := range c.g {
			v := W[i] + g/o.Lambda
			away += v * v
		}
		slack += e*math.Sqrt(away) + e*e/(2*o.Lambda)
	}
	if bound := entropy - penalty - slack; bound > c.best { // it may be NaN
		c.best = bound
	}
}

// rounding is what is taken off for the rounded sums: six times the most that
// was ever seen against a 120-bit evaluation (docs/MATH.md, section 6).
const rounding = 4e-15
