package lab

import (
	"cmp"
	"context"
	"time"

	"example.com/softmax/dataset"
	"example.com/softmax/dataset/sample"
	"example.com/softmax/internal/kernel"
	"example.com/softmax/internal/optimize"
	"example.com/softmax/internal/train"
)

// Optimizers lets solvers minimise the same objective, cross-entropy with
// lambda = 1/n, from the same start.
type Optimizers struct {
	Problems []Race `json:"problems"`
}

// Race is one objective and what the solvers make of it.
type Race struct {
	Data       string `json:"data"`
	Rows       int    `json:"rows"`
	Parameters int    `json:"parameters"`
	// Floor is proved: no parameters have a lower objective. The fit that
	// proves it came down to Best.
	Floor float64   `json:"floor"`
	Best  float64   `json:"best"`
	Batch int       `json:"batch"` // of SGD
	Paths []Descent `json:"paths"`
}

// Descent is the path of one solver: after each iteration, or epoch of SGD, the
// passes over the data and the seconds it took to get there (the least of
// several runs where runs are short), and the objective.
type Descent struct {
	Solver       string    `json:"solver"`
	Passes       []float64 `json:"passes"`
	Seconds      []float64 `json:"seconds"`
	Objective    []float64 `json:"objective"`
	TestAccuracy float64   `json:"test_accuracy,omitempty"` // of the last parameters
}

// The solvers. The one of lowest price comes first: it proves the floor.
const (
	solverOwn      = "l-bfgs preconditioned"
	solverNewton   = "newton"
	solverLBFGS    = "l-bfgs"
	solverMomentum = "sgd with momentum"
	solverSGD      = "sgd"
)

const (
	// newtonMost is the number of parameters up to which Newton's method takes
	// part: it needs a matrix of their square. Problems up to there also get
	// a tighter floor and more epochs, since they cost nothing.
	newtonMost = 600
	// lbfgsMemory is what softmax.Fit keeps, so that the preconditioner is all
	// the difference.
	lbfgsMemory = 60
	lbfgsPasses = 300
	sgdRate     = 0.1
	sgdMomentum = 0.9
)

func runOptimizers(ctx context.Context, opt Options) (*Optimizers, error) {
	first, test, err := opt.data()
	if err != nil {
		return nil, err
	}
	r := &Optimizers{}
	if err := r.race(ctx, opt, first, test); err != nil || opt.Train != nil {
		return r, err
	}
	penguins, err := sample.Penguins()
	if err != nil {
		return nil, err
	}
	return r, r.race(ctx, opt, penguins, nil)
}

// race lets all solvers run on one dataset.
func (r *Optimizers) race(ctx context.Context, opt Options, ds, test *dataset.Dataset) error {
	p, err := newProblem(ds)
	if err != nil {
		return err
	}
	race := racer{
		Race:    Race{Data: ds.Source, Rows: p.n(), Parameters: p.parameters(), Batch: max(1, min(256, p.n()/10))},
		problem: p, ctx: ctx, opt: opt,
	}
	solvers := []string{solverOwn, solverNewton, solverLBFGS, solverMomentum, solverSGD}
	if !race.small() {
		solvers = append(solvers[:1], solvers[2:]...)
	}
	for _, solver := range solvers {
		d, theta, err := race.run(solver)
		if err != nil {
			return err
		}
		for total, again := last(d.Seconds), 1; again < 10 && total < 0.2; again++ {
			next, _, err := race.run(solver)
			if err != nil {
				return err
			}
			total += last(next.Seconds)
			for i := range d.Seconds {
				d.Seconds[i] = min(d.Seconds[i], next.Seconds[i])
			}
		}
		if test != nil {
			if d.TestAccuracy, err = p.accuracy(theta, test); err != nil {
				return err
			}
		}
		race.Paths = append(race.Paths, *d)
	}
	r.Problems = append(r.Problems, race.Race)
	return nil
}

func (r *Race) small() bool { return r.Parameters <= newtonMost }

// A racer lets solvers run and fills in a Race.
type racer struct {
	Race
	problem *problem
	ctx     context.Context
	opt     Options
}

// run lets one solver run and returns its path and its last parameters.
func (r *racer) run(solver string) (*Descent, []float64, error) {
	d := &Descent{Solver: solver}
	add := func(passes, seconds, f float64) {
		d.Passes, d.Seconds, d.Objective = append(d.Passes, passes), append(d.Seconds, seconds), append(d.Objective, f)
	}
	tol, epochs, level := 1e-4, 30, kernel.Best()
	if r.small() {
		tol, epochs, level = 1e-9, 300, kernel.Generic
	}
	switch solver {
	case solverOwn, solverNewton:
		opt := train.Options{Solver: train.SolverLBFGS, Tol: tol, Level: level, Threads: r.opt.threads(), OnIterate: func(it train.Iterate) {
			add(it.Passes, it.Seconds, it.Objective)
		}}
		switch {
		case solver == solverNewton:
			opt.Solver = train.SolverNewton
		case r.small():
			opt.Tol = 1e-13 // so that the floor is the optimum to the eye of the others
		}
		res, err := train.Run(r.ctx, r.problem.Problem, opt)
		if err != nil {
			return nil, nil, err
		}
		if solver == solverOwn {
			r.Best, r.Floor = res.Final.Objective, res.Final.Objective-res.Final.GapBound
		}
		return d, res.Theta, nil
	}
	o := r.problem.objective(r.ctx, level, r.opt.threads())
	theta := r.problem.start(o)
	var err error
	if solver == solverLBFGS {
		start := time.Now()
		_, err = optimize.LBFGS(o, theta, lbfgsMemory, nil, func(s *optimize.State) bool {
			add(o.Passes(), time.Since(start).Seconds(), s.F)
			return s.F <= r.Floor*(1+tol) || o.Passes() >= lbfgsPasses
		})
		return d, theta, err
	}
	descent := optimize.Descent{Rate: sgdRate, Batch: r.Batch, Epochs: epochs, Seed: r.opt.Seed}
	if solver == solverMomentum {
		descent.Momentum = sgdMomentum
	}
	// What is read off after an epoch is not the solver's work.
	outside := r.problem.objective(r.ctx, level, r.opt.threads())
	there, grad := make([]float64, len(theta)), make([]float64, len(theta))
	var failed error
	var seconds float64
	start := time.Now()
	_, err = optimize.SGD(o, theta, descent, func(s *optimize.State) bool {
		seconds += time.Since(start).Seconds()
		var f float64
		copy(there, s.X)
		f, failed = outside.ValueGrad(there, grad)
		add(o.Passes(), seconds, f)
		start = time.Now()
		return failed != nil
	})
	return d, theta, cmp.Or(err, failed)
}

// excess is the distance from the floor as a share of it, after each
// iteration: at least the distance from the optimum.
func (r *Race) excess(d Descent) []float64 {
	all := make([]float64, len(d.Objective))
	for i, f := range d.Objective {
		all[i] = f/r.Floor - 1
	}
	return all
}

// reach is the first iteration within a share of the floor, or -1.
func (r *Race) reach(d Descent, share float64) int {
	for i, e := range r.excess(d) {
		if e <= share {
			return i
		}
	}
	return -1
}

// path is that of a solver, or nil.
func (r *Race) path(solver string) *Descent {
	for i := range r.Paths {
		if r.Paths[i].Solver == solver {
			return &r.Paths[i]
		}
	}
	return nil
}

func last(v []float64) float64 { return v[len(v)-1] }
