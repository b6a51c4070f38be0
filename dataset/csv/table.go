package csv

import (
	"fmt"
	"io"

	"example.com/softmax/dataset"
	"example.com/softmax/dataset/record"
	"example.com/softmax/internal/decimal"
)

// typing is how much text is kept until the types of the columns are settled: a
// column whose first cells looked like numbers is then read again as text.
const typing = 32 << 20

// A table is a dataset while it is read.
type table struct {
	opt  Options
	text *scanner

	columns []column // all those of the file
	weight  int      // index of the weights' column, -1 if there is none
	weights []float64
	rows    int
	settled bool

	// The last rows of the columns in bytes lie together here, staged of them
	// for each column, those of column j from j*stageRows on: to write each
	// byte to the column's own slice took a third of the time.
	stage  []uint8
	staged int
}

const stageRows = 32

// readRows reads up to n rows in all, to the end if n is negative. The error is
// io.EOF if there are none.
func (t *table) readRows(n int) error {
	for t.rows != n {
		switch err := t.text.scan(); {
		case err == io.EOF && t.rows == 0:
			return io.EOF
		case err == io.EOF:
			return t.settle()
		case err != nil:
			return t.fault(t.text.line, "", err)
		}
		if err := t.readRow(); err != nil {
			return err
		}
		if t.text.keptBytes > typing {
			if err := t.settle(); err != nil {
				return err
			}
		}
	}
	return t.settle()
}

// restart begins a block of rows with the columns as they are.
func (t *table) restart() {
	t.rows, t.staged, t.weights = 0, 0, nil
	for j := range t.columns {
		t.columns[j].restart()
	}
}

// readRow appends the record that was scanned.
func (t *table) readRow() error {
	if got, want := len(t.text.fields), len(t.columns); got != want {
		return t.fault(t.text.line, "", fmt.Errorf("%w: %d where the first line has %d", dataset.ErrRagged, got, want))
	}
	if t.staged == stageRows || t.rows == 0 {
		t.flush()
	}
	data, fields, stage := t.text.data, t.text.fields[:len(t.columns)], t.stage[t.staged:]
	for j := range t.columns {
		c, f := &t.columns[j], fields[j]
		switch c.store {
		case inBytes:
			if v, ok := smallInt(data, f.from, f.to); ok {
				stage[j*stageRows] = v
				continue
			}
		case inFloats:
			if v, class := decimal.Parse(data[f.from:f.to]); class == decimal.Number {
				c.floats = append(c.floats, v)
				continue
			}
		case nowhere:
			continue
		}
		if err := c.add(data[f.from:f.to], t.text.line, t.settled, t.stage[j*stageRows:][:t.staged+1]); err != nil {
			return t.fault(t.text.line, c.name, err)
		}
	}
	if t.weight >= 0 {
		w, err := weight(t.text.field(t.weight))
		if err != nil {
			return t.fault(t.text.line, t.columns[t.weight].name, err)
		}
		t.weights = append(t.weights, w)
	}
	t.rows++
	t.staged++
	return nil
}

// flush moves the staged rows to their columns and makes room for as many.
func (t *table) flush() {
	for j := range t.columns {
		t.columns[j].flush(t.stage[j*stageRows:][:t.staged])
	}
	t.staged = 0
}

func weight(cell []byte) (float64, error) {
	w, class := classify(cell, nil)
	if class != isNumber || w < 0 {
		return 0, fmt.Errorf("%w: %s is not a number of at least 0", dataset.ErrWeight, dataset.Quoted(cell))
	}
	return w, nil
}

// settle ends the time in which a column may change its type, and reads the
// first cells of those that did again.
func (t *table) settle() error {
	if t.settled {
		return nil
	}
	t.settled = true
	again := 0
	for j := range t.columns {
		c := &t.columns[j]
		if c.store != inCodes && c.infinite.line > 0 {
			return t.fault(c.infinite.line, c.name, c.infinite.fault())
		}
		again = max(again, c.unread)
	}
	defer t.text.release()
	if again == 0 {
		return nil
	}
	text := newScanner(t.text.scanned(), t.opt.Delimiter)
	text.escapes = t.text.escapes
	text.skipBOM()
	row := 0
	if !t.opt.NoHeader {
		row = -1
	}
	for ; row < again; row++ {
		if err := text.scan(); err != nil {
			return t.fault(text.line, "", err)
		}
		for j := range t.columns {
			if c := &t.columns[j]; 0 <= row && row < c.unread {
				c.codes[row] = c.codeOf(text.field(j))
			}
		}
	}
	return nil
}

func (t *table) dataset() (*dataset.Dataset, error) {
	t.flush()
	columns := make([]dataset.Column, 0, len(t.columns))
	var targets []dataset.Column
	var label *dataset.Label
	var notes, left []string
	for j := range t.columns {
		c := &t.columns[j]
		if c.role == record.Unwanted {
			left = append(left, c.name)
		}
		if c.store == nowhere {
			continue
		}
		if c.store == inCodes && c.role == record.Input && !c.fixed && c.levels.LikeText(c.codes) {
			c.texts = c.levels.Texts(c.codes)
			c.store, c.codes, c.levels = inTexts, nil, dataset.Levels{}
		}
		notes = append(notes, c.notes()...)
		switch c.role {
		case record.Label:
			label = c.label()
		case record.Target:
			targets = append(targets, c.column())
		default:
			columns = append(columns, c.column())
		}
	}
	d, err := dataset.New(t.opt.Name, columns, label, t.weights)
	if err != nil {
		return nil, err
	}
	d.Notes, d.Left = notes, left
	if err := d.SetTargets(targets); err != nil {
		return nil, err
	}
	return d, nil
}

// fault makes err an error about a place in the file. An error of the file's
// reader that has one already stays as it is.
func (t *table) fault(line int, column string, err error) error {
	return dataset.Placed(t.opt.Name, line, column, err)
}
