package objective

import (
	"math"

	"example.com/softmax/internal/kernel"
	"example.com/softmax/internal/linalg"
)

const (
	fullParts  = 8    // of the rows at most, each with sums of its own, whatever the threads
	fullLeast  = 1024 // rows in a part
	fullDepth  = 256  // rows whose panels stay in the second cache
	narrowMost = 24   // features: see full
)

// Free is how many classes have coordinates in FullHessian: where the loss does
// not change when all logits of a row do, the last class stays as it is.
func (p Problem) Free() int {
	if IsShiftInvariant(p.Loss) {
		return p.K - 1
	}
	return p.K
}

// FullHessian writes the Hessian of f without its penalty at theta, from all
// rows, in the coordinates of the first Free classes: to h in float32, on and left
// of the diagonal, with coordinate q (d+1) + j for class q and feature j. The
// Loss must be a Dual. Products are made with level, whatever the passes are.
func (o *Objective) FullHessian(level kernel.Level, theta []float64, h []float32) error {
	o.prepare(theta)
	o.passes++
	work := make([]*full, len(o.workers))
	for i := range work {
		work[i] = o.newFull(level, &o.workers[i])
	}
	sums := make([][]float32, min(fullParts, (o.X.N()+fullLeast-1)/fullLeast))
	o.share(len(sums), func(w, at int) {
		sums[at] = make([]float32, work[w].size())
		lo, hi := o.X.N()*at/len(sums), o.X.N()*(at+1)/len(sums)
		for ; lo < hi && o.ctx.Err() == nil; lo += fullDepth {
			work[w].add(sums[at], lo, min(lo+fullDepth, hi))
		}
	})
	if err := o.ctx.Err(); err != nil {
		return err
	}
	for _, s := range sums[1:] {
		kernel.Axpy32(sums[0], 1, s)
	}
	work[0].place(h, sums[0])
	return nil
}

// FullWork is what FullHessian costs, in the units of Work.
func (p Problem) FullWork() float64 {
	n, free := float64(p.X.D()+1), float64(p.Free())
	pairs := free * (free + 1) / 2
	if p.Free() == p.K {
		pairs = free // none of two classes
	}
	if p.narrow() {
		pairs /= 2
	}
	return float64(p.X.N()) * n * n * pairs
}

// FullBytes is the memory that FullHessian takes with so many threads.
func (p Problem) FullBytes(threads int) float64 {
	n, free := float64(p.X.D()+1), float64(p.Free())
	dim := free * n
	sums := min(fullParts, float64(p.X.N())/fullLeast+1) * dim * (dim + n)
	return 4 * (sums + float64(max(1, threads))*fullDepth*(dim+5*n+2*float64(p.K)))
}

func (p Problem) narrow() bool {
	free := p.Free()
	return 2 < free && free < p.K && p.X.D() < narrowMost
}

// full makes FullHessian from blocks of rows. Of few features it is one product of
// the curvatures of all pairs of classes with the products of all pairs of
// features. Of more, which take long to multiply by pairs, it is
//
//	X_q' diag(w p_q (1 - p_q)) X_q within a class q, -B'B between two,
//
// rows of B being (w_i/S)^(1/2) p_iq (x_i, 1).
type full struct {
	o                *Objective
	w                *worker
	n, free, vectors int
	narrow, coupled  bool
	plain            bool      // the stored values are those of X, in float32, but for
	constant         []int     // features of Scale 0
	rows             []float32 // of a block, padded with zeros so that vectors have no rest
	p                []float64 // their probabilities
	number           []float64
	line             []float32 // what is made of a row
	left, right      *linalg.Panels
	b                *linalg.Panels
}

func (o *Objective) newFull(level kernel.Level, w *worker) *full {
	n, free := o.X.D()+1, o.Free()
	f := &full{o: o, w: w, n: n, free: free, vectors: (n + 7) &^ 7, number: make([]float64, n-1)}
	f.coupled, f.narrow = free > 1 && free < o.K, o.narrow()
	f.constant, f.plain = o.storedPlainly()
	f.rows, f.p = make([]float32, fullDepth*f.vectors), make([]float64, fullDepth*o.K)
	if f.narrow {
		f.left, f.right = linalg.NewPanels(level, free*(free+1)/2, fullDepth), linalg.NewPanels(level, n*(n+1)/2, fullDepth)
		f.line = make([]float32, max(free*(free+1), n*(n+1))/2)
		return f
	}
	f.left, f.right = linalg.NewPanels(level, n, fullDepth), linalg.NewPanels(level, n, fullDepth)
	if f.coupled {
		f.b, f.line = linalg.NewPanels(level, free*n, fullDepth), make([]float32, free*n+7)
	}
	return f
}

