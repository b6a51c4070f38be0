package csv

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"strings"

	"example.com/softmax/dataset"
	"example.com/softmax/internal/decimal"
)

// maxSparse is how wide a sparse block may be whose zeros are written out.
const maxSparse = 4096

// Write writes a dataset with a header: the numbers of blocks in a column each,
// the weight as "weight", the targets, and last the label, which with tabs is
// called "label", since without such a column Options.TSV takes a file for a
// collection of texts. What Read would take for something else is an error of
// the dataset, a *dataset.Error that names the column. Categories that are all
// numbers are written as they are; to read them as categories again takes
// Options.Categorical.
func Write(w io.Writer, d *dataset.Dataset, delimiter byte) error {
	fields, err := fieldsOf(d, delimiter)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(w, 64<<10)
	var line []byte
	for i := -1; i < d.Rows(); i++ {
		line = line[:0]
		for j, f := range fields {
			if j > 0 {
				line = append(line, delimiter)
			}
			if i < 0 {
				line = append(line, quoted(f.name, delimiter)...)
			} else {
				line = f.append(line, i)
			}
		}
		if len(line) == 0 {
			line = append(line, `""`...) // an empty line would be no record
		}
		if _, err := out.Write(append(line, '\n')); err != nil {
			return err
		}
	}
	return out.Flush()
}

// A field is one column of the file.
type field struct {
	name   string
	append func(line []byte, row int) []byte
}

func fieldsOf(d *dataset.Dataset, delimiter byte) (fields []field, err error) {
	seen := map[string]bool{}
	fault := func(column, format string, args ...any) {
		if err == nil {
			err = &dataset.Error{File: d.Source, Column: column, Err: fmt.Errorf("%w: "+format, append([]any{dataset.ErrColumn}, args...)...)}
		}
	}
	add := func(name string, f func([]byte, int) []byte) {
		switch {
		case seen[name]:
			fault(name, "two columns of this name")
		case strings.Trim(name, " \t") != name || strings.ContainsRune(name, 0):
			fault(name, "a name with blanks at its ends or a NUL")
		}
		seen[name] = true
		fields = append(fields, field{name, f})
	}
	check := func(column, text string) {
		if strings.ContainsRune(text, 0) {
			fault(column, "the value %s holds a NUL", dataset.Quoted(text))
		} else if text != "" && saysMissing(trim([]byte(text)), nil) {
			fault(column, "the value %s would be read as missing", dataset.Quoted(text))
		}
	}
	levels := func(name string, levels []string, codes []int32) {
		texts := make([]string, len(levels))
		for k, level := range levels {
			check(name, level)
			texts[k] = quoted(level, delimiter)
		}
		add(name, func(line []byte, i int) []byte {
			if codes[i] < 0 {
				return line
			}
			return append(line, texts[codes[i]]...)
		})
	}
	for j := range d.Columns {
		c := &d.Columns[j]
		switch {
		case c.Kind == dataset.Categorical:
			levels(c.Name, c.Levels, c.Codes)
		case c.Kind == dataset.Text:
			for _, text := range c.Texts {
				check(c.Name, text)
			}
			add(c.Name, func(line []byte, i int) []byte { return append(line, quoted(c.Texts[i], delimiter)...) })
		case c.Sparse != nil && c.Width > maxSparse:
			fault(c.Name, "a sparse block of %d numbers, whose zeros would fill the file: write it as .svm", c.Width)
		default:
			for k := range c.Width {
				add(c.ComponentName(k), func(line []byte, i int) []byte { return number(line, c.Number(i, k)) })
			}
		}
	}
	if d.Weights != nil {
		add("weight", func(line []byte, i int) []byte { return number(line, d.Weights[i]) })
	}
	if t := d.Targets; t != nil {
		for k, class := range t.Classes {
			add(dataset.TargetPrefix+class, func(line []byte, i int) []byte { return number(line, t.Row(i)[k]) })
		}
	}
	switch l := d.Label; {
	case l != nil && delimiter == '\t':
		levels("label", l.Classes, l.Codes)
	case l != nil:
		levels(l.Name, l.Classes, l.Codes)
	case delimiter == '\t' && d.Targets == nil && !seen["label"]:
		fault("", "without a label it would be read as a collection of texts: write .csv")
	}
	return fields, err
}

func number(line []byte, v float64) []byte {
	if math.IsNaN(v) {
		return line
	}
	return decimal.Append(line, v)
}

// quoted writes a field as RFC 4180 has it.
func quoted(s string, delimiter byte) string {
	if strings.IndexByte(s, delimiter) >= 0 || strings.ContainsAny(s, "\"\r\n") {
		return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
	}
	return s
}
