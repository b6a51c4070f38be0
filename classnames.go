package softmax

import (
	"fmt"
	"slices"
)

// ClassNames are what people call the classes, in their order: Classes unless the
// model was given names.
func (m *Model) ClassNames() []string {
	if m.names == nil {
		return m.Classes()
	}
	return slices.Clone(m.names)
}

// WithClassNames returns the model with names for its classes, for data whose
// classes are numbers. They change no prediction. The error wraps ErrConfig if
// there is not one for each class.
func (m *Model) WithClassNames(names []string) (*Model, error) {
	if len(names) != len(m.classes) {
		return nil, fmt.Errorf("%w: %d names for %d classes", ErrConfig, len(names), len(m.classes))
	}
	c := *m
	c.names = slices.Clone(names)
	return &c, nil
}
