package objective

import (
	"math"
	"math/rand/v2"
	"slices"

	"example.com/softmax/internal/kernel"
	"example.com/softmax/internal/linalg"
	"example.com/softmax/internal/special"
)

// An Ascent is dual coordinate ascent for softmax's losses (Yu, Huang and Lin,
// 2011, Machine Learning 85; Shalev-Shwartz and Zhang, 2013, JMLR 14). To
// distributions q_i, one per row, belongs the point
//
//	W(Q) = (1/(lambda S)) sum_i w_i x_i (y_i - q_i)',
//
// and row after row q_i is moved to where the dual objective, (1/S) sum_i w_i
// entropy(q_i) - (lambda/2) ||W(Q)||^2, is greatest. No length of a step is
// chosen, and rows of very large norm do not limit those of the others.
//
// The intercept is treated as the weight of one more feature, the same in all
// rows, and so is penalised a little: what is approached is not quite the
// optimum of f. Rows come one by one, in an order that depends on nothing but
// their number.
type Ascent struct {
	o         *Objective
	q         []float64 // n x K
	square    []float64 // n: squared norms, that of the feature for the intercept added
	intercept float64   // its square
	scaled    bool      // some sparse feature has a scale
	order     []int32
	due, wait []int32 // n: the epoch in which a row is next, and how many it waits
	epoch     int32
	rng       *rand.Rand
	// Of a row: its features, its logits, what W moves by for a feature of 1, and
	// the numbers that proximal works with.
	dense, values, z, step, omega []float64
}

const (
	// A row whose q differs from its probabilities by less than settled waits
	// twice as many epochs as before, up to longestWait.
	settled     = 0.01
	longestWait = 8
	cancelRows  = 256 // between looks at the context
)

// CanAscend reports whether an Ascent of p is possible: it needs an L2 penalty
// that is the same for all features and nothing else, a loss of softmax, and
// sparse features that are not centred.
func CanAscend(p Problem) bool {
	_, dual := p.Loss.(Dual)
	return dual && IsShiftInvariant(p.Loss) && p.Lambda > 0 && p.Smooth() && p.Factors == nil && p.X.S != nil &&
		!slices.ContainsFunc(p.X.Shift[p.X.V.D:], func(m float64) bool { return m != 0 })
}

// NewAscent begins one at W = 0 and b = 0, which it makes theta: see CanAscend.
// It shares memory with Curve, which ends it.
func (o *Objective) NewAscent(theta []float64) *Ascent {
	n, k := o.X.N(), o.K
	if o.p == nil {
		o.p = make([]float64, n*k)
	}
	a := &Ascent{
		o: o, q: o.p, square: make([]float64, n), order: make([]int32, n), due: make([]int32, n), wait: make([]int32, n),
		scaled: slices.ContainsFunc(o.X.Scale[o.X.V.D:], func(s float64) bool { return s != 1 }),
		rng:    rand.New(rand.NewPCG(0, 0)),
		dense:  make([]float64, o.X.V.D), z: make([]float64, k), step: make([]float64, k), omega: make([]float64, k),
	}
	clear(theta)
	target := o.Loss.(Dual)
	for i := range n {
		a.order[i], a.wait[i] = int32(i), 1
		target.Target(a.q[i*k:][:k], i)
		index, values := a.row(i)
		a.square[i] = linalg.Dot(a.dense, a.dense) + linalg.Dot(values, values)
		if values == nil {
			a.square[i] += float64(len(index))
		}
	}
	o.passes++
	// Small beside the features of most rows, and large enough for the penalty
	// of b not to show.
	typical := slices.Clone(a.square)
	slices.Sort(typical)
	a.intercept = max(1, typical[n/2])
	for i := range a.square {
		a.square[i] += a.intercept
	}
	return a
}

