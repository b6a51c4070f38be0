package objective

import (
	"iter"
	"math"
	"slices"

	"example.com/softmax/internal/linalg"
)

// A Certificate proves how far an iterate can be from the optimum. Every
// evaluated iterate gives a point of the dual problem (docs/MATH.md),
//
//	D(Q) = mean entropy(q_i) - Omega*(-G(Q)) <= min f,
//	G(Q) = mean x_i (q_i - y_i)',   feasible if mean (q_i - y_i) = 0,
//
// with Omega* the conjugate of the penalty: ||G||^2 / (2 lambda) for L2, and for
// L1 and Group alone 0 where they can hold G, else infinite,
// with Q = P, its predicted probabilities, so no further pass is needed: the
// mean entropy of P is its loss - <W, G> - b' r with r the intercepts' gradient.
// Where r is not 0, Q mixes P with one distribution for all rows that makes it
// feasible; where the conjugate is infinite, or large, with the targets, which
// makes G smaller.
type Certificate struct {
	o     *Objective
	dual  Dual
	total float64   // sum of the weights / S
	ybar  []float64 // K: mean target
	cross []float64 // d x K: mean x_i y_i'
	xbar  []float64 // d: mean x_i
	h     float64   // mean entropy of y_i
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
	err := o.parallel(8*o.Work(), func(w *worker, p *part) {
		p.reset(o.exact.GradLen(), k)
		for lo := p.lo; lo < p.hi; lo += o.block() {
			hi := min(lo+o.block(), p.hi)
			y := w.z[:(hi-lo)*k]
			for i := lo; i < hi; i++ {
				yi := y[(i-lo)*k:][:k]
				c.dual.Target(yi, i)
				p.sums.Loss += float64(o.weight(i) * c.dual.Entropy(yi))
				for q := range yi {
					yi[q] = float64(yi[q] * o.weight(i))
					p.rsum[q] += yi[q]
				}
			}
			if dense > 0 {
				w.exact.AddGrad(o.X.V.Slice(lo, hi), y, p.grad)
			}
		}
	})
	if err != nil {
		return nil, err
	}
	c.cross, c.ybar, c.xbar = make([]float64, d*k), make([]float64, k), make([]float64, d)
	part := make([]float64, dense*k)
	for i := range o.parts {
		p := &o.parts[i]
		o.exact.Unpack(part, p.grad)
		c.h += p.sums.Loss / o.norm
		linalg.Axpy(c.ybar, 1, p.rsum)
		linalg.Axpy(c.cross[:dense*k], 1, part)
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
			if v = float64(v * c.o.weight(i)); v == 0 {
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
// penalty, or none on some feature.
func (c *Certificate) Lower() float64 { return c.best }

// Guess is what Lower would be if the kernels made no errors: where it is
// better, passes in float64 may prove it.
func (c *Certificate) Guess() float64 { return max(c.guess, c.best) }

// Add takes in the point that o evaluated last, with its value and gradient.
func (c *Certificate) Add(theta, grad []float64, f float64) {
	o := c.o
	W, b := o.Split(theta)
	gW, r := o.Split(grad)
	k := o.K
	copy(c.g, gW)
	o.AddSmooth(c.g, W, k, -1) // of the loss alone
	loss := f - o.Value(W, k)
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
			c.s[q] = min(1, max(0, (c.ybar[q]-float64((1-tau)/tau*r[q]))/c.total))
		}
		entropy = float64((1-tau)*entropy) + float64(tau*c.total*c.dual.Entropy(c.s))
		for j, x := range c.xbar {
			gj, cj := c.g[j*k:][:k], c.cross[j*k:][:k]
			for q := range gj {
				gj[q] = float64((1-tau)*gj[q]) + float64(tau*(float64(x*c.s[q])-cj[q]))
			}
		}
	}
	size := math.Abs(loss) + math.Abs(wg) + math.Abs(br)
	e := (1 - tau) * o.gradientError()
	// (1-s) of Q and s of the targets: entropy is concave.
	for s := range c.shares(0) {
		value, penalty := float64((1-s)*entropy)+float64(s*c.h), o.conjugate(c.g, k, 1-s, 0)
		if guess := value - penalty; guess > c.guess { // it may be NaN
			c.guess = guess
		}
	}
	if math.IsInf(e, 1) {
		return
	}
	for s := range c.shares(e) {
		value, penalty := float64((1-s)*entropy)+float64(s*c.h), o.conjugate(c.g, k, 1-s, 0)
		// The sums above are rounded: what that can cost is taken off the bound.
		slack := float64(rounding * (size + 2*penalty))
		if e > 0 {
			slack += c.lost(W, penalty, s, e)
		}
		if bound := value - penalty - slack; bound > c.best { // it may be NaN
			c.best = bound
		}
	}
}

// lost is what an error of the gradient, of norm e at most, can have added to
// the bound. Under L2 the bound changes by -<E, W + G/lambda>, which is small where
// the iterate is good, and -||E||^2 / (2 lambda).
func (c *Certificate) lost(W []float64, penalty, s, e float64) float64 {
	o := c.o
	if !o.Smooth() || o.Factors != nil {
		return o.conjugate(c.g, o.K, 1-s, e) - penalty + float64(e*math.Sqrt(linalg.Dot(W, W)))
	}
	var away float64 // ||W + G/lambda||^2
	for i, g := range c.g {
		v := W[i] + g/o.Lambda
		away += float64(v * v)
	}
	return float64(e*math.Sqrt(away)) + e*e/(2*o.Lambda)
}

// shares yields the shares of the targets that are worth trying: none, where
// the conjugate is finite, what makes L1 and Group hold all of G, and some in
// between.
func (c *Certificate) shares(e float64) iter.Seq[float64] {
	return func(yield func(float64) bool) {
		o := c.o
		if o.Lambda > 0 && !yield(0) || o.Smooth() {
			return
		}
		var most float64
		for j := range o.X.D() {
			g := c.g[j*o.K:][:o.K]
			if o.Excess(g, j) > 0 || e > 0 {
				most = max(most, o.Vanishing(g, j))
			}
		}
		if most <= 1 && e == 0 {
			yield(0)
			return
		}
		const above = 1 + 1e-14 // for rounding
		whole := 1 - 1/(float64(above*max(1, most))+c.relative(e))
		for range 6 {
			if !yield(whole) || o.Lambda == 0 {
				return
			}
			whole /= 2
		}
	}
}

// relative is e as a share of what L1 or Group hold.
func (c *Certificate) relative(e float64) float64 {
	o := c.o
	least := 1.0
	if o.Factors != nil {
		least = slices.Min(o.Factors)
	}
	return e * math.Sqrt(float64(o.K)) / (least * (o.L1 + o.Group))
}

// Reset forgets the bounds, which hold for one penalty.
func (c *Certificate) Reset() { c.best, c.guess = math.Inf(-1), math.Inf(-1) }

// Restrict returns the certificate of o, the problem of c with only some of its
// features.
func (c *Certificate) Restrict(o *Objective, features []int) *Certificate {
	k := c.o.K
	r := &Certificate{
		o: o, dual: c.dual, total: c.total, ybar: c.ybar, h: c.h, best: math.Inf(-1), guess: math.Inf(-1),
		g: make([]float64, len(features)*k), s: make([]float64, k),
	}
	for _, j := range features {
		r.cross = append(r.cross, c.cross[j*k:][:k]...)
		r.xbar = append(r.xbar, c.xbar[j])
	}
	return r
}

// rounding is what is taken off for the rounded sums: six times the most that
// was ever seen against a 120-bit evaluation (docs/MATH.md, section 6).
const rounding = 4e-15
