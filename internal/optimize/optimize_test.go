package optimize

import (
	"errors"
	"math"
	"slices"
	"testing"
)

// A solver of functions with a Hessian, and how many iterations it may take.
type solver struct {
	name string
	run  func(f *function, x []float64, m Monitor) (End, error)
	most int
}

var solvers = []solver{
	{"newton", func(f *function, x []float64, m Monitor) (End, error) { return Newton(f, x, func([]int) {}, m) }, 60},
	{"newton-cg", func(f *function, x []float64, m Monitor) (End, error) { return NewtonCG(f, x, 2, m) }, 1000},
	{"lbfgs", func(f *function, x []float64, m Monitor) (End, error) { return LBFGS(f, x, 10, nil, m) }, 1000},
	{"lbfgs, one pair", func(f *function, x []float64, m Monitor) (End, error) { return LBFGS(f, x, 1, nil, m) }, 5000},
	{"lbfgs, preconditioned", func(f *function, x []float64, m Monitor) (End, error) {
		return LBFGS(f, x, 10, &scaled{by: 100}, m)
	}, 1000},
	{"lbfgs, changing preconditioner", func(f *function, x []float64, m Monitor) (End, error) {
		return LBFGS(f, x, 10, &scaled{by: 100, every: 30}, m)
	}, 1000},
}

// scaled is a multiple of the identity, which changes every so many iterations.
type scaled struct {
	by    float64
	every int
}

func (m *scaled) Apply(dst, g []float64) {
	for i := range g {
		dst[i] = g[i] / m.by
	}
}

func (m *scaled) Refresh(iteration int, x []float64) (bool, error) {
	if m.every == 0 || iteration%m.every > 0 {
		return false, nil
	}
	m.by = 151 - m.by // 100, 51, 100 ...
	return true, nil
}

func forSolvers(t *testing.T, test func(t *testing.T, s solver)) {
	for _, s := range solvers {
		t.Run(s.name, func(t *testing.T) { test(t, s) })
	}
}

func TestMinimum(t *testing.T) {
	forSolvers(t, func(t *testing.T, s solver) {
		for _, c := range []struct {
			name   string
			f      *function
			x0     float64
			within float64
		}{
			{"rosenbrock", rosenbrock(2), -1.2, 1e-6},
			{"rosenbrock of 20", rosenbrock(20), -1.2, 1e-6},
			{"one number", quadratic(1, 1), 1e6, 1e-6},
			{"sphere", quadratic(30, 1), -4, 1e-6},
			{"condition 1e4", quadratic(30, 1e4), -4, 1e-3},
			{"already there", quadratic(3, 1), 1, 0},
			{"NaN beyond a radius", walled(rosenbrock(2), 2, math.NaN()), -1.2, 1e-6},
			{"Inf beyond a radius", walled(rosenbrock(2), 1.75, math.Inf(1)), -1.2, 1e-6},
			{"-Inf beyond a radius", walled(rosenbrock(2), 1.75, math.Inf(-1)), -1.2, 1e-6},
		} {
			x := slices.Repeat([]float64{c.x0}, c.f.n)
			if s.name == "newton" {
				c.f.evals = 0
			}
			end, err := s.run(c.f, x, until(t, 1e-8, s.most))
			if err != nil || end != Stopped {
				t.Errorf("%s: %v, %v", c.name, end, err)
			}
			nearOnes(t, x, c.within)
			t.Logf("%s: %d evaluations", c.name, c.f.evals)
		}
	})
}

// TestIllConditioned: a condition of 1e10 is nothing to Newton, and its
// decrement is the exact distance on a quadratic.
func TestIllConditioned(t *testing.T) {
	f := quadratic(20, 1e10)
	x := make([]float64, 20)
	var first float64
	end, err := Newton(f, x, func(c []int) { t.Errorf("dependent: %v", c) }, func(s *State) bool {
		if s.Iteration == 0 {
			first = s.F - 1 - s.Decrement
		}
		return s.Iteration == 2
	})
	if end != Stopped || err != nil || math.Abs(first) > 1e-8 {
		t.Errorf("%v, %v; decrement off by %g", end, err, first)
	}
	nearOnes(t, x, 1e-4)
}