// row returns the sparse features of row i of X, nil values for ones, and leaves
// the dense ones in a.dense.
func (a *Ascent) row(i int) (index []int32, values []float64) {
	x := a.o.X
	if x.V.D > 0 {
		x.DenseRow(a.dense, i)
	}
	index, values = x.S.Row(i)
	if !a.scaled {
		return index, values
	}
	a.values = a.values[:0]
	for at, j := range index {
		v := x.Scale[x.V.D+int(j)]
		if values != nil {
			v *= values[at]
		}
		a.values = append(a.values, v)
	}
	return index, a.values
}

// Epoch visits the rows that are due, each once, and moves theta with them. It
// returns what share of all rows they were.
func (a *Ascent) Epoch(theta []float64) (share float64, err error) {
	n := len(a.order)
	a.rng.Shuffle(n, func(i, j int) { a.order[i], a.order[j] = a.order[j], a.order[i] })
	visits := 0
	for _, i := range a.order {
		if a.due[i] > a.epoch || a.o.weight(int(i)) == 0 {
			continue
		}
		if visits%cancelRows == 0 && a.o.ctx.Err() != nil {
			return 0, a.o.ctx.Err()
		}
		visits++
		a.wait[i] = min(longestWait, 2*a.wait[i])
		if a.visit(theta, int(i)) > settled {
			a.wait[i] = 1
		}
		a.due[i] = a.epoch + a.wait[i]
	}
	a.epoch++
	share = float64(visits) / float64(n)
	a.o.passes += share
	return share, nil
}

// visit moves the q of row i to its optimum, and theta with it. It returns the
// greatest difference that there was between q and the probabilities.
func (a *Ascent) visit(theta []float64, i int) (difference float64) {
	o, k := a.o, a.o.K
	W, b := o.Split(theta)
	dense, sparse := W[:len(a.dense)*k], W[len(a.dense)*k:]
	index, values := a.row(i)
	copy(a.z, b)
	kernel.Products(a.z, a.dense, dense)
	kernel.Gather(a.z, index, values, sparse)

	q := a.q[i*k:][:k]
	special.Softmax(a.step, a.z)
	for c, p := range a.step {
		difference = max(difference, math.Abs(p-q[c]))
	}
	unit := o.weight(i) / (o.Lambda * o.norm)
	copy(a.step, q)
	proximal(q, a.z, unit*a.square[i], a.omega)
	for c := range q {
		a.step[c] = unit * (a.step[c] - q[c])
	}
	linalg.Axpy(b, a.intercept, a.step)
	for j, v := range a.dense {
		linalg.Axpy(dense[j*k:][:k], v, a.step)
	}
	for at, j := range index {
		v := 1.0
		if values != nil {
			v = values[at]
		}
		kernel.Axpy(sparse[int(j)*k:][:k], v, a.step)
	}
	return difference
}

// proximal moves the distribution q to where entropy(r) + z'r - (s/2) ||r - q||^2
// is greatest: there log r + s r + nu = z + s q for some nu, so s r is Wright's
// omega function of z + s q - nu + log s, and Newton's method finds the nu for
// which r sums to 1. It overwrites z and omega.
func proximal(q, z []float64, s float64, omega []float64) {
	const enough, steps = 1e-3, 50
	most, logS := math.Inf(-1), math.Log(s)
	var moved, weight float64
	for c, qc := range q {
		omega[c] = s * qc
		z[c] += omega[c] + logS
		most = max(most, z[c])
		if omega[c] > 0 { // nu if r were linear in it
			h := omega[c] / (1 + omega[c])
			moved += h * (z[c] - omega[c] - math.Log(omega[c]))
			weight += h
		}
	}
	// At the least possible nu the largest r alone is 1. The sum is convex in nu
	// and falls, so that Newton's steps cannot go wrong from below.
	least := most - s - logS
	nu := least
	if weight > 0 {
		nu = max(least, moved/weight)
	}
	var sum float64
	for range steps {
		var slope float64
		sum = 0
		for c := range z {
			w := special.WrightOmega(z[c]-nu, omega[c])
			omega[c] = w
			sum += w
			slope += w / (1 + w)
		}
		if math.Abs(sum-s) <= enough*s {
			break
		}
		nu = max(least, nu+(sum-s)/slope)
	}
	for c := range q {
		q[c] = omega[c] / sum
	}
}
