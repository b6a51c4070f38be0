package train

import (
	"math"
	"slices"
	"time"

	"example.com/softmax/internal/kernel"
	"example.com/softmax/internal/linalg"
	"example.com/softmax/internal/objective"
	"example.com/softmax/internal/optimize"
)

// A workingSet is the problem with some of its features only.
type workingSet struct {
	r        *run
	whole    bool // all features
	shared   bool // obj and cert are the fit's own
	features []int
	obj      *objective.Objective
	cert     *objective.Certificate // nil if there can be none
	theta    []float64
	grad     []float64
	f        float64
	block    objective.Block    // the model in use, from an iterate not long ago
	secants  []secant           // what steps since have shown of f's curvature
	h        []float32          // the block's Hessian with secants
	columns  *objective.Columns // the model instead, of sparse features or very many coordinates; else nil
	stale    bool
	sampled  bool    // the model is not of all rows
	finer    int     // models are of so many times the usual rows, as steps were poor,
	damping  float64 // and their curvature is raised by this share
	trial    []float64
	gt       []float64
}

func newWorkingSet(r *run, features []int, whole bool) *workingSet {
	w := &workingSet{r: r, whole: whole, features: features, obj: r.obj, cert: r.cert, finer: 1}
	if whole {
		w.features = make([]int, r.p.X.D())
		for j := range w.features {
			w.features[j] = j
		}
	}
	// Its passes are fast ones, as long as these get it anywhere.
	if w.shared = whole && (r.opt.Level == kernel.Generic || r.p.X.V.D == 0); !w.shared {
		p := r.obj.Problem
		if !whole {
			p.X = p.X.Columns(features)
		}
		p.Factors = w.factors()
		w.obj = objective.New(r.ctx, p, r.opt.Threads)
		w.obj.SetLevel(r.opt.Level)
		if r.cert != nil {
			w.cert = r.cert.Restrict(w.obj, w.features)
		}
	}
	dim := w.obj.Dim()
	w.theta, w.grad, w.trial, w.gt = make([]float64, dim), make([]float64, dim), make([]float64, dim), make([]float64, dim)
	return w
}

// factors are the penalty factors of the features.
func (w *workingSet) factors() (f []float64) {
	if all := w.r.obj.Factors; all != nil {
		for _, j := range w.features {
			f = append(f, all[j])
		}
	}
	return f
}

// has reports whether all that is active, or must become so, is in the set.
func (w *workingSet) has(active []int, others []candidate) bool {
	for _, j := range active {
		if _, in := slices.BinarySearch(w.features, j); !in {
			return false
		}
	}
	for _, o := range others {
		if _, in := slices.BinarySearch(w.features, o.at); !in && o.ratio > 1 {
			return false
		}
	}
	return true
}

// load takes the point of s.
func (w *workingSet) load(s *proximal) {
	k := w.r.p.K
	for at, j := range w.features {
		copy(w.theta[at*k:][:k], s.theta[j*k:])
		copy(w.grad[at*k:][:k], s.grad[j*k:])
	}
	copy(w.theta[len(w.features)*k:], s.theta[w.r.p.X.D()*k:])
	copy(w.grad[len(w.features)*k:], s.grad[w.r.p.X.D()*k:])
	w.f = s.f
	if w.cert != nil && !w.shared {
		w.cert.Reset()
		w.cert.Add(w.theta, w.grad, w.f)
	}
}

// store gives the point back.
func (w *workingSet) store(s *proximal) {
	k := w.r.p.K
	for at, j := range w.features {
		copy(s.theta[j*k:][:k], w.theta[at*k:])
	}
	copy(s.theta[w.r.p.X.D()*k:], w.theta[len(w.features)*k:])
}

const (
	innerTol    = 1e-3 // share of a model's gains that ends its minimisation
	innerSweeps = 200
	blockMost   = 4096  // coordinates of a model: 64 MB
	blockRows   = 5000  // that a model is made of, or 10 for each coordinate
	distant     = 1e-3  // promised gains relative to f, from which on fewer rows do:
	distantTol  = 3e-2  // in place of innerTol where sweeps cost more than the model
	distantRows = 1000  // or 2 for each coordinate
	secantsMost = 3     // steps whose corrections a model keeps when it is extended: 10 were no better
	level       = 1e-14 // relative changes of f that may be rounding
	nothing     = 1e-12 // relative gains of a step that no longer judge its model
	patience    = 4     // steps without any gain
	damped      = 0.01  // least damping of a model
	close       = 0.9   // share of the threshold from which on a coordinate is in a new model
)

