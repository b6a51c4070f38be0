package main

import (
	"math"
	"sort"
)

// large is the cost of problems whose evaluation takes long.
const large = 9e8

// A trajectory is the points of a run, whose objectives are evaluated when
// they are asked for.
type trajectory struct {
	p      *problem
	out    string // where the iterates are
	points []point
	known  map[int]float64 // objectives
	err    error           // the first of reading
}

// objective is that of point i.
func (t *trajectory) objective(i int) float64 {
	if f, ok := t.known[i]; ok {
		return f
	}
	f := math.NaN()
	if given := t.points[i].Objective; given != nil {
		f = *given
	} else if theta, err := readTheta(t.out, t.points[i].at, (t.p.Features+1)*t.p.Classes); err == nil {
		f = t.p.objective(theta)
	} else if t.err == nil {
		t.err = err
	}
	t.known[i] = f
	return f
}

// spread evaluates points at even steps of log time, the first and the last
// among them, and all whose objective is given.
func (t *trajectory) spread() {
	n := 16
	if t.p.cost() > large {
		n = 4
	}
	last := len(t.points) - 1
	first, end := max(t.points[0].Seconds, 1e-6), t.points[last].Seconds
	step, next := math.Pow(end/first, 1/float64(n)), 0.
	for i, p := range t.points {
		if p.Objective != nil || i == last || last < n || p.Seconds >= next {
			t.objective(i)
			next = p.Seconds * step
		}
	}
}

// first returns the first point whose objective is at most goal, and the time
// to get so far; -1 and -1 if there is none. Objectives fall but for the last
// digits, so it looks between the first known point within the goal and the
// last known before that.
func (t *trajectory) first(goal float64) (i int, seconds float64) {
	within, above := -1, -1
	for i := range t.points {
		f, ok := t.known[i]
		if ok && f <= goal {
			within = i
			break
		}
		if ok {
			above = i
		}
	}
	if within < 0 {
		return -1, -1
	}
	within = above + 1 + sort.Search(within-above-1, func(i int) bool { return t.objective(above+1+i) <= goal })
	seconds = t.points[within].Seconds
	for i, f := range t.known { // of separate fits a later one may be faster
		if i > within && f <= goal {
			seconds = min(seconds, t.points[i].Seconds)
		}
	}
	return within, seconds
}
