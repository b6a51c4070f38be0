package npy

import (
	"archive/zip"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"strings"
	"unicode/utf8"

	"example.com/softmax/dataset"
)

// Write writes a dataset as a .npz: its numbers as X, the names of X's columns
// as feature_names, its label as y and its weights as weights. An error of the
// dataset, which is a *dataset.Error, names the column that a .npz cannot hold.
func Write(w io.Writer, d *dataset.Dataset) error {
	x, names, err := numbersOf(d)
	if err != nil {
		return err
	}
	z := zip.NewWriter(w)
	add := func(name, descr string, shape string, body func(*itemWriter)) {
		var f io.Writer
		if err == nil {
			f, err = z.Create(name + ".npy")
		}
		if err == nil {
			err = writeArray(f, descr, shape, body)
		}
	}
	x.add(add)
	add(featureNames, fmt.Sprintf("<U%d", longest(names)), fmt.Sprintf("(%d,)", len(names)), func(w *itemWriter) { w.texts(names) })
	if d.Weights != nil {
		add("weights", "<f8", fmt.Sprintf("(%d,)", d.Rows()), func(w *itemWriter) {
			for _, v := range d.Weights {
				w.uint(math.Float64bits(v), 8)
			}
		})
	}
	if l := d.Label; l != nil {
		texts := make([]string, d.Rows())
		for i, k := range l.Codes {
			if k >= 0 {
				texts[i] = l.Classes[k]
			}
		}
		add("y", fmt.Sprintf("<U%d", longest(l.Classes)), fmt.Sprintf("(%d,)", d.Rows()), func(w *itemWriter) { w.texts(texts) })
	}
	if err != nil {
		return err
	}
	return z.Close()
}

// A block is X: the columns of a dataset side by side.
type block struct {
	columns []dataset.Column
	rows    int
	width   int
	descr   string
	size    uint
}

func numbersOf(d *dataset.Dataset) (x block, names []string, err error) {
	x = block{columns: d.Columns, rows: d.Rows(), descr: "|u1", size: 1}
	cannot := func(column, what string) error {
		return &dataset.Error{File: d.Source, Column: column, Err: fmt.Errorf("%w: a .npz does not hold %s", dataset.ErrColumn, what)}
	}
	for j := range d.Columns {
		c := &d.Columns[j]
		switch {
		case c.Kind == dataset.Categorical, c.Kind == dataset.Text:
			return x, nil, cannot(c.Name, fmt.Sprintf("%v columns: leave it out with --drop, or write .csv or .jsonl", c.Kind))
		case c.Sparse != nil:
			return x, nil, cannot(c.Name, "a sparse block: write .svm")
		case c.Float64s != nil:
			x.descr, x.size = "<f8", 8
		case c.Float32s != nil && x.size == 1:
			x.descr, x.size = "<f4", 4
		}
		for k := range c.Width {
			names = append(names, c.ComponentName(k))
		}
		x.width += c.Width
	}
	if d.Targets != nil {
		return x, nil, cannot("", "several labels a row: write .csv or .jsonl")
	}
	if l := d.Label; l != nil {
		for _, class := range l.Classes {
			if !utf8.ValidString(class) || strings.HasSuffix(class, "\x00") {
				return x, nil, cannot(l.Name, fmt.Sprintf("the class %q, which is not UTF-8 or ends in NUL", class))
			}
		}
	}
	return x, names, nil
}

func (x *block) add(add func(name, descr, shape string, body func(*itemWriter))) {
	shape := fmt.Sprintf("(%d, %d)", x.rows, x.width)
	if len(x.columns) == 1 && x.columns[0].Kind == dataset.Pixels {
		height := x.columns[0].Height
		shape = fmt.Sprintf("(%d, %d, %d)", x.rows, height, x.width/height)
	}
	add("X", x.descr, shape, func(w *itemWriter) {
		for i := range x.rows {
			for j := range x.columns {
				c := &x.columns[j]
				for k := range c.Width {
					switch v := c.Number(i, k); x.size {
					case 1:
						w.uint(uint64(v), 1)
					case 4:
						w.uint(uint64(math.Float32bits(float32(v))), 4)
					default:
						w.uint(math.Float64bits(v), 8)
					}
				}
			}
		}
	})
}

func longest(texts []string) int {
	n := 1
	for _, s := range texts {
		n = max(n, utf8.RuneCountInString(s))
	}
	return n
}

func writeArray(w io.Writer, descr, shape string, body func(*itemWriter)) error {
	head := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': %s, }", descr, shape)
	const fixed = len(magic) + 4
	head += strings.Repeat(" ", 63-(fixed+len(head))%64) + "\n" // the values begin at a multiple of 64
	out := &itemWriter{w: w, width: 1}
	out.buf = append(out.buf, magic+"\x01\x00"...)
	out.buf = binary.LittleEndian.AppendUint16(out.buf, uint16(len(head)))
	out.buf = append(out.buf, head...)
	fmt.Sscanf(descr, "<U%d", &out.width)
	body(out)
	out.flush()
	return out.err
}

// An itemWriter writes values, least significant byte first, and keeps its first
// error.
type itemWriter struct {
	w     io.Writer
	buf   []byte
	width int // of strings, in characters
	err   error
}

func (w *itemWriter) flush() {
	if w.err == nil {
		_, w.err = w.w.Write(w.buf)
	}
	w.buf = w.buf[:0]
}

func (w *itemWriter) uint(v uint64, size int) {
	for range size {
		w.buf = append(w.buf, byte(v))
		v >>= 8
	}
	if len(w.buf) >= 64<<10 {
		w.flush()
	}
}

// texts writes strings in UTF-32, padded with zeros.
func (w *itemWriter) texts(texts []string) {
	for _, s := range texts {
		n := 0
		for _, c := range s {
			w.uint(uint64(c), 4)
			n++
		}
		for ; n < w.width; n++ {
			w.uint(0, 4)
		}
	}
}
