package softmax

import (
	"fmt"
	"math"

	"example.com/softmax/dataset"
	"example.com/softmax/internal/design"
	"example.com/softmax/internal/special"
)

// Row is an example by the names of its columns: float64, float32, int or
// uint8 for a number, string for a category or a text, and a slice of one of the number
// types for a block such as an image. nil, a NaN and an empty category are
// missing values. Names that the model does not know are ignored.
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
				return fmt.Errorf("%w: it has no %q", ErrInput, in.Name)
			}
		}
		switch in.Kind {
		case dataset.Text:
			text, ok := value.(string)
			if !ok {
				return fmt.Errorf("%w: %q is a %T where the model needs a text as a string", ErrInput, in.Name, value)
			}
			m.design.Text(v, in, text)
		case dataset.Categorical:
			level, ok := value.(string)
			if !ok && value != nil {
				return fmt.Errorf("%w: %q is a %T where the model needs a category as a string", ErrInput, in.Name, value)
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
			return fmt.Errorf("%w: %q is %v (%T) where the model needs %s", ErrInput, in.Name, value, value, need)
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
	case float32:
		return one(float64(x))
	case int:
		return one(float64(x))
	case uint8:
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
	return false
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
	if m.rowLogits(dst, v); !finite(dst) {
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
