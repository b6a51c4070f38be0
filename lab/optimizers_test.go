package lab

import (
	"testing"

	"example.com/softmax/dataset/sample"
)

func TestOptimizers(t *testing.T) {
	opt := sixth(t)
	r, err := run(t.Context(), runOptimizers, opt)
	if err != nil {
		t.Fatal(err)
	}
	penguins, err := sample.Penguins()
	if err != nil {
		t.Fatal(err)
	}
	r.race(t.Context(), opt, penguins, nil)
	var want optimization
	readGolden(t, "optimization", &want)
	for i, c := range []struct {
		minimum, gap, storage float64 // storage: of float32, relative
		paths                 int
	}{{want.Minimum.Images, 1e-4, 1e-10, 4}, {want.Minimum.Penguins, 1e-9, 1e-7, 5}} {
		p := &r.Problems[i]
		if off := c.storage * c.minimum; p.Floor > c.minimum+off || p.Best < c.minimum-off || p.Best-p.Floor > c.gap*p.Best {
			t.Errorf("%s: from %v to %v, the minimum is %v", p.Data, p.Floor, p.Best, c.minimum)
		}
		if len(p.Paths) != c.paths {
			t.Errorf("%s: %d solvers", p.Data, len(p.Paths))
		}
		for _, d := range p.Paths {
			for i, f := range d.Objective {
				if f < p.Floor || i > 0 && (d.Passes[i] <= d.Passes[i-1] || d.Seconds[i] < 0) {
					t.Errorf("%s, %s: iteration %d at %v passes, %v s: %v, the floor is %v", p.Data, d.Solver, i, d.Passes[i], d.Seconds[i], f, p.Floor)
				}
			}
		}
		end := func(solver string) float64 { return last(p.Excess(p.Path(solver))) }
		if !(end(solverOwn) <= c.gap && end(solverOwn) < end(solverLBFGS)+c.gap && end(solverLBFGS) < end(solverMomentum) && end(solverMomentum) < end(solverSGD)) {
			t.Errorf("%s: solvers end at %v, %v, %v, %v", p.Data, end(solverOwn), end(solverLBFGS), end(solverMomentum), end(solverSGD))
		}
		// The preconditioner saves passes where there are many parameters.
		if own, plain := p.Path(solverOwn), p.Path(solverLBFGS); i == 0 && own.Passes[p.reach(own, 0.1)] > 0.5*plain.Passes[p.reach(plain, 0.1)] {
			t.Errorf("10 %% after %v passes, without preconditioner %v", own.Passes[p.reach(own, 0.1)], plain.Passes[p.reach(plain, 0.1)])
		}
	}
	// Newton's method squares the distance, up to a factor.
	p := &r.Problems[1]
	e := p.Excess(p.Path(solverNewton))
	for i := 1; i < len(e); i++ {
		if e[i-1] < 0.1 && e[i] > max(10*e[i-1]*e[i-1], 1e-11) {
			t.Errorf("Newton: %v after %v", e[i], e[i-1])
		}
	}
	shows(t, "optimizers", r, "7850", "493", "33", "L-BFGS", "0.186", "0.056891")
}
