package lab

import (
	"context"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"example.com/softmax/dataset"
	"example.com/softmax/dataset/sample"
	"example.com/softmax/internal/special"
)

var lossesOnce = once(runLosses)

func TestLosses(t *testing.T) {
	r, err := lossesOnce()
	if err != nil {
		t.Fatal(err)
	}
	// The chapter's numbers.
	first, last := r.Cases[0], r.Cases[2]
	if !near(first.Squared, 0.12, 1e-12) || !near(last.Squared, 0.16, 1e-12) || !near(1-first.Squared/last.Squared, 0.25, 1e-12) {
		t.Errorf("squared losses %v and %v", first.Squared, last.Squared)
	}
	if !near(first.CrossEntropy, 0.5108, 5e-5) || first.CrossEntropy != last.CrossEntropy {
		t.Errorf("cross-entropies %v and %v", first.CrossEntropy, last.CrossEntropy)
	}
	// Both are proper scores, the absolute loss is not.
	for i, want := range [][]float64{r.Expected.Truth, r.Expected.Truth, {1, 0, 0}} {
		if l := r.Expected.Least[i]; vector("%.2f", l.P) != vector("%.2f", want) {
			t.Errorf("%s: least expected loss at %v, want %v", l.Loss, l.P, want)
		}
	}
	// The squared loss lies between the spread and the concentrated rest.
	const k = 10.0
	if r.Test.ShareLow < k/(2*(k-1))-1e-9 || r.Test.ShareHigh > 1+1e-9 || r.Test.ShareLow > 0.6 || r.Test.ShareHigh < 0.9 {
		t.Errorf("squared losses from %v to %v of (1-p)^2", r.Test.ShareLow, r.Test.ShareHigh)
	}
	for i, p := range r.Test.Probability {
		if !near(r.Test.CrossEntropy[i], 1-p, 1e-12) || r.Test.Squared[i] > 2*p*(1-p)*(1-p)+1e-12 {
			t.Fatalf("image %d: p_y = %v, pulls %v and %v", i, p, r.Test.CrossEntropy[i], r.Test.Squared[i])
		}
	}
	// Convex and not.
	if r.Line.ExcessOfCE > 0 || r.Line.Excess < 0.1 {
		t.Errorf("chords are exceeded by %v (cross-entropy) and %v (squared)", r.Line.ExcessOfCE, r.Line.Excess)
	}
	// The textbook's rate is too small for the squared loss, not the loss unfit.
	f := r.Fits
	if f[0].Accuracy-f[1].Accuracy < 0.03 || math.Abs(f[2].Accuracy-f[3].Accuracy) > 0.03 || math.Abs(f[4].Accuracy-f[5].Accuracy) > 0.03 {
		t.Errorf("accuracies %+v", f)
	}

	var golden struct {
		Fits []struct {
			Accuracy, Brier float64
			LogLoss         float64 `json:"log_loss"`
		}
		Pulls []float64 `json:"pulls_at_0.1"`
	}
	readGolden(t, "losses", &golden)
	for i, g := range golden.Fits {
		if !near(f[i].Accuracy, g.Accuracy, 0.03) || !near(f[i].LogLoss, g.LogLoss, 0.02) || !near(f[i].Brier, g.Brier, 0.02) {
			t.Errorf("fit %d is %+v; PyTorch, in other orders of the examples, has %+v", i, f[i], g)
		}
	}
	for _, p := range r.Pulls {
		if p.Probability == 0.1 && (!near(p.CrossEntropy, golden.Pulls[0], 1e-12) || !near(p.Squared, golden.Pulls[1], 1e-12)) {
			t.Errorf("pulls %+v, by automatic differentiation %v", p, golden.Pulls)
		}
	}
	shows(t, "losses", r, "0.12", "0.16", "0.5108", "25 %")
}

// A probability above 1/2 is the largest, however the rest is spread.
func TestMoreThanHalfIsRight(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	seen := 0
	for range 1000 {
		z, p := make([]float64, 5), make([]float64, 5)
		for k := range z {
			z[k] = 2 * random.NormFloat64()
		}
		special.Softmax(p, z)
		for k, v := range p {
			if v > 0.5 {
				seen++
				if special.Argmax(z) != k {
					t.Errorf("p = %v, outputs %v", p, z)
				}
			}
		}
	}
	if seen < 100 {
		t.Errorf("only %d predictions of more than 1/2", seen)
	}
}

func TestExperimentsNeedWhatTheyNeed(t *testing.T) {
	train, err := sample.FashionTrain()
	if err != nil {
		t.Fatal(err)
	}
	soft := annotated(train, 0)
	table, err := dataset.FromRows([][]float64{{1}, {2}}, []string{"a", "b"})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		opt  Options
		want string
	}{
		{"losses", Options{Train: train}, "test data"},
		{"losses", Options{Train: soft, Test: soft}, "one label a row"},
		{"likelihood", Options{Train: soft}, "one label a row"},
		{"logzero", Options{Train: soft, Test: train}, "one label a row"},
		{"logzero", Options{Train: train, Test: soft}, "one label a row"},
		{"several", Options{Train: table, Test: table}, "images"},
		{"several", Options{Train: soft, Test: soft}, "0 and 1"},
	} {
		e, err := Find(c.name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.Run(context.Background(), c.opt); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one about %q", c.name, err, c.want)
		}
	}
	// A context that has ended ends every experiment.
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, name := range []string{"losses", "several", "likelihood", "logzero"} {
		e, err := Find(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.Run(ctx, Options{}); err == nil {
			t.Errorf("%s does not honour its context", name)
		}
	}
}
