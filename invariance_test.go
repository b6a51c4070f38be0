package softmax

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"example.com/softmax/dataset"
	"example.com/softmax/preprocess"
)

// tight is a configuration whose optimum is well determined, and found as well
// as floating point allows.
var tight = Config{L2: 1e-2, Tol: 1e-15}

// forProblems runs test on problems of both kinds of numbers, with and without
// weights, with every exact solver.
func forProblems(t *testing.T, test func(t *testing.T, r *rand.Rand, p *problem, cfg Config)) {
	for seed := range 12 {
		r := rand.New(rand.NewPCG(uint64(seed), 3))
		c := recipe{n: 40 + r.IntN(40), d: 2 + r.IntN(5), k: 2 + r.IntN(4), bytes: seed&1 == 0, weights: seed&2 == 0, imbalanced: seed == 5}
		cfg := tight
		cfg.Solver = []Solver{Newton, LBFGS, NewtonCG}[seed/4]
		t.Run(fmt.Sprintf("%s/%+v", cfg.Solver, c), func(t *testing.T) { test(t, r, c.problem(r), cfg) })
	}
}

// sameModel: two models have the same coefficients, within a share of the
// largest, once those of b are renamed by its features and classes.
func sameModel(t *testing.T, what string, a, b *Model, within float64) {
	t.Helper()
	ca, cb := a.Coefficients(), b.Coefficients()
	if len(ca.Features) != len(cb.Features) || len(ca.Classes) != len(cb.Classes) {
		t.Fatalf("%s: %v x %v and %v x %v", what, ca.Features, ca.Classes, cb.Features, cb.Classes)
	}
	worst, most := 0.0, 0.0
	compare := func(x, y float64) { worst, most = max(worst, math.Abs(x-y)), max(most, math.Abs(x)) }
	for q, class := range ca.Classes {
		at := slices.Index(cb.Classes, class)
		for j, feature := range ca.Features {
			compare(ca.W[j][q], cb.W[slices.Index(cb.Features, feature)][at])
		}
	}
	if !(worst <= within*most) {
		t.Errorf("%s: coefficients differ by %g of %g", what, worst, most)
	}
	worst, most = 0, 1
	for q, class := range ca.Classes {
		compare(ca.Intercept[q], cb.Intercept[slices.Index(cb.Classes, class)])
	}
	if !(worst <= within*most) {
		t.Errorf("%s: intercepts differ by %g of %g", what, worst, most)
	}
}

func sameObjective(t *testing.T, what string, a, b *Report, within float64) {
	t.Helper()
	if !(math.Abs(a.Objective-b.Objective) <= within*a.Objective) {
		t.Errorf("%s: objectives %.17g and %.17g", what, a.Objective, b.Objective)
	}
}

// TestStorage: the same values stored as bytes, float32 or float64, as a block
// or as columns, have the same optimum, evaluated in float64.
func TestStorage(t *testing.T) {
	for seed := range 12 {
		r := rand.New(rand.NewPCG(uint64(seed), 4))
		p := recipe{n: 100, d: 4, k: 3, bytes: true, weights: seed%2 == 0}.problem(r)
		for _, mode := range []preprocess.Standardize{preprocess.StandardizeOn, preprocess.StandardizeOff} {
			cfg := Config{C: 1, Tol: 1e-8, Preprocess: preprocess.Options{Standardize: mode}, Solver: []Solver{Newton, LBFGS}[seed%2]}
			ref := p.reference(t, p.dataset(t, block8), cfg) // exact: bytes are stored as they are
			_, want := ref.solve(t)
			for _, s := range []storage{block8, bytes8, block32, block64, columns} {
				for _, cfg.Kernel = range Kernels() {
					m, _ := mustFit(t, p.dataset(t, s), cfg)
					if got := ref.value(m.theta()); !(math.Abs(got-want) <= 1e-7*want) {
						t.Errorf("seed %d, standardize %q, %s, %s: optimum %.12g, want %.12g", seed, mode, s, cfg.Kernel, got, want)
					}
				}
			}
		}
	}
}

