package softmax_test

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"

	"example.com/softmax"
	"example.com/softmax/dataset"
	"example.com/softmax/dataset/csv"
	"example.com/softmax/dataset/source"
)

// readData reads a file below $SOFTMAX_DATA.
func readData(t testing.TB, path string) *dataset.Dataset {
	t.Helper()
	root := os.Getenv("SOFTMAX_DATA")
	if root == "" {
		t.Skip("SOFTMAX_DATA, the folder of data sets, is not set")
	}
	s, err := source.Open(filepath.Join(root, path))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ds, err := csv.Read(s, csv.Options{Name: path})
	if err != nil {
		t.Fatal(err)
	}
	return ds
}

// TestMultiLabelMatchesOneVsRest compares with scikit-learn's logistic
// regression of each label by itself: internal/refdata/multilabel.py.
func TestMultiLabelMatchesOneVsRest(t *testing.T) {
	b, err := os.ReadFile("internal/refdata/multilabel.json")
	if err != nil {
		t.Fatal(err)
	}
	var golden struct {
		Sets map[string]map[string][]float64
	}
	if err := json.Unmarshal(b, &golden); err != nil {
		t.Fatal(err)
	}
	for name, labels := range golden.Sets {
		t.Run(name, func(t *testing.T) {
			train, test := readData(t, name+"/train.csv.gz"), readData(t, name+"/test.csv.gz")
			model, report, err := softmax.Fit(context.Background(), train, softmax.Config{C: 1, Tol: 1e-10})
			if err != nil {
				t.Fatal(err)
			}
			if report.LossFunction != softmax.Sigmoids || len(model.Classes()) != len(labels) {
				t.Fatalf("loss %s, classes %v", report.LossFunction, model.Classes())
			}
			bound, err := model.Bind(test)
			if err != nil {
				t.Fatal(err)
			}
			p, k := bound.Predict(0, bound.Rows()), len(labels)
			worst := 0.0
			for q, class := range model.Classes() {
				for i, want := range labels[class] {
					worst = max(worst, math.Abs(p.Probabilities[i*k+q]-want))
				}
			}
			t.Logf("largest difference of a probability: %.1e", worst)
			if !(worst <= 1e-5) {
				t.Errorf("largest difference of a probability is %g", worst)
			}
		})
	}
}
