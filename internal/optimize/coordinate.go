package optimize

import (
	"math"

	"example.com/softmax/internal/linalg"
)

// A Composite is a quadratic model with a penalty that has corners,
//
//	q(u) = Grad'(u - X) + (u - X)'(H + Damping diag(H))(u - X) / 2
//	       + sum_c L1_c |u_c| + sum_g Strength_g ||u_g||,
//
// of m coordinates: what a proximal Newton step minimises (Lee, Sun and
// Saunders, 2014; the damping is Marquardt's, 1963).
type Composite struct {
	H       Quadratic
	X, Grad []float64
	L1      []float64 // 0 for a coordinate without a penalty
	Groups  []Group   // in order; other coordinates are on their own
	Damping float64
}

// A Quadratic is H, symmetric, with the product H (u - X): of all 0 at first.
// A Matrix is one, and an objective.Columns.
type Quadratic interface {
	Slope(a int) float64           // (H (u - X))_a
	Move(a int, step float64)      // of u_a
	Among(h []float32, at []int32) // writes H among the coordinates at, row-major
}

// A Matrix is an H in memory.
type Matrix struct{ h, product []float32 }

// NewMatrix returns h, m x m.
func NewMatrix(h []float32, m int) *Matrix { return &Matrix{h, make([]float32, m)} }

func (x *Matrix) Slope(a int) float64 { return float64(x.product[a]) }

func (x *Matrix) Move(a int, step float64) {
	linalg.Axpy32(x.product, float32(step), x.h[a*len(x.product):][:len(x.product)])
}

func (x *Matrix) Among(h []float32, at []int32) {
	for e, a := range at {
		for f, b := range at {
			h[e*len(at)+f] = x.h[int(a)*len(x.product)+int(b)]
		}
	}
}

// A Group is coordinates whose norm is penalised.
type Group struct {
	At       []int32
	Strength float64
	h        []float32 // H among them, damped, nil until they may move
	bound    float64   // of its largest eigenvalue
	idle     bool      // is 0 and stayed
}

// groupSteps is how often the coordinates of a group are moved at a visit.
const groupSteps = 10

const (
	slowSweeps   = 50   // after so many, and as often doubled, the support moves as a whole
	supportMoves = 8    // at a time, each up to where one coordinate becomes 0
	supportMost  = 1000 // coordinates
	ridge        = 1e-5 // on H, of float32: a direction in which nothing bends is gone until a sign changes
)

// Minimise moves u, which begins at X, by block coordinate descent until a
// sweep gains less than the share tol of all gains, or so many sweeps are over.
// It returns the number of sweeps.
func (c *Composite) Minimise(u []float64, tol float64, sweeps int) int {
	copy(u, c.X)
	grouped := make([]bool, len(u))
	for _, g := range c.Groups {
		for _, a := range g.At {
			grouped[a] = true
		}
	}
	var free []single
	for a, g := range grouped {
		if !g {
			var h [1]float32
			c.H.Among(h[:], []int32{int32(a)})
			free = append(free, single{at: a, h: float64(h[0])})
		}
	}
	var all float64
	whole := true // this sweep visits also what was 0 at the last whole one, and stayed
	visit := slowSweeps
	for s := range sweeps {
		var gain float64
		for i := range c.Groups {
			if g := &c.Groups[i]; whole || !g.idle {
				gain += c.moveGroup(u, g)
			}
		}
		for i := range free {
			if f := &free[i]; whole || !f.idle {
				gain += c.moveOne(u, f)
			}
		}
		if s == visit {
			for range supportMoves {
				more, ended := c.moveSupport(u, free)
				if gain += more; ended {
					break
				}
			}
			visit *= 2
		}
		all += gain
		switch small := !(gain > tol*all); {
		case small && whole:
			return s + 1
		default:
			whole = small
		}
	}
	return sweeps
}

// A single is a coordinate in no group, with its curvature.
type single struct {
	at   int
	h    float64
	idle bool // is 0 and stayed
}

// moveOne minimises over one coordinate; it returns the curvature times the
// square of the step, of the size of the gain.
func (c *Composite) moveOne(u []float64, s *single) float64 {
	a, h := s.at, s.h+c.Damping*s.h
	if !(h > 0) {
		return 0
	}
	slope := c.Grad[a] + c.H.Slope(a) + float64(c.Damping*s.h)*(u[a]-c.X[a])
	to := shrink(u[a]-slope/h, c.L1[a]/h)
	step := to - u[a]
	s.idle = to == 0 && step == 0
	if step == 0 {
		return 0
	}
	u[a] = to
	c.H.Move(a, step)
	return h * step * step
}

