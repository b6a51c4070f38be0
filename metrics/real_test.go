package metrics

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"testing"
)

// Predictions for a real data set and what scikit-learn says of them; see
// testdata/real.py.
type real struct {
	Name            string
	Classes         int
	Truth           []int32
	Units           string
	Plain, Weighted realScores
}

type realScores struct {
	ROC, PR                          realArea
	Matthews, Kappa, Accuracy, Brier float64
	BalancedAccuracy                 float64 `json:"balanced_accuracy"`
	LogLoss                          float64 `json:"log_loss"`
	ECE, Temperature                 float64
	TemperatureLogLoss               float64 `json:"temperature_log_loss"`
	Reliability                      [][3]float64
	ClassReliability                 [][3]float64 `json:"class_reliability"`
}

type realArea struct {
	PerClass     []float64 `json:"per_class"`
	Macro        float64
	Weighted     float64
	PairMacro    float64 `json:"pair_macro"`
	PairWeighted float64 `json:"pair_weighted"`
}

func (r real) probabilities(t *testing.T) []float64 {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString(r.Units)
	if err != nil || len(b) != 2*len(r.Truth)*r.Classes {
		t.Fatalf("%s: %d bytes of probabilities, error %v", r.Name, len(b), err)
	}
	p := make([]float64, len(b)/2)
	for i := range p {
		p[i] = float64(binary.LittleEndian.Uint16(b[2*i:])) / 10000
	}
	return p
}

func readReal(t *testing.T) (sets []real) {
	t.Helper()
	data, err := os.ReadFile("testdata/real.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &sets); err != nil {
		t.Fatal(err)
	}
	if len(sets) != 5 {
		t.Fatalf("%d data sets", len(sets))
	}
	return sets
}

func (g realScores) check(t *testing.T, truth []int32, p []float64, K int, w []float64) {
	roc, pr := Areas(truth, p, K, w)
	for name, a := range map[string]struct {
		got  Area
		want realArea
	}{"ROC": {roc, g.ROC}, "PR": {pr, g.PR}} {
		for k, v := range a.got.PerClass {
			near(t, fmt.Sprintf("%s of class %d", name, k), v, a.want.PerClass[k])
		}
		near(t, name+" macro", a.got.Macro, a.want.Macro)
		near(t, name+" weighted", a.got.Weighted, a.want.Weighted)
		near(t, name+" of pairs, macro", a.got.PairMacro, a.want.PairMacro)
		near(t, name+" of pairs, weighted", a.got.PairWeighted, a.want.PairWeighted)
	}
	logits := make([]float64, len(p))
	for i, v := range p {
		logits[i] = math.Log(v)
	}
	e := NewEvaluator(K)
	e.Add(truth, p, w) // p for the argmax: logarithms may make ties, or break them
	c := e.Score().Confusion
	near(t, "MatthewsCorrelation", c.MatthewsCorrelation(), g.Matthews)
	near(t, "CohenKappa", c.CohenKappa(), g.Kappa)
	near(t, "BalancedAccuracy", c.BalancedAccuracy(), g.BalancedAccuracy)
	near(t, "Accuracy", c.Accuracy(), g.Accuracy)
	near(t, "LogLoss", LogLoss(truth, logits, K, w), g.LogLoss)
	near(t, "Brier", Brier(truth, p, K, w), g.Brier)

	bins := Reliability(truth, p, K, 15, w)
	near(t, "ExpectedCalibrationError", ExpectedCalibrationError(bins), g.ECE)
	checkBins(t, "Reliability", bins, g.Reliability)
	checkBins(t, "ClassReliability", ClassReliability(truth, p, K, K-1, 15, w), g.ClassReliability)

	fit, err := FitTemperature(truth, logits, K, w)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "Temperature", fit.T, g.Temperature)
	near(t, "Temperature.LogLoss", fit.LogLoss, g.TemperatureLogLoss)
	near(t, "Temperature.Before", fit.Before, g.LogLoss)
	if fit.Iterations > 12 {
		t.Errorf("FitTemperature took %d iterations", fit.Iterations)
	}
}

// checkBins compares the bins that are not empty with (weight, confidence,
// accuracy).
func checkBins(t *testing.T, what string, got []Bin, want [][3]float64) {
	t.Helper()
	for m, b := range got {
		if b.Weight == 0 {
			continue
		}
		if len(want) == 0 {
			t.Fatalf("%s: too many bins", what)
		}
		near(t, fmt.Sprint(what, " weight ", m), b.Weight, want[0][0])
		near(t, fmt.Sprint(what, " confidence ", m), b.Confidence, want[0][1])
		near(t, fmt.Sprint(what, " accuracy ", m), b.Accuracy, want[0][2])
		if !(b.Confidence >= b.Low && b.Confidence <= b.High) {
			t.Errorf("%s: confidence %v in the bin from %v to %v", what, b.Confidence, b.Low, b.High)
		}
		want = want[1:]
	}
	if len(want) > 0 {
		t.Errorf("%s: %d bins missing", what, len(want))
	}
}

func TestRealDataAgainstScikitLearn(t *testing.T) {
	for _, r := range readReal(t) {
		t.Run(r.Name, func(t *testing.T) {
			p := r.probabilities(t)
			w := make([]float64, len(r.Truth))
			for i := range w {
				w[i] = float64(i*7919%13) / 4
			}
			r.Plain.check(t, r.Truth, p, r.Classes, nil)
			r.Weighted.check(t, r.Truth, p, r.Classes, w)
		})
	}
}
