package train

import (
	"context"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"example.com/softmax/internal/kernel"
	"example.com/softmax/internal/matrix"
	"example.com/softmax/internal/objective"
)

// sparseProblem has nonZeros ones in each of n rows, of d features.
func sparseProblem(n, d, k, nonZeros int) Problem {
	r := rand.New(rand.NewPCG(1, uint64(n)))
	x := &matrix.Matrix{S: &kernel.Sparse{D: d, Starts: []int{0}}, Shift: make([]float64, d), Scale: make([]float64, d)}
	for j := range x.Scale {
		x.Scale[j] = 1
	}
	labels, shares := make([]int32, n), make([]float64, k)
	for i := range n {
		labels[i] = int32(i % k)
		shares[i%k] += 1 / float64(n)
		for q := range nonZeros { // one of a share of the features each, which lean to the class
			width := d / nonZeros
			j := r.IntN(width)
			if q%2 == 0 && width >= k {
				j = j/k*k + int(labels[i])
			}
			x.S.Index = append(x.S.Index, int32(q*width+min(j, width-1)))
		}
		x.S.Starts = append(x.S.Starts, len(x.S.Index))
	}
	return Problem{Problem: objective.Problem{X: x, Loss: objective.CrossEntropy{Labels: labels}, K: k, Penalty: objective.Penalty{Lambda: 1 / float64(n)}}, Shares: shares}
}

// TestMemory: a fit does not allocate more than was estimated, but for what
// little is garbage; also where it has very many classes.
func TestMemory(t *testing.T) {
	for name, p := range map[string]Problem{
		"sparse": sparseProblem(3000, 20000, 10, 20), "dense": random(3000, 200, 30), "many classes": random(400, 16, 1000),
		"Hessian of all rows": random(9000, 60, 8), "of few features": random(9000, 15, 26),
		"sparse, many classes": sparseProblem(300, 4000, 150, 5),
	} {
		for q := range p.Shares {
			p.Shares[q] = max(p.Shares[q], 1e-6) // with so many classes some do not occur
		}
		opt := Options{Threads: 2, Level: kernel.Best(), Tol: 1e-6, MaxIter: 5}
		need := Memory(p, opt)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, err := Run(context.Background(), p, opt); err != nil {
			t.Fatal(err)
		}
		runtime.ReadMemStats(&after)
		took := float64(after.TotalAlloc - before.TotalAlloc)
		t.Logf("%s: estimated %.1f MB, allocated %.1f MB", name, need/1e6, took/1e6)
		if took > 1.25*need {
			t.Errorf("%s: %.1f MB allocated where %.1f were estimated", name, took/1e6, need/1e6)
		}
	}
}

// TestSparseBits: a sparse fit has the same bits for any number of threads, and
// is proved.
func TestSparseBits(t *testing.T) {
	p := sparseProblem(500, gramMost+100, 4, 10)
	var first []float64
	for _, threads := range []int{1, 2, 5} {
		res, err := Run(context.Background(), p, Options{Threads: threads, Level: kernel.Best(), Tol: 1e-6})
		if err != nil {
			t.Fatal(err)
		}
		if res.Solver != SolverNewtonCG || !strings.Contains(res.SolverReason, "dual coordinate ascent") || res.Stop != Converged || !(res.Final.GapBound <= 1e-6*res.Final.Objective) {
			t.Fatalf("%s (%s) %s, bound %g of %g", res.Solver, res.SolverReason, res.Stop, res.Final.GapBound, res.Final.Objective)
		}
		if first == nil {
			first = res.Theta
		}
		for i := range first {
			if first[i] != res.Theta[i] {
				t.Fatalf("%d threads give other bits than one", threads)
			}
		}
	}
	proved, err := Run(context.Background(), p, Options{Threads: 1, Tol: 1e-6})
	if err != nil {
		t.Fatal(err)
	}
	selected, err := Run(context.Background(), p, Options{Threads: 1, Tol: 1e-3, Selection: true})
	if err != nil || selected.Stop != Selection || selected.Final.Objective > 1.002*proved.Final.Objective {
		t.Errorf("for selection %v, %s at %v, optimum %v", err, selected.Stop, selected.Final.Objective, proved.Final.Objective)
	}
}
