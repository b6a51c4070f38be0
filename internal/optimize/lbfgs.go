package optimize

import (
	"math"

	"example.com/softmax/internal/linalg"
)

// A Preconditioner is M, a positive definite approximation of the Hessian.
type Preconditioner interface {
	// Apply writes M^-1 g to dst, which may be g.
	Apply(dst, g []float64)
	// Refresh is called before every iteration, and may bring M up to date with
	// the iterate x. It reports whether it did: what was learned under the old M
	// is then forgotten.
	Refresh(iteration int, x []float64) (changed bool, err error)
}

// LBFGS minimises fn from x, which it leaves at the last iterate: the limited
// memory BFGS method of Nocedal (1980) and Liu and Nocedal (1989, Math.
// Programming 45), with memory pairs and M in place of the scaled identity as
// the initial Hessian approximation; M nil is the identity.
func LBFGS(fn Function, x []float64, memory int, M Preconditioner, monitor Monitor) (End, error) {
	n := fn.Dim()
	s := State{X: x, Grad: make([]float64, n)}
	var err error
	if s.F, err = fn.ValueGrad(x, s.Grad); err != nil {
		return Failed, err
	}
	h := history{memory: memory, M: M, alpha: make([]float64, memory)}
	s.Smooth = func(p, grad []float64) { h.smooth(p, grad, s.X, s.Grad) }
	l := line{fn: fn, x: x, p: make([]float64, n), trial: make([]float64, n), gt: make([]float64, n), noise: noiseOf(fn)}
	best := newRecord()
	for {
		if M != nil {
			changed, err := M.Refresh(s.Iteration, x)
			if err != nil {
				return Failed, err
			}
			if changed {
				h.pairs = h.pairs[:0]
			}
		}
		h.direction(l.p, s.Grad)
		l.f, l.slope = s.F, linalg.Dot(l.p, s.Grad)
		s.Decrement = math.Abs(l.slope) / 2
		if monitor(&s) {
			return Stopped, nil
		}
		if !best.progress(&s) {
			return NoProgress, nil
		}
		f, ok, err := l.search(h.firstStep(l.slope))
		if err != nil {
			return Failed, err
		}
		if !ok && len(h.pairs) > 0 {
			h.pairs = h.pairs[:0] // once more, by the preconditioned gradient
			h.direction(l.p, s.Grad)
			l.slope = linalg.Dot(l.p, s.Grad)
			if f, ok, err = l.search(h.firstStep(l.slope)); err != nil {
				return Failed, err
			}
		}
		if !ok {
			return NoProgress, nil
		}
		h.add(l.trial, x, l.gt, s.Grad)
		copy(x, l.trial)
		copy(s.Grad, l.gt)
		s.F = f
		s.Iteration++
	}
}

// history is the memory of L-BFGS.
type history struct {
	memory int
	M      Preconditioner
	pairs  []pair // oldest first
	alpha  []float64
	scale  float64 // of M^-1, from the newest pair
	tmp    []float64
	yy     []float64 // of smooth
}

type pair struct {
	s, y []float64
	sy   float64
	yy   []float64 // products of y with the y of the pairs up to this one
}

// smooth writes x + S c and g + Y c with the c that minimises ||g + Y c||, S
// and Y being the remembered steps and changes of the gradient: the step of
// Anderson's mixing (1965). A quasi-Newton method lowers f, while the norm of
// its gradients goes up and down; a bound on the gap that depends on that norm
// is better at this point, by a factor of 3 to 8 on images (docs/KERNELS.md).
func (h *history) smooth(p, grad, x, g []float64) {
	copy(p, x)
	copy(grad, g)
	m := len(h.pairs)
	if m == 0 {
		return
	}
	if len(h.yy) < m*m {
		h.yy = make([]float64, h.memory*h.memory)
	}
	yy, c := h.yy[:m*m], h.alpha[:m]
	for i := range h.pairs {
		q := &h.pairs[i]
		copy(yy[i*m:], q.yy)
		yy[i*m+i] *= 1 + 1e-10
		c[i] = -linalg.Dot(q.y, g)
	}
	for _, i := range linalg.Cholesky(yy, m, 1e-13) {
		c[i] = 0
	}
	linalg.SolveCholesky(yy, m, c)
	for i := range h.pairs {
		linalg.Axpy(p, c[i], h.pairs[i].s)
		linalg.Axpy(grad, c[i], h.pairs[i].y)
	}
}

// direction sets p = -H^-1 g by the two-loop recursion.
func (h *history) direction(p, g []float64) {
	copy(p, g)
	for i := len(h.pairs) - 1; i >= 0; i-- {
		q := &h.pairs[i]
		h.alpha[i] = linalg.Dot(q.s, p) / q.sy
		linalg.Axpy(p, -h.alpha[i], q.y)
	}
	h.precondition(p, p)
	if len(h.pairs) > 0 {
		for i := range p {
			p[i] *= h.scale
		}
	}
	for i := range h.pairs {
		q := &h.pairs[i]
		linalg.Axpy(p, h.alpha[i]-linalg.Dot(q.y, p)/q.sy, q.s)
	}
	for i := range p {
		p[i] = -p[i]
	}
}

func (h *history) precondition(dst, g []float64) {
	if h.M != nil {
		h.M.Apply(dst, g)
	} else if &dst[0] != &g[0] {
		copy(dst, g)
	}
}

// firstStep is 1 but for the first iteration without a preconditioner, whose
// direction has no scale.
func (h *history) firstStep(slope float64) float64 {
	if len(h.pairs) == 0 && h.M == nil {
		return min(1, 1/math.Sqrt(math.Abs(slope)))
	}
	return 1
}

// add stores the newest step unless its curvature is lost in rounding.
func (h *history) add(x1, x0, g1, g0 []float64) {
	var q pair
	if len(h.pairs) == h.memory {
		q = h.pairs[0]
		copy(h.pairs, h.pairs[1:])
		h.pairs = h.pairs[:h.memory-1]
		for i := range h.pairs {
			h.pairs[i].yy = h.pairs[i].yy[1:]
		}
	} else {
		q = pair{s: make([]float64, len(x1)), y: make([]float64, len(x1))}
	}
	for i := range q.s {
		q.s[i] = x1[i] - x0[i]
		q.y[i] = g1[i] - g0[i]
	}
	q.sy = linalg.Dot(q.s, q.y)
	if h.tmp == nil {
		h.tmp = make([]float64, len(x1))
	}
	h.precondition(h.tmp, q.y)
	yMy := linalg.Dot(q.y, h.tmp)
	if !(q.sy > 1e-300) || !(yMy > 0) {
		return
	}
	h.scale = q.sy / yMy
	q.yy = make([]float64, 0, len(h.pairs)+1)
	for i := range h.pairs {
		q.yy = append(q.yy, linalg.Dot(q.y, h.pairs[i].y))
	}
	q.yy = append(q.yy, linalg.Dot(q.y, q.y))
	h.pairs = append(h.pairs, q)
}
