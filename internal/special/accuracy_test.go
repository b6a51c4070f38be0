package special

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// The bounds of docs/NUMERICS.md in ulps of the result, from these of exp and of
// package math, also measured here.
const (
	expUlps = 1
	logUlps = 1 // Log and Log1p
)

// A meter remembers the largest error seen of each function.
type meter struct {
	names []string
	worst map[string]*peak
}

type peak struct{ ulps, bound, ratio float64 } // bound: where ulps was seen; ratio: the largest error/bound

// check fails the test if got is further from want than bound units, to which
// underflow may add a smallest denormal for each of the row's terms.
func (m *meter) check(t *testing.T, name string, got float64, want *big.Float, unit, bound float64, terms int, arg any) {
	t.Helper()
	e := ulpsBetween(got, want, unit)
	tolerance := bound + float64(terms)*0x1p-1074/unit
	if !(e <= tolerance) {
		t.Errorf("%s(%v) = %g, want %.20g: off by %.3g ulp, bound %.3g", name, arg, got, want, e, tolerance)
	}
	if m.worst == nil {
		m.worst = map[string]*peak{}
	}
	p := m.worst[name]
	if p == nil {
		p = &peak{}
		m.worst[name] = p
		m.names = append(m.names, name)
	}
	if e > p.ulps {
		p.ulps, p.bound = e, tolerance
	}
	p.ratio = max(p.ratio, e/tolerance)
}

func (m *meter) log(t *testing.T) {
	for _, name := range m.names {
		p := m.worst[name]
		t.Logf("%-18s max %8.2f ulp (bound there %8.2f)  max error/bound %.2f", name, p.ulps, p.bound, p.ratio)
	}
}

// checkRow holds every function of the finite row z (or with entries of -Inf) to
// its bound. In units of u = 2^-53 a relative error of c is at most c ulp.
func checkRow(t *testing.T, m *meter, z, q []float64) {
	t.Helper()
	exact, n, K := exactly(z), len(z), float64(len(z))
	a := Argmax(z)

	// far: the mean of |z_k - m| over all but the maximum, weights exp(z_k - m).
	var s, far float64
	for k, x := range z {
		if e := math.Exp(x - z[a]); k != a && e > 0 {
			s += e
			far += e * (z[a] - x)
		}
	}
	logTerms := K - 2 + 2*expUlps + 2*logUlps + 1 // sum, exp, log1p, last addition
	if s > 0 {
		logTerms += far / s
	}
	lseError := K - 2 + 2*expUlps // of log1p(s) by that of s, but for the mean distance
	lseError = lseError*s/(1+s) + far/(1+s) + 2*logUlps*math.Log1p(s)

	p, l := make([]float64, n), make([]float64, n)
	Softmax(p, z)
	LogSoftmax(l, z)
	for j := range z {
		bound := K - 1 + 2*expUlps + (2*expUlps*s+far)/(1+s) + 1
		if e := z[a] - z[j]; e < 800 {
			bound += e
		}
		want := exact.softmax(j)
		m.check(t, "Softmax", p[j], want, ulp(want), bound, n, z)
	}
	lse := exact.logSumExp(a)
	size := math.Max(math.Abs(LogSumExp(z)), 0x1p-1022)
	for _, x := range z {
		if !math.IsInf(x, 0) {
			size = math.Max(size, math.Abs(x))
		}
	}
	v, _ := lse.Float64()
	unit := ulp(toF(size))
	m.check(t, "LogSumExp", LogSumExp(z), lse, unit, (math.Abs(v)+lseError)*0x1p-53/unit, n, z)

	for _, j := range []int{a, 0, n / 2, n - 1} {
		if math.IsInf(z[j], -1) {
			if c := CrossEntropy(z, j); !math.IsInf(c, 1) {
				t.Errorf("CrossEntropy(%v, %d) = %g, want +Inf", z, j, c)
			}
			continue
		}
		want := exact.crossEntropy(j)
		m.check(t, "CrossEntropy", CrossEntropy(z, j), want, ulp(want), logTerms, n, z)
		m.check(t, "LogSoftmax", l[j], newF().Neg(want), ulp(want), logTerms, n, z)
	}
	want, present := newF(), 0
	for k, x := range q {
		if x != 0 {
			want.Add(want, mul(toF(x), exact.crossEntropy(k)))
			present++
		}
	}
	m.check(t, "CrossEntropyDist", CrossEntropyDist(z, q), want, ulp(want), logTerms+float64(present), n+present, z)
}