// TestLabelPermutation: classes in another order permute the columns of W.
func TestLabelPermutation(t *testing.T) {
	forProblems(t, func(t *testing.T, r *rand.Rand, p *problem, cfg Config) {
		renamed := *p
		renamed.name = func(q int) string { return fmt.Sprintf("%d/%s", (q+1)%p.k, p.name(q)) } // the last class comes first
		a, ra := mustFit(t, p.dataset(t, block64), cfg)
		b, rb := mustFit(t, renamed.dataset(t, block64), cfg)
		for q, c := range b.classes {
			_, b.classes[q], _ = strings.Cut(c, "/")
		}
		if slices.IsSorted(b.classes) {
			t.Fatal("the classes are in the same order")
		}
		sameModel(t, "permuted classes", a, b, 1e-7)
		sameObjective(t, "permuted classes", ra, rb, 1e-13)
	})
}

// TestWeights: weight 2 is the row twice, weight 0 is no row.
func TestWeights(t *testing.T) {
	forProblems(t, func(t *testing.T, r *rand.Rand, p *problem, cfg Config) {
		var rows, present []int
		weighted := p.pick(nil)
		seen := tally{}
		for i := range p.x {
			times := r.IntN(4)
			seen[fmt.Sprint(times)]++
			for range times {
				rows = append(rows, i)
			}
			weighted.x, weighted.y, weighted.w = append(weighted.x, p.x[i]), append(weighted.y, p.y[i]), append(weighted.w, float64(times))
			if times > 0 {
				present = append(present, i)
			}
			if p.w != nil {
				weighted.w[i] *= p.w[i]
			}
		}
		seen.atLeast(t, 3, "0", "1", "2", "3")
		for _, s := range []storage{columns, block32} {
			a, ra := mustFit(t, p.pick(rows).dataset(t, s), cfg)
			b, rb := mustFit(t, weighted.dataset(t, s), cfg)
			c, rc := mustFit(t, weighted.pick(present).dataset(t, s), cfg)
			sameModel(t, "weights as repetitions", a, b, 1e-6)
			sameObjective(t, "weights as repetitions", ra, rb, 1e-8)
			if rb.Rows != len(present) || rb.Dropped != 0 || ra.Rows != len(rows) {
				t.Errorf("%d rows used of %d with weight", rb.Rows, len(present))
			}
			sameBytes(t, b, c) // a row of weight 0 is not there
			if rb.Objective != rc.Objective {
				t.Errorf("objective %v with rows of weight 0, %v without", rb.Objective, rc.Objective)
			}
		}
	})
}

// TestGapWeights: weight 2 is the row twice, in means, gaps, rare levels, crosses
// and buckets, too.
func TestGapWeights(t *testing.T) {
	ds := withGaps(mixed(t, 80))
	var rows []int
	for i := range ds.Rows() {
		ds.Weights = append(ds.Weights, float64(1+i%3))
		rows = append(rows, slices.Repeat([]int{i}, 1+i%3)...)
	}
	twice := ds.Subset(rows)
	twice.Weights = nil
	for _, opt := range []preprocess.Options{{}, {Rare: 5, Cross: []string{"taste:colour"}}, {Hash: []string{"colour"}, Buckets: 3}} {
		cfg := tight
		cfg.Preprocess = opt
		a, ra := mustFit(t, ds, cfg)
		b, rb := mustFit(t, twice, cfg)
		if !slices.Equal(a.Features(), b.Features()) {
			t.Errorf("%+v: features %q and %q", opt, a.Features(), b.Features())
		}
		sameModel(t, fmt.Sprint(opt), a, b, 1e-6)
		sameObjective(t, fmt.Sprint(opt), ra, rb, 1e-8)
	}
}

// sameBytes: two models make the same file.
func sameBytes(t *testing.T, a, b *Model) {
	t.Helper()
	x, err := a.Fingerprint()
	y, err2 := b.Fingerprint()
	if err != nil || err2 != nil || x != y {
		t.Errorf("the models make different files: %s, %v and %s, %v", x, err, y, err2)
	}
}

