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
	ybar  []float64 // K: mean target
	cross []float64 // d x K: mean x_i y_i'
	xbar  []float64 // d: mean x_i
	best  float64
	guess float64
	ideal float64
	g, s  []float64
}

// NewCertificate reads X once for the sums that stay the same.
func NewCertificate(o *Objective) (*Certificate, error) {
	d, k := o.X.D(), o.K
	c := &Certificate{o: o, best: math.Inf(-1), guess: math.Inf(-1), ideal: math.Inf(-1), g: make([]float64, d*k), s: make([]float64, k)}
	o.passes++
	err := o.parallel(func(w *worker, p *part) {
		p.reset(d*k, k)
		y := make([]float64, k)
		for i := p.lo; i < p.hi; i++ {
			o.Loss.Target(y, i)
			for q, v := range y {
				if v *= o.weight(i); v != 0 { // mostly one class
					p.rsum[q] += v
					o.X.V.AddRow(p.grad[q*d:][:d], v, i)
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
			for j, v := range p.grad[q*d:][:d] {
				c.cross[j*k+q] += v
			}
		}
	}
	o.X.Unfold(c.cross, c.ybar)
	for q := range c.ybar {
		c.ybar[q] /= o.sum
	}
	for i := range c.cross {
		c.cross[i] /= o.sum
	}
	if !o.Loss.ShiftInvariant() {
		c.xbar = o.X.Means(o.Weights)
		return c, nil
	}
	for j := range c.xbar { // a row's targets sum to 1
		for _, v := range c.cross[j*k:][:k] {
			c.xbar[j] += v
		}
	}
	return c, nil
}

// Lower is the best proved lower bound of min f so far: -Inf where there is no
// penalty.
func (c *Certificate) Lower() float64 { return c.best }

// Guess is what Lower would be if the kernels made no errors: where it is
// better, float64 passes may prove it.
func (c *Certificate) Guess() float64 { return c.guess }

// Ideal is about what the point last added would prove if its intercepts were
// at their optimum, and the kernels made no errors. The mixing of distributions
// that makes up for the intercepts costs much: on images, most of the bound.
func (c *Certificate) Ideal() float64 { return c.ideal }

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
	squareW := linalg.Dot(W, W)
	loss := f - o.Lambda/2*squareW
	wg, br := linalg.Dot(W, c.g), linalg.Dot(b, r)
	gradError := o.evidence.gradError
	entropy := o.evidence.entropy
	wError := math.Sqrt(squareW) * gradError // of <W, G>
	if math.IsNaN(entropy) {
		entropy = loss - wg - br
	} else {
		wError = 0
	}

	c.ideal = entropy - linalg.Dot(c.g, c.g)/(2*o.Lambda)
	tau := 0.0
	for q, rq := range r {
		switch {
		case rq > 0:
			tau = max(tau, rq/(c.ybar[q]+rq))
		case rq < 0 && c.ybar[q] < 1:
			tau = max(tau, -rq/(1-c.ybar[q]-rq))
		}
	}
	if !(tau < 1) {
		return
	}
	if tau > 0 {
		for q := range c.s {
			c.s[q] = min(1, max(0, c.ybar[q]-(1-tau)/tau*r[q]))
		}
		entropy = (1-tau)*entropy + tau*o.Loss.Entropy(c.s)
		for j, x := range c.xbar {
			gj, cj := c.g[j*k:][:k], c.cross[j*k:][:k]
			for q := range gj {
				gj[q] = (1-tau)*gj[q] + tau*(x*c.s[q]-cj[q])
			}
		}
	}
	norm := math.Sqrt(linalg.Dot(c.g, c.g))
	c.guess = max(c.guess, entropy-norm*norm/(2*o.Lambda))
	norm += (1 - tau) * gradError
	penalty := norm * norm / (2 * o.Lambda)
	// The sums above are rounded: what that can cost is taken off the bound.
	slack := rounding * (math.Abs(loss) + math.Abs(wg) + math.Abs(br) + 2*penalty)
	if bound := entropy - (1-tau)*wError - penalty - slack; bound > c.best { // not NaN
		c.best = bound
	}
}

// rounding bounds the relative error of a sum over all rows, which is made in
// three steps: 16 or 64 rows, a part, all parts. docs/NUMERICS.md.
const rounding = 4e-15
