package onnx

import (
	"errors"
	"fmt"
)

// What can be wrong with a model. Every error of this package is an *Error
// that wraps one of these.
var (
	// ErrCorrupt: the bytes, or the Model, break a rule of the format.
	ErrCorrupt = errors.New("not a valid ONNX model")
	// ErrUnsupported: the model may be valid, but uses what this package
	// leaves out.
	ErrUnsupported = errors.New("not supported in an ONNX model")
)

// Error says where a model is wrong and what is wrong with it.
type Error struct {
	// Where is the path to the message, by the field names of the format, such
	// as `graph.initializer[2] "W"`; empty for the model itself.
	Where   string
	Problem string
	Err     error // ErrCorrupt or ErrUnsupported
}

func (e *Error) Error() string {
	if e.Where == "" {
		return fmt.Sprintf("%v: %s", e.Err, e.Problem)
	}
	return fmt.Sprintf("%v: %s: %s", e.Err, e.Where, e.Problem)
}

func (e *Error) Unwrap() error { return e.Err }

func corrupt(format string, args ...any) error {
	return &Error{Problem: fmt.Sprintf(format, args...), Err: ErrCorrupt}
}

func unsupported(format string, args ...any) error {
	return &Error{Problem: fmt.Sprintf(format, args...), Err: ErrUnsupported}
}

// within returns err, of the message in the given field, as an error of the
// message around it. The label is the message's own name.
func within(field, label string, err error) error {
	var e *Error
	if !errors.As(err, &e) {
		return err
	}
	where := field
	if label != "" {
		where += fmt.Sprintf(" %.80q", label)
	}
	if e.Where != "" {
		where += "." + e.Where
	}
	return &Error{Where: where, Problem: e.Problem, Err: e.Err}
}
