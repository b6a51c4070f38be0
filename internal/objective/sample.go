package objective

import (
	"math"
	"slices"
	"sync/atomic"

	"example.com/softmax/internal/kernel"
	"example.com/softmax/internal/linalg"
)

// A Sample holds the curvatures, at one theta, of about m rows that were drawn
// in proportion to w_i trace c_i, with c_i the curvature of row i's loss: rows
// that are settled say little. Each is weighted by the inverse of the chance it
// had, so that sums over the sample estimate those over all rows. No chance is
// involved in the end, since rows are taken at even steps of the cumulated
// probability (systematic sampling: Madow and Madow, 1944), so the sample depends
// on the data alone. It is for preconditioners: sums are float32.
type Sample struct {
	o     *Objective
	rows  []int32   // of X
	pairs []members // of classes q >= t, at q (q+1)/2 + t
}

// members are the rows whose curvature has something for a pair of classes.
type members struct {
	rows []int32   // indices into Sample.rows, ascending
	c    []float32 // w_i c_i,qt / S, over the chance
}

// Rows are drawn from so many times as many that are looked at.
const drawnFrom = 5.0 / 2

// Sample draws about m rows, and thins their curvatures out.
func (o *Objective) Sample(theta []float64, m int) (*Sample, error) {
	n, k := o.X.N(), o.K
	stride := max(1, int(float64(n)/(drawnFrom*float64(m))))
	var rows []int32
	var sum float64 // of the weights of the rows looked at
	for i := 0; i < n; i += stride {
		if w := o.weight(i); w > 0 {
			rows = append(rows, int32(i))
			sum += w
		}
	}
	chance := make([]float64, len(rows))
	pairs := k * (k + 1) / 2
	curvature := make([]float32, len(rows)*pairs)
	if err := o.visitRows(theta, rows, func(p *part, at int, z []float64) {
		o.Loss.Curvature(p.curve, z, int(rows[at]))
		w := o.weight(int(rows[at]))
		for q := range k {
			chance[at] += w * p.curve[q*(k+1)]
		}
		sparsify(p.curve, k, int(rows[at]))
		to := curvature[at*pairs:]
		for q := range k {
			for t := range q + 1 {
				to[t] = float32(w * p.curve[t*k+q])
			}
			to = to[q+1:]
		}
	}); err != nil {
		return nil, err
	}
	capChances(chance, m)
	s := &Sample{o: o, pairs: make([]members, pairs)}
	scale, cumulated, next := o.sum/o.norm/sum, 0.0, 0.5
	for at, p := range chance {
		if cumulated += p; cumulated < next && p < 1 {
			continue
		}
		next = math.Floor(cumulated+0.5) + 0.5
		for pair, v := range curvature[at*pairs:][:pairs] {
			if v != 0 {
				to := &s.pairs[pair]
				to.rows = append(to.rows, int32(len(s.rows)))
				to.c = append(to.c, v*float32(scale/p))
			}
		}
		s.rows = append(s.rows, rows[at])
	}
	return s, nil
}

// Work is what a pass costs, in multiply-adds of float32 vectors; what goes
// number by number costs about 40 of them.
func (p Problem) Work() float64 {
	n, d, k := float64(p.X.N()), float64(p.X.V.D), float64(p.K)
	return n*(2*d*k+40*k) + 40*k*p.stored()
}

// SampleWork is what Sample costs, in the same units.
func (o *Objective) SampleWork(m int) float64 {
	k := float64(o.K)
	looked := min(drawnFrom*float64(m), float64(o.X.N()))
	return looked*(o.Work()/float64(o.X.N())+20*k*k) + 1e7
}

// stored is the number of stored values of the sparse features.
func (p Problem) stored() float64 {
	if p.X.S == nil {
		return 0
	}
	return float64(len(p.X.S.Index))
}

// MeanCurvature estimates that of Objective.MeanCurvature.
func (s *Sample) MeanCurvature(c []float64) {
	k := s.o.K
	for q := range k {
		for t := range q + 1 {
			var sum float64
			for _, v := range s.pairs[q*(q+1)/2+t].c {
				sum += float64(v)
			}
			c[q*k+t], c[t*k+q] = sum, sum
		}
	}
}

