// Package jsonl reads and writes JSON lines as a dataset: one object a line,
// whose values are the columns' by their keys (https://jsonlines.org).
//
// A number is a number, a string a category or a text (see package record), true and false the categories
// "true" and "false", null and an absent key a missing value. An array of
// numbers is a block, of the same length in every line; other nested values are
// errors. NaN, which some programs write though JSON has none, is missing, too.
// Bytes that are not UTF-8 are kept as they are. A line may be 64 MiB long;
// empty lines are skipped.
package jsonl

import (
	"bytes"
	"io"

	"example.com/softmax/dataset"
	"example.com/softmax/dataset/record"
	"example.com/softmax/dataset/source"
)

// Read reads a dataset to the end of r. Every error is a *dataset.Error; its
// Row is the line, from 1.
func Read(r io.Reader, opt record.Options) (*dataset.Dataset, error) {
	return NewReader(r, opt).Read(-1)
}

// A Reader reads a file in blocks of rows, all of the same columns: those of
// the first block, and what others come later.
type Reader struct {
	lines   *source.Lines
	name    string
	records *record.Collector
	numbers []float64
	begun   bool // a block has been read
}

// NewReader returns a Reader at the beginning of r.
func NewReader(r io.Reader, opt record.Options) *Reader {
	return &Reader{lines: source.NewLines(r), name: opt.Name, records: record.New(opt)}
}

// Read reads up to n rows, all that are left if n is negative. The error is
// io.EOF if there are no more, else, and for a file without rows, a
// *dataset.Error.
func (r *Reader) Read(n int) (*dataset.Dataset, error) {
	for r.records.Rows() != n {
		line, err := r.lines.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, r.fault(nil, err)
		}
		if line = bytes.Trim(line, " \t\r"); len(line) == 0 {
			continue
		}
		r.records.Begin(r.lines.Number())
		if err := r.object(line); err != nil {
			return nil, err
		}
	}
	if r.records.Rows() == 0 && r.begun {
		return nil, io.EOF
	}
	r.begun = true
	return r.records.Dataset()
}

// fault makes err an error about a place in the file. An error of the file's
// reader that has one already stays as it is.
func (r *Reader) fault(key []byte, err error) error {
	return dataset.Placed(r.name, r.lines.Number(), string(key), err)
}
