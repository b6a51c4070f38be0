package train

import (
	"math"
	"runtime"
	"slices"

	"example.com/softmax/internal/kernel"
	"example.com/softmax/internal/linalg"
	"example.com/softmax/internal/objective"
)

// kronecker builds M from the two factors whose Kronecker product stands in
// for the Hessian:
//
//	M = A (x) C + lambda I,   A = mean (x_i, 1)(x_i, 1)',   C = mean curvature of the loss.
//
// With C a multiple of I - 11'/K this is the bound of Boehning and Lindsay
// (1988; Boehning, 1992, Ann. Inst. Statist. Math. 44); the mean curvature at an iterate (as in
// K-FAC: Martens and Grosse, 2015) knows which classes are settled and which
// are still confused, and halves the passes on images (docs/KERNELS.md).
//
// In the eigenvectors V of C the classes part: one d x d system for each
// eigenvalue. Eigenvalues are rounded to powers of two, so that a few
// factorisations serve all of them.
type kronecker struct {
	d, k, threads int
	level         kernel.Level
	lambda        float64
	gram          []float64             // A, (d+1) x (d+1); nil if only its diagonal is used
	diag          []float64             // of A
	most          float64               // of diag
	vectors       []float64             // of C, k x k; nil for the identity
	scale         []float64             // k: rounded eigenvalues
	factor        map[float64][]float32 // Cholesky factors of scale A + lambda I, or
	inverse       map[float64][]float64 // where it is small the inverses: their rows are independent of each other
	// What another preconditioner takes care of: see leave.
	V     []float64 // (d+1) x r
	r     int
	inner map[float64][]float64 // Cholesky factors of V' (scale A + lambda I) V
}

const (
	gramMost    = 3000 // features up to which A is factored; beyond, its diagonal serves
	gramRows    = 10   // rows per feature that A is made of: as good as all of them
	inverseMost = 128  // rows of A up to which products with an inverse are quickest
	eigenMost   = 128  // classes up to which C is used; beyond, the bound stays
	// What is added of the diagonal, so that float32 sees that a matrix is
	// definite, and its inverse does not blow up what rounding leaves, or the sample
	// of rows does not show, where features are collinear.
	trifle = 1e-4
)

func newKronecker(o *objective.Objective, shares []float64, threads int) (*kronecker, error) {
	p := o.Problem
	m := &kronecker{d: p.X.D(), k: p.K, threads: max(1, min(threads, runtime.GOMAXPROCS(0))), level: o.Level(), lambda: p.Lambda}
	n := p.X.N()
	var err error
	if m.diag, err = o.Squares(max(1, n/10000, n*m.d>>22)); err != nil {
		return nil, err
	}
	if m.d <= gramMost {
		if m.gram, err = o.Gram(max(1, n/(gramRows*(m.d+1)))); err != nil {
			return nil, err
		}
		for j := range m.diag {
			m.diag[j] = max(m.diag[j], m.gram[j*(m.d+2)])
		}
	}
	m.most = slices.Max(m.diag)
	// A feature that hardly varies in these rows may do so elsewhere.
	var mean float64
	for _, a := range m.diag {
		mean += a / float64(len(m.diag))
	}
	for j, a := range m.diag {
		m.diag[j] = max(a, mean/1000)
	}
	// The mean curvature of the model without features is diag(y) - y y' with
	// y the shares of the classes: its mean eigenvalue.
	var c float64
	for _, y := range shares {
		c += y * (1 - y) / float64(max(1, p.K-1))
	}
	m.scale = slices.Repeat([]float64{roundToPower(c)}, p.K)
	m.factorise()
	return m, nil
}

// refresh takes C from a sample.
func (m *kronecker) refresh(sample *objective.Sample) {
	if m.k > eigenMost {
		return
	}
	c := make([]float64, m.k*m.k)
	sample.MeanCurvature(c)
	values, vectors := linalg.Eigen(c, m.k)
	least := slices.Max(values) / 256 // the flat direction of softmax, and classes all but settled
	if !(least > 0) {
		return // all rows are settled, or too far out to tell
	}
	m.vectors = vectors
	for q, v := range values {
		m.scale[q] = roundToPower(max(v, least))
	}
	m.factorise()
}

func roundToPower(v float64) float64 { return math.Exp2(math.Round(math.Log2(v))) }

// factorise makes the factors that scale asks for.
func (m *kronecker) factorise() {
	have := m.factor
	m.factor, m.inverse = make(map[float64][]float32), make(map[float64][]float64)
	if m.gram == nil {
		return
	}
	n := m.d + 1
	for _, s := range m.scale {
		if n <= inverseMost {
			if m.inverse[s] == nil {
				m.inverse[s] = m.invert(s)
			}
			continue
		}
		if m.factor[s] != nil {
			continue
		}
		l := have[s]
		for more := trifle; l == nil; more *= 10 { // where features are collinear
			l = make([]float32, n*n)
			for j := range n {
				for i, a := range m.gram[j*n:][:j+1] {
					l[j*n+i] = float32(s * a)
				}
				l[j*(n+1)] = float32(m.diagonal(j, s) + s*more*m.diag[j])
			}
			if !linalg.Cholesky32(m.level, l, n, m.threads) && more < 1 {
				l = nil
			}
		}
		m.factor[s] = l
	}
}

