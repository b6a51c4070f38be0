package train

import (
	"cmp"
	"math"
	"runtime"
	"slices"
	"sync"

	"example.com/softmax/internal/kernel"
	"example.com/softmax/internal/linalg"
	"example.com/softmax/internal/objective"
)

// A preconditioner is M^-1 for L-BFGS, M being an approximation of the Hessian
// that can be brought up to date with the iterate.
type preconditioner interface {
	apply(dst, g []float64)
	// refresh takes the Hessian's approximation at theta.
	refresh(o *objective.Objective, theta []float64) error
	// due reports whether refreshing is worth its price at this iteration.
	due(iteration int) bool
}

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
	lambda        float64
	gram          []float64             // A, (d+1) x (d+1); nil if only its diagonal is used
	diag          []float64             // of A
	vectors       []float64             // V, k x k; nil for the identity
	scale         []float64             // k: rounded eigenvalues
	factor        map[float64][]float64 // Cholesky factors by scale
}

const (
	gramMost  = 3000 // features up to which A is factored; beyond, its diagonal serves
	gramRows  = 10   // rows per feature that A is made of: as good as all of them
	eigenMost = 128  // classes up to which C is used; beyond, the bound stays
)

func newKronecker(p Problem, level kernel.Level, threads int) *kronecker {
	m := &kronecker{d: p.X.D(), k: p.K, threads: max(1, min(threads, runtime.GOMAXPROCS(0))), lambda: p.Lambda}
	if m.d <= gramMost {
		m.gram = p.X.Gram(level, p.Weights, max(1, p.X.N()/(gramRows*(m.d+1))), threads)
		m.diag = make([]float64, m.d+1)
		for j := range m.diag {
			m.diag[j] = m.gram[j*(m.d+2)]
		}
	} else {
		m.diag = p.X.Squares(p.Weights, max(1, p.X.N()/10000))
	}
	// The mean curvature of the model without features is diag(y) - y y' with
	// y the shares of the classes: its mean eigenvalue.
	var c float64
	for _, y := range p.Shares {
		c += y * (1 - y) / float64(max(1, p.K-1))
	}
	m.scale = slices.Repeat([]float64{roundToPower(c)}, p.K)
	m.factorise()
	return m
}

// due: once the iterates have left the start, and rarely after that, as C
// hardly changes any more.
func (m *kronecker) due(iteration int) bool {
	return iteration == 8 || iteration == 64 || iteration == 512
}

// refresh takes C from the objective at theta.
func (m *kronecker) refresh(o *objective.Objective, theta []float64) error {
	if m.k > eigenMost {
		return nil
	}
	c := make([]float64, m.k*m.k)
	if err := o.MeanCurvature(theta, c); err != nil {
		return err
	}
	values, vectors := linalg.Eigen(c, m.k)
	least := slices.Max(values) / 256 // the flat direction of softmax, and classes all but settled
	if !(least > 0) {
		return nil // all rows are settled, or too far out to tell
	}
	m.vectors = vectors
	for q, v := range values {
		m.scale[q] = roundToPower(max(v, least))
	}
	m.factorise()
	return nil
}

func roundToPower(v float64) float64 { return math.Exp2(math.Round(math.Log2(v))) }

// factorise makes the factors that scale asks for.
func (m *kronecker) factorise() {
	m.factor = make(map[float64][]float64)
	if m.gram == nil {
		return
	}
	n := m.d + 1
	least := 1e-9 * slices.Max(m.diag)
	var wg sync.WaitGroup
	free := make(chan struct{}, m.threads)
	for _, s := range m.scale {
		if m.factor[s] != nil {
			continue
		}
		l := make([]float64, n*n)
		m.factor[s] = l
		wg.Go(func() {
			free <- struct{}{}
			defer func() { <-free }()
			for i, a := range m.gram {
				l[i] = s * a
			}
			for j := range n {
				// What hardly varies in these rows still needs a definite matrix.
				l[j*n+j] += s * least
				if j < m.d {
					l[j*n+j] += m.lambda
				}
			}
			linalg.Cholesky(l, n, 1e-14)
		})
	}
	wg.Wait()
}

// apply writes M^-1 g to dst; it is an optimize.Preconditioner.
func (m *kronecker) apply(dst, g []float64) {
	n, k := m.d+1, m.k
	// Class-major while the classes are apart: column q of g V is row q of t.
	t := make([]float64, n*k)
	row := func(q int) []float64 { return t[q*n:][:n] }
	m.parallel(func(classes []int) {
		for _, q := range classes {
			r := row(q)
			for j := range r {
				if m.vectors == nil {
					r[j] = g[j*k+q]
					continue
				}
				for c, v := range g[j*k:][:k] {
					r[j] += float64(v * m.vectors[c*k+q])
				}
			}
		}
		for len(classes) > 0 {
			// Those that share a factor are solved for together.
			var group [][]float64
			scale := m.scale[classes[0]]
			for len(classes) > 0 && m.scale[classes[0]] == scale {
				group = append(group, row(classes[0]))
				classes = classes[1:]
			}
			m.solve(scale, group)
		}
	})
	m.parallel(func(classes []int) {
		for _, c := range classes {
			for j := range n {
				if m.vectors == nil {
					dst[j*k+c] = t[c*n+j]
					continue
				}
				var s float64
				for q := range k {
					s += float64(t[q*n+j] * m.vectors[c*k+q])
				}
				dst[j*k+c] = s
			}
		}
	})
}

// solve overwrites the rows with the solutions of (scale A + lambda I) x = row.
func (m *kronecker) solve(scale float64, rows [][]float64) {
	if m.gram != nil {
		linalg.SolveCholesky(m.factor[scale], m.d+1, rows...)
		return
	}
	least := 1e-9 * slices.Max(m.diag)
	for _, row := range rows {
		for j, a := range m.diag {
			h := scale * max(a, least)
			if j < m.d {
				h += m.lambda
			}
			row[j] /= h
		}
	}
}

// parallel calls visit for shares of the classes, which are ordered by scale.
func (m *kronecker) parallel(visit func(classes []int)) {
	order := make([]int, m.k)
	for q := range order {
		order[q] = q
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(m.scale[a], m.scale[b]) })
	var wg sync.WaitGroup
	shares := min(m.threads, m.k)
	for s := range shares {
		wg.Go(func() { visit(order[m.k*s/shares : m.k*(s+1)/shares]) })
	}
	wg.Wait()
}
