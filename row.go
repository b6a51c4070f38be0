package softmax

import (
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"example.com/softmax/dataset"
	"example.com/softmax/internal/design"
	"example.com/softmax/internal/special"
)

// Row is an example by the names of its columns: any integer or floating-point
// type for a number, string for a category or a text, and a slice of one of the
// number types for a block such as an image. nil, a NaN and an empty category
// are missing values. Names that the model does not know are ignored.
type Row map[string]any

// Encode returns the feature vector of a row, in which missing values and
// categories that training did not see have become what the options of the fit
// say. The error wraps ErrInput if a column is not there or of another type, and
// ErrMissing or ErrUnseen if the options give the row no prediction.
func (m *Model) Encode(row Row) ([]float64, error) {
	v := m.design.NewVector()
	if err := m.encode(v, row); err != nil {
		return nil, err
	}
	x := make([]float64, m.design.D())
	v.Full(x)
	return x, nil
}

func (m *Model) encode(v *design.Vector, row Row) error {
	v.Reset()
	for i := range m.design.Inputs {
		in := &m.design.Inputs[i]
		value, unseen := any(nil), v.Unseen
		switch {
		case in.Parts != nil:
			a, _ := row[in.Parts[0]].(string)
			b, _ := row[in.Parts[1]].(string)
			value = design.Pair(a, b)
		default:
			var ok bool
			if value, ok = row[in.Name]; !ok {
				return m.lacking(row)
			}
		}
		switch in.Kind {
		case dataset.Text:
			text, ok := value.(string)
			if !ok {
				return wrongType(in.Name, value, "a text as a string")
			}
			m.design.Text(v, in, text)
		case dataset.Categorical:
			level, ok := value.(string)
			if !ok && value != nil {
				return wrongType(in.Name, value, "a category as a string")
			}
			m.design.Level(v, in, level)
		default:
			if m.numbers(v, in, value) {
				break
			}
			need := "a number"
			if in.Width > 1 {
				need = fmt.Sprintf("%d numbers", in.Width)
			}
			return wrongType(in.Name, value, need)
		}
		switch {
		case v.Rejected && v.Unseen > unseen:
			return fmt.Errorf("%w: %q is %q", ErrUnseen, in.Name, value)
		case v.Rejected:
			return fmt.Errorf("%w: %q", ErrMissing, in.Name)
		}
	}
	return nil
}

// numbers sets the features of an input and reports whether value is as many
// numbers as it has.
func (m *Model) numbers(v *design.Vector, in *design.Input, value any) bool {
	one := func(x float64) bool {
		if in.Width == 1 {
			m.design.Number(v, in, 0, x)
		}
		return in.Width == 1
	}
	switch x := value.(type) {
	case nil:
		for j := range in.Width {
			m.design.Number(v, in, j, math.NaN())
		}
		return true
	case float64:
		return one(x)
	case int:
		return one(float64(x))
	case []float64:
		return block(m, v, in, x)
	case []float32:
		return block(m, v, in, x)
	case []int:
		return block(m, v, in, x)
	case []uint8:
		return block(m, v, in, x)
	}
	rv := reflect.ValueOf(value)
	if x, ok := float(rv); ok {
		return one(x)
	}
	if k := rv.Kind(); k != reflect.Slice && k != reflect.Array || rv.Len() != in.Width {
		return false
	}
	for j := range in.Width {
		x, ok := float(rv.Index(j))
		if !ok {
			return false
		}
		m.design.Number(v, in, j, x)
	}
	return true
}

func block[T float64 | float32 | int | uint8](m *Model, v *design.Vector, in *design.Input, values []T) bool {
	if len(values) != in.Width {
		return false
	}
	for j, x := range values {
		m.design.Number(v, in, j, float64(x))
	}
	return true
}

// float is a value of an integer or floating-point type.
func float(v reflect.Value) (x float64, ok bool) {
	switch {
	case v.CanInt():
		return float64(v.Int()), true
	case v.CanUint():
		return float64(v.Uint()), true
	case v.CanFloat():
		return v.Float(), true
	}
	return 0, false
}

// wrongType is the error of a value that is not what the model needs.
func wrongType(name string, value any, need string) error {
	what := fmt.Sprintf("%v (%[1]T)", value)
	switch v := reflect.ValueOf(value); v.Kind() {
	case reflect.Invalid:
		what = "nil"
	case reflect.Slice, reflect.Array, reflect.Map:
		what = fmt.Sprintf("%d values (%T)", v.Len(), value)
	case reflect.String:
		what = fmt.Sprintf("%q (%T)", clip(v.String()), value)
	}
	return fmt.Errorf("%w: %q is %s where the model needs %s", ErrInput, name, what, need)
}

// clip is the beginning of a text.
func clip(s string) string {
	const most = 40
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "..."
	}
	return s
}

// lacking is the error of a row that lacks inputs: it names them, and what the
// row has that the model does not know.
func (m *Model) lacking(row Row) error {
	unknown := maps.Clone(row)
	var missing []string
	for i := range m.design.Inputs {
		in := &m.design.Inputs[i]
		if _, ok := row[in.Name]; !ok && in.Parts == nil {
			missing = append(missing, in.Name)
		}
		delete(unknown, in.Name)
	}
	says := fmt.Sprintf("it lacks %s, which the model needs", quoted(missing))
	if len(unknown) > 0 {
		says += fmt.Sprintf("; it has %s, which the model does not know", quoted(slices.Sorted(maps.Keys(unknown))))
	}
	return fmt.Errorf("%w: %s", ErrInput, says)
}

// quoted lists the first few of the names.
func quoted(names []string) string {
	const most = 10
	var b strings.Builder
	for i, name := range names[:min(most, len(names))] {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(strconv.Quote(name))
	}
	if len(names) > most {
		fmt.Fprintf(&b, " and %d more", len(names)-most)
	}
	return b.String()
}

// RowLogitsInto writes the K logits of a row to dst, which must have room for
// them. Errors are those of Encode and LogitsInto.
func (m *Model) RowLogitsInto(dst []float64, row Row) error {
	v := m.design.Borrow()
	defer m.design.Return(v)
	if err := m.encode(v, row); err != nil {
		return err
	}
	if len(dst) != len(m.classes) {
		return m.wrongLength(dst, nil)
	}
	if m.logits(dst, v.Dense, v.Index, v.Values); !finite(dst) {
		x := make([]float64, m.design.D())
		v.Full(x)
		return m.explain(dst, x)
	}
	return nil
}

// RowProbabilitiesInto writes the K class probabilities of a row to dst. Errors
// are those of RowLogitsInto.
func (m *Model) RowProbabilitiesInto(dst []float64, row Row) error {
	if err := m.RowLogitsInto(dst, row); err != nil {
		return err
	}
	m.probabilities(dst)
	return nil
}

// RowProbabilities returns the probability of each class for a row.
func (m *Model) RowProbabilities(row Row) ([]float64, error) {
	p := make([]float64, len(m.classes))
	return p, m.RowProbabilitiesInto(p, row)
}

// PredictRow returns the most probable class of a row.
func (m *Model) PredictRow(row Row) (string, error) {
	o := make([]float64, len(m.classes))
	if err := m.RowLogitsInto(o, row); err != nil {
		return "", err
	}
	return m.classes[special.Argmax(o)], nil
}