// invert returns the inverse of scale A + lambda I.
func (m *kronecker) invert(scale float64) []float64 {
	n := m.d + 1
	l, inverse := make([]float64, n*n), make([]float64, n*n)
	for i, a := range m.gram {
		l[i] = scale * a
	}
	columns := make([][]float64, n)
	for j := range n {
		l[j*(n+1)] = m.diagonal(j, scale) + scale*trifle*m.diag[j]
		columns[j] = inverse[j*n:][:n]
		columns[j][j] = 1
	}
	linalg.Cholesky(l, n, 1e-14)
	linalg.SolveCholesky(l, n, columns...)
	return inverse
}

// diagonal is that of scale A + lambda I, and what keeps the matrix definite in
// float32.
func (m *kronecker) diagonal(j int, scale float64) float64 {
	h := scale * (1 + trifle) * m.diag[j]
	if j < m.d {
		h += m.lambda
	}
	return max(h, scale*1e-9*m.most)
}

// leave makes apply act on what is M-orthogonal to the space of (V (x) I)
// alone. Rows of V' are vectors of the basis, projected is V'A V for all of it,
// of which r are taken.
func (m *kronecker) leave(basis, projected []float64, r int) {
	n, all := m.d+1, len(basis)/(m.d+1)
	m.r, m.inner = r, make(map[float64][]float64)
	m.V = make([]float64, n*r)
	for a := range r {
		for j, x := range basis[a*n:][:n] {
			m.V[j*r+a] = x
		}
	}
	last := m.V[m.d*r:]
	for _, s := range m.scale {
		if m.inner[s] != nil {
			continue
		}
		l := make([]float64, r*r)
		for a := range r {
			for b := range a + 1 {
				l[a*r+b] = s*(1+trifle)*projected[a*all+b] - m.lambda*last[a]*last[b]
			}
			l[a*(r+1)] += m.lambda + 1e-9*s*m.most
		}
		linalg.Cholesky(l, r, 1e-14)
		m.inner[s] = l
	}
}

// apply writes M^-1 g to dst, or where there is V the sum of M^-1 g on what is
// M-orthogonal to it and of (V (x) I) H^-1 (V (x) I)' g, with H given by its
// Cholesky factor.
func (m *kronecker) apply(dst, g []float64, H []float32) {
	n, k, r := m.d+1, m.k, m.r
	if inverse := m.inverse[m.scale[0]]; m.vectors == nil && r == 0 && inverse != nil {
		x := make([]float64, n)
		for q := range k {
			for j := range x {
				x[j] = g[j*k+q]
			}
			for j := range x {
				dst[j*k+q] = linalg.Dot(inverse[j*n:][:n], x)
			}
		}
		return
	}
	threads := m.threads
	if n*n*k < 1<<21 { // a goroutine costs as much
		threads = 1
	}
	// Class-major while classes are apart.
	gc, t := make([]float64, n*k), make([]float64, n*k)
	top, inner := make([]float64, r*k), make([]float64, r*k)
	linalg.Parallel(threads, k, func(q int) {
		x := gc[q*n:][:n]
		for j := range x {
			x[j] = g[j*k+q]
		}
		for j, v := range x[:len(x)*min(r, 1)] {
			linalg.Axpy(top[q*r:][:r], v, m.V[j*r:][:r])
		}
	})
	coarse := slices.Clone(top)
	if r > 0 {
		linalg.SolveCholesky32(H, r*k, coarse, m.threads)
	}
	linalg.Parallel(threads, k, func(q int) {
		x, y := t[q*n:][:n], inner[q*r:][:r]
		m.rotate(x, gc, q, 1, k)
		m.rotate(y, top, q, 1, k)
		m.solve(m.scale[q], x)
		if r > 0 {
			linalg.SolveCholesky(m.inner[m.scale[q]], r, y)
		}
	})
	linalg.Parallel(threads, k, func(q int) {
		x, y := gc[q*n:][:n], top[q*r:][:r]
		clear(x)
		clear(y)
		m.rotate(x, t, q, k, 1)
		m.rotate(y, inner, q, k, 1)
		for a := range y {
			y[a] = coarse[q*r+a] - y[a]
		}
		for j, v := range x {
			if r > 0 {
				v += linalg.Dot(m.V[j*r:][:r], y)
			}
			dst[j*k+q] = v
		}
	})
}

// rotate adds to x the rows of from, as long as x, times the vectors'
// components vectors[row stride + q across] for each row: to the eigenvectors
// with strides (k, 1), back with (1, k).
func (m *kronecker) rotate(x, from []float64, q, across, stride int) {
	n := len(x)
	if m.vectors == nil {
		copy(x, from[q*n:][:n])
		return
	}
	for c := range m.k {
		linalg.Axpy(x, m.vectors[c*stride+q*across], from[c*n:][:n])
	}
}

// solve overwrites x with the solution of (scale A + lambda I) x.
func (m *kronecker) solve(scale float64, x []float64) {
	if inverse := m.inverse[scale]; inverse != nil {
		b := slices.Clone(x)
		for j := range x {
			x[j] = linalg.Dot(inverse[j*len(x):][:len(x)], b)
		}
		return
	}
	if m.gram != nil {
		linalg.SolveCholesky32(m.factor[scale], m.d+1, x, 1)
		return
	}
	for j := range x {
		x[j] /= m.diagonal(j, scale)
	}
}
