package softmax

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"

	"example.com/softmax/dataset"
	"example.com/softmax/internal/design"
	"example.com/softmax/internal/onnx"
	"example.com/softmax/preprocess"
)

// Linear is a linear classifier that another program fitted: the outputs for
// features x are o_k = sum_j (x_j - Shift[j]) Scale[j] W[j][k] + Intercept[k].
type Linear struct {
	// Inputs name the numeric columns, one for each feature; nil for a single
	// block of all of them.
	Inputs []string
	// Classes in the order of W and Intercept.
	Classes      []string
	W            [][]float64 // one row a feature, one column a class
	Intercept    []float64   // one a class; nil for none
	Shift, Scale []float64   // one a feature; nil for 0 and 1
	// OneVsRest says that each class was fitted against all others: see the Loss
	// of this name.
	OneVsRest bool
	// Sparse says that the block is one of few numbers that are not 0.
	Sparse bool
	// Source says who made it, for people.
	Source string
}

// NewModel makes a Model of coefficients. Its classes are in the order that
// dataset.SortClasses gives. The error wraps ErrInput.
func NewModel(l *Linear) (*Model, error) {
	bad := func(format string, args ...any) (*Model, error) {
		return nil, fmt.Errorf("%w: %s", ErrInput, fmt.Sprintf(format, args...))
	}
	d, k := len(l.W), len(l.Classes)
	order := slices.Clone(l.Classes)
	dataset.SortClasses(order)
	switch {
	case k < 2 || len(slices.Compact(slices.Clone(order))) < k:
		return bad("a classifier needs two classes or more, all different")
	case d == 0:
		return bad("it has no coefficients")
	case l.Intercept != nil && len(l.Intercept) != k, l.Shift != nil && len(l.Shift) != d, l.Scale != nil && len(l.Scale) != d, l.Inputs != nil && len(l.Inputs) != d:
		return bad("%d coefficients a class and %d classes do not fit %d intercepts, %d shifts, %d scales and %d names", d, k, len(l.Intercept), len(l.Shift), len(l.Scale), len(l.Inputs))
	}
	m := &Model{
		design: &design.Design{Shift: make([]float64, d), Scale: slices.Repeat([]float64{1}, d)}, kind: CrossEntropy,
		classes: order, w: make([]float64, d*k), b: make([]float64, k),
		// Nothing is known of what a missing value means.
		config: Config{Preprocess: preprocess.Options{Unseen: preprocess.UnseenError}},
		origin: Origin{GapBound: math.NaN(), GapReason: "it was not fitted here but by " + l.Source, Stop: Imported, Label: "label"},
	}
	m.design.Options = m.config.Preprocess
	if l.OneVsRest {
		m.kind = OneVsRest
	}
	copy(m.design.Shift, l.Shift)
	copy(m.design.Scale, l.Scale)
	if l.Inputs == nil {
		m.design.Inputs = []design.Input{{Name: "x", Kind: dataset.Numeric, Width: d, Sparse: l.Sparse}}
	}
	seen := make(map[string]bool, d)
	for j, name := range l.Inputs {
		if name == "" || seen[name] {
			return bad("the name %q is empty or comes twice", name)
		}
		seen[name] = true
		m.design.Inputs = append(m.design.Inputs, design.Input{Name: name, Kind: dataset.Numeric, Width: 1, First: j})
	}
	if !l.Sparse {
		m.design.Fill = slices.Clone(m.design.Shift) // the means, if anything
	}
	for q, class := range l.Classes {
		at := slices.Index(order, class)
		if l.Intercept != nil {
			m.b[at] = l.Intercept[q]
		}
		for j, row := range l.W {
			if len(row) != k {
				return bad("feature %d has %d coefficients for %d classes", j, len(row), k)
			}
			m.w[j*k+at] = row[q]
		}
	}
	for _, v := range [][]float64{m.w, m.b, m.design.Shift, m.design.Scale} {
		if !finite(v) {
			return bad("a coefficient is not a finite number")
		}
	}
	m.fold()
	return m, nil
}

