package libsvm

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"example.com/softmax/dataset"
)

// Write writes a dataset of Numeric and Pixels columns, whose numbers it counts
// through from index 1. It leaves out zeros, but for the last number of the
// first row, from which a reader learns the width. Names of columns are lost,
// and Targets of one class for every row are read as a label. An error of the data is a *dataset.Error: categories and texts, weights, a
// label that the format cannot hold, targets besides 0 and 1.
func Write(w io.Writer, d *dataset.Dataset) error {
	if err := writable(d); err != nil {
		return err
	}
	out := bufio.NewWriterSize(w, 64<<10)
	last := &d.Columns[len(d.Columns)-1]
	var line []byte
	for i := range d.Rows() {
		line = appendLabels(line[:0], d, i)
		first := 1
		for j := range d.Columns {
			c := &d.Columns[j]
			line = appendNumbers(line, c, i, first)
			first += c.Width
		}
		if width := first - 1; i == 0 && last.Number(0, last.Width-1) == 0 || len(line) == 0 {
			// An empty line would be no row.
			line = append(strconv.AppendInt(append(line, ' '), int64(width), 10), ":0"...)
		}
		line = append(line, '\n')
		if _, err := out.Write(bytes.TrimPrefix(line, []byte{' '})); err != nil {
			return err
		}
	}
	return out.Flush()
}

// writable says what of a dataset the format cannot hold.
func writable(d *dataset.Dataset) error {
	fault := func(row int, column string, format string, args ...any) error {
		return &dataset.Error{File: d.Source, Row: row, Column: column, Err: fmt.Errorf(format, args...)}
	}
	width := 0
	for i := range d.Columns {
		c := &d.Columns[i]
		if c.Kind != dataset.Numeric && c.Kind != dataset.Pixels {
			return fault(0, c.Name, "%w: it is %s, and LIBSVM files hold numbers", dataset.ErrFormat, c.Kind)
		}
		width += c.Width
	}
	switch {
	case width == 0:
		return fault(0, "", "%w", dataset.ErrNoColumns)
	case width > maxIndex:
		return fault(0, "", "%w: %d numbers a row: indices go up to %d", dataset.ErrTooLarge, width, maxIndex)
	case d.Weights != nil:
		return fault(0, "", "%w: LIBSVM files hold no weights", dataset.ErrFormat)
	}
	var names []string
	if d.Label != nil {
		names = d.Label.Classes
	}
	if d.Targets != nil {
		names = d.Targets.Classes
		for at, v := range d.Targets.Values {
			if v != 0 && v != 1 {
				return fault(at/len(names)+1, names[at%len(names)], "%w: a target of %v, and LIBSVM files say only which classes a row has", dataset.ErrFormat, v)
			}
		}
	}
	for _, name := range names {
		if name == "" || strings.ContainsAny(name, " \t\r\n:,#") || strings.HasPrefix(name, "\ufeff") {
			return fault(0, "", "%w: the class %q: labels in LIBSVM files have no blanks, colons, commas or #", dataset.ErrFormat, name)
		}
	}
	return nil
}

func appendLabels(line []byte, d *dataset.Dataset, i int) []byte {
	if d.Label != nil && d.Label.Codes[i] >= 0 {
		line = append(line, d.Label.Classes[d.Label.Codes[i]]...)
	}
	if d.Targets != nil {
		for k, v := range d.Targets.Row(i) {
			if v == 1 {
				if len(line) > 0 {
					line = append(line, ',')
				}
				line = append(line, d.Targets.Classes[k]...)
			}
		}
	}
	return line
}

// appendNumbers appends row i of a column whose numbers count from first.
func appendNumbers(line []byte, c *dataset.Column, i, first int) []byte {
	if c.Sparse != nil {
		index, values := c.Sparse.Row(i)
		for at, j := range index {
			line = appendPair(line, first+int(j), values[at])
		}
		return line
	}
	for j := range c.Width {
		line = appendPair(line, first+j, c.Number(i, j))
	}
	return line
}

func appendPair(line []byte, index int, v float64) []byte {
	if v == 0 {
		return line
	}
	line = append(strconv.AppendInt(append(line, ' '), int64(index), 10), ':')
	if v == math.Trunc(v) && math.Abs(v) < 1e15 {
		return strconv.AppendInt(line, int64(v), 10)
	}
	return strconv.AppendFloat(line, v, 'g', -1, 64)
}
