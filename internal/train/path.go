package train

import (
	"context"
	"slices"
	"sync"

	"example.com/softmax/internal/objective"
	"example.com/softmax/internal/optimize"
)

// A Path fits problems that are much alike - the training parts of the folds of
// a data set - at one penalty after another, each from where it was at the one
// before. The fits are Selection ones; where the penalty has corners they end
// when their certificate proves the tolerance, as the solver computes it anyway.
//
// L-BFGS makes a preconditioner for the first problem, which serves the others
// as it is: what it knows of the Hessian at one's optimum holds nearly as well
// at another's.
type Path struct {
	problems []Problem
	opt      Options
	last     []*Result
	shared   []*shared // the first one's, or a problem's own if its shape differs
	corners  []*path   // of problems with such a penalty
	ctx      current
}

// current is the context of the call that is on: what is kept from one to the
// next has it.
type current struct{ context.Context }

// NewPath begins a path at the null models. The penalties of the problems are
// those of strength 1.
func NewPath(problems []Problem, opt Options) *Path {
	opt.Selection = problems[0].Smooth()
	if opt.Solver == SolverSGD {
		opt.Solver = "" // a path is of optima
	}
	p := &Path{problems: problems, opt: opt, last: make([]*Result, len(problems)), corners: make([]*path, len(problems))}
	lead := &shared{}
	for _, problem := range problems {
		s := &shared{}
		if problem.K == problems[0].K && problem.X.D() == problems[0].X.D() {
			s = lead
		}
		s.fits++
		p.shared = append(p.shared, s)
	}
	return p
}

// parallelMost is how many parameters problems can have that are fitted side by
// side: the memory of L-BFGS is a hundred times as many.
const parallelMost = 1 << 18

// Fit moves to c times the penalty and returns the fit of each problem. Should ctx
// end, the error is its.
func (p *Path) Fit(ctx context.Context, c float64) ([]*Result, error) {
	p.ctx.Context = ctx
	ahead := 0
	if p.opt.Selection { // the others want the preconditioner of the first
		if err := p.fit(0, c, p.opt.Threads); err != nil {
			return nil, err
		}
		ahead = 1
	}
	rest := len(p.problems) - ahead
	together := min(rest, p.opt.Threads)
	if (p.problems[0].X.D()+1)*p.problems[0].K > parallelMost {
		together = min(rest, 1)
	}
	errs := make([]error, len(p.problems))
	free := make(chan struct{}, together)
	var wg sync.WaitGroup
	for i := ahead; i < len(p.problems); i++ {
		free <- struct{}{}
		wg.Go(func() {
			defer func() { <-free }()
			errs[i] = p.fit(i, c, p.opt.Threads/together)
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return slices.Clone(p.last), nil
}

// fit moves one problem.
func (p *Path) fit(i int, c float64, threads int) error {
	problem, opt := p.problems[i], p.opt
	problem.Penalty = problem.Times(c)
	if p.last[i] != nil {
		opt.Start = p.last[i].Theta
	}
	opt.Threads, opt.shared = threads, p.shared[i]
	opt.follow = i > 0 && p.shared[i] == p.shared[0]
	fit := Run
	if !opt.Selection {
		if p.corners[i] == nil {
			p.corners[i] = &path{}
		}
		fit = p.corners[i].fit
	}
	res, err := fit(&p.ctx, problem, opt)
	if err != nil {
		p.corners[i] = nil
		return err
	}
	if m := p.shared[i].m; m != nil && !opt.follow {
		m.before += res.Iterations
	}
	W := res.Theta[:problem.X.D()*problem.K]
	res.Stop, res.Loss = Selection, res.Final.Objective-problem.Penalty.Value(W, problem.K)
	p.last[i] = res
	return nil
}

// shared is the preconditioner of several fits.
type shared struct {
	m    *twoLevel
	fits int // that go on side by side
}

// A frozen preconditioner is another fit's, which this one does not refresh.
type frozen struct{ *twoLevel }

func (frozen) Refresh(int, []float64) (changed bool, err error) { return false, nil }

// preconditioner returns that of this fit, perhaps one that others had before.
func (r *run) preconditioner() (m optimize.Preconditioner, err error) {
	s := r.opt.shared
	switch {
	case s == nil:
		return newTwoLevel(r.obj, r.p.Shares, r.opt.Threads)
	case r.opt.follow:
		return frozen{s.m}, nil
	case s.m != nil:
		s.m.move(r.obj)
		return s.m, nil
	}
	if s.m, err = newTwoLevel(r.obj, r.p.Shares, r.opt.Threads); err == nil {
		s.m.fits = s.fits
	}
	return s.m, err
}

// move makes m the preconditioner of a problem that differs in its penalty.
func (m *twoLevel) move(o *objective.Objective) {
	m.obj, m.next = o, m.before+m.wait()
	m.fine.lambda, m.fine.factor = o.Lambda, nil
	m.fine.factorise()
	if m.r > 0 && m.r <= m.fine.d {
		m.fine.leave(m.basis, m.projected, m.r)
	}
}
