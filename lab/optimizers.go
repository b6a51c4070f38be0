package lab

import (
	"context"
	"math"
	"slices"
	"time"

	"example.com/softmax/dataset"
	"example.com/softmax/dataset/sample"
	"example.com/softmax/internal/chart"
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

func runOptimizers(ctx context.Context, opt Options) *Optimizers {
	train, test := opt.data()
	r := &Optimizers{}
	r.race(ctx, opt, train, test)
	if opt.Train == nil {
		r.race(ctx, opt, must(sample.Penguins()), nil)
	}
	return r
}

// race lets all solvers run on one dataset, the one that proves the floor first.
func (r *Optimizers) race(ctx context.Context, opt Options, ds, test *dataset.Dataset) {
	p := newProblem(ds)
	race := Race{Data: ds.Source, Rows: p.n(), Parameters: p.parameters(), Batch: max(1, min(256, p.n()/10))}
	for _, solver := range r.Contestants() {
		if solver == solverNewton && !race.Small() {
			continue
		}
		d, theta := race.run(ctx, opt, p, solver)
		for total, again := last(d.Seconds), 1; again < 10 && total < 0.2; again++ {
			next, _ := race.run(ctx, opt, p, solver)
			total += last(next.Seconds)
			for i := range d.Seconds {
				d.Seconds[i] = min(d.Seconds[i], next.Seconds[i])
			}
		}
		if test != nil {
			d.TestAccuracy = p.accuracy(theta, test)
		}
		race.Paths = append(race.Paths, *d)
	}
	r.Problems = append(r.Problems, race)
}

// Contestants are the solvers in the order of the picture's legend.
func (r *Optimizers) Contestants() []string {
	return []string{solverOwn, solverNewton, solverLBFGS, solverMomentum, solverSGD}
}

// Small reports whether Newton's method takes part.
func (r *Race) Small() bool { return r.Parameters <= newtonMost }

// run lets one solver run and returns its path and its last parameters.
func (r *Race) run(ctx context.Context, opt Options, p *problem, solver string) (*Descent, []float64) {
	d := &Descent{Solver: solver}
	add := func(passes, seconds, f float64) {
		d.Passes, d.Seconds, d.Objective = append(d.Passes, passes), append(d.Seconds, seconds), append(d.Objective, f)
	}
	tol, epochs, level := 1e-4, 30, kernel.Best()
	if r.Small() {
		tol, epochs, level = 1e-9, 300, kernel.Generic
	}
	if solver == solverOwn || solver == solverNewton {
		options := train.Options{Solver: train.SolverNewton, Tol: tol, Level: level, Threads: opt.threads(), OnIterate: func(it train.Iterate) {
			add(it.Passes, it.Seconds, it.Objective)
		}}
		if solver == solverOwn {
			options.Solver = train.SolverLBFGS
			if r.Small() {
				options.Tol = 1e-13 // so that the floor is the optimum to the eye of the others
			}
		}
		res := must(train.Run(ctx, p.Problem, options))
		if solver == solverOwn {
			r.Best, r.Floor = res.Final.Objective, res.Final.Objective-res.Final.GapBound
		}
		return d, res.Theta
	}
	o, theta := p.objective(ctx, level, opt.threads())
	if start := time.Now(); solver == solverLBFGS {
		must(optimize.LBFGS(o, theta, lbfgsMemory, nil, func(s *optimize.State) bool {
			add(o.Passes(), time.Since(start).Seconds(), s.F)
			return s.F <= r.Floor*(1+tol) || o.Passes() >= lbfgsPasses
		}))
		return d, theta
	}
	descent := optimize.Descent{Rate: sgdRate, Batch: r.Batch, Epochs: epochs, Seed: opt.Seed}
	if solver == solverMomentum {
		descent.Momentum = sgdMomentum
	}
	at, _ := p.objective(ctx, level, opt.threads())
	sgd(o, at, theta, descent, func(_ int, seconds, f float64, _ []float64) bool {
		add(o.Passes(), seconds, f)
		return false
	})
	return d, theta
}

// Gap is by how much the fit that proves the floor stays above it, as a share.
func (r *Race) Gap() float64 { return r.Best/r.Floor - 1 }

// Excess is the distance from the floor as a share of it, after each
// iteration: at least the distance from the optimum.
func (r *Race) Excess(d *Descent) []float64 {
	all := make([]float64, len(d.Objective))
	for i, f := range d.Objective {
		all[i] = f/r.Floor - 1
	}
	return all
}

// reach is the first iteration within a share of the floor, or -1.
func (r *Race) reach(d *Descent, share float64) int {
	return slices.IndexFunc(r.Excess(d), func(e float64) bool { return e <= share })
}

// Reached are the first iterations within 10 %, 1 %, 0.1 % and 0.01 %.
func (r *Race) Reached(d *Descent) (all []int) {
	for _, share := range []float64{0.1, 0.01, 1e-3, 1e-4} {
		all = append(all, r.reach(d, share*(1+1e-9)))
	}
	return all
}

// Tail are the last distances of Newton's method, but for the very last.
func (r *Race) Tail() (tail []string) {
	newton := r.Excess(r.Path(solverNewton))
	for _, e := range newton[max(0, len(newton)-6) : len(newton)-1] {
		tail = append(tail, percent(e))
	}
	return tail
}

// Meanwhile is how many epochs SGD finishes before the first step of L-BFGS with
// its preconditioner.
func (r *Race) Meanwhile() (epochs int) {
	for _, s := range r.Path(solverSGD).Seconds {
		if s <= r.Path(solverOwn).Seconds[0] {
			epochs++
		}
	}
	return epochs
}

// Faster are the passes of L-BFGS to within 1 %, with the preconditioner and
// without, if it is faster without; else nil.
func (r *Race) Faster() []float64 {
	own, plain := r.Path(solverOwn), r.Path(solverLBFGS)
	if i, j := r.reach(own, 0.01), r.reach(plain, 0.01); i >= 0 && j >= 0 && own.Seconds[i] > plain.Seconds[j] {
		return []float64{own.Passes[i], plain.Passes[j]}
	}
	return nil
}

// Path is that of a solver, or nil.
func (r *Race) Path(solver string) *Descent {
	for i := range r.Paths {
		if r.Paths[i].Solver == solver {
			return &r.Paths[i]
		}
	}
	return nil
}

func last(v []float64) float64 { return v[len(v)-1] }

// drawings show the distance from the floor against time, one chart a problem.
func (r *Optimizers) drawings(words [][]string) (all []drawing) {
	for at := range r.Problems {
		race := &r.Problems[at]
		var series []chart.Series
		from, to := math.Inf(1), 0.0
		for _, solver := range r.Contestants() {
			var s chart.Series
			if d := race.Path(solver); d != nil {
				for i, e := range race.Excess(d) {
					if e > 0 {
						s.X, s.Y = append(s.X, max(d.Seconds[i], 1e-6)), append(s.Y, e)
					}
				}
				from, to = min(from, slices.Min(s.X)), max(to, slices.Max(s.X))
			}
			series = append(series, s)
		}
		bound := chart.Series{X: []float64{from, to}, Y: []float64{race.Gap(), race.Gap()}}
		all = append(all, lines(words[at], logarithmic, logarithmic, append(series, bound)...))
	}
	return all
}
