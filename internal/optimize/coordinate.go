package optimize

import (
	"math"

	"example.com/softmax/internal/linalg"
)

// A Composite is a quadratic model with a penalty that has corners,
//
//	q(u) = Grad'(u - X) + (u - X)'H (u - X) / 2 + sum_c L1_c |u_c| + sum_g Strength_g ||u_g||,
//
// of m coordinates: what a proximal Newton step minimises (Lee, Sun and
// Saunders, 2014).
type Composite struct {
	H       []float32 // m x m, symmetric
	X, Grad []float64
	L1      []float64 // 0 for a coordinate without a penalty
	Groups  []Group   // in order; other coordinates are on their own
	free    []int32   // those
	hd      []float32 // H (u - X)
}

// A Group is coordinates whose norm is penalised.
type Group struct {
	At       []int32
	Strength float64
	bound    float64 // of the largest eigenvalue of H among them
}

// groupSteps is how often the coordinates of a group are moved at a visit.
const groupSteps = 10

// Minimise moves u, which begins at X, by block coordinate descent until a
// sweep gains less than the share tol of all gains, or so many sweeps are over.
// It returns the number of sweeps.
func (c *Composite) Minimise(u []float64, tol float64, sweeps int) int {
	m := len(u)
	copy(u, c.X)
	c.hd = make([]float32, m)
	grouped := make([]bool, m)
	for i := range c.Groups {
		g := &c.Groups[i]
		for _, a := range g.At {
			grouped[a] = true
			var sum float64 // Gershgorin
			for _, b := range g.At {
				sum += math.Abs(float64(c.H[int(a)*m+int(b)]))
			}
			g.bound = max(g.bound, sum)
		}
	}
	c.free = c.free[:0]
	for a, g := range grouped {
		if !g {
			c.free = append(c.free, int32(a))
		}
	}
	var all float64
	for s := range sweeps {
		var gain float64
		for i := range c.Groups {
			gain += c.moveGroup(u, &c.Groups[i])
		}
		for _, a := range c.free {
			gain += c.moveOne(u, int(a))
		}
		if all += gain; !(gain > tol*all) {
			return s + 1
		}
	}
	return sweeps
}

// moveOne minimises over one coordinate; it returns the curvature times the
// square of the step, of the size of the gain.
func (c *Composite) moveOne(u []float64, a int) float64 {
	m := len(u)
	h := float64(c.H[a*m+a])
	if !(h > 0) {
		return 0
	}
	to := shrink(u[a]-(c.Grad[a]+float64(c.hd[a]))/h, c.L1[a]/h)
	step := to - u[a]
	if step == 0 {
		return 0
	}
	u[a] = to
	linalg.Axpy32(c.hd, float32(step), c.H[a*m:][:m])
	return h * step * step
}

// moveGroup lowers q over a group by proximal gradient steps.
func (c *Composite) moveGroup(u []float64, g *Group) (gain float64) {
	m, k := len(u), len(g.At)
	if !(g.bound > 0) {
		return 0
	}
	var buffer [96]float64
	work := buffer[:]
	if 3*k > len(work) {
		work = make([]float64, 3*k)
	}
	grad, to, from := work[:k], work[k:2*k], work[2*k:3*k]
	for e, a := range g.At {
		grad[e] = c.Grad[a] + float64(c.hd[a])
		from[e] = u[a]
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
		for e, a := range g.At {
			if to[e] != 0 {
				row := c.H[int(a)*m:][:m]
				for f, b := range g.At {
					grad[f] += to[e] * float64(row[b])
				}
			}
		}
	}
	for e, a := range g.At {
		if step := u[a] - from[e]; step != 0 {
			linalg.Axpy32(c.hd, float32(step), c.H[int(a)*m:][:m])
			gain += g.bound * step * step
		}
	}
	return gain
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
