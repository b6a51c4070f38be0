package tune_test

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
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
	var want struct{ Lambdas, Letter, Adult []float64 }
	readJSON(t, "testdata/reference.json", &want)
	for name, losses := range map[string][]float64{"letter": want.Letter, "adult": want.Adult} {
		checkCurve(t, name, softmax.Config{Tol: 1e-5}, want.Lambdas, losses)
	}
}

// TestPathsReference: the same with glmnet's for L1 and an elastic net
// (testdata/paths.R).
func TestPathsReference(t *testing.T) {
	var want struct {
		Curves []struct {
			Name            string
			Mix             float64
			Lambdas, Losses []float64
		}
	}
	readJSON(t, "testdata/paths.json", &want)
	for _, c := range want.Curves {
		checkCurve(t, c.Name, softmax.Config{Tol: 1e-5}.WithMix(c.Mix), c.Lambdas, c.Losses)
	}
}

func readJSON(t *testing.T, file string, v any) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, v); err != nil {
		t.Fatal(err)
	}
}

// checkCurve compares a cross-validation of a data set with the losses that
// another program has at the penalties, and what is chosen.
func checkCurve(t *testing.T, name string, cfg softmax.Config, lambdas, losses []float64) {
	t.Helper()
	dir := os.Getenv("SOFTMAX_DATA")
	if dir == "" {
		t.Skip("needs letter, adult and digits8x8 in $SOFTMAX_DATA")
	}
	file := "train.csv.gz"
	if name == "digits8x8" {
		file = "digits8x8.csv.gz"
	}
	f, err := source.Open(filepath.Join(dir, name, file))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	ds, err := csv.Read(f, csv.Options{Label: "label"})
	if err != nil {
		t.Fatal(err)
	}
	r, err := tune.CrossValidate(context.Background(), ds, cfg, tune.Options{Folds: 5, Lambdas: lambdas})
	if err != nil {
		t.Fatal(err)
	}
	best := 0
	for i, loss := range losses {
		if loss < losses[best] {
			best = i
		}
		if got := r.Points[i].Loss; math.Abs(got-loss) > 5e-4*loss {
			t.Errorf("%s, mix %v, lambda %.3g: held-out loss %.6f, want %.6f", name, cfg.Mix, lambdas[i], got, loss)
		}
	}
	if got := r.Chosen(tune.Least).Lambda; got != lambdas[best] {
		t.Errorf("%s, mix %v: chose %v, want %v", name, cfg.Mix, got, lambdas[best])
	}
}
