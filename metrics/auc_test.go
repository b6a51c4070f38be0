package metrics

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"runtime"
	"testing"
)

// probabilities of the logits, rounded so that there are ties.
func (p problem) probabilities() []float64 {
	q := make([]float64, len(p.logits))
	Softmax(q, p.logits, p.K)
	for i := range q {
		q[i] = math.Round(50*q[i]) / 50
	}
	return q
}

// areasOf counts pairs and thresholds as the definitions say, class a against
// the classes that others tells.
func areasOf(p problem, scores []float64, a int, others func(int32) bool) (roc, pr float64) {
	var won, pairs, positive float64
	for i, y := range p.truth {
		if int(y) != a || p.w[i] == 0 {
			continue
		}
		positive += p.w[i]
		s := scores[i*p.K+a]
		hit, taken := 0.0, 0.0
		for j, z := range p.truth {
			t := scores[j*p.K+a]
			if int(z) == a && t >= s {
				hit += p.w[j]
				taken += p.w[j]
			}
			if z >= 0 && int(z) != a && others(z) {
				pairs += p.w[i] * p.w[j]
				if t < s {
					won += p.w[i] * p.w[j]
				} else {
					taken += p.w[j]
				}
				if t == s {
					won += p.w[i] * p.w[j] / 2
				}
			}
		}
		pr += p.w[i] * hit / taken
	}
	return won / pairs, pr / positive
}

func TestAreasByDefinition(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, size := range []struct{ n, K int }{{2, 2}, {40, 2}, {150, 5}, {60, 12}} {
		p := randomProblem(r, size.n, size.K)
		for i := range p.w {
			if r.IntN(5) == 0 {
				p.w[i] = 0
			}
		}
		scores := p.probabilities()
		roc, pr := Areas(p.truth, scores, p.K, p.w)
		weight := make([]float64, p.K)
		for i, y := range p.truth {
			if y >= 0 {
				weight[y] += p.w[i]
			}
		}
		var want [2][5]float64 // sums of macro, weighted, pairs, weighted pairs
		var classes, curves, all, pairs, pairWeights float64
		for a := range p.K {
			x, y := areasOf(p, scores, a, func(int32) bool { return true })
			for kind, v := range []struct{ got, want float64 }{{roc.PerClass[a], x}, {pr.PerClass[a], y}} {
				if !same(v.got, v.want) {
					near(t, fmt.Sprintf("n %d: area %d of class %d", size.n, kind, a), v.got, v.want)
				}
				if v.want == v.want {
					want[kind][0] += v.want
					want[kind][1] += v.want * weight[a]
				}
			}
			if y == y {
				curves++
				all += weight[a]
			}
			if weight[a] > 0 {
				classes++
			}
			for b := range p.K {
				if b != a && weight[a] > 0 && weight[b] > 0 {
					x, y := areasOf(p, scores, a, func(z int32) bool { return int(z) == b })
					pairs++
					pairWeights += weight[a] + weight[b]
					want[0][2] += x
					want[1][2] += y
					want[0][3] += x * (weight[a] + weight[b])
					want[1][3] += y * (weight[a] + weight[b])
				}
			}
		}
		for kind, a := range []Area{roc, pr} {
			if classes < 2 {
				continue
			}
			near(t, "macro", a.Macro, want[kind][0]/curves)
			near(t, "weighted", a.Weighted, want[kind][1]/all)
			near(t, "pairs", a.PairMacro, want[kind][2]/pairs)
			near(t, "weighted pairs", a.PairWeighted, want[kind][3]/pairWeights)
		}
	}
}