// TestPrecision: asked for what floating point cannot give, a solver ends, at
// the minimum.
func TestPrecision(t *testing.T) {
	forSolvers(t, func(t *testing.T, s solver) {
		for _, f := range []*function{rosenbrock(4), quadratic(10, 100), walled(quadratic(3, 10), 2, math.NaN())} {
			x := make([]float64, f.n)
			last := math.Inf(1)
			end, err := s.run(f, x, func(st *State) bool {
				if st.F > last*(1+1e-12) {
					t.Errorf("rose from %v to %v", last, st.F)
				}
				last = st.F
				return st.Iteration > s.most
			})
			if err != nil || end != NoProgress {
				t.Errorf("%v, %v", end, err)
			}
			nearOnes(t, x, 1e-6)
		}
	})
}

// TestNowhere: where f is not a number at the start there is nothing to do.
func TestNowhere(t *testing.T) {
	forSolvers(t, func(t *testing.T, s solver) {
		for _, v := range []float64{math.NaN(), math.Inf(1)} {
			x := []float64{3, 4}
			end, err := s.run(walled(rosenbrock(2), 1, v), x, func(st *State) bool { return st.Iteration > 0 })
			if end != NoProgress || err != nil || x[0] != 3 || x[1] != 4 {
				t.Errorf("%v, %v, at %v", end, err, x)
			}
		}
	})
}

// TestErrors: an error at any evaluation ends the solver, at the iterate that
// the monitor saw last.
func TestErrors(t *testing.T) {
	forSolvers(t, func(t *testing.T, s solver) {
		for fail := 1; fail < 20; fail++ {
			f := rosenbrock(2)
			f.fail = fail
			x := []float64{-1.2, 1}
			last := slices.Clone(x)
			end, err := s.run(f, x, func(st *State) bool {
				copy(last, st.X)
				return false
			})
			if end != Failed || !errors.Is(err, errData) || f.evals != fail {
				t.Errorf("failure at %d: %v, %v after %d", fail, end, err, f.evals)
			}
			if fail > 1 && s.name != "newton" && !slices.Equal(last, x) {
				t.Errorf("failure at %d: left at %v, last seen %v", fail, x, last)
			}
		}
	})
}

// TestMonitor: called first with the start, then after each iteration; true
// ends the solver at once.
func TestMonitor(t *testing.T) {
	forSolvers(t, func(t *testing.T, s solver) {
		for stop := range 5 {
			x := []float64{-1.2, 1}
			calls := 0
			end, err := s.run(rosenbrock(2), x, func(st *State) bool {
				if st.Iteration != calls || &st.X[0] != &x[0] || math.IsNaN(st.Decrement) || st.Decrement < 0 {
					t.Errorf("call %d: %+v", calls, st)
				}
				calls++
				return st.Iteration == stop
			})
			if end != Stopped || err != nil || calls != stop+1 {
				t.Errorf("stop at %d: %v, %v, %d calls", stop, end, err, calls)
			}
		}
	})
}

// TestSingular: a direction in which f is flat is reported, and left alone.
func TestSingular(t *testing.T) {
	// (x + y - 2)^2 / 2 + (z - 1)^2 / 2: y depends on x.
	f := &function{n: 3,
		value: func(x, g []float64) float64 {
			a, b := x[0]+x[1]-2, x[2]-1
			g[0], g[1], g[2] = a, a, b
			return a*a/2 + b*b/2
		},
		hessian: func(x, h []float64) { copy(h, []float64{1, 0, 0, 1, 1, 0, 0, 0, 1}) },
	}
	x := []float64{5, -7, 9}
	var seen [][]int
	end, err := Newton(f, x, func(c []int) { seen = append(seen, slices.Clone(c)) }, until(t, 1e-12, 5))
	if end != Stopped || err != nil {
		t.Fatal(end, err)
	}
	if x[1] != -7 || math.Abs(x[0]-9) > 1e-12 || math.Abs(x[2]-1) > 1e-12 {
		t.Errorf("ended at %v", x)
	}
	if len(seen) != 2 || !slices.Equal(seen[0], []int{1}) {
		t.Errorf("dependent coordinates: %v", seen)
	}
}
