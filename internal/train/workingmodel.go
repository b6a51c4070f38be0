package train

import (
	"math"
	"slices"

	"example.com/softmax/internal/linalg"
	"example.com/softmax/internal/objective"
	"example.com/softmax/internal/optimize"
)

// The quadratic model that a working set steps by: its coordinates, its rows,
// its minimiser, and what the steps teach it.

// model brings the model up to date, and reports whether it is of this point.
func (w *workingSet) model(promise float64, s *proximal) (fresh bool, err error) {
	opt := &w.r.opt
	need, want := w.coordinates()
	w.columns = nil
	if w.obj.X.S == nil && len(want) > blockMost {
		want = need
	}
	if w.obj.X.S != nil || len(want) > blockMost {
		rows := w.obj.X.N()
		if w.obj.X.S == nil && !w.exact() {
			rows = max(4*blockRows, 10*len(want)/w.obj.K)
		}
		w.stale = true
		w.columns, err = w.obj.Columns(w.theta, want, w.stride(rows))
		return true, err
	}
	lacks := missing(w.block.Coordinates, need)
	fresh = w.stale || len(w.block.Coordinates) == 0 || len(w.block.Coordinates)+len(lacks) > blockMost
	if !fresh {
		if len(lacks) > 0 {
			if all := missing(w.block.Coordinates, want); len(w.block.Coordinates)+len(all) <= blockMost {
				lacks = all
			}
			w.obj.ExtendBlock(&w.block, lacks, opt.Level)
			w.recall()
		}
		return false, nil
	}
	rows := max(blockRows, 10*len(want))
	if !(promise <= distant*w.f) {
		rows = max(distantRows, 2*len(want))
	}
	if s.warm { // close to the optimum, and good for the next penalties too
		rows = max(4*blockRows, 10*len(want))
	}
	w.secants, w.stale = nil, false
	if err = w.obj.SetBlock(&w.block, w.theta, want, w.stride(rows), opt.Level); err == nil {
		w.recall()
	}
	return true, err
}

// stride is that between the rows of a model that needs so many, or as many times
// more as poor steps have asked for.
func (w *workingSet) stride(rows int) int {
	stride := max(1, w.obj.X.N()/(w.finer*rows))
	w.sampled = stride > 1
	return stride
}

// missing returns those of want that are not among coordinates.
func missing(coordinates, want []int) (not []int) {
	in := make(map[int]bool, len(coordinates))
	for _, c := range coordinates {
		in[c] = true
	}
	for _, c := range want {
		if !in[c] {
			not = append(not, c)
		}
	}
	return not
}

// coordinates returns those that a model must have, and those that a new one
// should, both ascending: with weights that are not 0 or gradients that the
// penalty does not hold, and with gradients close to that.
func (w *workingSet) coordinates() (need, want []int) {
	k := w.obj.K
	var active, others []candidate
	together := w.obj.Group > 0
	for j := range w.features {
		if w.obj.X.Scale[j] == 0 {
			continue
		}
		wj, gj := w.theta[j*k:][:k], w.grad[j*k:][:k]
		threshold := w.obj.Factor(j) * w.obj.L1
		if together {
			ratio := w.obj.Vanishing(gj, j)
			size := linalg.Dot(gj, gj)
			for q := range k {
				if any(wj) || w.obj.Factor(j) == 0 {
					active = append(active, candidate{j*k + q, size})
				} else if ratio > close {
					others = append(others, candidate{j*k + q, ratio})
				}
			}
			continue
		}
		for q := range k {
			if g := math.Abs(gj[q]); wj[q] != 0 || threshold == 0 {
				active = append(active, candidate{j*k + q, math.Abs(g - threshold)})
			} else if g > close*threshold {
				others = append(others, candidate{j*k + q, g / threshold})
			}
		}
	}
	others = best(others, max(leastSet, len(active))/k*k)
	for _, c := range active {
		need = append(need, c.at)
	}
	want = slices.Clone(need)
	for _, c := range others {
		want = append(want, c.at)
		if c.ratio > 1 {
			need = append(need, c.at)
		}
	}
	for q := range k {
		need = append(need, len(w.features)*k+q)
		want = append(want, len(w.features)*k+q)
	}
	slices.Sort(need)
	slices.Sort(want)
	return need, want
}

// propose sets trial to the model's minimiser and returns what it may gain.
func (w *workingSet) propose(accuracy float64) float64 {
	k, coordinates := w.obj.K, w.block.Coordinates
	if w.columns != nil {
		coordinates = w.columns.Coordinates
	}
	m := len(coordinates)
	c := optimize.Composite{X: make([]float64, m), Grad: make([]float64, m), L1: make([]float64, m), Damping: w.damping}
	if w.columns != nil {
		c.H, c.Grad = w.columns, w.columns.Unshift(w.grad)
	} else {
		c.H = optimize.NewMatrix(w.h, m)
		for a, at := range coordinates {
			c.Grad[a] = w.grad[at]
		}
	}
	groups := make(map[int]int)
	for a, at := range coordinates {
		c.X[a] = w.theta[at]
		j := at / k
		if j == len(w.features) {
			continue
		}
		v := w.obj.Factor(j)
		c.L1[a] = v * w.obj.L1
		if w.obj.Group > 0 && v > 0 {
			g, ok := groups[j]
			if !ok {
				g = len(c.Groups)
				groups[j] = g
				c.Groups = append(c.Groups, optimize.Group{Strength: v * w.obj.Group})
			}
			c.Groups[g].At = append(c.Groups[g].At, int32(a))
		}
	}
	u := make([]float64, m)
	c.Minimise(u, accuracy, innerSweeps)
	copy(w.trial, w.theta)
	for a, at := range coordinates {
		w.trial[at] = u[a]
	}
	if w.columns != nil {
		w.columns.Shift(w.trial)
	}
	if objective.IsShiftInvariant(w.obj.Loss) {
		_, b := w.obj.Split(w.trial)
		centreRows(b, k, 1)
	}
	return w.gain()
}

// A secant is a step with the change of the gradient over it.
type secant struct{ s, y []float32 }

// recall makes h, of the block and what the last steps have shown.
func (w *workingSet) recall() {
	w.h = slices.Clone(w.block.H)
	for _, t := range w.secants {
		w.correct(t)
	}
}

// learn keeps the step from theta to trial.
func (w *workingSet) learn() {
	t := secant{make([]float32, len(w.theta)), make([]float32, len(w.theta))}
	for i, v := range w.trial {
		t.s[i], t.y[i] = float32(v-w.theta[i]), float32(w.gt[i]-w.grad[i])
	}
	if w.correct(t) {
		w.secants = append(w.secants[max(0, len(w.secants)+1-secantsMost):], t)
	}
}

// correct makes the model's gradient change over the step as f's did.
func (w *workingSet) correct(t secant) bool {
	s, y := make([]float32, len(w.block.Coordinates)), make([]float32, len(w.block.Coordinates))
	for a, at := range w.block.Coordinates {
		s[a], y[a] = t.s[at], t.y[at]
	}
	return linalg.Secant(w.h, s, y, w.r.opt.Threads)
}
