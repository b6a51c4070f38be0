package tune_test

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"

	"example.com/softmax"
	"example.com/softmax/dataset/csv"
	"example.com/softmax/dataset/source"
	"example.com/softmax/tune"
)

// TestReference: the penalty chosen on letter and adult is the one that
// scikit-learn's fits of every fold at every penalty choose
// (testdata/reference.py), and the curves agree.
func TestReference(t *testing.T) {
	dir := os.Getenv("SOFTMAX_DATA")
	if dir == "" {
		t.Skip("needs letter and adult in $SOFTMAX_DATA")
	}
	text, err := os.ReadFile("testdata/reference.json")
	if err != nil {
		t.Fatal(err)
	}
	var want struct{ Lambdas, Letter, Adult []float64 }
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	for name, losses := range map[string][]float64{"letter": want.Letter, "adult": want.Adult} {
		f, err := source.Open(filepath.Join(dir, name, "train.csv.gz"))
		if err != nil {
			t.Skip(err)
		}
		defer f.Close()
		ds, err := csv.Read(f, csv.Options{Label: "label"})
		if err != nil {
			t.Fatal(err)
		}
		r, err := tune.CrossValidate(context.Background(), ds, softmax.Config{Tol: 1e-5}, tune.Options{Folds: 5, Lambdas: want.Lambdas})
		if err != nil {
			t.Fatal(err)
		}
		best := 0
		for i, loss := range losses {
			if loss < losses[best] {
				best = i
			}
			if got := r.Points[i].Loss; math.Abs(got-loss) > 5e-4*loss {
				t.Errorf("%s, lambda %.3g: held-out loss %.6f, want %.6f", name, want.Lambdas[i], got, loss)
			}
		}
		if got := r.Chosen(tune.Least).Lambda; got != want.Lambdas[best] {
			t.Errorf("%s: chose %v, want %v", name, got, want.Lambdas[best])
		}
	}
}
