package kernel

// An Engine evaluates passes over a matrix of one shape and storage at one
// level: logits z = x u + 1 c', losses, and gradients x' r, for runs of rows.
//
//   - The generic level computes in float64: the reference.
//   - Bytes at AVX512: u and the residuals are rounded to integers of 24 bits
//     times a scale, a power of two per class for u; sums of their products
//     with the bytes are exact, whatever their order. Prepare moves u to the
//     point that is evaluated, so value and logits have the accuracy of float64
//     there; the gradient differs by the rounding of the residuals alone, which
//     Sums.Square bounds.
//   - Else float32: u is rounded to it, again moved to the point evaluated;
//     products and their sums over blocks of rows are float32, exponentials and
//     sums over blocks float64. Sums.Square is +Inf: the error of the sums,
//     mostly 1e-6 of the whole, is not bounded.
//
// An Engine may be used by several goroutines, each with its own Scratch,
// between calls of Prepare.
type Engine struct {
	k    int
	u, c []float64
	fast fast // nil: float64
	ok   bool // fast can represent the prepared weights
}

// fast is an implementation of passes in something else than float64.
type fast interface {
	// prepare takes the weights of the next passes, as Engine.Prepare does, or
	// returns false if it cannot represent them.
	prepare(u, c []float64) bool
	scratch() fastScratch
	noise() float64
	gradLen() int
	unpack(g, packed []float64)
}

type fastScratch interface {
	crossEntropy(x Rows, labels []int32, w, g, rsum []float64) Sums
	logits(x Rows, z []float64)
	addGrad(x Rows, r, g []float64) (square float64)
}

// Sums are what rows contribute to a pass, besides their gradient.
type Sums struct {
	Loss    float64 // weighted
	Entropy float64 // weighted, of the rows' probabilities
	Square  float64 // of the Frobenius norm of the error in the weighted residuals
}

// Add adds t to s.
func (s *Sums) Add(t Sums) {
	s.Loss += t.Loss
	s.Entropy += t.Entropy
	s.Square += t.Square
}

// NewEngine returns the engine for matrices that are stored as x is, with k
// columns of weights.
func NewEngine(level Level, x Rows, k int) *Engine {
	return &Engine{k: k, fast: newFast(level, x, k)}
}

// Exact tells whether the weights last prepared are evaluated in float64.
func (e *Engine) Exact() bool { return !e.ok }

// Noise is the relative error of a loss that is not float64's: two losses that
// differ by less may be in the wrong order.
func (e *Engine) Noise() float64 {
	if e.ok {
		return e.fast.noise()
	}
	return 0
}

// Prepare takes the weights of the next passes, u (D x K) and c (K), and moves
// u to the nearby point that they evaluate. c is only read by the passes, so
// the caller may still follow the change of u with it.
func (e *Engine) Prepare(u, c []float64) {
	e.u, e.c = u, c
	e.ok = e.fast != nil && e.fast.prepare(u, c)
}

// GradLen is the length of a gradient as the passes of the weights last
// prepared sum it: in an order of their own, padded.
func (e *Engine) GradLen() int {
	if e.ok {
		return e.fast.gradLen()
	}
	return len(e.u)
}

// Unpack writes the gradient with respect to u, D x K, given packed sums.
func (e *Engine) Unpack(g, packed []float64) {
	if e.ok {
		e.fast.unpack(g, packed)
		return
	}
	copy(g, packed)
}

// A Scratch is the working memory of one goroutine.
type Scratch struct {
	e    *Engine
	fast fastScratch
	z    []float64
}

// NewScratch returns a Scratch for e.
func (e *Engine) NewScratch() *Scratch {
	s := &Scratch{e: e}
	if e.fast != nil {
		s.fast = e.fast.scratch()
	}
	return s
}

// exactRows is the block of the float64 passes: x and z of a block stay in the
// nearest caches between forward and backward.
const exactRows = 64

// CrossEntropy evaluates the loss -log softmax(z)_y of x's rows with classes
// labels and example weights w (nil for 1 each), and adds the weighted residuals
// p - y to rsum (K) and their gradient x' r to g, GradLen numbers.
func (s *Scratch) CrossEntropy(x Rows, labels []int32, w, g, rsum []float64) Sums {
	if s.e.ok {
		return s.fast.crossEntropy(x, labels, w, g, rsum)
	}
	k := s.e.k
	var sums Sums
	for lo := 0; lo < x.N(); lo += exactRows {
		hi := min(lo+exactRows, x.N())
		z := s.logits((hi - lo) * k)
		rows := x.Slice(lo, hi)
		Forward(z, rows, s.e.u, s.e.c)
		var block Sums
		for i := lo; i < hi; i++ {
			zi := z[(i-lo)*k:][:k]
			if w != nil && w[i] == 0 { // also keeps 0 * Inf out
				clear(zi)
				continue
			}
			loss, entropy := Residual(zi, int(labels[i]))
			if w != nil {
				loss *= w[i]
				entropy *= w[i]
				for q := range zi {
					zi[q] *= w[i]
				}
			}
			block.Loss += loss
			block.Entropy += entropy
			for q, r := range zi {
				rsum[q] += r
			}
		}
		sums.Add(block)
		Backward(g, rows, z)
	}
	return sums
}

// Logits sets z (N x K) to the logits of x.
func (s *Scratch) Logits(x Rows, z []float64) {
	if s.e.ok {
		s.fast.logits(x, z)
		return
	}
	Forward(z, x, s.e.u, s.e.c)
}

// AddGrad adds x' r to g, GradLen numbers, with r N x K, and returns what it
// adds to Sums.Square: 0 where r needs no rounding.
func (s *Scratch) AddGrad(x Rows, r, g []float64) (square float64) {
	if s.e.ok {
		return s.fast.addGrad(x, r, g)
	}
	Backward(g, x, r)
	return 0
}

func (s *Scratch) logits(n int) []float64 {
	if len(s.z) < n {
		s.z = make([]float64, n)
	}
	return s.z[:n]
}
