package softmax

import (
	"context"
	"errors"
	"math"
	"testing"

	"example.com/softmax/dataset"
)

// imbalanced makes rows of three classes of very different frequency.
func imbalanced(t *testing.T) *dataset.Dataset {
	ds := recipe{n: 600, d: 3, k: 3, bytes: true, weights: true, imbalanced: true}.problem(newRand(21)).dataset(t, block8)
	for i := range ds.Weights {
		ds.Weights[i] += 0.5
	}
	return ds
}

// TestClassWeights: they are a factor of the rows' weights in the loss, so
// without preprocessing the fit is that of rows so weighted; balanced ones give
// all classes the same share.
func TestClassWeights(t *testing.T) {
	ds := imbalanced(t)
	cfg := tight
	cfg.Preprocess.Standardize = "off"
	given := map[string]float64{ds.Label.Classes[0]: 3, ds.Label.Classes[2]: 0.25}
	weighted := *ds
	weighted.Weights = make([]float64, ds.Rows())
	shares := make([]float64, 3)
	var sum float64
	for i, k := range ds.Label.Codes {
		weighted.Weights[i] = ds.Weights[i] * []float64{3, 1, 0.25}[k]
		shares[k] += ds.Weights[i]
		sum += ds.Weights[i]
	}
	want, _ := mustFit(t, &weighted, cfg)
	cfg.ClassWeights = given
	got, _ := mustFit(t, ds, cfg)
	same := func(what string, got, want *Model) {
		for i, v := range got.theta() {
			if math.Abs(v-want.theta()[i]) > 1e-7 {
				t.Fatalf("%s: parameter %d is %v, want %v", what, i, v, want.theta()[i])
			}
		}
	}
	same("given", got, want)

	cfg.ClassWeights, cfg.ClassWeight = nil, BalancedClasses
	got, report := mustFit(t, ds, cfg)
	for i, k := range ds.Label.Codes {
		weighted.Weights[i] = ds.Weights[i] * sum / (3 * shares[k])
	}
	cfg.ClassWeight = ""
	want, other := mustFit(t, &weighted, cfg)
	same("balanced", got, want)
	if math.Abs(report.Objective-other.Objective) > 1e-12 {
		t.Errorf("objective %v, want %v", report.Objective, other.Objective)
	}
}

// TestPriorCorrection: without features a corrected model gives the shares of
// the data again; with them the log-odds move by the weights and no more, and
// the mean probability of a class comes near its share.
func TestPriorCorrection(t *testing.T) {
	ds := imbalanced(t)
	plain, _ := mustFit(t, ds, Config{C: 1, ClassWeight: BalancedClasses})
	corrected, _ := mustFit(t, ds, Config{C: 1, ClassWeight: BalancedClasses, PriorCorrection: true})
	shares, sum := make([]float64, 3), 0.0
	for i, k := range ds.Label.Codes {
		shares[k] += ds.Weights[i]
		sum += ds.Weights[i]
	}
	bound, err := corrected.Bind(ds)
	if err != nil {
		t.Fatal(err)
	}
	off := func(m *Model) (worst float64) {
		bound, err = m.Bind(ds)
		if err != nil {
			t.Fatal(err)
		}
		p := bound.Predict(0, ds.Rows()).Probabilities
		for k := range shares {
			var mean float64
			for i := range ds.Rows() {
				mean += ds.Weights[i] * p[3*i+k] / sum
			}
			worst = max(worst, math.Abs(mean-shares[k]/sum))
		}
		return worst
	}
	if a, b := off(corrected), off(plain); a > 0.03 || b < 2*a {
		t.Errorf("mean probabilities are off by %v corrected, %v else", a, b)
	}
	for k := range shares {
		odds := (corrected.b[k] - plain.b[k]) - (corrected.b[0] - plain.b[0])
		if want := math.Log(shares[k] / shares[0]); math.Abs(odds-want) > 1e-12 {
			t.Errorf("class %d: log-odds moved by %v, want %v", k, odds, want)
		}
	}
	for i := range plain.w {
		if plain.w[i] != corrected.w[i] {
			t.Fatal("coefficients changed")
		}
	}
	// Held-out log-loss is honest with the correction, and lower for it.
	_, a := mustFit(t, ds, Config{ClassWeight: BalancedClasses, PriorCorrection: true})
	_, b := mustFit(t, ds, Config{})
	if math.Abs(a.Selection.Chosen().Loss-b.Selection.Chosen().Loss) > 0.1 {
		t.Errorf("held-out log-loss %v corrected, %v without weights", a.Selection.Chosen().Loss, b.Selection.Chosen().Loss)
	}
	for _, cfg := range []Config{{PriorCorrection: true}, {ClassWeight: "even"}, {ClassWeights: map[string]float64{"no such": 2}}, {ClassWeights: map[string]float64{ds.Label.Classes[0]: 0}}} {
		if _, _, err := Fit(context.Background(), ds, cfg); !errors.Is(err, ErrConfig) {
			t.Errorf("%+v: %v", cfg, err)
		}
	}
}
