package csv

import (
	"fmt"
	"math"
	"slices"

	"example.com/softmax/dataset"
	"example.com/softmax/dataset/record"
)

// A store says where a column keeps its cells.
type store uint8

const (
	inBytes  store = iota // numbers, all of them integers 0 to 255 so far
	inFloats              // numbers and missing values
	inCodes               // levels
	inTexts               // texts
	nowhere               // a column left out, or the weight
)

// A column of the file while it is read. Which it is of the four slices that
// hold its cells, store says.
type column struct {
	store  store
	bytes  []uint8 // without the rows in table.stage
	floats []float64
	codes  []int32
	texts  []string

	name   string
	blanks []string // Options.Missing
	role   record.Role
	fixed  bool // numeric or not, it stays so

	levels dataset.Levels

	unread   int     // rows before this one are to be read again as text
	word     offence // the cell that made a column of numbers categorical
	infinite offence // the first infinite value
	spelled  int     // missing values in words, not in a numeric column
}

// An offence is a cell that does not fit its column; its line is 0 if there is
// none.
type offence struct {
	line int
	cell string // quoted
}

func (o offence) fault() error {
	return fmt.Errorf("%w: %s: leave the cell empty if the value is unknown", dataset.ErrInfinite, o.cell)
}

// add appends a cell on which the fast paths of numbers failed. stage holds
// the staged rows of the column and a place for this one.
func (c *column) add(cell []byte, line int, settled bool, stage []uint8) error {
	switch c.store {
	case inCodes:
		c.codes = append(c.codes, c.codeOf(cell))
		return nil
	case inTexts:
		if c.missing(cell) {
			cell = nil
		}
		c.texts = append(c.texts, string(cell))
		return nil
	}
	staged := stage[:len(stage)-1]
	if c.store != inBytes {
		staged = nil // of another time
	}
	v, class := classify(cell, c.blanks)
	switch class {
	case isInfinite:
		if c.fixed || settled {
			return offence{line, dataset.Quoted(cell)}.fault()
		}
		// A later word may show that this is one, too.
		if c.infinite.line == 0 {
			c.infinite = offence{line, dataset.Quoted(cell)}
		}
	case isText:
		switch {
		case c.fixed:
			return fmt.Errorf("%w: %s: correct the cell, or leave it empty if the value is unknown (or read such cells so with --na)", dataset.ErrNumber, dataset.Quoted(cell))
		case settled && !c.blank(staged):
			return fmt.Errorf("%w: %s, where all rows before have numbers: correct the cell, or read the column as categorical (--categorical %s)",
				dataset.ErrNumber, dataset.Quoted(cell), dataset.Argument(c.name))
		}
		c.word = offence{line, dataset.Quoted(cell)}
		c.becomeCategorical(staged)
		c.codes = append(c.codes, c.codeOf(cell))
		return nil
	}
	if c.store == inBytes {
		if v >= 0 && v <= 255 && v == math.Trunc(v) && !math.Signbit(v) {
			stage[len(stage)-1] = uint8(v)
			return nil
		}
		c.becomeFloats(staged)
	}
	c.floats = append(c.floats, v)
	return nil
}

// restart forgets the cells, and holds on to the type.
func (c *column) restart() {
	if c.store == inFloats {
		c.store = inBytes
	}
	c.bytes, c.floats, c.codes, c.texts, c.levels = nil, nil, nil, nil, dataset.Levels{}
	c.fixed, c.unread, c.spelled = true, 0, 0
}

// blank reports whether all cells so far are missing.
func (c *column) blank(staged []uint8) bool {
	return len(c.bytes)+len(staged) == 0 && !slices.ContainsFunc(c.floats, func(v float64) bool { return v == v })
}

func (c *column) becomeFloats(staged []uint8) {
	c.floats = make([]float64, 0, len(c.bytes)+stageRows)
	for _, part := range [][]uint8{c.bytes, staged} {
		for _, b := range part {
			c.floats = append(c.floats, float64(b))
		}
	}
	c.store, c.bytes = inFloats, nil
}

func (c *column) becomeCategorical(staged []uint8) {
	rows := len(c.bytes) + len(staged) + len(c.floats)
	if !c.blank(staged) {
		c.unread = rows
	}
	c.codes = slices.Repeat([]int32{-1}, rows)
	c.store, c.bytes, c.floats = inCodes, nil, nil
}

// codeOf returns the code of the level that a cell names, -1 if it is missing.
func (c *column) codeOf(cell []byte) int32 {
	if k, ok := c.levels.Find(cell); ok {
		return k
	}
	if c.missing(cell) {
		return -1
	}
	return c.levels.Code(cell)
}

// missing reports whether a cell of words is missing, and counts those that say so.
func (c *column) missing(cell []byte) bool {
	word := trim(cell)
	if len(word) > 0 && saysMissing(word, nil) {
		c.spelled++
	}
	return saysMissing(word, c.blanks)
}

// flush appends the staged rows if they are this column's, and makes room for
// stageRows more.
func (c *column) flush(staged []uint8) {
	switch c.store {
	case inBytes:
		c.bytes = append(room(c.bytes), staged...)
	case inFloats:
		c.floats = room(c.floats)
	case inCodes:
		c.codes = room(c.codes)
	}
}

// room makes room for stageRows more elements, and for half as many again as
// there are if it must reallocate: append's quarter would move them more often.
func room[T any](s []T) []T {
	if cap(s)-len(s) >= stageRows {
		return s
	}
	return slices.Grow(s, max(stageRows, len(s)/2))
}

// column is what was read, as a column of the dataset.
func (c *column) column() dataset.Column {
	out := dataset.Column{Name: c.name, Kind: dataset.Numeric, Width: 1}
	switch c.store {
	case inBytes:
		out.Bytes = c.bytes
	case inFloats:
		out.Float64s = c.floats
	case inTexts:
		out.Kind, out.Texts = dataset.Text, c.texts
	case inCodes:
		out.Kind = dataset.Categorical
		out.Levels, out.Codes = c.levels.Coded(c.codes, slices.Sort[[]string])
	}
	return out
}

// label is what was read, as the label of the dataset.
func (c *column) label() *dataset.Label {
	l := &dataset.Label{Name: c.name}
	l.Classes, l.Codes = c.levels.Coded(c.codes, dataset.SortClasses)
	return l
}