// Hessian estimates the Hessian of f without its penalty, restricted to features
// z_i = (x_i, 1) V with V (d+1) x r row-major, or nil for the identity, r = d+1.
// h is rK x rK row-major, on and left of the diagonal,
//
//	h_(q,a),(t,b) = (1/S) sum_i w_i c_i,qt z_ia z_ib,
//
// index (q, a) being q r + a.
func (s *Sample) Hessian(V []float64, r int, h []float32) error {
	o, k := s.o, s.o.K
	z, err := o.projected(s.rows, V, r)
	if err != nil {
		return err
	}
	work := make([]struct {
		linalg.Syrk
		square []float32
	}, len(o.workers))
	o.share(len(s.pairs), func(w, pair int) {
		q := int((math.Sqrt(float64(8*pair+1)) - 1) / 2)
		t := pair - q*(q+1)/2
		y := &work[w]
		y.square = zeros(y.square, r*r)
		y.Add(o.level, y.square, z, r, s.pairs[pair].rows, s.pairs[pair].c, 1)
		placePair(h, y.square, q, t, r, k)
	})
	return o.ctx.Err()
}

// placePair writes the square of a pair of classes, given on and left of its
// diagonal, to h.
func placePair(h, square []float32, q, t, r, k int) {
	for a := range r {
		for b, v := range square[a*r:][:a+1] {
			h[(q*r+a)*r*k+t*r+b] = v
			if q != t {
				h[(q*r+b)*r*k+t*r+a] = v
			}
		}
	}
}

// sparsify thins out what is small off the diagonal of row i's curvature, K x K,
// on and right of the diagonal: a row confuses two or three classes, and the
// other pairs would cost as much as these. Of those, one in so many is kept and
// stands for them, as a hash of row and number decides, which knows nothing of
// the order of classes. The curvature of softmax
// is the Laplacian of a graph with weights p_q p_t; with other weights, and what
// that does to the diagonal, it is still one, so semidefinite.
func sparsify(curve []float64, k, i int) {
	var trace float64
	for q := range k {
		trace += curve[q*(k+1)]
	}
	small := 0.01 * trace
	for q := range k {
		for t := q + 1; t < k; t++ {
			c := curve[q*k+t]
			if c == 0 || c <= -small || c >= small {
				continue
			}
			kept := 0.0
			if never := 1e-4 * small; c < -never || c > never {
				switch u := small * uniform(math.Float64bits(c)^uint64(i)<<32); {
				case c < -u:
					kept = -small
				case c > u:
					kept = small
				}
			}
			curve[q*(k+1)] += c - kept
			curve[t*(k+1)] += c - kept
			curve[q*k+t] = kept
		}
		if curve[q*(k+1)] < 1e-4*small { // what rounding left
			curve[q*(k+1)] = 0
		}
	}
}

// uniform is a hash in [0, 1): the finaliser of SplitMix64 (Steele, Lea and
// Flood, 2014).
func uniform(x uint64) float64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return float64((x^x>>31)>>11) / (1 << 53)
}

// capChances scales numbers to probabilities that sum to m or so, and gives
// even the least of them a chance.
func capChances(p []float64, m int) {
	if m >= len(p) {
		for i := range p {
			p[i] = 1
		}
		return
	}
	var sum float64
	for _, v := range p {
		sum += v
	}
	if !(sum > 0) || math.IsInf(sum, 1) {
		for i := range p {
			p[i] = float64(m) / float64(len(p))
		}
		return
	}
	least := 0.01 * sum / float64(len(p))
	for i, v := range p {
		p[i] = max(v, least)
	}
	var scale float64
	for range 4 { // what the cap takes off is given to the others
		certain, rest := 0.0, 0.0
		for _, v := range p {
			if v*scale >= 1 {
				certain++
			} else {
				rest += v
			}
		}
		scale = (float64(m) - certain) / max(rest, math.SmallestNonzeroFloat64)
	}
	for i, v := range p {
		p[i] = min(1, v*scale)
	}
}

// visitRows calls visit with the logits at theta of each of the rows, which
// ascend, in parallel. visit may overwrite z; p.curve has room for a curvature.
func (o *Objective) visitRows(theta []float64, rows []int32, visit func(p *part, at int, z []float64)) error {
	o.prepare(theta)
	o.passes += float64(len(rows)) / float64(o.X.N()) / 2 // forward only
	return o.parallel(o.SampleWork(len(rows)), func(w *worker, p *part) {
		p.curve = zeros(p.curve, o.K*o.K)
		first, _ := slices.BinarySearch(rows, int32(p.lo))
		end, _ := slices.BinarySearch(rows, int32(p.hi))
		for first < end {
			block := rows[first:min(first+o.block(), end)]
			z := w.z[:len(block)*o.K]
			o.logitsOf(w, z, block)
			for at := range block {
				visit(p, first+at, z[at*o.K:][:o.K])
			}
			first += len(block)
		}
	})
}

