package metrics

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// problem is a random evaluation: n rows of K logits.
type problem struct {
	K      int
	truth  []int32
	logits []float64
	w      []float64
}

func randomProblem(r *rand.Rand, n, K int) problem {
	p := problem{K: K}
	for range n {
		p.truth = append(p.truth, int32(r.IntN(K+1)-1))
		p.w = append(p.w, r.ExpFloat64())
		for range K {
			p.logits = append(p.logits, math.Round(4*r.NormFloat64())/2) // with ties
		}
	}
	return p
}

func (p problem) row(i int) []float64 { return p.logits[i*p.K : (i+1)*p.K] }

// pick returns the problem made of the given rows.
func (p problem) pick(rows []int) problem {
	q := problem{K: p.K}
	for _, i := range rows {
		q.truth = append(q.truth, p.truth[i])
		q.w = append(q.w, p.w[i])
		q.logits = append(q.logits, p.row(i)...)
	}
	return q
}

func (p problem) score(batch int) Score {
	e := NewEvaluator(p.K, 1, 2, 3)
	for i := 0; i < len(p.truth); i += batch {
		end := min(i+batch, len(p.truth))
		e.Add(p.truth[i:end], p.logits[i*p.K:end*p.K], p.w[i:end])
	}
	return e.Score()
}

// numbers lists all a Score says but the confusion, named.
func numbers(s Score) map[string]float64 {
	m := map[string]float64{
		"accuracy": s.Accuracy, "accuracy error": s.AccuracyError, "log-loss": s.LogLoss,
		"log-loss error": s.LogLossError, "log-likelihood": s.LogLikelihood,
	}
	for k, v := range s.TopK {
		m[fmt.Sprint("top ", k)] = v
	}
	for name, a := range map[string]ClassScore{"macro ": s.Confusion.Macro(), "micro ": s.Confusion.Micro(), "weighted ": s.Confusion.Weighted()} {
		m[name+"precision"], m[name+"recall"], m[name+"F1"], m[name+"support"] = a.Precision, a.Recall, a.F1, a.Support
	}
	return m
}

func sameScores(t *testing.T, what string, got, want Score, tol float64) {
	t.Helper()
	g := numbers(got)
	for name, v := range numbers(want) {
		if !same(g[name], v) && !(math.Abs(g[name]-v) <= tol*max(1, math.Abs(v))) {
			t.Errorf("%s: %s = %.17g, want %.17g", what, name, g[name], v)
		}
	}
}

func TestProperties(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, size := range []struct{ n, K int }{{1, 2}, {50, 2}, {200, 5}, {3000, 12}} {
		p := randomProblem(r, size.n, size.K)
		n := len(p.truth)
		want := p.score(n)

		sameScores(t, "one by one", p.score(1), want, 0)
		sameScores(t, "batches of 7", p.score(7), want, 0)
		sameScores(t, "permuted rows", p.pick(r.Perm(n)).score(64), want, 1e-15)

		// Whole weights, and the rows as often as their weight says.
		whole, repeated := p.pick(r.Perm(n)), []int{}
		for i := range n {
			times := r.IntN(4)
			whole.w[i] = float64(times)
			repeated = append(repeated, slices.Repeat([]int{i}, times)...)
		}
		ones := whole.pick(repeated)
		for i := range ones.w {
			ones.w[i] = 1
		}
		sameScores(t, "weight 2 and row twice", whole.score(n), ones.score(n), 1e-15)
		if got, want := LogLoss(ones.truth, ones.logits, p.K, nil), LogLoss(ones.truth, ones.logits, p.K, ones.w); !same(got, want) {
			t.Errorf("LogLoss of no weights = %v, of weights 1 %v", got, want)
		}

		// The classes renamed by a permutation. Ties are broken by the order
		// of the classes, so they must not be there.
		q := p.pick(r.Perm(n))
		for i := range q.logits {
			q.logits[i] += r.Float64() / 4
		}
		perm, renamed := r.Perm(p.K), q.pick(identity(n))
		for i := range n {
			if q.truth[i] >= 0 {
				renamed.truth[i] = int32(perm[q.truth[i]])
			}
			for k, v := range q.row(i) {
				renamed.row(i)[perm[k]] = v
			}
		}
		got, base := renamed.score(n), q.score(n)
		sameScores(t, "permuted classes", got, base, 1e-14)
		for k, s := range base.Confusion.PerClass() {
			nearScore(t, "permuted class", got.Confusion.PerClass()[perm[k]], [3]float64{s.Precision, s.Recall, s.F1})
		}

		// The functions say what the Evaluator says.
		pred := make([]int32, n)
		for i := range pred {
			pred[i] = argmax(p.row(i))
		}
		for name, pair := range map[string][2]float64{
			"Accuracy":           {Accuracy(p.truth, pred, p.w), want.Accuracy},
			"LogLoss":            {LogLoss(p.truth, p.logits, p.K, p.w), want.LogLoss},
			"LogLikelihood":      {LogLikelihood(p.truth, p.logits, p.K, p.w), want.LogLikelihood},
			"TopK 2":             {TopK(p.truth, p.logits, p.K, 2, p.w), want.TopK[2]},
			"Confusion.Accuracy": {want.Confusion.Accuracy(), want.Accuracy},
		} {
			if !same(pair[0], pair[1]) && math.Abs(pair[0]-pair[1]) > 1e-15*math.Abs(pair[1]) {
				t.Errorf("%s = %v, Evaluator says %v", name, pair[0], pair[1])
			}
		}
	}
}

func identity(n int) []int {
	rows := make([]int, n)
	for i := range rows {
		rows[i] = i
	}
	return rows
}

// A sum that plain addition gets wrong in the 8th digit.
func TestSumIsCompensated(t *testing.T) {
	var forward, backward sum
	const n = 1_000_000
	for i := range n {
		forward.add(1 / float64(i+1))
		backward.add(1 / float64(n-i))
	}
	if forward.value() != backward.value() {
		t.Errorf("harmonic sum: %.17g forward, %.17g backward", forward.value(), backward.value())
	}
	var cancels sum
	for _, x := range []float64{1, 1e100, 1, -1e100} {
		cancels.add(x)
	}
	if got := cancels.value(); got != 2 {
		t.Errorf("1 + 1e100 + 1 - 1e100 = %v, want 2", got)
	}
}
