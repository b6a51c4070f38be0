package objective

import (
	"math"

	"example.com/softmax/internal/linalg"
)

// Hessian writes the Hessian of f at theta, Dim x Dim row-major, on and left
// of the diagonal (h is overwritten):
//
//	H_(j,k),(l,m) = (1/sum w) sum_i w_i c_i,km x_ij x_il + lambda [j=l][k=m][j<d]
//
// with x_id = 1 for the intercept and c_i the curvature of row i's loss. Where
// the loss does not change when all logits of a row do, f is flat along theta
// plus a multiple of (a_j for all k); there a term that only acts on such
// directions makes H definite without changing a Newton step. For small
// (d+1) K. It implements optimize.Hessian.
func (o *Objective) Hessian(theta, h []float64) error {
	d, k := o.X.D(), o.K
	dim := (d + 1) * k
	pairs := k * (k + 1) / 2
	// Sums for class pair (q, m), feature pair (j, l), l <= j, are gathered by
	// part in layout [pair][j][l].
	tri := (d + 1) * (d + 2) / 2
	err := o.each(theta, float64(o.X.N()*pairs*tri), func(p *part, z []float64, lo, hi int) {
		if lo == p.lo {
			p.weight = 0
			p.hess = zeros(p.hess, pairs*tri)
			p.x, p.outer = zeros(p.x, d+1), zeros(p.outer, tri)
			p.curve = zeros(p.curve, k*k)
		}
		for i := lo; i < hi; i++ {
			w := o.weight(i)
			if w == 0 {
				continue
			}
			p.weight += w
			o.X.Row(p.x[:d], i)
			p.x[d] = 1
			o.Loss.Curvature(p.curve, z[(i-lo)*k:][:k], i)
			outer(p.outer, p.x)
			at := p.hess
			for q := range k {
				for m := q; m < k; m++ {
					linalg.Axpy(at[:tri], w*p.curve[q*k+m], p.outer)
					at = at[tri:]
				}
			}
		}
	})
	if err != nil {
		return err
	}
	total, sum := o.parts[0].hess, o.parts[0].weight
	for i := 1; i < len(o.parts); i++ {
		sum += o.parts[i].weight
		for at, v := range o.parts[i].hess {
			total[at] += v
		}
	}
	clear(h[:dim*dim])
	at := 0
	for q := range k {
		for m := q; m < k; m++ {
			for j := range d + 1 {
				for l := range j + 1 {
					v := total[at] / max(sum, math.SmallestNonzeroFloat64) * (o.sum / o.norm)
					at++
					place(h, dim, j*k+q, l*k+m, v)
					place(h, dim, j*k+m, l*k+q, v)
				}
			}
		}
	}
	for i := range d * k {
		h[i*dim+i] += o.Factor(i/k) * o.Lambda
	}
	if IsShiftInvariant(o.Loss) {
		for j := range d + 1 {
			addGauge(h, dim, j*k, k)
		}
	}
	return nil
}

// addGauge adds a multiple of 11'/K, of the size of the diagonal there, to the
// K x K diagonal block of h at row first.
func addGauge(h []float64, dim, first, k int) {
	var mu float64
	for q := range k {
		mu = max(mu, h[(first+q)*(dim+1)])
	}
	for q := range k {
		for m := range q + 1 {
			h[(first+q)*dim+first+m] += mu / float64(k)
		}
	}
}

// place sets a symmetric entry, on or left of the diagonal.
func place(h []float64, dim, i, j int, v float64) {
	h[max(i, j)*dim+min(i, j)] = v
}

// outer writes x x' to t, on and left of the diagonal, packed by rows.
func outer(t, x []float64) {
	for j, xj := range x {
		for l, xl := range x[:j+1] {
			t[l] = xj * xl
		}
		t = t[j+1:]
	}
}