// targets gives weights of no particular sum to at most five classes with a
// finite logit.
func targets(r *rand.Rand, z []float64) []float64 {
	q := make([]float64, len(z))
	for range r.IntN(6) {
		if k := r.IntN(len(z)); !math.IsInf(z[k], 0) {
			q[k] = 2 * r.Float64()
		}
	}
	return q
}

func TestAccuracyRandomRows(t *testing.T) {
	for _, K := range []int{2, 10, 100, 1000} {
		for _, scale := range []float64{1e-3, 1, 30, 1e4} {
			t.Run(fmt.Sprintf("K=%d/scale=%g", K, scale), func(t *testing.T) {
				var m meter
				r := rand.New(rand.NewPCG(uint64(K), math.Float64bits(scale)))
				distinct := map[float64]bool{}
				for range max(1000/K, 3) {
					z := make([]float64, K)
					for k := range z {
						z[k] = scale * (2*r.Float64() - 1)
						distinct[z[k]] = true
					}
					checkRow(t, &m, z, targets(r, z))
				}
				if len(distinct) < 1000 {
					t.Errorf("%d distinct logits; the generator does not vary", len(distinct))
				}
				m.log(t)
			})
		}
	}
}

func TestAccuracyAdversarialRows(t *testing.T) {
	inf, log2 := math.Inf(1), math.Ln2
	repeat := func(n int, z ...float64) (out []float64) {
		for range n {
			out = append(out, z...)
		}
		return out
	}
	steps := func(n int, from, by float64) (out []float64) {
		for i := range n {
			out = append(out, from+by*float64(i))
		}
		return out
	}
	groups := []struct {
		name string
		rows [][]float64
	}{
		{"one", [][]float64{{0}, {-0.1}, {1e4}, {5e-324}}},
		{"equal", [][]float64{repeat(2, 0), repeat(3, 0.1), repeat(1000, -1e4), repeat(7, 1e300), repeat(5, 5e-324)}},
		{"nearly", [][]float64{{1, math.Nextafter(1, 2)}, {1e4, math.Nextafter(1e4, 0), 1e4}, {5e-324, 0, -5e-324}}},
		{"one huge", [][]float64{{0, 1e4, 0.1}, append(repeat(999, 0.1), 1e4), {-1e4, 1e4}, {1, 1e300}}},
		{"one small", [][]float64{{0.1, -1e4, 0.3}, {-1e300, 2, 2.5}}},
		{"confident", [][]float64{{36.5, 0.1}, {37.5, 0.1, 0.2}, {0, 100.3, 7}, {700.1, 0.2}, append(repeat(99, -300.7), 0.01)}},
		{"745 apart", [][]float64{{0, -744.5}, {0.1, -745}, {0, -745.13}, {0, -745.14}, {1e3, 254.9}, append(steps(200, -760, 0.5), 0)}},
		{"708 apart", [][]float64{{0, -708.1}, append(steps(400, -709, 0.01), 0), append(repeat(400, -710.3), 0)}},
		{"denormals", [][]float64{steps(9, -2e-323, 5e-324), {1e-310, -1e-310}, {0x1p-1022, 0, -5e-324}}},
		{"lse near 0", [][]float64{{-log2, -log2}, {-log2, math.Nextafter(-log2, 0)}, repeat(10, -math.Log(10)), repeat(1000, -math.Log(1000)), {-5e-5, -9.9}, {-1e-17, -39}}},
		{"+-1e4", [][]float64{repeat(50, 1e4, -1e4), {1e4, -1e4, 0}, {-1e4, -1e4 + 1, -1e4 - 1}}},
		{"minus inf", [][]float64{{-inf, 0}, {-inf, 3.3, -inf, 3.1}, {-1e4, -inf}}},
	}
	var m meter
	r := rand.New(rand.NewPCG(3, 4))
	tiny, denormal := false, false
	for _, g := range groups {
		for _, z := range g.rows {
			checkRow(t, &m, z, targets(r, z))
			if a := Argmax(z); len(z) > 1 && a >= 0 {
				c := CrossEntropy(z, a)
				tiny, denormal = tiny || c > 0 && c < 1e-300, denormal || c > 0 && c < 0x1p-1022
			}
		}
		if t.Failed() {
			t.Fatalf("in rows %q", g.name)
		}
	}
	if !tiny || !denormal {
		t.Error("no row reaches a loss below 1e-300, or a denormal one")
	}
	m.log(t)
}

