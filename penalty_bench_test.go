package softmax_test

import (
	"context"
	"math"
	"testing"

	"example.com/softmax"
)

// BenchmarkPenalties times fits with penalties that have corners to a proved
// 1e-4; bench/peers/penalty.R is glmnet's time for the same.
func BenchmarkPenalties(b *testing.B) {
	for _, c := range []struct {
		name, path string
		config     softmax.Config
	}{
		{"digits/lasso", "digits8x8/digits8x8.csv.gz", softmax.Config{L1: 0.0099}},
		{"digits/elastic", "digits8x8/digits8x8.csv.gz", softmax.Config{L1: 0.005, L2: 0.005}},
		{"digits/group", "digits8x8/digits8x8.csv.gz", softmax.Config{Group: 0.0076}},
		{"letter/lasso", "letter/train.csv.gz", softmax.Config{L1: 0.0005}},
		{"letter/elastic", "letter/train.csv.gz", softmax.Config{L1: 0.0005, L2: 0.0005}},
		{"letter/group", "letter/train.csv.gz", softmax.Config{Group: 0.0015}},
	} {
		b.Run(c.name, func(b *testing.B) {
			ds := readData(b, c.path)
			for b.Loop() {
				if _, r, err := softmax.Fit(context.Background(), ds, c.config); err != nil || r.Stop != "converged" {
					b.Fatal(r, err)
				}
			}
		})
	}
}

// BenchmarkPenaltyPaths: 100 penalties from the largest down to its 100th
// part, to the default tolerance. bench/peers/penalty.R has glmnet's.
func BenchmarkPenaltyPaths(b *testing.B) {
	for _, c := range []struct {
		name   string
		config softmax.Config
	}{
		{"lasso", softmax.Config{L1: softmax.ChoosePenalty}},
		{"group", softmax.Config{Group: softmax.ChoosePenalty}},
	} {
		b.Run("digits/"+c.name, func(b *testing.B) {
			ds := readData(b, "digits8x8/digits8x8.csv.gz")
			cv, err := softmax.CrossValidate(ds, c.config, ds.Folds(5, 0, nil), nil)
			if err != nil {
				b.Fatal(err)
			}
			largest, _, err := cv.Range(context.Background())
			if err != nil {
				b.Fatal(err)
			}
			lambdas := make([]float64, 100)
			for i := range lambdas {
				lambdas[i] = largest * math.Pow(1e-2, float64(i)/99)
			}
			b.Logf("largest: %v", largest)
			for b.Loop() {
				if _, err := softmax.FitPath(context.Background(), ds, c.config, lambdas); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