// Metamorphic: weight 2 and the row twice, weight 0 and no row, rows in any
// order, any number of threads, any increasing function of the scores.
func TestAreasProperties(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	p := randomProblem(r, 500, 7)
	for i := range p.w {
		p.w[i] = float64(r.IntN(3))
	}
	roc, pr := Areas(p.truth, p.probabilities(), p.K, p.w)
	check := func(what string, q problem, scores []float64, w []float64) {
		t.Helper()
		x, y := Areas(q.truth, scores, q.K, w)
		if !reflect.DeepEqual(x, roc) || !reflect.DeepEqual(y, pr) {
			t.Errorf("%s: areas %v %v, want %v %v", what, x, y, roc, pr)
		}
	}
	var rows []int
	for i := range p.w {
		for range int(p.w[i]) {
			rows = append(rows, i)
		}
	}
	repeated := p.pick(rows)
	check("row twice", repeated, repeated.probabilities(), nil)
	permuted := p.pick(r.Perm(len(p.w)))
	check("permuted", permuted, permuted.probabilities(), permuted.w)
	cubed := p.probabilities()
	for i, v := range cubed {
		cubed[i] = v*v*v - 7
	}
	check("cubed", p, cubed, p.w)
	before := runtime.GOMAXPROCS(1)
	check("one thread", p, p.probabilities(), p.w)
	runtime.GOMAXPROCS(5)
	check("five threads", p, p.probabilities(), p.w)
	runtime.GOMAXPROCS(before)

	// A row with a NaN, one of unknown class and one of weight 0 change nothing.
	more := p.pick(identity(len(p.truth)))
	more.truth = append(more.truth, 1, -1, 2)
	more.w = append(more.w, 3, 3, 0)
	scores := append(p.probabilities(), slicesOf(3*p.K)...)
	scores[len(scores)-3*p.K+2] = nan
	check("left out", more, scores, more.w)
	known, unknown := Count(p.truth, p.probabilities(), p.K), Count(more.truth, scores, p.K)
	known.NaN++
	known.Unknown++
	known.Rows++
	if known != unknown {
		t.Errorf("Count = %v, want %v", unknown, known)
	}
}

func slicesOf(n int) []float64 {
	s := make([]float64, n)
	for i := range s {
		s[i] = 1 / float64(i+1)
	}
	return s
}

func TestAreasAtTheEdges(t *testing.T) {
	pairless := func(a Area) Area { a.PairMacro, a.PairWeighted = nan, nan; return a }
	for _, c := range []struct {
		name    string
		truth   []int32
		p       []float64
		K       int
		roc, pr Area
	}{
		{"no rows", nil, nil, 2, pairless(Area{[]float64{nan, nan}, nan, nan, 0, 0}), pairless(Area{[]float64{nan, nan}, nan, nan, 0, 0})},
		{"one class", []int32{1, 1}, []float64{.5, .5, .1, .9}, 2,
			pairless(Area{[]float64{nan, nan}, nan, nan, 0, 0}), pairless(Area{[]float64{nan, 1}, 1, 1, 0, 0})},
		{"constant scores", []int32{0, 1, 1, 1}, []float64{.5, .5, .5, .5, .5, .5, .5, .5}, 2,
			Area{[]float64{.5, .5}, .5, .5, .5, .5}, Area{[]float64{.25, .75}, .5, .625, .5, .5}},
		{"perfect", []int32{0, 1}, []float64{1, 0, 0, 1}, 2, Area{[]float64{1, 1}, 1, 1, 1, 1}, Area{[]float64{1, 1}, 1, 1, 1, 1}},
		{"worst", []int32{0, 1}, []float64{0, 1, 1, 0}, 2, Area{[]float64{0, 0}, 0, 0, 0, 0}, Area{[]float64{.5, .5}, .5, .5, .5, .5}},
		{"absent class", []int32{0, 2}, []float64{1, 0, 0, 0, 0, 1}, 3, Area{[]float64{1, nan, 1}, 1, 1, 1, 1}, Area{[]float64{1, nan, 1}, 1, 1, 1, 1}},
		{"only NaN", []int32{0, 1}, []float64{nan, 0, 0, nan}, 2, pairless(Area{[]float64{nan, nan}, nan, nan, 0, 0}), pairless(Area{[]float64{nan, nan}, nan, nan, 0, 0})},
	} {
		roc, pr := Areas(c.truth, c.p, c.K, nil)
		if fmt.Sprint(roc) != fmt.Sprint(c.roc) || fmt.Sprint(pr) != fmt.Sprint(c.pr) {
			t.Errorf("%s: areas %v %v, want %v %v", c.name, roc, pr, c.roc, c.pr)
		}
	}
}
