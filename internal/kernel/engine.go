package kernel

// An Engine evaluates passes over a matrix of one shape and storage at one
// level: logits z = x u + 1 c', losses, and gradients x' r, for runs of rows.
//
//   - The generic level computes in float64: the reference. The sums of a logit
//     run in the order of the features from c on, those of the gradient in the
//     order of the rows, and products are rounded before they are added, so
//     that plain Go and the machine's vectors give the same bits.
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
	fast, exact passes
	now         passes // what the prepared weights are evaluated by
}

// passes is an implementation, for one shape.
type passes interface {
	// prepare takes the weights of the next passes, as Engine.Prepare does, or
	// returns false if it cannot represent them.
	prepare(u, c []float64) bool
	scratch() scratch
	noise() float64
	gradLen() int
	unpack(g, packed []float64)
}

type scratch interface {
	crossEntropy(x Rows, labels []int32, w, g, rsum []float64) Sums
	logits(x Rows, z []float64)
	addGrad(x Rows, r, g []float64) (square float64)
}

// Sums are what rows contribute to a pass, besides their gradient.
type Sums struct {
	Loss   float64 // weighted
	Square float64 // of the Frobenius norm of the error in the weighted residuals
}

// Add adds t to s.
func (s *Sums) Add(t Sums) {
	s.Loss += t.Loss
	s.Square += t.Square
}

// What gives the same bits with any instructions uses the machine's best.
var bestLevel = Best()

// NewEngine returns the engine for matrices that are stored as x is, with k
// columns of weights.
func NewEngine(level Level, x Rows, k int) *Engine {
	e := &Engine{fast: newFast(level, x, k), exact: newExact(bestLevel, x.D, k)}
	e.now = e.exact
	return e
}

// Exact tells whether the weights last prepared are evaluated in float64.
func (e *Engine) Exact() bool { return e.now == e.exact }

// Noise is the relative error of a loss that is not float64's: two losses that
// differ by less may be in the wrong order.
func (e *Engine) Noise() float64 { return e.now.noise() }

// Prepare takes the weights of the next passes, u (D x K) and c (K), and moves
// u to the nearby point that they evaluate. c is only read by the passes, so
// the caller may still follow the change of u with it.
func (e *Engine) Prepare(u, c []float64) {
	if e.now = e.fast; e.fast == nil || !e.fast.prepare(u, c) {
		e.now = e.exact
		e.exact.prepare(u, c)
	}
}

// GradLen is the length of a gradient as the passes of the weights last
// prepared sum it: in an order of their own, padded.
func (e *Engine) GradLen() int { return e.now.gradLen() }

// Unpack writes the gradient with respect to u, D x K, given packed sums.
func (e *Engine) Unpack(g, packed []float64) { e.now.unpack(g, packed) }

// A Scratch is the working memory of one goroutine.
type Scratch struct {
	e           *Engine
	fast, exact scratch
}

// NewScratch returns a Scratch for e.
func (e *Engine) NewScratch() *Scratch { return &Scratch{e: e} }

func (s *Scratch) now() scratch {
	at := &s.fast
	if s.e.Exact() {
		at = &s.exact
	}
	if *at == nil {
		*at = s.e.now.scratch()
	}
	return *at
}

// CrossEntropy evaluates the loss -log softmax(z)_y of x's rows with classes
// labels and example weights w (nil for 1 each), and adds the weighted residuals
// p - y to rsum (K) and their gradient x' r to g, GradLen numbers.
func (s *Scratch) CrossEntropy(x Rows, labels []int32, w, g, rsum []float64) Sums {
	return s.now().crossEntropy(x, labels, w, g, rsum)
}

// Logits sets z (N x K) to the logits of x.
func (s *Scratch) Logits(x Rows, z []float64) { s.now().logits(x, z) }

// AddGrad adds x' r to g, GradLen numbers, with r N x K, and returns what it
// adds to Sums.Square: 0 where r needs no rounding.
func (s *Scratch) AddGrad(x Rows, r, g []float64) (square float64) {
	return s.now().addGrad(x, r, g)
}