// descend takes proximal Newton steps until the gap is proved to be at most
// goal, the fit's limits are reached or nothing changes any more. It returns
// what the last model promised.
func (w *workingSet) descend(goal float64, s *proximal) (promise float64, err error) {
	promise = math.NaN()
	last, idle := math.Inf(1), 0
	for {
		gap := w.gap()
		if gap <= goal {
			return promise, nil
		}
		opt := &w.r.opt
		if opt.MaxIter > 0 && s.steps >= opt.MaxIter || opt.MaxTime > 0 && time.Since(w.r.start) >= opt.MaxTime {
			return promise, nil
		}
		fresh, err := w.model(promise, s)
		if err != nil {
			return promise, err
		}
		accuracy := innerTol
		if w.columns != nil && !(promise <= distant*w.f) {
			accuracy = distantTol
		}
		gain := w.propose(accuracy)
		promise = -gain
		if w.cert == nil && promise <= goal {
			return promise, nil
		}
		moved, poor, err := w.search(gain)
		if err != nil {
			return promise, err
		}
		if poor = poor && promise > nothing*w.f; poor {
			// The rows that the model is of do not show what others would, such
			// as rare features, or f is far from quadratic.
			w.damping = max(damped, 10*w.damping)
			if w.sampled {
				w.finer *= 4
			}
		} else if w.damping /= 10; w.damping < damped {
			w.damping = 0
		}
		if !moved {
			if fresh {
				if w.exact() {
					return promise, nil
				}
				if err := w.makeExact(); err != nil {
					return promise, err
				}
			}
			w.stale, last = true, math.Inf(1)
			continue
		}
		s.steps++
		// Where rounding hides the descent of f, the bound still rises.
		settled := promise <= nothing*w.f
		switch now := w.gap(); {
		case now < gap || promise > w.noise()*w.f && !settled:
			idle = 0
		case !w.exact(): // the errors of fast passes show
			if err := w.makeExact(); err != nil {
				return promise, err
			}
		default:
			if idle++; idle == patience {
				return promise, nil
			}
		}
		w.stale = poor && (w.sampled || !fresh) || !fresh && !settled && promise > 0.1*last
		last = promise
	}
}

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

// stride takes so many rows at least, or more.
func (w *workingSet) stride(rows int) int {
	stride := max(1, w.obj.X.N()/(w.finer*rows))
	w.sampled = stride > 1
	return stride
}

// gap is what is proved about the set's features: NaN if nothing can be.
func (w *workingSet) gap() float64 {
	if w.cert == nil {
		return math.NaN()
	}
	if !w.exact() {
		return w.f - max(0, w.cert.Guess()) // whether it is true the next pass over all tells
	}
	return w.f - max(0, w.cert.Lower())
}

// exact reports whether passes are float64.
func (w *workingSet) exact() bool { return w.obj.Level() == kernel.Generic }

// makeExact goes on in float64.
func (w *workingSet) makeExact() (err error) {
	w.obj.SetLevel(kernel.Generic)
	w.f, err = certified{w.obj, w.cert}.ValueGrad(w.theta, w.grad)
	return err
}

// noise is what changes of f may be by rounding, relative to f.
func (w *workingSet) noise() float64 { return level + w.obj.Noise() }

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

// gain is the slope along trial - theta with the change of the penalty's
// corners: below 0 where the step descends.
func (w *workingSet) gain() float64 {
	var slope float64
	for i, t := range w.trial {
		slope += float64(w.grad[i] * (t - w.theta[i]))
	}
	W, _ := w.obj.Split(w.theta)
	T, _ := w.obj.Split(w.trial)
	return slope + w.obj.Corners(T, W, w.obj.K)
}

// search goes towards trial until f falls by enough (Tseng and Yun, 2009), and
// reports whether it does, and whether only by a short step.
func (w *workingSet) search(gain float64) (moved, poor bool, err error) {
	const enough, halvings, short = 1e-3, 30, 3
	if !(gain < 0) {
		return false, false, nil
	}
	fn := certified{w.obj, w.cert}
	for h := range halvings {
		f, err := fn.ValueGrad(w.trial, w.gt)
		if err != nil {
			return false, true, err
		}
		if f <= w.f+enough*gain+w.noise()*w.f {
			if w.columns == nil {
				w.learn()
			}
			copy(w.theta, w.trial)
			copy(w.grad, w.gt)
			w.f = f
			return true, h >= short, nil
		}
		gain /= 2
		for i, t := range w.theta {
			w.trial[i] = t + (w.trial[i]-t)/2
		}
	}
	return false, true, nil
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