// size is that of the sums: of the one product, or of those within classes and
// then of B'B.
func (f *full) size() int {
	switch dim := f.free * f.n; {
	case f.narrow:
		return f.left.Width() * f.right.Width()
	case f.coupled:
		return dim*f.n + dim*dim
	default:
		return dim * f.n
	}
}

// add adds the rows lo up to hi of X, fullDepth at most.
func (f *full) add(sum []float32, lo, hi int) {
	f.left.Resize(hi - lo)
	f.right.Resize(hi - lo)
	f.o.logits(f.w, f.p[:(hi-lo)*f.o.K], lo, hi)
	for i := range hi - lo {
		f.o.Loss.Probabilities(f.p[i*f.o.K:][:f.o.K])
		f.read(f.rows[i*f.vectors:][:f.vectors], lo+i)
	}
	if f.narrow {
		f.addPairs(sum, lo, hi)
		return
	}
	for i := range hi - lo {
		f.left.Set(i, f.rows[i*f.vectors:][:f.n])
	}
	for q := range f.free {
		for i := range hi - lo {
			w, p := f.row(lo, i)
			f.right.SetTimes(i, float32(-w*p[q]*(1-p[q])), f.rows[i*f.vectors:][:f.n])
		}
		f.left.SubtractLower(sum[q*f.n*f.n:][:f.n*f.n], f.right)
	}
	if !f.coupled {
		return
	}
	f.b.Resize(hi - lo)
	for i := range hi - lo {
		w, p := f.row(lo, i)
		root := math.Sqrt(w)
		clear(f.line)
		for q, v := range p {
			kernel.Axpy32(f.line[q*f.n:][:f.vectors], float32(root*v), f.rows[i*f.vectors:][:f.vectors])
		}
		f.b.Set(i, f.line)
	}
	f.b.SubtractLower(sum[f.free*f.n*f.n:], f.b)
}

// addPairs adds the product of curvatures and products of features.
func (f *full) addPairs(sum []float32, lo, hi int) {
	for i := range hi - lo {
		to := f.line
		x := f.rows[i*f.vectors:][:f.n]
		for j, v := range x {
			for l, u := range x[:j+1] {
				to[l] = v * u
			}
			to = to[j+1:]
		}
		f.right.Set(i, f.line)
		to = f.line
		w, p := f.row(lo, i)
		for q, v := range p {
			wv := float32(w * v)
			for t, u := range p[:q] {
				to[t] = wv * float32(u)
			}
			to[q] = -float32(w * v * (1 - v))
			to = to[q+1:]
		}
		f.left.Set(i, f.line)
	}
	f.left.Subtract(sum, f.right)
}

// read sets row to (x_i, 1).
func (f *full) read(row []float32, i int) {
	row[f.n-1] = 1
	switch x := f.o.X; {
	case f.plain:
		copy(row[:f.n-1], x.V.F32[i*x.V.D:])
		for _, j := range f.constant {
			row[j] = 0
		}
	case x.S == nil:
		f.o.denseRow(row[:f.n-1], i)
	default:
		x.Row(f.number, i)
		for j, v := range f.number {
			row[j] = float32(v)
		}
	}
}

// storedPlainly reports whether the stored values are those of X in float32, but
// for features of Scale 0, which it returns.
func (o *Objective) storedPlainly() (constant []int, ok bool) {
	x := o.X
	if x.S != nil || x.V.F32 == nil {
		return nil, false
	}
	for j, s := range x.Scale {
		switch {
		case s == 0:
			constant = append(constant, j)
		case x.Shift[j] != 0 || math.Abs(s-1) > 1e-12:
			return nil, false
		}
	}
	return constant, true
}

// row returns the share of the weights and the probabilities of row i after lo.
func (f *full) row(lo, i int) (w float64, p []float64) {
	return f.o.weight(lo+i) / f.o.norm, f.p[i*f.o.K:][:f.free]
}

// place writes the sums to h.
func (f *full) place(h, sum []float32) {
	n, dim := f.n, f.free*f.n
	if f.narrow {
		for q, pair := 0, 0; q < f.free; q++ {
			for t := range q + 1 {
				from := sum[pair*f.right.Width():]
				for a := range n {
					for b, v := range from[:a+1] {
						h[(q*n+a)*dim+t*n+b] = v
						h[(q*n+b)*dim+t*n+a] = v
					}
					from = from[a+1:]
				}
				pair++
			}
		}
		return
	}
	clear(h[:dim*dim])
	copy(h, sum[dim*n:])
	for q := range f.free {
		for a := range n {
			copy(h[(q*n+a)*dim+q*n:][:a+1], sum[(q*n+a)*n:])
		}
	}
}
