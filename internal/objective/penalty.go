package objective

import (
	"math"
	"slices"

	"example.com/softmax/internal/linalg"
)

// A Penalty is what f adds to the mean loss,
//
//	Omega(W) = sum_j v_j (Lambda/2 ||W_j||^2 + L1 sum_k |W_jk| + Group ||W_j||),
//
// with W_j the K weights of feature j. L1 makes single weights exactly 0, Group
// all weights of a feature together (Yuan and Lin, 2006); Lambda with L1 is the
// elastic net (Zou and Hastie, 2005). The intercepts are free.
type Penalty struct {
	Lambda, L1, Group float64
	Factors           []float64 // v, d of at least 0; nil for 1 each
}

// Smooth reports whether Omega is differentiable.
func (p Penalty) Smooth() bool { return p.L1 == 0 && p.Group == 0 }

// Strong reports whether Omega is strongly convex.
func (p Penalty) Strong() bool { return p.Lambda > 0 && !p.Frees() }

// Frees reports whether features are without a penalty.
func (p Penalty) Frees() bool { return slices.Contains(p.Factors, 0) }

// Times is the penalty c Omega.
func (p Penalty) Times(c float64) Penalty {
	p.Lambda, p.L1, p.Group = c*p.Lambda, c*p.L1, c*p.Group
	return p
}

// Factor is v_j.
func (p Penalty) Factor(j int) float64 {
	if p.Factors == nil {
		return 1
	}
	return p.Factors[j]
}

// Value is Omega(W), W being d x K row-major.
func (p Penalty) Value(W []float64, k int) float64 {
	if p.Smooth() && p.Factors == nil {
		return p.Lambda / 2 * linalg.Dot(W, W)
	}
	var sum float64
	for j := 0; j*k < len(W); j++ {
		sum += p.row(W[j*k:][:k], j)
	}
	return sum
}

// row is the share of feature j.
func (p Penalty) row(w []float64, j int) float64 {
	var square, size float64
	for _, v := range w {
		square += float64(v * v)
		size += math.Abs(v)
	}
	return float64(p.Factor(j) * (float64(p.Lambda/2*square) + float64(p.L1*size) + float64(p.Group*math.Sqrt(square))))
}

// Corners is by how much the L1 and Group parts are larger at V than at W,
// with the digits that the difference of two values would lose.
func (p Penalty) Corners(V, W []float64, k int) float64 {
	var sum float64
	for j := 0; j*k < len(W); j++ {
		v, w := V[j*k:][:k], W[j*k:][:k]
		var size, difference float64
		for q := range w {
			size += math.Abs(v[q]) - math.Abs(w[q])
			difference += float64((v[q] - w[q]) * (v[q] + w[q]))
		}
		change := float64(p.L1 * size)
		if difference != 0 {
			change += p.Group * difference / (math.Sqrt(linalg.Dot(v, v)) + math.Sqrt(linalg.Dot(w, w)))
		}
		sum += float64(p.Factor(j) * change)
	}
	return sum
}

// AddSmooth adds the gradient of the L2 part, times sign, to g.
func (p Penalty) AddSmooth(g, W []float64, k int, sign float64) {
	if p.Factors == nil {
		linalg.Axpy(g, sign*p.Lambda, W)
		return
	}
	for j, v := range p.Factors {
		linalg.Axpy(g[j*k:][:k], sign*v*p.Lambda, W[j*k:][:k])
	}
}

// Excess is by how much a gradient g of the rest of f with respect to W_j
// exceeds what L1 and Group hold at 0: the norm of what soft thresholding by
// v_j L1 leaves, less v_j Group, at least 0. Of at most 0 it is what keeps all
// of W_j at 0.
func (p Penalty) Excess(g []float64, j int) float64 {
	v := p.Factor(j)
	var square float64
	for _, x := range g {
		if x = math.Abs(x) - float64(v*p.L1); x > 0 {
			square += float64(x * x)
		}
	}
	return max(0, math.Sqrt(square)-float64(v*p.Group))
}