// TestRowOrder: the order of the rows changes nothing but roundings.
func TestRowOrder(t *testing.T) {
	forProblems(t, func(t *testing.T, r *rand.Rand, p *problem, cfg Config) {
		order := r.Perm(len(p.x))
		if slices.IsSorted(order) {
			t.Fatal("the generator does not vary")
		}
		a, ra := mustFit(t, p.dataset(t, columns), cfg)
		b, rb := mustFit(t, p.pick(order).dataset(t, columns), cfg)
		sameModel(t, "shuffled rows", a, b, 1e-6)
		sameObjective(t, "shuffled rows", ra, rb, 1e-8)
	})
}

// TestFeatureOrder: the order of the columns permutes the rows of W.
func TestFeatureOrder(t *testing.T) {
	forProblems(t, func(t *testing.T, r *rand.Rand, p *problem, cfg Config) {
		ds := p.dataset(t, columns)
		a, ra := mustFit(t, ds, cfg)
		slices.Reverse(ds.Columns)
		b, rb := mustFit(t, ds, cfg)
		if a.Features()[0] == b.Features()[0] {
			t.Fatal("the features are in the same order")
		}
		sameModel(t, "reversed columns", a, b, 1e-7)
		sameObjective(t, "reversed columns", ra, rb, 1e-13)
	})
}

// TestConstantColumn: a column with one value gets weight 0 and changes
// nothing else, whatever the value.
func TestConstantColumn(t *testing.T) {
	forProblems(t, func(t *testing.T, r *rand.Rand, p *problem, cfg Config) {
		a, ra := mustFit(t, p.dataset(t, columns), cfg)
		for _, v := range []float64{0, 1, -3.7, 1e300, 5e-324} {
			ds := p.dataset(t, columns)
			ds.Columns = slices.Insert(ds.Columns, 1, dataset.Column{Name: "same", Width: 1, Float64s: slices.Repeat([]float64{v}, len(p.x))})
			m, rep := mustFit(t, ds, cfg)
			c := m.Coefficients()
			if at := slices.Index(c.Features, "same"); slices.ContainsFunc(c.W[at], func(w float64) bool { return w != 0 }) {
				t.Errorf("the constant %v has coefficients %v", v, c.W[at])
			}
			// The tolerance of these fits is out of floating point's reach.
			rep.Warnings = slices.DeleteFunc(rep.Warnings, func(w Warning) bool { return w.Kind == "unproved" })
			if len(rep.Warnings) != 1 || rep.Warnings[0].Kind != "constant" || !slices.Equal(rep.Warnings[0].Features, []string{"same"}) {
				t.Errorf("warnings %v", rep.Warnings)
			}
			sameObjective(t, "with a constant", ra, rep, 1e-13)
			x := slices.Insert(slices.Clone(p.x[0]), 1, v+7)
			with, err := m.Probabilities(x)
			if err != nil {
				t.Fatal(err)
			}
			without, _ := a.Probabilities(p.x[0])
			for q := range with {
				if math.Abs(with[q]-without[q]) > 1e-7 {
					t.Errorf("probability %v with a constant, %v without", with[q], without[q])
				}
			}
		}
	})
}

// TestStandardizedUnits: under standardisation the units of a column change
// its coefficient and nothing else, even if its mean is far beyond its spread.
func TestStandardizedUnits(t *testing.T) {
	forProblems(t, func(t *testing.T, r *rand.Rand, p *problem, cfg Config) {
		a, ra := mustFit(t, p.dataset(t, columns), cfg)
		for _, unit := range []struct{ scale, shift, within float64 }{{1e-6, 0, 1e-7}, {1000, -5, 1e-7}, {1, 1e6, 1e-6}, {-1, 0, 1e-7}, {1e200, 0, 1e-7}, {1e-200, 0, 1e-7}} {
			q := p.pick(nil)
			q.y, q.w = p.y, p.w
			for _, row := range p.x {
				row = slices.Clone(row)
				row[0] = row[0]*unit.scale + unit.shift
				q.x = append(q.x, row)
			}
			b, rb := mustFit(t, q.dataset(t, columns), cfg)
			sameObjective(t, fmt.Sprintf("%+v", unit), ra, rb, 1e-8)
			for i := range p.x {
				pa, _ := a.Probabilities(p.x[i])
				pb, err := b.Probabilities(q.x[i])
				if err != nil {
					t.Fatal(err)
				}
				for k := range pa {
					if !(math.Abs(pa[k]-pb[k]) <= unit.within) {
						t.Fatalf("%+v: probability %v, want %v", unit, pb[k], pa[k])
					}
				}
			}
			if want := a.Coefficients().W[0][0] / unit.scale; !(math.Abs(b.Coefficients().W[0][0]-want) <= 1e-5*math.Abs(want)) {
				t.Errorf("%+v: coefficient %v, want %v", unit, b.Coefficients().W[0][0], want)
			}
		}
	})
}

