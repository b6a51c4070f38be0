// Package objective is the function that training minimises,
//
//	f(W, b) = (1/S) sum_i w_i l_i(x_i W + b) + Omega(W),   S = sum_i w_i,
//
// over a design matrix X (n x d), with W d x K and the intercept b free of the
// Penalty Omega. A parameter vector theta is W row-major followed by b. docs/MATH.md
// derives what is computed here.
//
// All sums run over a partition of the rows that depends on n, d and K alone,
// and are added up in a fixed order: the same bits for any number of threads.
package objective

import (
	"cmp"
	"context"
	"math"
	"sync/atomic"

	"example.com/softmax/internal/kernel"
	"example.com/softmax/internal/linalg"
	"example.com/softmax/internal/matrix"
)

// A Problem says what f is.
type Problem struct {
	X       *matrix.Matrix
	Loss    Loss
	K       int       // logits per row
	Weights []float64 // n, nil for 1 each
	// Norm is S where it is not the sum of the weights; else 0.
	Norm float64
	Penalty
}

// An Objective is f. It is not safe for use by several goroutines at once; it
// uses threads of its own.
type Objective struct {
	Problem

	sum      float64 // of the weights
	norm     float64 // S
	passes   float64
	parts    []part
	u, c     []float64
	workers  []worker
	ctx      context.Context
	level    kernel.Level
	exact    *kernel.Engine // in float64
	engine   *kernel.Engine // of the level
	runs     []run
	r        []float64   // of the rows of a run, K each, where X has sparse features
	p        []float64   // n x K: see Curve
	sums     kernel.Sums // of the last gradient
	features []column    // of every stride-th row, nil until wanted
	stride   int
	square   float64 // squaredNorm, 0 until wanted

	// The Hessian with respect to b as PolishIntercept last made it: its Cholesky
	// factor, nil before, and the coordinates that this left out.
	curvature []float64
	dropped   []int
}

// A part is what one chunk of rows contributes to a pass.
type part struct {
	lo, hi     int
	sums       kernel.Sums
	weight     float64   // of the rows that were counted
	grad, rsum []float64 // of the dense features x K, and K
	// For Hessians: their sums, and a row, its outer product and its curvature.
	hess, x, outer, curve []float64
}

// A worker has the buffers of one goroutine.
type worker struct {
	z              []float64
	exact, scratch *kernel.Scratch // of the engines
	rows           kernel.Rows     // of a mini-batch
	labels         []int32
	weights        []float64
}

const (
	granule   = 64      // parts begin at multiples of so many rows
	blockRows = 1024    // a call of the kernels has its costs
	blockZ    = 1 << 17 // most logits in a block: with very many classes a block has fewer rows
	minChunks = 16      // up to which parts are cut as small as may be, for small n; then multiples of 8, for threads to have as many each
	partRows  = 2048    // beyond, clearing and adding up partial gradients should not show
	maxChunks = 64      // bounds threads that can help, and the memory for partial gradients
)

// What is worth a part of its own, and a thread, in units of Work: to start one and
// to wait for it takes microseconds. Tests set both to 1.
var partWork, threadWork = 1 << 19, 1 << 21

// MaxPart is the most numbers in all partial gradients together, unless a
// single one has more.
const MaxPart = 1 << 25

// New prepares the evaluation of f. ctx ends a pass early.
func New(ctx context.Context, p Problem, threads int) *Objective {
	o := &Objective{Problem: p, ctx: ctx}
	n, d, k := p.X.N(), p.X.D(), p.K
	o.sum = float64(n)
	if p.Weights != nil {
		o.sum = 0
		for _, w := range p.Weights {
			o.sum += w
		}
	}
	o.norm = cmp.Or(p.Norm, o.sum)
	chunks := min(maxChunks, max(minChunks, (n/partRows+4)/8*8), max(1, MaxPart/((p.X.V.D+1)*k)), (n+granule-1)/granule, 1+int(o.Work())/partWork)
	o.parts = make([]part, chunks)
	o.cut(0, n)
	o.plan(maxRun)
	o.u, o.c = make([]float64, d*k), make([]float64, k)
	o.workers = make([]worker, max(1, min(threads, chunks)))
	o.exact = kernel.NewEngine(kernel.Generic, p.X.V, k)
	for i := range o.workers {
		o.workers[i] = worker{z: make([]float64, o.block()*k), exact: o.exact.NewScratch()}
	}
	o.SetLevel(kernel.Generic)
	return o
}