// moveSupport minimises q over the coordinates on their own that are not 0 or
// have no corner, as far as none changes its sign: where columns are nearly
// collinear, or some hardly bend q, their descent takes thousands of sweeps. It
// returns twice the gain, and whether it got to the minimum, so that there is
// no more to do; it needs H in memory, and does nothing without.
func (c *Composite) moveSupport(u []float64, free []single) (gain float64, ended bool) {
	h, ok := c.H.(*Matrix)
	if !ok || len(c.Groups) > 0 {
		return 0, true
	}
	var at []int32
	for _, s := range free {
		if s.h > 0 && (u[s.at] != 0 || c.L1[s.at] == 0) {
			at = append(at, int32(s.at))
		}
	}
	n := len(at)
	if n == 0 || n > supportMost {
		return 0, true
	}
	among := make([]float32, n*n)
	h.Among(among, at)
	factor, slope, step := make([]float64, n*n), make([]float64, n), make([]float64, n)
	for i, v := range among {
		factor[i] = float64(v)
	}
	for e, a := range at {
		own := &factor[e*(n+1)]
		slope[e] = c.Grad[a] + h.Slope(int(a)) + float64(c.Damping**own)*(u[a]-c.X[a]) + math.Copysign(c.L1[a], u[a])
		*own *= 1 + c.Damping + ridge
	}
	for _, e := range linalg.Cholesky(factor, n, ridge/10) {
		slope[e] = 0
	}
	copy(step, slope)
	linalg.SolveCholesky(factor, n, step)
	share, first := 1., -1
	for e, a := range at {
		if c.L1[a] > 0 && step[e]*u[a] > 0 && u[a]/step[e] < share {
			share, first = u[a]/step[e], e
		}
	}
	for e, a := range at {
		move := -share * step[e]
		if e == first {
			move = -u[a]
		}
		if move != 0 {
			u[a] += move
			h.Move(int(a), move)
		}
	}
	return share * (2 - share) * linalg.Dot(slope, step), first < 0
}

// moveGroup lowers q over a group by proximal gradient steps.
func (c *Composite) moveGroup(u []float64, g *Group) (gain float64) {
	k := len(g.At)
	var buffer [96]float64
	work := buffer[:]
	if 3*k > len(work) {
		work = make([]float64, 3*k)
	}
	grad, to, from := work[:k], work[k:2*k], work[2*k:3*k]
	for e, a := range g.At {
		grad[e] = c.Grad[a] + c.H.Slope(int(a))
		if from[e] = u[a]; g.h != nil {
			grad[e] += c.Damping / (1 + c.Damping) * float64(g.h[e*k+e]) * (u[a] - c.X[a])
		}
	}
	if g.h == nil {
		var excess float64
		for e, a := range g.At {
			excess = math.Hypot(excess, shrink(grad[e], c.L1[a]))
		}
		if g.idle = excess <= g.Strength && linalg.Dot(from, from) == 0; g.idle {
			return 0
		}
		g.measure(c.H, c.Damping)
	}
	g.idle = false
	if !(g.bound > 0) {
		return 0
	}
	var first float64
	for s := range groupSteps {
		var square float64
		for e, a := range g.At {
			to[e] = shrink(u[a]-grad[e]/g.bound, c.L1[a]/g.bound)
			square += float64(to[e] * to[e])
		}
		keep := max(0, 1-g.Strength/g.bound/math.Sqrt(max(square, math.SmallestNonzeroFloat64)))
		var moved float64
		for e, a := range g.At {
			step := keep*to[e] - u[a]
			to[e] = step
			u[a] += step
			moved += float64(step * step)
		}
		if s == 0 {
			first = moved
		}
		if moved <= 1e-3*first {
			break
		}
		for e := range g.At {
			if to[e] != 0 {
				for f, h := range g.h[e*k:][:k] {
					grad[f] += to[e] * float64(h)
				}
			}
		}
	}
	for e, a := range g.At {
		if step := u[a] - from[e]; step != 0 {
			c.H.Move(int(a), step)
			gain += g.bound * step * step
		}
	}
	return gain
}

// measure sets h and bound.
func (g *Group) measure(h Quadratic, damping float64) {
	k := len(g.At)
	g.h = make([]float32, k*k)
	h.Among(g.h, g.At)
	for e := range k {
		g.h[e*k+e] *= float32(1 + damping)
		var sum float64 // Gershgorin
		for _, v := range g.h[e*k:][:k] {
			sum += math.Abs(float64(v))
		}
		g.bound = max(g.bound, sum)
	}
}

// shrink moves x towards 0 by t: the proximal operator of t |x|.
func shrink(x, t float64) float64 {
	switch {
	case x > t:
		return x - t
	case x < -t:
		return x + t
	}
	return 0
}