// Import reads a classifier that another program saved: an ONNX file with a
// LinearClassifier, perhaps behind a Scaler; a model of LIBLINEAR's logistic
// regression; or a JSON object of coefficients as scikit-learn calls them,
//
//	{"classes_": [...], "coef_": [[...], ...], "intercept_": [...],
//	 "feature_names_in_": [...], "mean_": [...], "scale_": [...],
//	 "multi_class": "multinomial" or "ovr"}
//
// with one row of coef_ a class - or a single one for the second of two classes
// - of which the last four may be left out. mean_ and scale_ are those of a
// StandardScaler. The error wraps ErrInput.
func Import(r io.Reader) (*Linear, error) {
	b, err := io.ReadAll(io.LimitReader(r, onnx.MaxSize+1))
	if err != nil {
		return nil, err
	}
	if len(b) > onnx.MaxSize {
		return nil, fmt.Errorf("%w: larger than %d bytes", ErrInput, onnx.MaxSize)
	}
	read := importONNX
	switch start := bytes.TrimLeft(b, " \t\r\n"); {
	case bytes.HasPrefix(start, []byte("{")):
		read = importJSON
	case bytes.HasPrefix(start, []byte("solver_type")):
		read = importLiblinear
	}
	l, err := read(b)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInput, err)
	}
	return l, nil
}

func importJSON(b []byte) (*Linear, error) {
	var f struct {
		Classes    []any       `json:"classes_"`
		Coef       [][]float64 `json:"coef_"`
		Intercept  []float64   `json:"intercept_"`
		Names      []string    `json:"feature_names_in_"`
		Mean       []float64   `json:"mean_"`
		Scale      []float64   `json:"scale_"`
		MultiClass string      `json:"multi_class"`
	}
	decoder := json.NewDecoder(bytes.NewReader(b))
	decoder.UseNumber()
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&f); err != nil {
		return nil, fmt.Errorf("coefficients in JSON: %w", err)
	}
	l := &Linear{Inputs: f.Names, Intercept: f.Intercept, Shift: f.Mean, Source: "scikit-learn", OneVsRest: f.MultiClass == "ovr"}
	if f.MultiClass != "" && f.MultiClass != "ovr" && f.MultiClass != "multinomial" {
		return nil, fmt.Errorf("multi_class %q is not known", f.MultiClass)
	}
	for _, c := range f.Classes {
		l.Classes = append(l.Classes, fmt.Sprint(c))
	}
	for _, s := range f.Scale {
		l.Scale = append(l.Scale, 1/s)
	}
	if len(f.Coef) == 1 && len(l.Classes) == 2 && len(f.Intercept) < 2 {
		l.addSecond(f.Coef[0], f.Intercept, f.MultiClass == "multinomial")
		return l, nil
	}
	if len(f.Coef) != len(l.Classes) || len(f.Coef) == 0 {
		return nil, fmt.Errorf("coef_ has %d rows for %d classes", len(f.Coef), len(l.Classes))
	}
	return l, l.transpose(f.Coef)
}

// addSecond takes the coefficients of the second of two classes. Those of the
// first are their negatives where the two were fitted as a softmax, and 0
// where the sigmoid of the output is the second's probability.
func (l *Linear) addSecond(coef, intercept []float64, both bool) {
	first := 0.0
	if both {
		first = -1
	}
	l.OneVsRest = false
	for _, v := range coef {
		l.W = append(l.W, []float64{first * v, v})
	}
	if len(intercept) == 1 {
		l.Intercept = []float64{first * intercept[0], intercept[0]}
	}
}

// transpose takes one row a class.
func (l *Linear) transpose(rows [][]float64) error {
	l.W = make([][]float64, len(rows[0]))
	for j := range l.W {
		for q, row := range rows {
			if len(row) != len(l.W) {
				return fmt.Errorf("class %q has %d coefficients where the first has %d", l.Classes[q], len(row), len(l.W))
			}
			l.W[j] = append(l.W[j], row[j])
		}
	}
	return nil
}
