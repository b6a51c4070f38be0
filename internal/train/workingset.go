package train

import (
	"math"
	"slices"
	"time"

	"example.com/softmax/internal/kernel"
	"example.com/softmax/internal/objective"
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
			// The rows that the model is of lack what others have, such as rare
			// features, or f is far from quadratic.
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
