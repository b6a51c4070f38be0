package dataset

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// TargetPrefix begins the name of a column of Targets in files whose columns
// have names; the class's name follows it.
const TargetPrefix = "label:"

// Targets are the labels of examples that do not have one class each: a
// distribution over the classes, counts, or several classes at once.
type Targets struct {
	// Classes are distinct, in the order of SortClasses.
	Classes []string
	// Values is rows x len(Classes), row-major: how much of each class a row
	// has, at least 0. NaN is a missing value.
	Values []float64
}

// NewTargets returns Targets with the classes put in the order of SortClasses.
// values is rows x len(classes), row-major; neither slice is changed.
func NewTargets(classes []string, values []float64) *Targets {
	t := &Targets{Classes: slices.Clone(classes), Values: make([]float64, len(values))}
	SortClasses(t.Classes)
	k := len(classes)
	for from, c := range classes {
		to := slices.Index(t.Classes, c)
		for at := 0; at+k <= len(values); at += k {
			t.Values[at+to] = values[at+from]
		}
	}
	return t
}

// SetTargets makes Targets of columns of single numbers, whose names are those of the
// classes behind TargetPrefix, if there are any, and validates the dataset.
func (d *Dataset) SetTargets(columns []Column) error {
	k := len(columns)
	if k == 0 {
		return nil
	}
	classes, values := make([]string, k), make([]float64, d.rows*k)
	for j := range columns {
		classes[j] = strings.TrimPrefix(columns[j].Name, TargetPrefix)
		for i := range d.rows {
			values[i*k+j] = columns[j].Number(i, 0)
		}
	}
	d.Targets = NewTargets(classes, values)
	return d.Validate()
}

// FromTargets makes a Dataset of numbers, X[i] being the features of example i
// and Y[i] how much of each class it has. The numbers are copied.
func FromTargets(X, Y [][]float64, classes []string) (*Dataset, error) {
	if len(X) != len(Y) {
		return nil, &Error{Err: fmt.Errorf("%w: %d rows of features and %d of targets", ErrRagged, len(X), len(Y))}
	}
	d, err := FromRows(X, nil)
	if err != nil {
		return nil, err
	}
	values := make([]float64, 0, len(Y)*len(classes))
	for i, y := range Y {
		if len(y) != len(classes) {
			return nil, &Error{Row: i + 1, Err: fmt.Errorf("%w: %d targets for %d classes", ErrRagged, len(y), len(classes))}
		}
		values = append(values, y...)
	}
	d.Targets = NewTargets(classes, values)
	if err := d.Validate(); err != nil {
		return nil, err
	}
	return d, nil
}

// Row returns the values of row i.
func (t *Targets) Row(i int) []float64 { return window(t.Values, i, len(t.Classes)) }

// Missing reports whether row i lacks a value.
func (t *Targets) Missing(i int) bool { return slices.ContainsFunc(t.Row(i), math.IsNaN) }

func (d *Dataset) validateTargets() error {
	t := d.Targets
	switch {
	case t == nil:
		return nil
	case d.Label != nil:
		return d.fault(0, d.Label.Name, fmt.Errorf("%w: a dataset has a label or targets, not both", ErrColumn))
	case len(t.Classes) == 0 || len(t.Values) != d.rows*len(t.Classes):
		return d.fault(0, "", fmt.Errorf("%w: %d targets for %d rows and %d classes", ErrColumn, len(t.Values), d.rows, len(t.Classes)))
	}
	if err := checkClasses(t.Classes); err != nil {
		return d.fault(0, "", err)
	}
	for at, v := range t.Values {
		if v < 0 || math.IsInf(v, 0) {
			return d.fault(at/len(t.Classes)+1, t.Classes[at%len(t.Classes)], fmt.Errorf("%w: a target of %v", ErrNumber, v))
		}
	}
	return nil
}
