package train

import (
	"cmp"
	"math"
	"slices"

	"example.com/softmax/internal/kernel"
	"example.com/softmax/internal/objective"
	"example.com/softmax/internal/optimize"
)

// A proximal minimises f with a penalty that has corners, by proximal Newton
// steps on a working set of features: those with weights, and of the others
// those whose gradient exceeds most what the penalty holds at 0. Once f is
// optimal over them a pass over all features tells which others must come in,
// or proves that none do (celer: Massias, Gramfort and Salmon, 2018).
type proximal struct {
	r     *run
	theta []float64
	grad  []float64 // of f's smooth part, all features
	f     float64
	steps int
	set   *workingSet
	warm  bool // the working set has been good for a penalty close by
}

func (r *run) newProximal(theta []float64) *proximal {
	return &proximal{r: r, theta: theta, grad: make([]float64, len(theta))}
}

// minimise runs until the monitor or the numbers end it.
func (s *proximal) minimise() (end optimize.End, err error) {
	s.centre()
	if s.f, err = s.evaluate(); err != nil {
		return optimize.Failed, err
	}
	return s.descend()
}

// evaluate is a pass over all features.
func (s *proximal) evaluate() (float64, error) {
	return certified{s.r.obj, s.r.cert}.ValueGrad(s.theta, s.grad)
}

// descend goes on from a point whose value and gradient are known.
func (s *proximal) descend() (optimize.End, error) {
	r, k := s.r, s.r.p.K
	state := optimize.State{X: s.theta, Grad: make([]float64, len(s.grad)), Decrement: math.NaN()}
	goal, least := math.Inf(1), math.Inf(1)
	claimed, idle := false, 0
	for {
		copy(state.Grad, s.grad)
		W, _ := r.obj.Split(s.theta)
		gW, _ := r.obj.Split(state.Grad)
		r.obj.Subgradient(gW, W, k)
		state.F, state.Iteration = s.f, s.steps
		if r.iterate(&state) {
			return optimize.Stopped, nil
		}
		gap := s.f - max(r.lower, 0)
		if claimed && !s.missing() {
			// The set was at its goal by its own account.
			switch {
			case !s.set.exact():
				s.set.obj.SetLevel(kernel.Generic)
			case gap < least:
				idle = 0
			default:
				if idle++; idle == patience {
					return optimize.NoProgress, nil
				}
			}
		}
		least = min(least, gap)
		s.choose()
		// Not closer than the features that are missing allow, but for the last.
		if goal = max(0.3*r.opt.Tol*s.f, min(0.1*gap, goal/10)); s.warm || s.set.whole {
			goal = 0.3 * r.opt.Tol * s.f
		}
		w := s.set
		w.load(s)
		claimed = goal <= 0.3*r.opt.Tol*s.f
		decrement, err := w.descend(goal, s)
		if err != nil {
			return optimize.Failed, err
		}
		w.store(s)
		state.Decrement = decrement
		if moved := s.centre(); w.shared && !moved {
			copy(s.grad, w.grad)
			s.f = w.f
		} else if s.f, err = s.evaluate(); err != nil {
			return optimize.Failed, err
		}
	}
}

// centre moves weights to where the penalty has them best, of all that give the
// same probabilities, and reports whether any moved.
func (s *proximal) centre() bool {
	if !objective.IsShiftInvariant(s.r.p.Loss) {
		return false
	}
	W, _ := s.r.obj.Split(s.theta)
	before := slices.Clone(W)
	s.r.obj.Centre(W, s.r.p.K)
	return !slices.Equal(before, W)
}

// missing reports whether a feature outside the working set should be in it.
func (s *proximal) missing() bool {
	k := s.r.p.K
	for j := range s.r.p.X.D() {
		if _, in := slices.BinarySearch(s.set.features, j); !in && s.r.obj.Excess(s.grad[j*k:][:k], j) > 0 {
			return true
		}
	}
	return false
}

const (
	leastFeatures = 400 // that a set may have at the start,
	leastSet      = 100 // and coordinates of a model that are 0
	nearly        = 0.8 // share of its threshold from which on a gradient is looked out for
)

// choose makes sure that the working set has what it needs.
func (s *proximal) choose() {
	r, k := s.r, s.r.p.K
	if s.set != nil && s.set.whole {
		return
	}
	var active []int
	var others []candidate
	live := 0
	for j := range r.p.X.D() {
		if r.p.X.Scale[j] == 0 {
			continue
		}
		live++
		if any(s.theta[j*k:][:k]) || r.obj.Factor(j) == 0 {
			active = append(active, j)
		} else if ratio := r.obj.Vanishing(s.grad[j*k:][:k], j); ratio > nearly {
			others = append(others, candidate{j, ratio})
		}
	}
	others = best(others, max(leastFeatures, 2*len(active)))
	if s.set != nil && s.set.has(active, others) {
		return
	}
	for _, o := range others {
		active = append(active, o.at)
	}
	slices.Sort(active)
	set := newWorkingSet(r, active, 2*len(active) > live)
	if s.set != nil {
		set.finer, set.damping = s.set.finer, s.set.damping
	}
	s.set = set
}

// A candidate for a working set, with its gradient as a share of what the
// penalty holds at 0.
type candidate struct {
	at    int
	ratio float64
}

// best returns the candidates of largest ratio.
func best(c []candidate, most int) []candidate {
	slices.SortStableFunc(c, func(a, b candidate) int { return cmp.Compare(b.ratio, a.ratio) })
	return c[:min(len(c), most)]
}

func any(w []float64) bool {
	return slices.ContainsFunc(w, func(v float64) bool { return v != 0 })
}
