package dataset

import (
	"errors"
	"fmt"
	"strings"
)

// What can be wrong with data. Every error of a reader and of Validate is an
// *Error that wraps one of these, or the error of the underlying io.Reader.
var (
	ErrNoRows    = errors.New("no rows of data")
	ErrNoColumns = errors.New("no columns of data")
	ErrNoLabel   = errors.New("no label column")
	ErrRagged    = errors.New("wrong number of fields")
	ErrNumber    = errors.New("not a number")
	ErrInfinite  = errors.New("infinite value")
	ErrWeight    = errors.New("bad weight")
	ErrColumn    = errors.New("bad column")
	ErrFormat    = errors.New("bad format")
	ErrTruncated = errors.New("file ends too early")
	ErrTooLarge  = errors.New("too large")
)

// Error says where data is wrong and what is wrong with it.
type Error struct {
	// File is the name the reader was given; empty for data from slices.
	File string
	// Row is the 1-based row of data: in text formats the line of the file on
	// which the record starts (the header is line 1), elsewhere the example.
	// 0 if the error is not about a row.
	Row int
	// Column is the name of the column, empty if the error is not about one.
	Column string
	// Err wraps one of the sentinels of this package or an I/O error, and says
	// what to do about it where that is not plain.
	Err error
}

func (e *Error) Error() string {
	var place []string
	if e.File != "" {
		place = append(place, e.File)
	}
	if e.Row > 0 {
		place = append(place, fmt.Sprintf("row %d", e.Row))
	}
	if e.Column != "" {
		place = append(place, fmt.Sprintf("column %q", e.Column))
	}
	if len(place) == 0 {
		return e.Err.Error()
	}
	return strings.Join(place, ", ") + ": " + e.Err.Error()
}

func (e *Error) Unwrap() error { return e.Err }

// Placed is err as an error about a place, unless it says its own already.
func Placed(file string, row int, column string, err error) error {
	if placed := (*Error)(nil); errors.As(err, &placed) {
		return err
	}
	return &Error{File: file, Row: row, Column: column, Err: err}
}