// cut makes the parts share the rows lo up to hi.
func (o *Objective) cut(lo, hi int) {
	granules := (hi - lo + granule - 1) / granule
	for i := range o.parts {
		p := &o.parts[i]
		p.lo = min(hi, lo+granules*i/len(o.parts)*granule)
		p.hi = min(hi, lo+granules*(i+1)/len(o.parts)*granule)
	}
}

// SetLevel chooses what the passes are computed with from now on. A new
// Objective computes in float64, and so it remains without dense features:
// sums over sparse ones have the same bits at every level.
func (o *Objective) SetLevel(level kernel.Level) {
	if o.X.V.D == 0 {
		level = kernel.Generic
	}
	o.level = level
	o.engine = o.exact
	if level != kernel.Generic {
		o.engine = kernel.NewEngine(level, o.X.V, o.K)
	}
	for i := range o.workers {
		w := &o.workers[i]
		if w.scratch = w.exact; level != kernel.Generic {
			w.scratch = o.engine.NewScratch()
		}
	}
}

// Level is what SetLevel chose.
func (o *Objective) Level() kernel.Level { return o.level }

func (o *Objective) block() int { return max(1, min(blockRows, blockZ/o.K, o.X.N())) }

// Noise is the relative error of values beyond that of float64. It implements
// optimize.Noisy.
func (o *Objective) Noise() float64 { return o.engine.Noise() }

// Dim is the length of a parameter vector: (d+1) K.
func (o *Objective) Dim() int { return (o.X.D() + 1) * o.K }

// Sum is the sum of the example weights.
func (o *Objective) Sum() float64 { return o.sum }

// Passes counts the reads of all of X so far; a mini-batch counts by its share.
func (o *Objective) Passes() float64 { return o.passes }

func (o *Objective) weight(i int) float64 {
	if o.Weights == nil {
		return 1
	}
	return o.Weights[i]
}

// zeros returns n zeros, in s if it is large enough.
func zeros[T float32 | float64](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	clear(s[:n])
	return s[:n]
}

// Split returns the W and b parts of a parameter vector.
func (o *Objective) Split(theta []float64) (W, b []float64) {
	at := o.X.D() * o.K
	return theta[:at], theta[at:]
}

// parallel calls visit for all parts, each from one of the workers' goroutines,
// of which there are as many as so much work is worth. A worker takes parts that follow each other, since kernels prefetch what
// comes next, and then those that slower workers have left.
func (o *Objective) parallel(work float64, visit func(w *worker, p *part)) error {
	taken := make([]atomic.Bool, len(o.parts))
	workers := o.threads(work)
	linalg.Parallel(workers, workers, func(i int) {
		first := len(o.parts) * i / workers
		for step := range o.parts {
			at := (first + step) % len(o.parts)
			if o.ctx.Err() == nil && taken[at].CompareAndSwap(false, true) {
				visit(&o.workers[i], &o.parts[at])
			}
		}
	})
	return o.ctx.Err()
}

// threads is how many so much work is worth.
func (o *Objective) threads(work float64) int {
	return int(max(1, min(float64(len(o.workers)), work/float64(threadWork))))
}

// pass is the work of one: in float64 products take more, and exponentials
// are made one by one.
func (o *Objective) pass() float64 {
	if o.level == kernel.Generic {
		return 8 * o.Work()
	}
	return o.Work()
}

