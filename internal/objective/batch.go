package objective

import (
	"sync/atomic"

	"example.com/softmax/internal/kernel"
	"example.com/softmax/internal/linalg"
)

const batchPart = 128 // rows of a part of a mini-batch: clearing and adding up gradients should not show

// Examples is the number of rows. It implements optimize.Batches.
func (o *Objective) Examples() int { return o.X.N() }

// BatchGrad returns the weighted mean loss of the rows of batch at theta, and
// writes the gradient of it plus the penalty.
func (o *Objective) BatchGrad(theta, grad []float64, batch []int32) (float64, error) {
	if err := o.ctx.Err(); err != nil {
		return 0, err
	}
	k := o.K
	o.prepare(theta)
	o.passes += float64(len(batch)) / float64(o.X.N())

	// The batch is cut as the whole is: into blocks, in order, whatever the
	// number of threads. Waking a thread takes about as long as a part, so the
	// caller takes parts, too, all of them if the others come late.
	size := max(batchPart, (len(batch)+len(o.parts)-1)/len(o.parts))
	parts := (len(batch) + size - 1) / size
	workers := min(len(o.workers), parts)
	if o.X.S != nil {
		workers = 1 // the gradient of the sparse features has no parts
	}
	gW, gb := o.Split(grad)
	clear(grad)
	var next atomic.Int32
	linalg.Parallel(workers, workers, func(w int) {
		for at := int(next.Add(1)) - 1; at < parts; at = int(next.Add(1)) - 1 {
			rows := batch[at*size : min((at+1)*size, len(batch))]
			p := &o.parts[at]
			p.reset(o.engine.GradLen(), k)
			for len(rows) > 0 {
				m := min(o.block(), len(rows))
				o.addRows(p, &o.workers[w], gW, rows[:m])
				rows = rows[m:]
			}
		}
	})

	sum := float64(len(batch)) // of the weights
	if o.Weights != nil {
		sum = 0
		for _, i := range batch {
			sum += o.Weights[i]
		}
	}
	if sum == 0 {
		clear(grad)
		return 0, nil
	}
	sum *= o.norm / o.sum
	var loss float64
	for i := range parts {
		p := &o.parts[i]
		loss += p.sums.Loss
		if i > 0 {
			linalg.Axpy(o.parts[0].grad, 1, p.grad)
		}
		for q, r := range p.rsum {
			gb[q] += r
		}
	}
	o.engine.Unpack(gW[:o.X.V.D*k], o.parts[0].grad)
	o.X.Unfold(gW, gb)
	W, _ := o.Split(theta)
	inverse := 1 / sum
	for i := range grad {
		grad[i] *= inverse
	}
	o.AddSmooth(gW, W, o.K, 1)
	return loss / sum, nil
}

// addRows adds the given rows to p, and their gradient with respect to the
// sparse features to gW.
func (o *Objective) addRows(p *part, w *worker, gW []float64, rows []int32) {
	if o.fused() && o.X.S == nil {
		labels := o.Loss.(CrossEntropy).Labels
		w.labels, w.weights = w.labels[:0], w.weights[:0]
		for _, i := range rows {
			w.labels = append(w.labels, labels[i])
			w.weights = append(w.weights, o.weight(int(i)))
		}
		x := w.gather(o.X.V, rows, o.block())
		p.sums.Add(w.scratch.CrossEntropy(x, w.labels, w.weights, p.grad, p.rsum))
		return
	}
	z := w.z[:len(rows)*o.K]
	o.logitsOf(w, z, rows)
	for at, i := range rows {
		r := z[at*o.K:][:o.K]
		p.sums.Loss += o.residuals(r, int(i), int(i)+1)
		if o.X.S != nil {
			o.X.S.Scatter(gW[o.X.V.D*o.K:], r, int(i))
		}
	}
	p.addResiduals(z, o.K)
	if o.X.V.D > 0 {
		p.sums.Square += w.scratch.AddGrad(w.rows.Slice(0, len(rows)), z, p.grad)
	}
}

// logitsOf sets z to the logits of the given rows, whose dense features it
// leaves in w.rows.
func (o *Objective) logitsOf(w *worker, z []float64, rows []int32) {
	if o.X.V.D > 0 {
		w.scratch.Logits(w.gather(o.X.V, rows, o.block()), z)
	}
	for at, i := range rows {
		o.addSparse(z[at*o.K:][:o.K], int(i))
	}
}

// addResiduals adds residuals z, row-major, to rsum.
func (p *part) addResiduals(z []float64, k int) {
	for at := 0; at < len(z); at += k {
		for q, r := range z[at:][:k] {
			p.rsum[q] += r
		}
	}
}

// gather copies rows of v next to each other.
func (w *worker) gather(v kernel.Rows, rows []int32, most int) kernel.Rows {
	if w.rows.D != v.D {
		w.rows.D = v.D
		if v.U8 != nil {
			w.rows.U8 = make([]uint8, most*v.D)
		} else {
			w.rows.F32 = make([]float32, most*v.D)
		}
	}
	const ahead = 8 // rows: they lie anywhere, and each is a wait for memory
	for at, i := range rows {
		if at+ahead < len(rows) {
			v.Prefetch(int(rows[at+ahead]))
		}
		row := v.Slice(int(i), int(i)+1)
		if v.U8 != nil {
			copy(w.rows.U8[at*v.D:], row.U8)
		} else {
			copy(w.rows.F32[at*v.D:], row.F32)
		}
	}
	return w.rows.Slice(0, len(rows))
}
