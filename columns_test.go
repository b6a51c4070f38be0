package softmax_test

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"example.com/softmax"
	"example.com/softmax/dataset"
	"example.com/softmax/dataset/csv"
	"example.com/softmax/dataset/sample"
	"example.com/softmax/dataset/source"
)

// TestMatchesPipeline: columns as they come, with missing values, rare and
// unseen levels, give the probabilities of a scikit-learn pipeline that treats
// them alike: internal/refdata/columns.py.
func TestMatchesPipeline(t *testing.T) {
	var want struct {
		Sets []struct {
			Name          string
			Fold          int
			Numeric       []string
			Classes       []string
			Accuracy      float64
			Step          int
			Probabilities [][]float64
		}
	}
	golden(t, "columns.json", &want)
	for _, c := range want.Sets {
		t.Run(fmt.Sprintf("%s/fold=%d", c.Name, c.Fold), func(t *testing.T) {
			var ds *dataset.Dataset
			if c.Name == "penguins" {
				var err error
				if ds, err = sample.Penguins(); err != nil {
					t.Fatal(err)
				}
			} else {
				ds = readData(t, c.Name+"/"+c.Name+".csv.gz")
			}
			var train, test []int
			for i := range ds.Rows() {
				if i%5 == c.Fold {
					test = append(test, i)
				} else {
					train = append(train, i)
				}
			}
			m, _, err := softmax.Fit(context.Background(), ds.Subset(train), softmax.Config{C: 1, Tol: 1e-12})
			if err != nil {
				t.Fatal(err)
			}
			var numeric []string
			for _, in := range m.Inputs() {
				if in.Kind == dataset.Numeric {
					numeric = append(numeric, in.Name)
				}
			}
			if !slices.Equal(numeric, c.Numeric) || !slices.Equal(m.Classes(), c.Classes) {
				t.Fatalf("numeric columns %q, classes %q; want %q, %q", numeric, m.Classes(), c.Numeric, c.Classes)
			}
			b, err := m.Bind(ds.Subset(test))
			if err != nil {
				t.Fatal(err)
			}
			score, err := b.Score()
			if err != nil || math.Abs(score.Accuracy-c.Accuracy) > 1e-12 {
				t.Errorf("accuracy %v, want %v (%v)", score.Accuracy, c.Accuracy, err)
			}
			p, k, worst := b.Predict(0, b.Rows()), len(c.Classes), 0.0
			for i, row := range c.Probabilities {
				for q, want := range row {
					worst = max(worst, math.Abs(p.Probabilities[i*c.Step*k+q]-want))
				}
			}
			if !(worst <= 1e-5) {
				t.Errorf("a probability is %g away", worst)
			}
			t.Logf("largest difference of a probability: %.2g", worst)
		})
	}
}

// TestAccuracy: real data as it comes scores what is expected of it.
func TestAccuracy(t *testing.T) {
	for _, c := range []struct {
		name   string
		opt    csv.Options
		lambda float64
		least  float64
	}{
		{"adult/%s.csv.gz", csv.Options{}, 0, 0.85},
		// The second column gives the class away.
		{"trec/%s.tsv.gz", csv.Options{TSV: true, Delimiter: '\t', Drop: []string{"column 2"}}, 1.0 / (10 * 5452), 0.88},
	} {
		t.Run(c.name, func(t *testing.T) {
			root := os.Getenv("SOFTMAX_DATA")
			if root == "" {
				t.Skip("SOFTMAX_DATA, the folder of data sets, is not set")
			}
			read := func(part string) *dataset.Dataset {
				s, err := source.Open(filepath.Join(root, fmt.Sprintf(c.name, part)))
				if err != nil {
					t.Fatal(err)
				}
				defer s.Close()
				ds, err := csv.Read(s, c.opt)
				if err != nil {
					t.Fatal(err)
				}
				return ds
			}
			m, _, err := softmax.Fit(context.Background(), read("train"), softmax.Config{L2: c.lambda})
			if err != nil {
				t.Fatal(err)
			}
			b, err := m.Bind(read("test"))
			if err != nil {
				t.Fatal(err)
			}
			if score, err := b.Score(); err != nil || score.Accuracy < c.least || score.Incomplete > 0 {
				t.Errorf("accuracy %v, want %v; %+v, %v", score.Accuracy, c.least, score.Gaps, err)
			}
		})
	}
}