// Subgradient overwrites g, the gradient of the smooth part of f at W, with
// the element of f's subdifferential of least norm: 0 at the optimum.
func (p Penalty) Subgradient(g, W []float64, k int) {
	for j := 0; j*k < len(W); j++ {
		v, w, gj := p.Factor(j), W[j*k:][:k], g[j*k:][:k]
		size := math.Sqrt(linalg.Dot(w, w))
		var rest float64
		for q, x := range gj {
			switch {
			case w[q] > 0:
				x += float64(v * p.L1)
			case w[q] < 0:
				x -= float64(v * p.L1)
			default:
				x = soft(x, float64(v*p.L1))
			}
			if size > 0 {
				x += v * p.Group * w[q] / size
			}
			gj[q] = x
			rest += float64(x * x)
		}
		if rest = math.Sqrt(rest); size == 0 && rest > 0 {
			keep := max(0, 1-v*p.Group/rest)
			for q := range gj {
				gj[q] *= keep
			}
		}
	}
}

// soft moves x towards 0 by t.
func soft(x, t float64) float64 {
	switch {
	case x > t:
		return x - t
	case x < -t:
		return x + t
	}
	return 0
}

// Vanishing is the least c at which c Omega holds W_j at 0 against the gradient
// g: +Inf if none does.
func (p Penalty) Vanishing(g []float64, j int) float64 {
	var most, square float64
	for _, x := range g {
		most = max(most, math.Abs(x))
		square += float64(x * x)
	}
	v := p.Factor(j)
	switch {
	case most == 0:
		return 0
	case p.Group == 0:
		return most / (v * p.L1)
	case p.L1 == 0:
		return math.Sqrt(square) / (v * p.Group)
	}
	// Excess falls with c; it is 0 where L1 alone, or Group alone, would do.
	lo, hi := 0.0, min(most/(v*p.L1), math.Sqrt(square)/(v*p.Group))
	for mid := hi / 2; mid > lo && mid < hi; mid = lo + (hi-lo)/2 {
		if p.Times(mid).Excess(g, j) > 0 {
			lo = mid
		} else {
			hi = mid
		}
	}
	return hi
}

// conjugate returns max over W of <W, -s G> - Omega(W) where each |G_jk| may be
// larger by e: +Inf where it is not finite.
func (p Penalty) conjugate(G []float64, k int, s, e float64) float64 {
	if p.Smooth() && p.Factors == nil && e == 0 {
		return s * s * linalg.Dot(G, G) / (2 * p.Lambda)
	}
	var sum float64
	for j := 0; j*k < len(G); j++ {
		v := p.Factor(j)
		var square float64
		for _, x := range G[j*k:][:k] {
			if x = float64(s*math.Abs(x)) + e - float64(v*p.L1); x > 0 {
				square += float64(x * x)
			}
		}
		if excess := math.Sqrt(square) - float64(v*p.Group); excess > 0 {
			if p.Lambda*v == 0 {
				return math.Inf(1)
			}
			sum += excess * excess / (2 * p.Lambda * v)
		}
	}
	return sum
}

// Centre moves the weights of every feature, all by the same, which changes no
// softmax, to where Omega is least; of several such places, to that of least
// norm. With L1 alone a median becomes 0, with L2 or Group alone the mean.
func (p Penalty) Centre(W []float64, k int) {
	if p.L1 == 0 {
		return // the optimum has that by itself, and rounding is dealt with by its solver
	}
	sorted := make([]float64, k)
	for j := 0; j*k < len(W); j++ {
		w := W[j*k:][:k]
		copy(sorted, w)
		slices.Sort(sorted)
		var mean float64
		for _, v := range sorted {
			mean += v
		}
		if mean /= float64(k); p.Factor(j) == 0 {
			shift(w, mean)
			continue
		}
		lo, hi := sorted[(k-1)/2], sorted[k/2]
		if p.Lambda == 0 && p.Group == 0 {
			shift(w, min(max(mean, lo), hi))
			continue
		}
		// With L2 or Group as well the optimum is one point between mean and
		// medians, which the solver finds; of where it may have stopped, a
		// median is tried.
		if to := max(0, lo) + min(0, hi); to != 0 {
			before := p.row(w, j)
			shift(sorted, to)
			if p.row(sorted, j) < before {
				shift(w, to)
			}
		}
	}
}

func shift(w []float64, by float64) {
	if by == 0 {
		return
	}
	for q := range w {
		w[q] -= by
	}
}
