package train

import (
	"sort"

	"example.com/softmax/internal/linalg"
	"example.com/softmax/internal/objective"
)

// twoLevel is M, the preconditioner of L-BFGS. On the space of all (x, 1) V,
// the r directions in which the features vary most, times the K classes, it is
// the Hessian itself, from a sample of the rows: it knows which classes are
// confused where. On the rest it is the kronecker product, which has one answer
// for all x. The two spaces are M-orthogonal:
//
//	M^-1 = (V (x) I) H^-1 (V (x) I)' + N^-1 - (V (x) I) ((V (x) I)' N (V (x) I))^-1 (V (x) I)'
//
// with N the kronecker product. Where r = d+1 the Hessian is all there is.
type twoLevel struct {
	obj    *objective.Objective
	before int        // iterations before those of the solver
	fits   int        // of a path, that use it side by side; 0 for a fit by itself
	fine   *kronecker // N
	// The rows of V', the most dominant first, and V'A V; nil before wanted.
	basis, projected []float64
	next             int       // iteration of the next refresh
	forgot           int       // iteration at which what steps had taught was forgotten
	r                int       // 0 before the first refresh
	factor           []float32 // Cholesky's, of H
	whole            *whole    // in the place of all this, where that pays; nil before the first refresh
}

func newTwoLevel(o *objective.Objective, shares []float64, threads int) (*twoLevel, error) {
	fine, err := newKronecker(o, shares, threads)
	m := &twoLevel{obj: o, fine: fine}
	if err == nil {
		m.next = max(4, m.wait())
	}
	return m, err
}

// wait is how many iterations come before a Hessian: none, or where many passes
// are made in the time that it takes, these first. Mostly they are enough.
func (m *twoLevel) wait() int {
	pass := m.obj.Work()
	if pass > shortPass {
		return 0
	}
	return int(min(waitMost, 2*m.work(m.fine.d+1)/pass))
}

const (
	shortPass   = 1 << 22 // in the units of Objective.Work
	waitMost    = 80
	coarseMost  = 2000 // parameters of the coarse space
	coarseRows  = 6    // rows for each of them, or if that is more
	coarseShare = 5    // one row in so many, up to
	coarseBulk  = 20000
)

// Refresh takes the sampled Hessian at x. What it costs is at most what the
// iterations before have cost, and half of what those until the next one will.
func (m *twoLevel) Refresh(iteration int, x []float64) (bool, error) {
	iteration += m.before
	if iteration < m.next {
		return false, nil
	}
	if wholePays(m.obj.Problem, m.fine.level) {
		m.next = iteration + wholeEvery
		w, err := newWhole(m.obj, x, m.fine.level, m.fine.threads)
		if w != nil {
			m.whole = w
		}
		return w != nil, err
	}
	pass := m.obj.Work() * float64(max(1, m.fits))
	budget := float64(iteration) * pass
	if m.fits > 0 {
		budget = min(budget, 2*pass) // it takes but a few iterations to the next penalty
	}
	r := m.size(budget)
	m.next = iteration + max(4, int(2*m.work(r)/pass))
	if r == 0 && m.obj.K > eigenMost {
		return false, nil // nobody wants a sample of curvatures, K x K each
	}
	sample, err := m.obj.Sample(x, m.rows(r))
	if err != nil {
		return false, err
	}
	if n := m.obj.X.D() + 1; r < n {
		m.fine.refresh(sample)
		if r > 0 && m.basis == nil {
			m.basis, m.projected = linalg.Dominant(m.fine.gram, n, min(n, coarseMost/m.obj.K), m.fine.threads)
		}
	}
	if err := m.take(sample, r); err != nil {
		return false, err
	}
	// What steps have taught is worth more than the kronecker product alone, the
	// size of a step before all; and where even Hessians do not serve for long,
	// it must be let grow.
	forget := r > 0 && iteration >= 2*m.forgot
	if forget {
		m.forgot = iteration
	}
	return forget, nil
}

