package metrics

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strconv"
	"testing"
)

// A golden problem and what scikit-learn says of it; see testdata/golden.py.
type golden struct {
	Name          string
	Classes       int
	Truth, Pred   []int32
	Logits        []float64
	Weights       []float64
	Accuracy      float64
	AccuracyError float64            `json:"accuracy_error"`
	LogLoss       float64            `json:"log_loss"`
	LogLossError  float64            `json:"log_loss_error"`
	LogLikelihood float64            `json:"log_likelihood"`
	TopK          map[string]float64 `json:"top_k"`
	Confusion     [][]float64
	PerClass      [][4]float64 `json:"per_class"`
	Macro         [3]float64
	Micro         [3]float64
	Weighted      [3]float64
}

func readGolden(t *testing.T) []golden {
	t.Helper()
	data, err := os.ReadFile("testdata/golden.json")
	if err != nil {
		t.Fatal(err)
	}
	var problems []golden
	if err := json.Unmarshal(data, &problems); err != nil {
		t.Fatal(err)
	}
	return problems
}

// near fails the test if got is not want to a relative 1e-12.
func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if !(math.Abs(got-want) <= 1e-12*max(1, math.Abs(want))) {
		t.Errorf("%s = %.17g, want %.17g", what, got, want)
	}
}

func nearScore(t *testing.T, what string, got ClassScore, want [3]float64) {
	t.Helper()
	near(t, what+" precision", got.Precision, want[0])
	near(t, what+" recall", got.Recall, want[1])
	near(t, what+" F1", got.F1, want[2])
}

func TestAgainstScikitLearn(t *testing.T) {
	for _, g := range readGolden(t) {
		t.Run(g.Name, func(t *testing.T) {
			near(t, "Accuracy", Accuracy(g.Truth, g.Pred, g.Weights), g.Accuracy)
			near(t, "LogLoss", LogLoss(g.Truth, g.Logits, g.Classes, g.Weights), g.LogLoss)
			near(t, "LogLikelihood", LogLikelihood(g.Truth, g.Logits, g.Classes, g.Weights), g.LogLikelihood)

			var ks []int
			for name, want := range g.TopK {
				k, err := strconv.Atoi(name)
				if err != nil {
					t.Fatal(err)
				}
				ks = append(ks, k)
				near(t, "TopK "+name, TopK(g.Truth, g.Logits, g.Classes, k, g.Weights), want)
			}

			e := NewEvaluator(g.Classes, ks...)
			e.Add(g.Truth, g.Logits, g.Weights)
			s := e.Score()
			near(t, "Score.Accuracy", s.Accuracy, g.Accuracy)
			near(t, "Score.AccuracyError", s.AccuracyError, g.AccuracyError)
			near(t, "Score.LogLoss", s.LogLoss, g.LogLoss)
			near(t, "Score.LogLossError", s.LogLossError, g.LogLossError)
			near(t, "Score.LogLikelihood", s.LogLikelihood, g.LogLikelihood)
			for name, want := range g.TopK {
				k, _ := strconv.Atoi(name)
				near(t, "Score.TopK "+name, s.TopK[k], want)
			}

			c := NewConfusion(g.Classes)
			c.Add(g.Truth, g.Pred, g.Weights)
			for i, row := range c.Matrix() {
				for j, count := range row {
					near(t, fmt.Sprintf("Matrix %d %d", i, j), count, g.Confusion[i][j])
					near(t, fmt.Sprintf("Evaluator's Matrix %d %d", i, j), s.Confusion.Matrix()[i][j], g.Confusion[i][j])
				}
			}
			near(t, "Confusion.Accuracy", c.Accuracy(), g.Accuracy)
			for k, score := range c.PerClass() {
				want := g.PerClass[k]
				nearScore(t, fmt.Sprintf("class %d", k), score, [3]float64(want[:3]))
				near(t, "Support", score.Support, want[3])
			}
			nearScore(t, "Macro", c.Macro(), g.Macro)
			nearScore(t, "Micro", c.Micro(), g.Micro)
			nearScore(t, "Weighted", c.Weighted(), g.Weighted)
		})
	}
}