// each calls visit for blocks of rows with their logits at theta, in parallel
// over the parts and in order within a part. visit may overwrite z; work is what
// it adds to a pass.
func (o *Objective) each(theta []float64, work float64, visit func(p *part, z []float64, lo, hi int)) error {
	o.prepare(theta)
	o.passes++
	return o.parallel(o.pass()+work, func(w *worker, p *part) {
		for lo := p.lo; lo < p.hi; lo += o.block() {
			hi := min(lo+o.block(), p.hi)
			z := w.z[:(hi-lo)*o.K]
			o.logits(w, z, lo, hi)
			visit(p, z, lo, hi)
		}
	})
}

// prepare readies logits for the point theta.
func (o *Objective) prepare(theta []float64) {
	W, b := o.Split(theta)
	o.X.Fold(o.u, o.c, W, b)
	o.engine.Prepare(o.u[:o.X.V.D*o.K], o.c)
}

// logits sets z to the logits of rows lo up to hi: those of the dense features,
// to which the sparse ones are added.
func (o *Objective) logits(w *worker, z []float64, lo, hi int) {
	if o.X.V.D > 0 {
		w.scratch.Logits(o.X.V.Slice(lo, hi), z)
	}
	for i := lo; i < hi; i++ {
		o.addSparse(z[(i-lo)*o.K:][:o.K], i)
	}
}

// addSparse adds the part of the sparse features to the logits z of row i.
func (o *Objective) addSparse(z []float64, i int) {
	if o.X.S == nil {
		return
	}
	if o.X.V.D == 0 {
		copy(z, o.c)
	}
	index, values := o.X.S.Row(i)
	kernel.Gather(z, index, values, o.u[o.X.V.D*o.K:])
}

// residuals overwrites the logits z of rows lo up to hi with the weighted
// residuals and returns the weighted loss.
func (o *Objective) residuals(z []float64, lo, hi int) float64 {
	var loss float64
	for i := lo; i < hi; i++ {
		zi := z[(i-lo)*o.K:][:o.K]
		l := o.Loss.Residual(zi, i)
		if o.Weights != nil {
			w := o.Weights[i]
			if w == 0 { // also keeps 0 * Inf out
				clear(zi)
				continue
			}
			l *= w
			for k := range zi {
				zi[k] *= w
			}
		}
		loss += l
	}
	return loss
}

// ValueGrad returns f(theta) and writes its gradient, of its differentiable part
// (loss and L2) if the penalty has another: one pass over X. Where
// the kernels round weights, theta is moved to the nearby point that they
// evaluate. It implements optimize.Function.
func (o *Objective) ValueGrad(theta, grad []float64) (float64, error) {
	o.prepare(theta)
	if !o.engine.Exact() {
		W, b := o.Split(theta)
		o.X.Refold(o.u, o.c, W, b)
	}
	o.passes++
	var err error
	if o.fused() && o.X.S == nil {
		labels := o.Loss.(CrossEntropy).Labels
		err = o.parallel(o.pass(), func(w *worker, p *part) {
			p.reset(o.engine.GradLen(), o.K)
			var weights []float64
			if o.Weights != nil {
				weights = o.Weights[p.lo:p.hi]
			}
			p.sums = w.scratch.CrossEntropy(o.X.V.Slice(p.lo, p.hi), labels[p.lo:p.hi], weights, p.grad, p.rsum)
		})
	} else {
		err = o.sweep(grad, func(w *worker, p *part, z []float64, lo, hi int) {
			o.logits(w, z, lo, hi)
			p.sums.Loss += o.residuals(z, lo, hi)
		})
	}
	if err != nil {
		return 0, err
	}
	f, sums := o.collect(theta, grad)
	o.sums = sums
	return f, nil
}

// fused reports whether the kernels know the loss.
func (o *Objective) fused() bool {
	l, ok := o.Loss.(CrossEntropy)
	return ok && l.Smoothing == 0
}

func (p *part) reset(n, k int) {
	p.sums = kernel.Sums{}
	p.grad, p.rsum = zeros(p.grad, n), zeros(p.rsum, k)
}

