package softmax

import (
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"example.com/softmax/dataset"
	"example.com/softmax/preprocess"
)

// counts is a dataset of n texts of 40 words, as counts of which most are 0,
// dense and sparse; the columns of mixed are before and after them if wide.
func counts(t testing.TB, n int, wide bool) (dense, sparse *dataset.Dataset) {
	t.Helper()
	const width = 40
	r := rand.New(rand.NewPCG(5, 5))
	full := dataset.Column{Name: "words", Width: width, Float64s: make([]float64, n*width)}
	thin := dataset.Column{Name: "words", Width: width, Sparse: &dataset.Sparse{Starts: []int{0}}}
	labels := make([]string, n)
	for i := range n {
		topic := r.IntN(3)
		labels[i] = fmt.Sprint(topic)
		row := full.Float64s[i*width:][:width]
		for range 12 {
			row[int(width*math.Pow(r.Float64(), 2)+float64(topic*r.IntN(9)))%width]++
		}
		for j, v := range row {
			if v != 0 {
				thin.Sparse.Index, thin.Sparse.Values = append(thin.Sparse.Index, int32(j)), append(thin.Sparse.Values, v)
			}
		}
		thin.Sparse.Starts = append(thin.Sparse.Starts, len(thin.Sparse.Index))
	}
	set := func(words dataset.Column) *dataset.Dataset {
		columns := []dataset.Column{words}
		if wide {
			others := mixed(t, n).Columns
			columns = append(append(slices.Clone(others[:2]), words), others[2:]...)
		}
		ds, err := dataset.New("counts", columns, dataset.NewLabel("topic", labels), nil)
		if err != nil {
			t.Fatal(err)
		}
		return ds
	}
	return set(full), set(thin)
}

// TestSparse: a sparse column is the same numbers stored otherwise. Its model
// has the same coefficients, predicts the same bits for rows stored either way
// and for vectors, and is the same once saved and loaded.
func TestSparse(t *testing.T) {
	for _, wide := range []bool{false, true} {
		for _, mode := range []preprocess.Standardize{preprocess.StandardizeOn, preprocess.StandardizeOff} {
			dense, sparse := counts(t, 150, wide)
			cfg := tight
			cfg.Preprocess.Standardize, cfg.Solver = mode, LBFGS
			want, wantReport := mustFit(t, dense, cfg)
			m, report := mustFit(t, sparse, cfg)
			sameModel(t, "sparse", m, want, 1e-6)
			sameObjective(t, "sparse", report, wantReport, 1e-7) // dense numbers are rounded to float32
			for _, threads := range []int{1, 3} {
				cfg.Threads = threads
				again, _ := mustFit(t, sparse, cfg)
				if a, b := must(m.Fingerprint()), must(again.Fingerprint()); a != b {
					t.Errorf("%d threads give another model", threads)
				}
			}

			a, b := predictAll(t, m, sparse), predictAll(t, m, dense)
			if !slices.Equal(a.Probabilities, b.Probabilities) || !slices.Equal(a.Codes, b.Codes) {
				t.Errorf("rows of the same numbers, stored otherwise, are predicted otherwise")
			}
			binding, err := m.design.Bind(sparse)
			if err != nil {
				t.Fatal(err)
			}
			v, x := m.design.NewVector(), make([]float64, m.design.D())
			for i := range sparse.Rows() {
				binding.Vector(v, i)
				v.Full(x)
				if p := must(m.Probabilities(x)); !slices.Equal(p, a.Probabilities[i*3:][:3]) {
					t.Fatalf("row %d alone: %v, in the batch %v", i, p, a.Probabilities[i*3:][:3])
				}
			}

			path := filepath.Join(t.TempDir(), "m.onnx")
			if err := m.Save(path); err != nil {
				t.Fatal(err)
			}
			loaded := must(Load(path))
			if !slices.Equal(predictAll(t, loaded, sparse).Probabilities, a.Probabilities) {
				t.Errorf("the loaded model predicts otherwise")
			}
		}
	}
}

// TestSparseMissing: a row with a stored NaN is left out of training, and has
// no prediction.
func TestSparseMissing(t *testing.T) {
	_, ds := counts(t, 50, false)
	ds.Columns[0].Sparse.Values[0] = math.NaN()
	m, report := mustFit(t, ds, Config{C: 1})
	if report.Dropped != 1 {
		t.Errorf("%d rows dropped", report.Dropped)
	}
	if p := predictAll(t, m, ds); p.Incomplete != 1 || p.Codes[0] != -1 || p.Codes[1] < 0 {
		t.Errorf("%d incomplete, codes %v", p.Incomplete, p.Codes[:2])
	}
}

func predictAll(t *testing.T, m *Model, ds *dataset.Dataset) *Predictions {
	t.Helper()
	b, err := m.Bind(ds)
	if err != nil {
		t.Fatal(err)
	}
	return b.Predict(0, b.Rows())
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
