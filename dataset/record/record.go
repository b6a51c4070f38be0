// Package record says what the named columns of a file are for, and collects
// records of named, typed values into a dataset, for the formats whose values have
// types of their own: JSON, Parquet.
//
// A column of records is what its first value is: numbers, strings, or a block of
// numbers of one width. Strings are categories, or texts if they look like such and
// it was left to them (dataset.Levels.LikeText). Where a later value is something
// else this is an error that says how to settle it. A value that a record lacks is
// missing, and so is the empty string where strings are categories.
package record

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"example.com/softmax/dataset"
)

// Options say what the columns are for. They are those of package csv.
type Options struct {
	// Name is the file's name, for errors and Dataset.Source.
	Name string
	// Label is the label's column: its name or, if no column has this name,
	// its number from 1, or from the end if negative. If empty it is the column
	// called "label", or else the last one that is not dropped, the weight or
	// Text; but if there are columns called "label:<class>", these become the
	// dataset's Targets and there is no label.
	Label string
	// LabelOptional reads records without a label too.
	LabelOptional bool
	// Weight is the name of the column of weights, if there is one.
	Weight string
	// Drop names columns to leave out.
	Drop []string
	// RolesOptional reads records without the columns of Weight and Drop, too.
	RolesOptional bool
	// Numeric, Categorical and Text name columns whose kind is not left to their
	// values. The text of a number that is a category is its shortest decimal.
	Numeric, Categorical, Text []string
	// Inputs, if not nil, are the columns that are wanted and their kinds: others
	// but the label and the weight are left out. They need not be there.
	Inputs map[string]dataset.Kind
}

// A Collector takes records one after the other. It keeps its columns when it
// has given a dataset, so that the next one has the same.
type Collector struct {
	opt     Options
	columns []*column
	index   map[string]*column
	next    int // the column that is likely to come next
	row     int // the place of the record in the dataset
	line    int // the record's number, for errors
	values  int // that the records hold, and those
	missing int // that were filled in for what they lack
}

// New returns a Collector without records.
func New(opt Options) *Collector {
	return &Collector{opt: opt, index: map[string]*column{}, row: -1}
}

// Rows is the number of records begun.
func (c *Collector) Rows() int { return c.row + 1 }

// Begin begins the record whose number for errors is line.
func (c *Collector) Begin(line int) { c.row, c.line, c.next = c.row+1, line, 0 }

// Number adds a number to the record; literal is how it is written, empty if it
// has no spelling of its own. NaN is a missing value.
func (c *Collector) Number(name []byte, v float64, literal []byte) error {
	col, err := c.column(name)
	switch {
	case err != nil || col.drop():
		return err
	case math.IsInf(v, 0):
		return c.fault(col, fmt.Errorf("%w: leave the value out if it is unknown", dataset.ErrInfinite))
	case v != v:
		return nil // the next value fills the gap
	case col.words:
		if len(literal) == 0 || strings.ContainsAny(string(literal), ".eE") {
			literal = strconv.AppendFloat(nil, v, 'f', -1, 64)
		}
		return c.addText(col, literal)
	}
	return c.addNumbers(col, v)
}

// Numbers adds a block of numbers.
func (c *Collector) Numbers(name []byte, v []float64) error {
	col, err := c.column(name)
	switch {
	case err != nil || col.drop():
		return err
	case col.single():
		return c.fault(col, fmt.Errorf("%w: an array where one value is wanted", dataset.ErrColumn))
	case len(v) == 0:
		return c.fault(col, fmt.Errorf("%w: an empty array", dataset.ErrColumn))
	case slices.ContainsFunc(v, func(v float64) bool { return math.IsInf(v, 0) }):
		return c.fault(col, dataset.ErrInfinite)
	}
	col.array = true
	return c.addNumbers(col, v...)
}

// Text adds a string, which is copied.
func (c *Collector) Text(name, text []byte) error {
	col, err := c.column(name)
	switch {
	case err != nil || col.drop():
		return err
	case col.number():
		return c.fault(col, fmt.Errorf("%w: the string %s", dataset.ErrNumber, dataset.Quoted(text)))
	}
	return c.addText(col, text)
}

// Null adds a missing value. It makes the column known.
func (c *Collector) Null(name []byte) error {
	_, err := c.column(name)
	return err
}

// A column holds the values of a column up to the last record that has one.
type column struct {
	name  string
	place int  // among the columns
	role  Role // as far as its name tells
	words bool // its values are text, numbers too
	text  bool // of kind Text
	told  bool // it is settled which of the two

	seen    int // the last record with the column, from 1
	first   int // the line of the first value
	array   bool
	width   int // of the numbers; 0 before the first value
	numbers []float64
	strings bool // its values are strings
	levels  dataset.Levels
	codes   []int32
	texts   []string
}