// collect adds the parts up, first to last, and the penalty.
func (o *Objective) collect(theta, grad []float64) (f float64, sums kernel.Sums) {
	sums = o.total(grad)
	W, _ := o.Split(theta)
	gW, gb := o.Split(grad)
	if IsShiftInvariant(o.Loss) {
		centre(gW, o.K)
		centre(gb, o.K)
	}
	inverse := 1 / o.norm
	for i := range grad {
		grad[i] *= inverse
	}
	o.AddSmooth(gW, W, o.K, 1)
	return sums.Loss/o.norm + o.Value(W, o.K), sums
}

// total adds the parts up, first to last: it makes grad X' R and R' 1.
func (o *Objective) total(grad []float64) (sums kernel.Sums) {
	gW, gb := o.Split(grad)
	clear(gb)
	for i := range o.parts {
		sums.Add(o.parts[i].sums)
		for q, r := range o.parts[i].rsum {
			gb[q] += r
		}
	}
	total := o.parts[0].grad
	o.bands(len(total), func(lo, hi int) {
		g := total[lo:hi]
		for i := 1; i < len(o.parts); i++ {
			linalg.Axpy(g, 1, o.parts[i].grad[lo:hi])
		}
	})
	o.engine.Unpack(gW[:o.X.V.D*o.K], total)
	o.X.Unfold(gW, gb)
	return sums
}

// centre takes the mean of each row off it. The gradient of a loss that adding
// the same number to all logits of a row leaves as it is sums to 0 over the
// classes; were its rounding errors left in, iterates would drift where f is
// flat, until logits have no digits left.
func centre(g []float64, k int) {
	for ; len(g) >= k; g = g[k:] {
		var sum float64
		for _, v := range g[:k] {
			sum += v
		}
		mean := sum / float64(k)
		for q := range g[:k] {
			g[q] -= mean
		}
	}
}

// gradientError bounds the norm of the error V'dR / S of the last gradient with
// respect to W by ||V|| ||dR|| / S, Frobenius norms.
func (o *Objective) gradientError() float64 {
	sums := o.sums
	switch {
	case math.IsInf(sums.Square, 1):
		return sums.Square
	case sums.Square > 0:
		return math.Sqrt(o.squaredNorm()*sums.Square) / o.norm
	}
	return 0
}

// squaredNorm is the sum of the squares of all dense v_ij Scale[j]: the sums
// over sparse features are not rounded.
func (o *Objective) squaredNorm() float64 {
	if o.square > 0 {
		return o.square
	}
	err := o.parallel(o.Work(), func(_ *worker, p *part) {
		p.x = zeros(p.x, o.X.V.D)
		o.X.AddSquares(p.x, p.lo, p.hi)
	})
	if err != nil {
		return math.Inf(1)
	}
	var sum float64
	for i := range o.parts {
		for j, v := range o.parts[i].x {
			sum += v * o.X.Scale[j] * o.X.Scale[j]
		}
	}
	const rounded = 1e-9 // more than the sums can have lost
	o.square = sum * (1 + rounded)
	return o.square
}

// bands splits 0..n among the workers where that pays.
func (o *Objective) bands(n int, visit func(lo, hi int)) {
	const least = 1 << 14
	parts := max(1, min(len(o.workers), n/least))
	linalg.Parallel(parts, parts, func(i int) { visit(n*i/parts, n*(i+1)/parts) })
}

// Accuracy is the weighted share of rows that theta puts right, as the Loss
// sees it.
func (o *Objective) Accuracy(theta []float64) (float64, error) {
	err := o.each(theta, 0, func(p *part, z []float64, lo, hi int) {
		if lo == p.lo {
			p.weight = 0
		}
		for i := lo; i < hi; i++ {
			if o.Loss.Right(z[(i-lo)*o.K:][:o.K], i) {
				p.weight += o.weight(i)
			}
		}
	})
	if err != nil {
		return 0, err
	}
	var right float64
	for i := range o.parts {
		right += o.parts[i].weight
	}
	return right / o.sum, nil
}

// SetContext replaces the context that ends a pass early.
func (o *Objective) SetContext(ctx context.Context) { o.ctx = ctx }
