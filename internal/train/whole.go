package train

import (
	"example.com/softmax/internal/kernel"
	"example.com/softmax/internal/linalg"
	"example.com/softmax/internal/objective"
)

// A whole is the Hessian from all rows in all features, which a few passes are
// worth: a sample of rows misses what is rare in them, such as a level that a
// hundred of 12,000 rows have, and then says nothing of its weights. It is
// that in the classes that objective.Free counts; the others' weights, and the
// gauge, follow.
type whole struct {
	obj    *objective.Objective
	factor []float32 // Cholesky's
}

const (
	wholeEvery = 10   // iterations to the next one
	wholeNudge = 1e-5 // share of the diagonal that is added, for float32
)

// newWhole returns nil if there is no curvature at x, or logits overflow.
func newWhole(o *objective.Objective, x []float64, level kernel.Level, threads int) (*whole, error) {
	n, free := o.X.D()+1, o.Free()
	dim := n * free
	w := &whole{obj: o, factor: make([]float32, dim*dim)}
	for nudge := wholeNudge; nudge < 1; nudge *= 10 { // where features are collinear
		if err := o.FullHessian(level, x, w.factor); err != nil {
			return nil, err
		}
		curved := false
		for q := range free {
			for a := range n {
				curved = curved || w.factor[(q*n+a)*(dim+1)] > 0
				w.penalise(q, a, nudge)
			}
		}
		if curved && linalg.Cholesky32(level, w.factor, dim, threads) {
			return w, nil
		}
	}
	return nil, nil
}

// penalise adds to the row of class q and feature a its part of the penalty,
// which at the gauge of sum 0 is that of I - 11'/K, and of the diagonal what
// keeps it definite.
func (w *whole) penalise(q, a int, nudge float64) {
	n, free := w.obj.X.D()+1, w.obj.Free()
	row := w.factor[(q*n+a)*n*free:]
	own := &row[q*n+a]
	if *own *= float32(1 + nudge); !(*own > 0) {
		*own = 1 // it takes no part
	}
	if a == n-1 {
		return
	}
	lambda := w.obj.Lambda * w.obj.Factor(a)
	*own += float32(lambda)
	if free < w.obj.K {
		for t := range q + 1 {
			row[t*n+a] -= float32(lambda / float64(w.obj.K))
		}
	}
}

// apply writes M^-1 g to dst.
func (w *whole) apply(dst, g []float64) {
	n, free, k := w.obj.X.D()+1, w.obj.Free(), w.obj.K
	b := make([]float64, n*free)
	for j := range n {
		var mean float64
		if free < k {
			for _, v := range g[j*k:][:k] {
				mean += v / float64(k)
			}
		}
		for q := range free {
			b[q*n+j] = g[j*k+q] - mean
		}
	}
	linalg.SolveCholesky32(w.factor, n*free, b, 1)
	for j := range n {
		to := dst[j*k:][:k]
		clear(to)
		for q := range free {
			to[q] = b[q*n+j]
		}
	}
	if free < k {
		centreRows(dst, k, n)
	}
}
