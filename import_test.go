package softmax

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"example.com/softmax/dataset"
)

// TestImport: models of other programs give their probabilities, also once they
// are saved as ours: testdata/import/make.py.
func TestImport(t *testing.T) {
	var want struct {
		Rows, Scaled [][]float64
		Models       map[string]struct {
			Classes       []string
			Probabilities [][]float64
		}
	}
	b, err := os.ReadFile("testdata/import/expected.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &want); err != nil {
		t.Fatal(err)
	}
	for name, w := range want.Models {
		f, err := os.Open("testdata/import/" + name)
		if err != nil {
			t.Fatal(err)
		}
		l, err := Import(f)
		f.Close()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		m := must(NewModel(l))
		rows, within := want.Rows, 1e-12
		switch {
		case strings.HasSuffix(name, ".onnx"): // float32 coefficients
			within = 1e-5
		case strings.HasPrefix(name, "liblinear"): // six digits
			rows, within = want.Scaled, 1e-6
		}
		saved := must(Read(bytes.NewReader(encode(t, m))))
		for i, x := range rows {
			p := must(m.Probabilities(x))
			if !slices.Equal(p, must(saved.Probabilities(x))) {
				t.Errorf("%s: saved and read it predicts otherwise", name)
			}
			for q, class := range w.Classes {
				at := slices.Index(m.Classes(), class)
				if at < 0 || !(math.Abs(p[at]-w.Probabilities[i][q]) <= within) {
					t.Errorf("%s, row %d: %v of %q, want %v of %q", name, i, p, m.Classes(), w.Probabilities[i], w.Classes)
					break
				}
			}
		}
		if sorted := m.Classes(); !slices.Equal(sorted, []string{"-1", "2", "10"}[:len(sorted)]) {
			t.Errorf("%s: classes %q", name, sorted)
		}
		ds := must(dataset.FromRows(rows, slices.Repeat([]string{w.Classes[0]}, len(rows))))
		if l.Inputs != nil {
			continue
		}
		bound := must(m.Bind(ds))
		score, losses := must(bound.Score()), must(bound.Losses())
		mean := 0.0
		for i := range losses {
			mean += -math.Log(w.Probabilities[i][0]) / float64(len(losses))
		}
		if math.Abs(score.LogLoss-mean) > 1e-4 || math.Abs(losses[0]+math.Log(w.Probabilities[0][0])) > 1e-4 {
			t.Errorf("%s: log-loss %v, want %v; of the first row %v", name, score.LogLoss, mean, losses[0])
		}
	}
}

// TestImportErrors: what is no linear classifier that gives probabilities is
// refused, and says why.
func TestImportErrors(t *testing.T) {
	liblinear := func(changes ...string) string {
		b, err := os.ReadFile("testdata/import/liblinear.model")
		if err != nil {
			t.Fatal(err)
		}
		return strings.NewReplacer(changes...).Replace(string(b))
	}
	for _, c := range []struct{ file, says string }{
		{"", "neither JSON nor"}, {"{", "JSON"}, {`{"classes_":["a","b"],"coef_":[[1],[2],[3]]}`, "3 rows for 2 classes"},
		{`{"classes_":["a","b"],"coef_":[[1,2],[2]]}`, "1 coefficients where the first has 2"},
		{`{"classes_":["a","a"],"coef_":[[1],[2]]}`, "all different"}, {`{"classes_":[],"coef_":[]}`, "0 rows for 0 classes"}, {`{"classes_":["a"],"coef_":[[1]]}`, "two classes"},
		{`{"classes_":["a","b"],"coef_":[[1],[2]],"intercept_":[1]}`, "1 intercepts"},
		{`{"classes_":["a","b"],"coef_":[[1],[2]],"mean_":[1,2]}`, "2 shifts"},
		{`{"classes_":["a","b"],"coef_":[[1],[2]],"scale_":[0]}`, "finite"},
		{`{"classes_":["a","b"],"coef_":[[1],[2]],"penalty":"l2"}`, "penalty"},
		{`{"classes_":["a","b"],"coef_":[[1],[2]],"multi_class":"auto"}`, "auto"},
		{liblinear("L2R_LR", "L2R_L2LOSS_SVC"), "no probabilities"}, {liblinear("nr_feature 4", "nr_feature 5"), "rows of w"},
		{"solver_type L2R_LR\nlabel 1 2\nnr_feature -1\nbias 1\nw\n", "rows of w"},
		{`{"classes_":["a","b"],"coef_":[[1]],"intercept_":[1,2]}`, "1 rows for 2 classes"},
		{liblinear("bias 1", "bias one"), "bias"}, {liblinear("w\n", "w\nx\n"), `"x"`}, {liblinear("label", "lobel"), "labels"},
	} {
		l, err := Import(strings.NewReader(c.file))
		if err == nil {
			_, err = NewModel(l)
		}
		if !errors.Is(err, ErrInput) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%.40q: %v, want one that says %q", c.file, err, c.says)
		}
	}
}

// FuzzImport: what Import takes is a model, or says why not.
func FuzzImport(f *testing.F) {
	files, err := os.ReadDir("testdata/import")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		if b, err := os.ReadFile("testdata/import/" + file.Name()); err == nil {
			f.Add(b)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		l, err := Import(bytes.NewReader(b))
		if err == nil {
			_, err = NewModel(l)
		}
		if err != nil && !errors.Is(err, ErrInput) {
			t.Error(err)
		}
	})
}