// TestLogitShift: a constant added to all logits changes no probability.
func TestLogitShift(t *testing.T) {
	forProblems(t, func(t *testing.T, r *rand.Rand, p *problem, cfg Config) {
		cfg.Tol = 0
		m, _ := mustFit(t, p.dataset(t, block64), cfg)
		for _, c := range []float64{1, -30, 1e3} {
			shifted := *m
			shifted.b = slices.Clone(m.b)
			for q := range shifted.b {
				shifted.b[q] += c
			}
			for _, x := range p.x {
				a, _ := m.Probabilities(x)
				b, _ := shifted.Probabilities(x)
				ka, _ := m.Predict(x)
				kb, _ := shifted.Predict(x)
				for q := range a {
					if !(math.Abs(a[q]-b[q]) <= 1e-15*(10+math.Abs(c))) || ka != kb {
						t.Fatalf("logits + %v: %v became %v", c, a, b)
					}
				}
			}
		}
	})
}

// TestBinary: two classes are binary logistic regression on the difference of
// their coefficients v = w_1 - w_2, with the penalty (lambda/4) ||v||^2.
func TestBinary(t *testing.T) {
	for seed := range 20 {
		r := rand.New(rand.NewPCG(uint64(seed), 5))
		p := recipe{n: 50, d: 1 + r.IntN(5), k: 2, weights: seed%2 == 0, bytes: seed%3 == 0, separable: seed%5 == 0}.problem(r)
		cfg := tight
		cfg.Solver = []Solver{Newton, LBFGS}[seed/2%2]
		ds := p.dataset(t, block64)
		ref := p.reference(t, ds, cfg)
		v, f := binary(ref)
		m, rep := mustFit(t, ds, cfg)
		if !(math.Abs(rep.Objective-f) <= 1e-12*f) {
			t.Errorf("seed %d: objective %.15g, binary %.15g", seed, rep.Objective, f)
		}
		theta := m.theta()
		for j := range v {
			if got := theta[2*j] - theta[2*j+1]; !(math.Abs(got-v[j]) <= 1e-6*(1+math.Abs(v[j]))) {
				t.Errorf("seed %d: coefficient %d: %v, binary %v", seed, j, got, v[j])
			}
		}
	}
}

// binary minimises mean log(1 + exp(-s_i (x_i v + c))) + (lambda/4) ||v||^2
// with s = 1 for class 0 and -1 for class 1; v ends with c.
func binary(r *reference) (v []float64, f float64) {
	n := r.d() + 1
	v = make([]float64, n)
	for range 60 {
		g, h := make([]float64, n), make([][]float64, n)
		for j := range h {
			h[j] = make([]float64, n)
		}
		f = 0
		for i := range r.x {
			x, s, z := append(slices.Clone(r.x[i]), 1), 1.0, 0.0
			if r.y[i][1] == 1 {
				s = -1
			}
			for j := range x {
				z += s * x[j] * v[j]
			}
			w := r.weight(i) / r.sum()
			wrong := 1 / (1 + math.Exp(z))
			f += w * (max(0, -z) + math.Log1p(math.Exp(-math.Abs(z))))
			for j := range x {
				g[j] -= w * s * x[j] * wrong
				for l := range x {
					h[j][l] += w * wrong * (1 - wrong) * x[j] * x[l]
				}
			}
		}
		for j := range n - 1 {
			f += r.lambda / 4 * v[j] * v[j]
			g[j] += r.lambda / 2 * v[j]
			h[j][j] += r.lambda / 2
		}
		for j, s := range eliminate(h, g) {
			v[j] -= s
		}
	}
	return v, f
}
