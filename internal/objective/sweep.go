package objective

import (
	"example.com/softmax/internal/kernel"
	"example.com/softmax/internal/linalg"
)

// A run is rows whose residuals are kept until the gradient of the sparse
// features has been made of them.
type run struct {
	lo, hi  int
	columns *kernel.Sparse // the transpose of the sparse features of these rows
}

// maxRun is how many residuals a run may keep: they should stay in the caches
// while columns pick from them.
const maxRun = 1 << 20

// plan cuts the rows into runs of at most so many residuals, but of a granule
// of rows at least: a single run unless X has sparse features.
func (o *Objective) plan(residuals int) {
	n := o.X.N()
	o.runs = []run{{hi: n}}
	if o.X.S == nil {
		return
	}
	size := max(granule, residuals/o.K)
	count := max(1, (n+size-1)/size)
	o.runs = make([]run, count)
	for i := range o.runs {
		lo, hi := n*i/count, n*(i+1)/count
		o.runs[i] = run{lo, hi, o.X.S.Transpose(lo, hi)}
	}
	o.r = make([]float64, (n+count-1)/count*o.K)
}

// sweep makes X' R, up to Unfold, of a matrix R, n x K, that fill writes by
// blocks of rows: in parallel over the parts, in order within a part. The
// dense features' share and R' 1 are left in the parts, that of the sparse
// features in grad.
//
// Sparse gradients are not summed by parts: clearing and adding up so many
// numbers would cost more than the sums. Every feature is summed by one
// goroutine, in the order of the rows, with the columns of X (its transpose is
// stored too) and the residuals of a run of rows.
func (o *Objective) sweep(grad []float64, fill func(w *worker, p *part, r []float64, lo, hi int)) error {
	k := o.K
	err := o.parallel(o.pass(), func(_ *worker, p *part) { p.reset(o.engine.GradLen(), k) })
	sparse := grad[o.X.V.D*k : o.X.D()*k]
	clear(sparse)
	defer o.cut(0, o.X.N())
	for _, run := range o.runs {
		if err != nil {
			return err
		}
		o.cut(run.lo, run.hi)
		err = o.parallel(o.pass(), func(w *worker, p *part) {
			for lo := p.lo; lo < p.hi; lo += o.block() {
				hi := min(lo+o.block(), p.hi)
				r := w.z
				if run.columns != nil {
					r = o.r[(lo-run.lo)*k:]
				}
				r = r[:(hi-lo)*k]
				fill(w, p, r, lo, hi)
				p.addResiduals(r, k)
				if o.X.V.D > 0 {
					p.sums.Square += w.scratch.AddGrad(o.X.V.Slice(lo, hi), r, p.grad)
				}
			}
		})
		if run.columns != nil && err == nil {
			o.columns(run.columns, func(j int, index []int32, values []float64) {
				kernel.Gather(sparse[j*k:][:k], index, values, o.r)
			})
		}
	}
	return err
}

// columns calls visit for every sparse feature, in parallel, with what is stored
// of it in the rows of a run.
func (o *Objective) columns(columns *kernel.Sparse, visit func(j int, index []int32, values []float64)) {
	const size = 512 // features that a goroutine takes at once
	linalg.Parallel(len(o.workers), (columns.N()+size-1)/size, func(at int) {
		for j := at * size; j < min((at+1)*size, columns.N()); j++ {
			index, values := columns.Row(j)
			visit(j, index, values)
		}
	})
}