func TestAccuracyEntropy(t *testing.T) {
	var m meter
	r := rand.New(rand.NewPCG(5, 6))
	for _, K := range []int{2, 10, 100} {
		for range 300 / K {
			z, q := make([]float64, K), make([]float64, K)
			for k := range z {
				z[k] = 10 * r.NormFloat64()
			}
			Softmax(q, z)
			want := newF()
			for _, x := range q {
				want.Sub(want, mul(toF(x), exactLog1p(sub(toF(x), toF(1)))))
			}
			m.check(t, "Entropy", Entropy(q), want, ulp(want), 2*logUlps+float64(K), K, q)
		}
	}
	m.log(t)
}

func TestAccuracySigmoid(t *testing.T) {
	var m meter
	r := rand.New(rand.NewPCG(7, 8))
	one := toF(1)
	zs := []float64{0, 5e-324, -5e-324, 1e-17, 36.8, -36.8, 708.5, -708.5, 744.9, -744.9, 800, -800, 1e4, -1e4}
	for i := range 2000 {
		zs = append(zs, math.Pow(10, float64(i%8)-3)*(2*r.Float64()-1))
	}
	for _, z := range zs {
		e, minus := exactExp(toF(z)), exactExp(toF(-z))
		p := quo(e, add(one, e))
		loss1, loss0 := exactLog1p(minus), exactLog1p(e) // of the targets 1 and 0
		if e.Sign() == 0 {
			loss1 = toF(-z)
		}
		if minus.Sign() == 0 {
			p, loss0 = one, toF(z)
		}
		m.check(t, "Sigmoid", Sigmoid(z), p, ulp(p), 2*expUlps+2, 2, z)
		m.check(t, "Softplus", Softplus(z), loss0, ulp(loss0), 2*expUlps+2*logUlps+1, 1, z)
		for _, y := range []float64{0, 1, r.Float64(), 1e-20} {
			want := add(mul(toF(y), loss1), mul(sub(one, toF(y)), loss0))
			m.check(t, "BinaryCrossEntropy", BinaryCrossEntropy(z, y), want, ulp(want), 2*expUlps+2*logUlps+1, 2, z)
		}
	}
	m.log(t)
}

// TestAccuracyMath measures what the bounds rest on.
func TestAccuracyMath(t *testing.T) {
	var m meter
	r := rand.New(rand.NewPCG(9, 10))
	for range 5000 {
		d := -745 * r.Float64()
		if r.IntN(2) == 0 {
			d /= 745
		}
		want := exactExp(toF(d))
		m.check(t, "exp", exp(d), want, ulp(want), expUlps, 1, d)
		x := r.ExpFloat64() * math.Exp(d)
		want = exactLog1p(toF(x))
		m.check(t, "math.Log1p", math.Log1p(x), want, ulp(want), logUlps, 0, x)
		x = math.Exp(-r.Float64() * r.Float64() * 30)
		want = exactLog1p(sub(toF(x), toF(1)))
		m.check(t, "math.Log", math.Log(x), want, ulp(want), logUlps, 0, x)
	}
	m.log(t)
}
