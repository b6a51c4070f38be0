package train

import (
	"context"
	"errors"
	"math"
	"slices"
	"time"

	"example.com/softmax/internal/kernel"
	"example.com/softmax/internal/objective"
)

// A path is what fits with penalties that have corners keep from one to the
// next: the point with its gradient, the working set and its model.
type path struct{ s *proximal }

func (t *path) fit(ctx context.Context, p Problem, opt Options) (*Result, error) {
	if t.s == nil {
		r := &run{p: p, opt: opt, ctx: ctx, attempt: math.Inf(1)}
		r.obj = objective.New(ctx, p.Problem, opt.Threads)
		if err := r.certify(); err != nil {
			return nil, err
		}
		theta := make([]float64, r.obj.Dim())
		if r.obj.NullModel(theta, p.Shares); opt.Start != nil {
			copy(theta, opt.Start)
		}
		t.s = r.newProximal(theta)
		r.lower = math.Inf(-1)
		var err error
		if t.s.f, err = t.s.evaluate(); err != nil {
			return nil, err
		}
	}
	s, r := t.s, t.s.r
	r.start, r.lower, s.steps = time.Now(), math.Inf(-1), 0
	r.res = Result{GapReason: r.res.GapReason, Kernel: kernel.Generic.String()}
	r.res.Solver, r.res.SolverReason = choose(p, opt)
	s.setPenalty(p.Penalty)
	s.warm = s.set != nil
	end, err := s.descend()
	if err != nil {
		return nil, err
	}
	if end != 0 && r.res.Stop == "" {
		r.res.Stop = Precision
	}
	W, _ := r.obj.Split(s.theta)
	r.res.Theta = slices.Clone(s.theta)
	r.res.Loss = s.f - r.obj.Value(W, p.K)
	r.res.Accuracy = math.NaN()
	res := r.res
	return &res, nil
}

// setPenalty changes the penalty at the point where s is.
func (s *proximal) setPenalty(p objective.Penalty) {
	r := s.r
	W, _ := r.obj.Split(s.theta)
	gW, _ := r.obj.Split(s.grad)
	s.f += p.Value(W, r.p.K) - r.obj.Value(W, r.p.K)
	p.AddSmooth(gW, W, r.p.K, 1)
	r.obj.AddSmooth(gW, W, r.p.K, -1)
	r.p.Penalty, r.obj.Penalty = p, p
	if s.set != nil && !s.set.shared {
		p.Factors = s.set.obj.Factors
		s.set.obj.Penalty = p
	}
	if r.cert != nil {
		r.cert.Reset()
		r.cert.Add(s.theta, s.grad, s.f)
	}
}

// Largest returns the least c at which c times the penalty of p makes every
// weight 0 that it can. The penalty must have L1 or Group.
func Largest(ctx context.Context, p Problem, opt Options) (float64, error) {
	if p.Smooth() {
		return 0, errors.New("an L2 penalty alone never makes weights 0")
	}
	obj := objective.New(ctx, p.Problem, opt.Threads)
	theta, grad := make([]float64, obj.Dim()), make([]float64, obj.Dim())
	obj.NullModel(theta, p.Shares)
	if p.Frees() {
		if err := fitFree(ctx, p, opt, theta); err != nil {
			return 0, err
		}
	}
	if _, err := obj.ValueGrad(theta, grad); err != nil {
		return 0, err
	}
	var most float64
	for j := range p.X.D() {
		if obj.Factor(j) > 0 && p.X.Scale[j] != 0 {
			most = max(most, obj.Vanishing(grad[j*p.K:][:p.K], j))
		}
	}
	return most, nil
}

// fitFree sets theta to the optimum of the model with the features that have no
// penalty alone.
func fitFree(ctx context.Context, p Problem, opt Options, theta []float64) error {
	var free []int
	for j, v := range p.Factors {
		if v == 0 {
			free = append(free, j)
		}
	}
	d := p.X.D()
	p.X, p.Penalty = p.X.Columns(free), objective.Penalty{}
	opt.Solver, opt.OnIterate, opt.OnEpoch, opt.Tol = "", nil, nil, 1e-12
	res, err := Run(ctx, p, opt)
	if err != nil {
		return err
	}
	for at, j := range free {
		copy(theta[j*p.K:][:p.K], res.Theta[at*p.K:])
	}
	copy(theta[d*p.K:], res.Theta[len(free)*p.K:])
	return nil
}
