package lab

import (
	"math"
	"testing"
)

var likelihoodOnce = once(runLikelihood)

func TestLikelihood(t *testing.T) {
	r, err := likelihoodOnce()
	if err != nil {
		t.Fatal(err)
	}
	// The joint probability: the product itself is exp(-n l).
	j := r.Joint
	if relative := math.Abs(j.Product/j.MinusNLoss - 1); relative > 1e-12 || j.N != 6000 {
		t.Errorf("%d labels: product %v, -n l %v", j.N, j.Product, j.MinusNLoss)
	}
	if !near(j.SumOfLogs, j.MinusNLoss, 1e-9) || !near(j.MinusNLoss, -float64(j.N)*j.Loss, 1e-9) {
		t.Errorf("sum of logs %v, -n l %v", j.SumOfLogs, j.MinusNLoss)
	}
	// The product is 0 where it falls below half of the smallest number.
	for _, z := range []struct {
		after    int
		smallest float64
	}{{j.Zero64, -1074}, {j.Zero32, -149}} {
		limit := (z.smallest - 1) * math.Log10(2)
		if j.Log10[z.after-1] > limit+1 || j.Log10[z.after-2] < limit-1 {
			t.Errorf("the product is 0 after %d labels, at 10^%v", z.after, j.Log10[z.after-1])
		}
	}
	// Cross-entropy is entropy plus divergence.
	split := map[string]Split{}
	for _, s := range r.Splits {
		split[s.Labels] = s
		if !near(s.CrossEntropy, s.Entropy+s.Divergence, 1e-12) {
			t.Errorf("%+v", s)
		}
	}
	smooth := -(1-smoothing+smoothing/10)*math.Log(1-smoothing+smoothing/10) - 9*smoothing/10*math.Log(smoothing/10)
	if split["hard"].Entropy != 0 || !near(split["smoothed"].Entropy, smooth, 1e-12) || split["annotators"].Entropy < 0.1 {
		t.Errorf("entropies of labels: %+v", r.Splits)
	}
	// Grouping changes the reading, not the loss nor the model.
	if !near(split["single"].CrossEntropy, split["grouped"].CrossEntropy, 1e-10) || r.CoefficientShift > 1e-6 || split["grouped"].Divergence > 0.05 {
		t.Errorf("single %+v, grouped %+v, coefficients differ by %v", split["single"], split["grouped"], r.CoefficientShift)
	}
	// Each fit is stationary for its function only.
	ml, mode := r.Posterior[0], r.Posterior[1]
	if ml.LikelihoodSlope > 1e-5 || ml.PosteriorSlope < 1 || mode.PosteriorSlope > 1e-5 || mode.LikelihoodSlope < 1 {
		t.Errorf("slopes at lambda = 0: %+v, at 1/n: %+v", ml, mode)
	}

	var golden struct {
		Grouped   Split
		Posterior []PosteriorPoint
	}
	readGolden(t, "likelihood", &golden)
	g := split["grouped"]
	if !near(g.CrossEntropy, golden.Grouped.CrossEntropy, 1e-7) || !near(g.Entropy, golden.Grouped.Entropy, 1e-12) {
		t.Errorf("%+v, by scipy %+v", g, golden.Grouped)
	}
	for i, p := range golden.Posterior {
		if got := r.Posterior[i]; !near(got.LogLikelihood, p.LogLikelihood, 1e-5) || !near(got.MinusNObjective, p.MinusNObjective, 1e-5) {
			t.Errorf("%+v, by scipy %+v", got, p)
		}
	}
	shows(t, "likelihood", r, "0.539384", "0.014077", "-147.47", "10^-1542")
}