// projected returns (x_i, 1) V of the rows, r numbers each.
func (o *Objective) projected(rows []int32, V []float64, r int) ([]float32, error) {
	d := o.X.D()
	z := make([]float32, len(rows)*r)
	var engine *kernel.Engine
	scratch := make([]*kernel.Scratch, len(o.workers))
	u, c := make([]float64, d*r), make([]float64, r)
	if V != nil {
		engine = kernel.NewEngine(o.level, o.X.V, r)
		o.X.Fold(u, c, V[:d*r], V[d*r:])
		engine.Prepare(u, c)
		for i := range scratch {
			scratch[i] = engine.NewScratch()
		}
	}
	const run = 64
	o.share((len(rows)+run-1)/run, func(w, at int) {
		block := rows[at*run : min((at+1)*run, len(rows))]
		to := z[at*run*r:]
		if V == nil {
			row := make([]float64, d+1)
			for i, row32 := range block {
				o.X.Row(row[:d], int(row32))
				row[d] = 1
				for j, v := range row[:d+1] {
					to[i*r+j] = float32(v)
				}
			}
			return
		}
		row := make([]float64, r*len(block))
		scratch[w].Logits(o.workers[w].gather(o.X.V, block, o.block()), row[:r*len(block)])
		for i, v := range row[:r*len(block)] {
			to[i] = float32(v)
		}
	})
	return z, o.ctx.Err()
}

// Gram returns the weighted mean of (x_i, 1)(x_i, 1)' over every stride-th row,
// as a full symmetric (d+1) x (d+1) row-major matrix whose last row and column
// belong to the constant. Where all features are dense, sums are float32.
func (o *Objective) Gram(stride int) ([]float64, error) {
	if o.X.S != nil {
		return o.X.Gram(o.Weights, stride), nil
	}
	n := o.X.D() + 1
	var y linalg.Syrk
	g, c := make([]float32, n*n), []float32{}
	var rows, numbers []int32
	var sum float64
	for i := 0; i < o.X.N(); i += stride {
		sum += o.weight(i)
		rows, c, numbers = append(rows, int32(i)), append(c, float32(o.weight(i))), append(numbers, int32(len(rows)))
		const run = 1024
		if len(rows) == run || i+stride >= o.X.N() {
			x, err := o.projected(rows, nil, n)
			if err != nil {
				return nil, err
			}
			y.Add(o.level, g, x, n, numbers, c, len(o.workers))
			rows, c, numbers = rows[:0], c[:0], numbers[:0]
		}
	}
	gram := make([]float64, n*n)
	for j := range n {
		for l, v := range g[j*n:][:j+1] {
			gram[j*n+l] = float64(v) / sum
			gram[l*n+j] = gram[j*n+l]
		}
	}
	return gram, nil
}

// Squares returns the diagonal that Gram would have.
func (o *Objective) Squares(stride int) ([]float64, error) {
	d := o.X.D()
	if o.X.S != nil {
		return o.X.Squares(o.Weights, stride), nil
	}
	const parts = 8
	var sums [parts][]float64
	o.share(parts, func(_, at int) {
		square, row := make([]float64, d+1), make([]float32, d)
		n := (o.X.N() + stride - 1) / stride
		for i := n * at / parts; i < n*(at+1)/parts; i++ {
			w := o.weight(i * stride)
			o.denseRow(row, i*stride)
			for j, v := range row {
				square[j] += float64(w * float64(v) * float64(v))
			}
			square[d] += w
		}
		sums[at] = square
	})
	if err := o.ctx.Err(); err != nil {
		return nil, err
	}
	for _, s := range sums[1:] {
		linalg.Axpy(sums[0], 1, s)
	}
	square := sums[0]
	for j := range d {
		square[j] /= square[d]
	}
	square[d] = 1
	return square, nil
}

// share calls visit for tasks 0 up to n, each from one of the workers'
// goroutines.
func (o *Objective) share(n int, visit func(worker, task int)) {
	var next atomic.Int64
	workers := min(len(o.workers), n)
	linalg.Parallel(workers, workers, func(w int) {
		for o.ctx.Err() == nil {
			task := int(next.Add(1)) - 1
			if task >= n {
				return
			}
			visit(w, task)
		}
	})
}
