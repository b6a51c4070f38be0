// Package csv reads comma-separated and other delimited text as a dataset.
//
// The text is that of RFC 4180: fields between delimiters, in double quotes if
// they hold delimiters, quotes (written twice) or line ends; lines end in LF or
// CRLF. A byte order mark and empty lines are skipped, bytes that are not UTF-8
// are kept as they are. A record may be 64 MiB long and have 1,048,576 fields.
//
// A column is numeric if each of its cells is a decimal number or missing, else
// categorical. Missing are the empty cell, the cells NA, NaN and nan, and those of
// Options.Missing; blanks around these and around numbers are ignored, and so they are in column names,
// but nowhere else: levels and labels are the text of the cell. An infinite
// number is an error. Columns get their types within the first 32 MiB of the
// text; where a column of numbers meets a word after that, this is an error
// that says how to settle it. Read notes what looks like a mistake: a few words
// in a column of numbers, or words such as N/A.
//
// A categorical column is text if its type was left to the reader, its distinct
// values are more than half of its rows that have one, of over 20 bytes on
// average, and more than half of them have a blank. In text a missing value is
// the empty string.
package csv

import (
	"bytes"
	"fmt"
	"io"

	"example.com/softmax/dataset"
)

// Options say how to read a file. The zero value reads a comma-separated file
// with a header and a label.
type Options struct {
	// Name is the file's name, for errors and Dataset.Source.
	Name string
	// Delimiter is between fields; 0 means a comma.
	Delimiter byte
	// NoHeader says that the first record is data. The columns are then named
	// "column 1", "column 2" and so on, as are columns with an empty name.
	NoHeader bool
	// Label is the label's column: its name or, if no column has this name,
	// its number from 1, or from the end if negative: -1 is the last. If
	// empty it is the column called "label", or else the last one that is not
	// dropped, the weight or Text; but if there are columns called
	// "label:<class>", these become the dataset's Targets and there is no label.
	Label string
	// LabelOptional reads a file without a label too: one that lacks the
	// column Label or, if that is empty, a column called "label".
	LabelOptional bool
	// Weight is the name of the column of weights, if there is one.
	Weight string
	// Drop names columns to leave out.
	Drop []string
	// RolesOptional reads a file without the columns of Weight and Drop, too.
	RolesOptional bool
	// Numeric, Categorical and Text name columns whose type is not left to the
	// reader. A word in a Numeric column is an error.
	Numeric, Categorical, Text []string
	// Missing are cells that say that a value is missing, beside the usual ones.
	Missing []string
	// Inputs, if the file has one of them, are the columns that are wanted and
	// their kinds: others but the label and the weight are left out.
	Inputs map[string]dataset.Kind
	// TSV says that the delimiter is a tab, and that a file whose first line
	// names no column called "label" or "label:<class>", nor one of those named
	// here, is a collection of texts. It has no header and no quotes; \\, \n, \t
	// and \r stand for a backslash, a line feed, a tab and a carriage return.
	// Its first column is called "label" and its last one, of type text, "text";
	// those between are called "column 2" and so on. A single column is "text".
	TSV bool
}

// Read reads a dataset to the end of r. Every error is a *dataset.Error; its
// Row is the line of the file on which the record starts.
func Read(r io.Reader, opt Options) (*dataset.Dataset, error) {
	in, err := NewReader(r, opt)
	if err != nil {
		return nil, err
	}
	return in.Read(-1)
}

// A Reader reads a file in blocks of rows, all of the same columns. Those whose
// type is left to the reader get it from the first block.
type Reader struct {
	*table
	begun bool
}

// NewReader returns a Reader that has read the header.
func NewReader(r io.Reader, opt Options) (*Reader, error) {
	t := &table{opt: opt, weight: -1}
	if opt.TSV {
		t.opt.Delimiter = '\t'
	}
	if t.opt.Delimiter == 0 {
		t.opt.Delimiter = ','
	}
	if bytes.IndexByte([]byte("\"\r\n"), t.opt.Delimiter) >= 0 {
		return nil, t.fault(0, "", fmt.Errorf("%w: %q cannot be a delimiter", dataset.ErrFormat, t.opt.Delimiter))
	}
	t.text = newScanner(r, t.opt.Delimiter)
	t.text.keep = true
	return &Reader{table: t}, t.readHeader()
}

// Read reads up to n rows, all that are left if n is negative. The error is
// io.EOF if there are no more, else, and for a file without rows, a
// *dataset.Error.
func (r *Reader) Read(n int) (*dataset.Dataset, error) {
	switch err := r.readRows(n); {
	case err == io.EOF && !r.begun:
		return nil, r.fault(0, "", fmt.Errorf("%w: the file holds only a header", dataset.ErrNoRows))
	case err != nil:
		return nil, err
	}
	r.begun = true
	d, err := r.dataset()
	r.restart()
	return d, err
}
