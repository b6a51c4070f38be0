package train

import (
	"example.com/softmax/internal/linalg"
	"example.com/softmax/internal/objective"
)

// fullHessian is M = the Hessian itself, from a sample of the rows: for
// problems with few enough parameters to factor it, where it costs far fewer
// iterations than the kronecker product on ill-conditioned columns.
type fullHessian struct {
	dim, stride int
	price       float64   // of refreshing, in passes
	next        int       // iteration
	factor      []float64 // Cholesky's; nil before the first refresh
	start       preconditioner
}

// hessianRows is how many rows per parameter the sample has.
const hessianRows = 10

func newFullHessian(p Problem, start preconditioner) *fullHessian {
	n, dim := p.X.N(), (p.X.D()+1)*p.K
	m := &fullHessian{dim: dim, stride: max(1, n/(hessianRows*dim)), next: 4, start: start}
	// Multiply-adds of the Hessian and its factorisation over those of a pass.
	rows := float64(n / m.stride)
	size := float64(dim)
	m.price = (rows*size*size/2 + size*size*size/6) / (2 * float64(n) * size)
	return m
}

// due spends as much on refreshing as on the passes in between, at the most.
func (m *fullHessian) due(iteration int) bool {
	if iteration < m.next {
		return false
	}
	m.next = iteration + max(4, int(m.price))
	return true
}

func (m *fullHessian) refresh(o *objective.Objective, theta []float64) error {
	if m.factor == nil {
		m.factor = make([]float64, m.dim*m.dim)
	}
	if err := o.Hessian(theta, m.factor, m.stride); err != nil {
		return err
	}
	linalg.Cholesky(m.factor, m.dim, 1e-14)
	return nil
}

func (m *fullHessian) apply(dst, g []float64) {
	if m.factor == nil {
		m.start.apply(dst, g)
		return
	}
	copy(dst, g)
	linalg.SolveCholesky(m.factor, m.dim, dst)
}