// rows is how many the sample for r directions has.
func (m *twoLevel) rows(r int) int {
	n := m.obj.X.N()
	bulk := min(coarseBulk, 1<<23/(m.obj.K*m.obj.K)) // curvatures are K x K
	return min(n, max(coarseRows*m.obj.K*r, min(n/coarseShare, bulk), min(2000, bulk)))
}

// work is that of a refresh, in the units of Objective.Work: of the sample, of
// the products of its rows in about as many pairs of classes as there are
// classes, and of factors.
func (m *twoLevel) work(r int) float64 {
	n, k := float64(m.obj.X.D()+1), float64(m.obj.K)
	rows, size, dim := float64(m.rows(r)), float64(r), float64(r)*k
	work := m.obj.SampleWork(m.rows(r)) + rows*k*size*size/2 + dim*dim*dim/6
	if size < n {
		const factors = 4 // of the kronecker product
		work += rows*n*size + factors*n*n*n/6
	}
	return work
}

// size is for how many directions a Hessian is worth so much work: all, none,
// or those that vary most.
func (m *twoLevel) size(budget float64) int {
	k, n := m.obj.K, m.obj.X.D()+1
	affordable := func(r int, work float64) bool {
		return r*k <= coarseMost && m.work(r) <= work && m.rows(r)*k*k <= 1<<23
	}
	switch {
	case affordable(n, 2*budget):
		return n
	case m.fine.gram == nil:
		return 0
	}
	const least = 4 // directions that are worth it
	r := sort.Search(n, func(r int) bool { return !affordable(r, budget) }) - 1
	if r < least {
		return 0
	}
	return r
}

// take makes H with the first r directions.
func (m *twoLevel) take(sample *objective.Sample, r int) error {
	k, n := m.obj.K, m.obj.X.D()+1
	if r < n {
		m.fine.leave(m.basis, m.projected, r)
	}
	if r == 0 {
		return nil
	}
	h := make([]float32, r*k*r*k)
	V := m.fine.V
	if r == n {
		V = nil
	}
	if err := sample.Hessian(V, r, h); err != nil {
		return err
	}
	v := make([]float64, r) // the intercept's components of the directions
	if r < n {
		copy(v, V[(n-1)*r:])
	} else {
		v[n-1] = 1
	}
	if definite(m.obj, h, v) && linalg.Cholesky32(m.obj.Level(), h, r*k, m.fine.threads) {
		m.factor, m.r = h, r
	} else if m.r < n { // what there was before still serves
		m.fine.leave(m.basis, m.projected, m.r)
	}
	return nil
}

// definite adds the penalty to h, what keeps directions that the loss does not
// see from being singular, and a trifle of the diagonal. v are the intercept's
// components of the directions. It reports whether there was any curvature to
// begin with.
func definite(o *objective.Objective, h []float32, v []float64) (any bool) {
	k, r := o.K, len(v)
	dim := r * k
	for a := range r {
		var most float32
		for q := range k {
			most = max(most, h[(q*r+a)*(dim+1)])
		}
		any = any || most > 0
		if most == 0 {
			most = 1 // a feature that takes no part
		}
		for q := range k {
			row := h[(q*r+a)*dim:]
			row[q*r+a] += trifle*most + float32(o.Lambda)
			for b, vb := range v[:a+1] {
				row[q*r+b] -= float32(o.Lambda * v[a] * vb)
			}
			if objective.IsShiftInvariant(o.Loss) {
				for t := range q + 1 {
					row[t*r+a] += most / float32(k)
				}
			}
		}
	}
	return any
}

// Apply writes M^-1 g to dst.
func (m *twoLevel) Apply(dst, g []float64) {
	if m.whole != nil {
		m.whole.apply(dst, g)
		return
	}
	n, k := m.fine.d+1, m.fine.k
	if m.r < n {
		m.fine.apply(dst, g, m.factor)
		return
	}
	b := make([]float64, n*k)
	for j := range n {
		for q := range k {
			b[q*n+j] = g[j*k+q]
		}
	}
	linalg.SolveCholesky32(m.factor, n*k, b, m.fine.threads)
	for j := range n {
		for q := range k {
			dst[j*k+q] = b[q*n+j]
		}
	}
}
