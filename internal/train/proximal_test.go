package train

import (
	"context"
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"example.com/softmax/internal/kernel"
	"example.com/softmax/internal/matrix"
	"example.com/softmax/internal/objective"
)

func fit(t *testing.T, p Problem, opt Options) *Result {
	t.Helper()
	if opt.Threads == 0 {
		opt.Threads = 2
	}
	opt.Level = kernel.Best()
	res, err := Run(context.Background(), p, opt)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

var penalties = map[string]objective.Penalty{
	"lasso":        {L1: 0.04},
	"elastic net":  {L1: 0.04, Lambda: 0.02},
	"group":        {Group: 0.08},
	"sparse group": {L1: 0.03, Group: 0.04},
	"all":          {L1: 0.03, Group: 0.03, Lambda: 0.02},
}

// TestGlmnet: the objective and the weights of glmnet: internal/refdata/penalty.R.
func TestGlmnet(t *testing.T) {
	var want struct {
		Features, Classes int
		Labels            []int32
		X                 []float32
		Fits              []struct {
			Name                     string
			Alpha, Lambda, Objective float64
			Grouped                  bool
			Factors, W               []float64
		}
	}
	b, err := os.ReadFile("../refdata/penalty.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &want); err != nil {
		t.Fatal(err)
	}
	d, k := want.Features, want.Classes
	shares := make([]float64, k)
	for _, l := range want.Labels {
		shares[l] += 1 / float64(len(want.Labels))
	}
	for _, c := range want.Fits {
		// Not float32 of hundredths, but bytes, which are exact.
		bytes := make([]uint8, len(want.X))
		x := &matrix.Matrix{V: kernel.Rows{D: d, U8: bytes}, Shift: slices.Repeat([]float64{128}, d), Scale: slices.Repeat([]float64{0.01}, d)}
		wide := false
		for i, v := range want.X {
			h := math.Round(100*float64(v)) + 128
			wide = wide || h < 0 || h > 255
			bytes[i] = uint8(h)
		}
		if wide {
			x = &matrix.Matrix{V: kernel.Rows{D: d}, Shift: make([]float64, d), Scale: slices.Repeat([]float64{0.01}, d)}
			for _, v := range want.X {
				x.V.F32 = append(x.V.F32, float32(math.Round(100*float64(v))))
			}
		}
		p := Problem{Problem: objective.Problem{X: x, K: k, Loss: objective.CrossEntropy{Labels: want.Labels}}, Shares: shares}
		p.Penalty = objective.Penalty{Lambda: (1 - c.Alpha) * c.Lambda, L1: c.Alpha * c.Lambda}
		if c.Grouped {
			p.Group, p.L1 = p.L1, 0
		}
		if slices.Max(c.Factors) != slices.Min(c.Factors) {
			p.Factors = c.Factors
		}
		res := fit(t, p, Options{Tol: 1e-10})
		if math.Abs(res.Final.Objective/c.Objective-1) > 1e-10 {
			t.Errorf("%s: objective %.15g, glmnet's %.15g (%s)", c.Name, res.Final.Objective, c.Objective, res.Stop)
		}
		if free := slices.Contains(c.Factors, 0); free != math.IsNaN(res.Final.GapBound) || free != (res.Stop != Converged) {
			t.Errorf("%s: stop %s, gap %g", c.Name, res.Stop, res.Final.GapBound)
		}
		close := 2e-5
		if free := slices.Contains(c.Factors, 0); free {
			close = 1e-4 // nothing is proved, so the fit ended on an estimate
		}
		// glmnet's weights, moved to where ours are.
		p.Centre(c.W, k)
		for i, w := range c.W {
			if math.Abs(res.Theta[i]-w) > close || (w == 0) != (res.Theta[i] == 0) && math.Abs(w) > 1e-6 {
				t.Errorf("%s: weight %d is %g, glmnet's %g", c.Name, i, res.Theta[i], w)
			}
		}
	}
}

// TestProximal: the proved gap holds against a fit to 1e-11, the conditions of
// the optimum are met, bits do not depend on threads, and classes in another
// order have their weights in that order.
func TestProximal(t *testing.T) {
	for name, penalty := range penalties {
		for _, k := range []int{2, 3, 5} {
			p := random(240, 17, k)
			r := rand.New(rand.NewPCG(7, uint64(k)))
			for i := range p.X.V.F32 {
				if i%17 >= 8 { // features that say nothing
					p.X.V.F32[i] = float32(r.NormFloat64())
				}
			}
			p.Penalty = penalty
			best := fit(t, p, Options{Tol: 1e-11})
			for _, tol := range []float64{1e-2, 1e-4, 1e-8} {
				res := fit(t, p, Options{Tol: tol})
				if res.Stop != Converged || !(res.Final.GapBound <= tol*res.Final.Objective) {
					t.Errorf("%s, K=%d: %s with gap %g for tolerance %g", name, k, res.Stop, res.Final.GapBound, tol)
				}
				if above := res.Final.Objective - best.Final.Objective; above > res.Final.GapBound+1e-15 {
					t.Errorf("%s, K=%d: %g above the optimum, and the bound is %g", name, k, above, res.Final.GapBound)
				}
				alone := fit(t, p, Options{Tol: tol, Threads: 1})
				if !slices.Equal(alone.Theta, res.Theta) {
					t.Errorf("%s, K=%d: other bits with one thread", name, k)
				}
			}
			conditions(t, name, p, best.Theta)

			q := p
			order := rand.New(rand.NewPCG(9, uint64(k))).Perm(k)
			labels := make([]int32, p.X.N())
			q.Shares = make([]float64, k)
			for i, l := range p.Loss.(objective.CrossEntropy).Labels {
				labels[i] = int32(order[l])
			}
			for l, s := range p.Shares {
				q.Shares[order[l]] = s
			}
			q.Loss = objective.CrossEntropy{Labels: labels}
			other := fit(t, q, Options{Tol: 1e-11})
			for i, w := range best.Theta {
				if o := other.Theta[i/k*k+order[i%k]]; math.Abs(o-w) > 1e-5 {
					t.Errorf("%s, K=%d: parameter %d is %g, with the classes in another order %g", name, k, i, w, o)
				}
			}
		}
	}
}

// conditions checks that 0 is in the subdifferential: a weight of 0 has a
// gradient that the penalty can hold.
func conditions(t *testing.T, name string, p Problem, theta []float64) {
	t.Helper()
	obj := objective.New(context.Background(), p.Problem, 1)
	grad := make([]float64, len(theta))
	if _, err := obj.ValueGrad(slices.Clone(theta), grad); err != nil {
		t.Fatal(err)
	}
	k, zeros := p.K, 0
	for j := range p.X.D() {
		w, g := theta[j*k:][:k], grad[j*k:][:k]
		var size, excess float64
		for q := range k {
			size = math.Hypot(size, w[q])
			excess = math.Hypot(excess, max(0, math.Abs(g[q])-p.L1))
			if w[q] == 0 {
				zeros++
			}
		}
		if size == 0 {
			if excess > p.Group+1e-8 {
				t.Errorf("%s: feature %d is out with an excess of %g", name, j, excess-p.Group)
			}
			continue
		}
		for q := range k {
			slope := g[q] + p.Group*w[q]/size
			held := math.Abs(slope) - p.L1
			if w[q] != 0 {
				held = math.Abs(slope + math.Copysign(p.L1, w[q]))
			}
			if held > 1e-7 {
				t.Errorf("%s: weight %d of feature %d, %g, is off by %g", name, q, j, w[q], held)
			}
		}
		if p.L1 == 0 && slices.Contains(w, 0) {
			t.Errorf("%s: feature %d is in with only some of its weights: %v", name, j, w)
		}
	}
	if zeros == 0 {
		t.Errorf("%s: no weight is 0", name)
	}
	for _, g := range grad[p.X.D()*k:] {
		if math.Abs(g) > 1e-7 {
			t.Errorf("%s: an intercept has the gradient %g", name, g)
		}
	}
}

// TestLargest: at the largest penalty everything is exactly 0, and just below it
// is not.
func TestLargest(t *testing.T) {
	for name, penalty := range penalties {
		for _, factors := range [][]float64{nil, {1, 2, 0.5, 1, 1, 3, 1, 1}, {0, 1, 1, 1, 0.5, 1, 1, 1}} {
			p := random(200, 8, 3)
			p.Penalty = penalty
			p.Factors = factors
			c, err := Largest(context.Background(), p, Options{Threads: 2})
			if err != nil {
				t.Fatal(err)
			}
			for _, share := range []float64{1 + 1e-5, 1 - 1e-3} {
				q := p
				q.Penalty = p.Times(share * c)
				W := fit(t, q, Options{Tol: 1e-9}).Theta[:8*3]
				for j, v := range factors {
					if v == 0 {
						clear(W[j*3:][:3])
					}
				}
				if zero := !any(W); zero != (share > 1) {
					t.Errorf("%s, factors %v: at %g of the largest penalty %g the weights are %v", name, factors, share, c, W)
				}
			}
		}
	}
	p := random(50, 3, 2)
	if _, err := Largest(context.Background(), p, Options{Threads: 1}); err == nil {
		t.Error("an L2 penalty has a largest strength")
	}
}

// TestPathWithCorners: every fit of a path, from where the one before it ended, proves
// what a fit on its own does, for penalties with corners and without.
func TestPathWithCorners(t *testing.T) {
	penalties := map[string]objective.Penalty{"L2": {Lambda: 1}, "lasso": {L1: 1}, "group": {Group: 1, Lambda: 0.1}}
	for name, penalty := range penalties {
		p := random(300, 40, 4)
		p.Penalty = penalty
		opt, next := Options{Tol: 1e-8, Threads: 2, Level: kernel.Best()}, (&path{}).fit
		if p.Smooth() {
			next = Run
		}
		for _, c := range []float64{0.3, 0.1, 0.05, 0.02, 0.01} {
			q := p
			q.Penalty = p.Times(c)
			res, err := next(context.Background(), q, opt)
			if err != nil {
				t.Fatal(err)
			}
			opt.Start = res.Theta
			alone := fit(t, q, Options{Tol: 1e-8})
			if res.Stop != Converged || math.Abs(res.Final.Objective/alone.Final.Objective-1) > 1e-8 {
				t.Errorf("%s at %g: %s with %.12g, on its own %.12g", name, c, res.Stop, res.Final.Objective, alone.Final.Objective)
			}
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	p := random(300, 40, 4)
	p.Penalty = objective.Penalty{L1: 1}
	if _, err := (&path{}).fit(ctx, p, Options{Tol: 1e-4, Threads: 2}); err == nil {
		t.Error("a path that was cancelled reports no error")
	}
}

// TestSparseFeatures: sparse storage, shifted or not, and dense give the same
// optimum; so do features of which the working set leaves most out.
func TestSparseFeatures(t *testing.T) {
	const n, d, k = 150, 400, 3
	r := rand.New(rand.NewPCG(4, 4))
	for _, shifted := range []bool{false, true} {
		dense, sparse := random(n, d, k), random(n, d, k)
		s := &kernel.Sparse{D: d - 2, Starts: []int{0}}
		v := dense.X.V.F32
		for i := range n {
			for j := range d {
				switch {
				case j < 2:
				case r.IntN(4) > 0:
					v[i*d+j] = 0
				default:
					s.Index = append(s.Index, int32(j-2))
					s.Values = append(s.Values, float64(v[i*d+j]))
				}
			}
			s.Starts = append(s.Starts, len(s.Index))
		}
		// Two dense features before the sparse ones.
		few := make([]float32, 0, 2*n)
		for i := range n {
			few = append(few, v[i*d:][:2]...)
		}
		sparse.X.V, sparse.X.S = kernel.Rows{D: 2, F32: few}, s
		if shifted {
			for j := range d {
				dense.X.Shift[j], dense.X.Scale[j] = 0.2*r.NormFloat64(), 0.5+r.Float64()
			}
			sparse.X.Shift, sparse.X.Scale = dense.X.Shift, dense.X.Scale
		}
		for name, penalty := range penalties {
			dense.Penalty, sparse.Penalty = penalty.Times(2), penalty.Times(2)
			a, b := fit(t, dense, Options{Tol: 1e-10}), fit(t, sparse, Options{Tol: 1e-10})
			if math.Abs(a.Final.Objective/b.Final.Objective-1) > 1e-10 || a.Stop != Converged || b.Stop != Converged {
				t.Errorf("%s, shifted %v: dense %.13g (%s), sparse %.13g (%s)", name, shifted, a.Final.Objective, a.Stop, b.Final.Objective, b.Stop)
			}
			conditions(t, name, sparse, b.Theta)
		}
	}
}

// TestManyCoordinates: dense features with more weights than a model in memory
// takes.
func TestManyCoordinates(t *testing.T) {
	p := random(120, 1500, 3)
	for name, penalty := range map[string]objective.Penalty{"elastic net": {L1: 1e-5, Lambda: 0.3}, "group": {Group: 1e-5, Lambda: 0.3}} {
		p.Penalty = penalty
		res := fit(t, p, Options{Tol: 1e-8})
		set := 0
		for _, w := range res.Theta[:p.X.D()*p.K] {
			if w != 0 {
				set++
			}
		}
		if res.Stop != Converged || set <= blockMost {
			t.Errorf("%s: %s with gap %g and %d weights", name, res.Stop, res.Final.GapBound, set)
		}
		if alone := fit(t, p, Options{Tol: 1e-8, Threads: 1}); !slices.Equal(alone.Theta, res.Theta) {
			t.Errorf("%s: other bits with one thread", name)
		}
	}
}

// TestProximalRareFeatures: a model of some rows, which knows little of rare
// features, becomes one of more rows instead of promising what never comes.
func TestProximalRareFeatures(t *testing.T) {
	for _, penalty := range []objective.Penalty{{L1: 1e-5}, {Group: 1e-5}} {
		p := rareFeatures()
		p.Penalty = penalty
		var first []float64
		for _, threads := range []int{1, 3} {
			res := fit(t, p, Options{Tol: 1e-7, Threads: threads, MaxIter: 200})
			if res.Stop != Converged {
				t.Errorf("%+v: %s after %d iterations", penalty, res.Stop, res.Iterations)
			}
			if first == nil {
				first = res.Theta
			}
			if !slices.Equal(first, res.Theta) {
				t.Errorf("%+v: other bits with %d threads", penalty, threads)
			}
		}
	}
}

// TestProximalLosses: sigmoids and soft targets, with weights, prove their
// bounds too.
func TestProximalLosses(t *testing.T) {
	const k = 4
	r := rand.New(rand.NewPCG(8, 8))
	p := random(200, 10, k)
	y := make([]float64, 200*k)
	p.Shares = make([]float64, k)
	for i := range 200 {
		var sum float64
		for q := range k {
			y[i*k+q] = r.ExpFloat64()
			sum += y[i*k+q]
		}
		p.Weights = append(p.Weights, 0.5+r.Float64())
		for q := range k {
			y[i*k+q] /= sum
		}
	}
	var total float64
	for i, w := range p.Weights {
		total += w
		for q := range k {
			p.Shares[q] += w * y[i*k+q]
		}
	}
	for q := range k {
		p.Shares[q] /= total
	}
	for name, loss := range map[string]objective.Loss{"soft": objective.SoftCrossEntropy{Y: y}, "sigmoids": objective.Sigmoids{Y: y}} {
		for _, penalty := range penalties {
			p.Loss, p.Penalty = loss, penalty
			if res := fit(t, p, Options{Tol: 1e-8}); res.Stop != Converged {
				t.Errorf("%s, %+v: %s with gap %g", name, penalty, res.Stop, res.Final.GapBound)
			}
		}
	}
}
