package jsonl

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math"

	"example.com/softmax/dataset"
	"example.com/softmax/internal/decimal"
)

// Write writes a dataset, one object a row: the columns, the weight as
// "weight", the label or the targets. The numbers of a block without names are
// an array, those of one with names have a key each. An error of the dataset,
// which is a *dataset.Error, names the column that the format cannot hold.
func Write(w io.Writer, d *dataset.Dataset) error {
	fields, err := fieldsOf(d)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(w, 64<<10)
	var line []byte
	for i := range d.Rows() {
		line = append(line[:0], '{')
		for j, f := range fields {
			if j > 0 {
				line = append(line, ',')
			}
			line = append(append(line, f.key...), ':')
			line = f.append(line, i)
		}
		line = append(line, "}\n"...)
		if _, err := out.Write(line); err != nil {
			return err
		}
	}
	return out.Flush()
}

// A field is one key of every object.
type field struct {
	key    []byte
	append func(line []byte, row int) []byte
}

func fieldsOf(d *dataset.Dataset) (fields []field, err error) {
	seen := map[string]bool{}
	add := func(name string, f func([]byte, int) []byte) {
		if seen[name] && err == nil {
			err = &dataset.Error{File: d.Source, Column: name, Err: fmt.Errorf("%w: two columns of this name", dataset.ErrColumn)}
		}
		seen[name] = true
		fields = append(fields, field{quote(name), f})
	}
	texts := func(levels []string, codes []int32) func([]byte, int) []byte {
		quoted := make([][]byte, len(levels))
		for k, level := range levels {
			quoted[k] = quote(level)
		}
		return func(line []byte, i int) []byte {
			if codes[i] < 0 {
				return append(line, "null"...)
			}
			return append(line, quoted[codes[i]]...)
		}
	}
	for j := range d.Columns {
		c := &d.Columns[j]
		switch {
		case c.Sparse != nil:
			return nil, &dataset.Error{File: d.Source, Column: c.Name, Err: fmt.Errorf(
				"%w: JSON lines do not hold a sparse block: write it as .svm", dataset.ErrColumn)}
		case c.Kind == dataset.Categorical:
			add(c.Name, texts(c.Levels, c.Codes))
		case c.Kind == dataset.Text:
			add(c.Name, func(line []byte, i int) []byte { return append(line, quote(c.Texts[i])...) })
		case c.Width > 1 && c.Components == nil:
			add(c.Name, func(line []byte, i int) []byte {
				line = append(line, '[')
				for j := range c.Width {
					if j > 0 {
						line = append(line, ',')
					}
					line = number(line, c.Number(i, j))
				}
				return append(line, ']')
			})
		default:
			for j := range c.Width {
				add(c.ComponentName(j), func(line []byte, i int) []byte { return number(line, c.Number(i, j)) })
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
	if l := d.Label; l != nil {
		add(l.Name, texts(l.Classes, l.Codes))
	}
	return fields, err
}

func number(line []byte, v float64) []byte {
	if math.IsNaN(v) {
		return append(line, "null"...)
	}
	return decimal.Append(line, v)
}

// quote writes a JSON string. Bytes that are not UTF-8 become U+FFFD.
func quote(s string) []byte {
	b, _ := json.Marshal(s) // a string cannot fail
	return b
}