// drop reports whether the values are of no use, single whether they are no
// arrays, number whether they are no strings.
func (col *column) drop() bool   { return col.role == Dropped || col.role == Unwanted }
func (col *column) single() bool { return col.words || col.role == Target || col.role == Weight }
func (col *column) number() bool {
	return col.role == Numeric || col.role == Target || col.role == Weight
}

// column returns the column of the given name for one value.
func (c *Collector) column(name []byte) (*column, error) {
	var col *column
	if c.next < len(c.columns) && c.columns[c.next].name == string(name) {
		col = c.columns[c.next]
	} else if col = c.index[string(name)]; col == nil {
		var err error
		switch col, err = c.add(string(name)); {
		case err != nil:
			return nil, err
		case col.name == "":
			return nil, c.fault(nil, fmt.Errorf("%w: a column without a name", dataset.ErrColumn))
		case len(c.columns) > maxColumns:
			return nil, c.fault(nil, fmt.Errorf("%w: over %d columns", dataset.ErrTooLarge, maxColumns))
		}
	}
	c.next = col.place + 1
	if col.seen == c.row+1 {
		return nil, c.fault(col, fmt.Errorf("%w: it comes twice", dataset.ErrColumn))
	}
	col.seen = c.row + 1
	return col, nil
}

// maxColumns bounds the columns, as package csv does.
const maxColumns = 1 << 20

func (c *Collector) add(name string) (*column, error) {
	role, err := c.opt.Role(name)
	col := &column{name: name, place: len(c.columns), role: role, text: role == Text, told: role == Categorical || role == Label}
	col.words = col.text || col.told
	c.columns = append(c.columns, col)
	c.index[name] = col
	return col, err
}

// Wants reports whether the values of a column are of any use. What no dataset
// holds may come in columns that are not wanted.
func (c *Collector) Wants(name []byte) bool {
	col := c.index[string(name)]
	if col == nil {
		col, _ = c.add(string(name)) // an error returns with the dataset
	}
	return !col.drop()
}

func (c *Collector) addNumbers(col *column, v ...float64) error {
	switch {
	case col.strings:
		return c.fault(col, fmt.Errorf("%w: a number where record %d has a string: write all values alike, or read the column with --categorical", dataset.ErrColumn, col.first))
	case col.width == 0:
		col.width, col.first = len(v), c.line
	case col.width != len(v):
		return c.fault(col, fmt.Errorf("%w: %d numbers where record %d has %d", dataset.ErrRagged, len(v), col.first, col.width))
	}
	if err := c.pad(col, c.row); err != nil {
		return err
	}
	c.values += len(v)
	col.numbers = append(col.numbers, v...)
	return nil
}

func (c *Collector) addText(col *column, text []byte) error {
	if col.width > 0 {
		return c.fault(col, fmt.Errorf("%w: the string %s where record %d has a number: correct it, or read the column with --categorical", dataset.ErrNumber, dataset.Quoted(text), col.first))
	}
	if !col.strings {
		col.strings, col.first = true, c.line
	}
	if err := c.pad(col, c.row); err != nil {
		return err
	}
	c.values++
	switch {
	case col.text:
		col.texts = append(col.texts, string(text))
	case len(text) == 0:
		col.codes = append(col.codes, -1)
	default:
		col.codes = append(col.codes, col.levels.Code(text))
	}
	return nil
}

// pad adds missing values up to the given number of rows. Records that have few
// of their columns each would fill the memory with what they lack.
func (c *Collector) pad(col *column, rows int) error {
	words := col.strings || col.words
	width := 1
	if !words {
		width = max(col.width, 1)
	}
	more := rows*width - len(col.numbers) - len(col.codes) - len(col.texts)
	if c.missing += more; c.missing > fewMissing && c.missing > mostMissing*c.values {
		return c.fault(col, fmt.Errorf("%w: %d columns, of which the records have few each: write such data as .svm", dataset.ErrTooLarge, len(c.columns)))
	}
	switch {
	case col.text:
		col.texts = append(col.texts, make([]string, more)...)
	case words:
		col.codes = append(col.codes, slices.Repeat([]int32{-1}, more)...)
	default:
		col.numbers = append(col.numbers, slices.Repeat([]float64{math.NaN()}, more)...)
	}
	return nil
}

// So many missing values are no harm, nor are so many for each that is there.
const fewMissing, mostMissing = 1 << 18, 64

// fault is an error about a place in the record.
func (c *Collector) fault(col *column, err error) error {
	e := &dataset.Error{File: c.opt.Name, Row: c.line, Err: err}
	if col != nil {
		e.Column = col.name
	}
	return e
}
