// Package dataset holds examples as they came from a file or from slices:
// typed columns, the label of each example, and its weight.
//
// It is the first station of the line
//
//	file -> dataset -> design matrix -> objective -> solver -> model
//
// and contains no format: each format is a package of its own below this
// folder (dataset/csv, dataset/idx) with one Read. What a column means for a
// model - scaling, one-hot coding - is decided later, when a design is fitted.
package dataset

import (
	"fmt"
	"math"
	"slices"
)

// Kind says what the values of a Column are.
type Kind uint8

const (
	// Numeric values are numbers; a NaN is a missing value.
	Numeric Kind = iota
	// Categorical values are one of a finite set of levels.
	Categorical
	// Pixels are grey values 0 to 255 of an image, Height*Width of them in
	// each row, row by row from the top left.
	Pixels
	// Text values are strings of any length, which become features by the
	// words or characters in them.
	Text
)

func (k Kind) String() string {
	switch k {
	case Numeric:
		return "numeric"
	case Categorical:
		return "categorical"
	case Pixels:
		return "pixels"
	case Text:
		return "text"
	}
	return fmt.Sprintf("Kind(%d)", uint8(k))
}

// A Column is one named input of every example. Most hold one number or one
// category for each row; a block (an image, an embedding vector) holds Width
// numbers for each row, row-major.
type Column struct {
	Name string
	Kind Kind
	// Width is the count of numbers in each row: 1 except for blocks.
	Width int

	// Exactly one of the following four is set for Numeric and Pixels, the
	// first three with rows*Width entries. Bytes is chosen by readers when
	// every value is an integer in [0, 255] and none is missing; Pixels are
	// always Bytes. Sparse is for wide blocks most of whose numbers are 0.
	Bytes    []uint8
	Float32s []float32
	Float64s []float64
	Sparse   *Sparse

	// Codes are indices into Levels, -1 for a missing value, for Categorical.
	// Levels are distinct; readers put them in ascending bytewise order.
	Codes  []int32
	Levels []string

	// Texts are the strings of a Text column, one for each row; none is missing:
	// an empty string is a text without words.
	Texts []string

	// Height is the number of image lines for Pixels; Width/Height is the
	// length of a line.
	Height int

	// Components names the Width numbers of a block; if nil they are numbered
	// from 0. Unused where Width is 1.
	Components []string
}

// ComponentName names number j of the column: the column's own name where
// Width is 1.
func (c *Column) ComponentName(j int) string {
	switch {
	case c.Width == 1:
		return c.Name
	case c.Components != nil:
		return c.Components[j]
	case c.Kind == Pixels && c.Height > 0:
		line := c.Width / c.Height
		return fmt.Sprintf("%s[%d,%d]", c.Name, j/line, j%line)
	default:
		return fmt.Sprintf("%s[%d]", c.Name, j)
	}
}

// Number returns number j of row i of a Numeric or Pixels column.
func (c *Column) Number(i, j int) float64 {
	at := i*c.Width + j
	switch {
	case c.Bytes != nil:
		return float64(c.Bytes[at])
	case c.Float32s != nil:
		return float64(c.Float32s[at])
	case c.Sparse != nil:
		return c.Sparse.Number(i, j)
	default:
		return c.Float64s[at]
	}
}

// Missing reports whether row i has no value in this column (for a block: in
// at least one of its numbers).
func (c *Column) Missing(i int) bool {
	if c.Kind == Categorical {
		return c.Codes[i] < 0
	}
	if c.Sparse != nil {
		_, values := c.Sparse.Row(i)
		return slices.ContainsFunc(values, math.IsNaN)
	}
	for _, v := range window(c.Float64s, i, c.Width) {
		if v != v {
			return true
		}
	}
	for _, v := range window(c.Float32s, i, c.Width) {
		if v != v {
			return true
		}
	}
	return false
}

// MarkMissing sets complete to false for the rows that Missing reports.
func (c *Column) MarkMissing(complete []bool) {
	if c.Kind != Categorical && c.Sparse == nil {
		markNaN(complete, c.Float64s, c.Width)
		markNaN(complete, c.Float32s, c.Width)
		return
	}
	for i := range complete {
		complete[i] = complete[i] && !c.Missing(i)
	}
}

func markNaN[T float32 | float64](complete []bool, numbers []T, width int) {
	for at, v := range numbers {
		if v != v {
			complete[at/width] = false
		}
	}
}

func window[T any](s []T, i, width int) []T {
	if s == nil {
		return nil
	}
	return s[i*width : (i+1)*width]
}

// rows is the number of rows the column holds, or -1 if its parts disagree.
func (c *Column) rows() int {
	numbers := c.Bytes != nil || c.Float32s != nil || c.Float64s != nil || c.Sparse != nil
	switch {
	case c.Kind == Categorical && (numbers || c.Texts != nil), c.Kind == Text && (numbers || c.Codes != nil):
		return -1
	case c.Kind == Categorical:
		return len(c.Codes)
	case c.Kind == Text:
		return len(c.Texts)
	case c.Width < 1 || c.Codes != nil || c.Texts != nil:
		return -1
	case c.Sparse != nil:
		if c.Bytes != nil || c.Float32s != nil || c.Float64s != nil {
			return -1
		}
		return c.Sparse.Rows()
	}
	n, set := 0, 0
	for _, l := range []struct {
		set bool
		n   int
	}{{c.Bytes != nil, len(c.Bytes)}, {c.Float32s != nil, len(c.Float32s)}, {c.Float64s != nil, len(c.Float64s)}} {
		if l.set {
			n, set = l.n, set+1
		}
	}
	if set != 1 || n%c.Width != 0 {
		return -1
	}
	return n / c.Width
}

// Label is the class of every example.
type Label struct {
	Name string
	// Classes are distinct, in the order of SortClasses.
	Classes []string
	// Codes are indices into Classes, one for each row; -1 where the label is
	// missing.
	Codes []int32
}

// A Dataset is a set of examples. The zero Dataset has no rows.
type Dataset struct {
	// Source says where the examples came from, for reports: a file name.
	Source  string
	Columns []Column
	// Label is nil for examples to predict and where there are Targets.
	Label *Label
	// Targets take the place of Label where examples do not have one class
	// each; else nil.
	Targets *Targets
	// Weights are the examples' weights, at least 0 and not all 0; nil means
	// 1 for each. Weight 2 is the same as the row twice.
	Weights []float64
	// Notes are remarks of the reader for the user, whole sentences.
	Notes []string
	// Left are the columns of the file that were not wanted, and are not here.
	Left []string

	rows int
}

// New returns a Dataset of the given columns, which must all have the same
// number of rows, and validates it. label and weights may be nil. The slices
// are kept, not copied.
func New(source string, columns []Column, label *Label, weights []float64) (*Dataset, error) {
	d := &Dataset{Source: source, Columns: columns, Label: label, Weights: weights}
	switch {
	case len(columns) > 0:
		d.rows = columns[0].rows()
	case label != nil:
		d.rows = len(label.Codes)
	}
	if err := d.Validate(); err != nil {
		return nil, err
	}
	return d, nil
}

// FromRows makes a Dataset of numbers, X[i] being the features of example i,
// with the label of each example. labels may be nil for examples to predict.
// The numbers are copied.
func FromRows(X [][]float64, labels []string) (*Dataset, error) {
	if len(X) == 0 {
		return nil, &Error{Err: ErrNoRows}
	}
	width := len(X[0])
	if width == 0 {
		return nil, &Error{Row: 1, Err: ErrNoColumns}
	}
	values := make([]float64, 0, len(X)*width)
	for i, x := range X {
		if len(x) != width {
			return nil, &Error{Row: i + 1, Err: fmt.Errorf("%w: %d values where the first row has %d", ErrRagged, len(x), width)}
		}
		values = append(values, x...)
	}
	var label *Label
	if labels != nil {
		label = NewLabel("label", labels)
	}
	return New("", []Column{{Name: "x", Kind: Numeric, Width: width, Float64s: values}}, label, nil)
}

// Rows is the number of examples.
func (d *Dataset) Rows() int { return d.rows }

// Weight is that of row i.
func (d *Dataset) Weight(i int) float64 {
	if d.Weights == nil {
		return 1
	}
	return d.Weights[i]
}

// Complete reports whether row i has a value in every column.
func (d *Dataset) Complete(i int) bool {
	return !slices.ContainsFunc(d.Columns, func(c Column) bool { return c.Missing(i) })
}

// Column returns the column of the given name, or nil.
func (d *Dataset) Column(name string) *Column {
	for i := range d.Columns {
		if d.Columns[i].Name == name {
			return &d.Columns[i]
		}
	}
	return nil
}

// Validate checks that all parts describe the same rows and that numbers,
// codes and weights are in range. Readers call it through New; whoever builds
// or changes a Dataset by hand calls it to learn of a mistake early (Fit and
// prediction call it too). The error is an *Error.
func (d *Dataset) Validate() error {
	names := make(map[string]bool, len(d.Columns))
	for i := range d.Columns {
		c := &d.Columns[i]
		if c.Name == "" {
			return d.fault(0, "", fmt.Errorf("%w: column %d has no name", ErrColumn, i+1))
		}
		if names[c.Name] {
			return d.fault(0, c.Name, fmt.Errorf("%w: two columns of this name", ErrColumn))
		}
		names[c.Name] = true
		switch n := c.rows(); {
		case n < 0:
			return d.fault(0, c.Name, fmt.Errorf("%w: its storage does not fit its kind and width", ErrColumn))
		case n != d.rows:
			return d.fault(0, c.Name, fmt.Errorf("%w: %d rows where the set has %d", ErrColumn, n, d.rows))
		}
		if err := d.validateValues(c); err != nil {
			return err
		}
	}
	if l := d.Label; l != nil {
		if len(l.Codes) != d.rows {
			return d.fault(0, l.Name, fmt.Errorf("%w: %d labels for %d rows", ErrColumn, len(l.Codes), d.rows))
		}
		for i, code := range l.Codes {
			if code < -1 || int(code) >= len(l.Classes) {
				return d.fault(i+1, l.Name, fmt.Errorf("%w: class code %d of %d classes", ErrColumn, code, len(l.Classes)))
			}
		}
		if err := checkClasses(l.Classes); err != nil {
			return d.fault(0, l.Name, err)
		}
	}
	if err := d.validateTargets(); err != nil {
		return err
	}
	return d.validateWeights()
}

func (d *Dataset) validateValues(c *Column) error {
	if c.Kind == Categorical {
		for i, code := range c.Codes {
			if code < -1 || int(code) >= len(c.Levels) {
				return d.fault(i+1, c.Name, fmt.Errorf("%w: level code %d of %d levels", ErrColumn, code, len(c.Levels)))
			}
		}
		if twice, ok := repeated(c.Levels); ok {
			return d.fault(0, c.Name, fmt.Errorf("%w: the level %q comes twice", ErrColumn, twice))
		}
		return nil
	}
	if c.Kind > Text {
		return d.fault(0, c.Name, fmt.Errorf("%w: there is no %v", ErrColumn, c.Kind))
	}
	if c.Sparse != nil {
		return d.validateSparse(c)
	}
	if c.Kind == Pixels && (c.Bytes == nil || c.Height < 1 || c.Width%c.Height != 0) {
		return d.fault(0, c.Name, fmt.Errorf("%w: %d pixels do not make an image of height %d", ErrColumn, c.Width, c.Height))
	}
	if c.Width > 1 && c.Components != nil && len(c.Components) != c.Width {
		return d.fault(0, c.Name, fmt.Errorf("%w: %d component names for a width of %d", ErrColumn, len(c.Components), c.Width))
	}
	for at, v := range c.Float64s {
		if math.IsInf(v, 0) {
			return d.fault(at/c.Width+1, c.ComponentName(at%c.Width), ErrInfinite)
		}
	}
	for at, v := range c.Float32s {
		if math.IsInf(float64(v), 0) {
			return d.fault(at/c.Width+1, c.ComponentName(at%c.Width), ErrInfinite)
		}
	}
	return nil
}

func (d *Dataset) validateWeights() error {
	if d.Weights == nil {
		return nil
	}
	if len(d.Weights) != d.rows {
		return d.fault(0, "", fmt.Errorf("%w: %d weights for %d rows", ErrWeight, len(d.Weights), d.rows))
	}
	var sum float64
	for i, w := range d.Weights {
		if !(w >= 0) || math.IsInf(w, 1) {
			return d.fault(i+1, "", fmt.Errorf("%w: %v is not a number of at least 0", ErrWeight, w))
		}
		sum += w
	}
	if d.rows > 0 && sum == 0 {
		return d.fault(0, "", fmt.Errorf("%w: all are 0", ErrWeight))
	}
	if math.IsInf(sum, 1) {
		return d.fault(0, "", fmt.Errorf("%w: their sum overflows", ErrWeight))
	}
	return nil
}

func (d *Dataset) fault(row int, column string, err error) error {
	return &Error{File: d.Source, Row: row, Column: column, Err: err}
}

// Subset returns the given rows, in that order, as a Dataset of its own; a row
// may be named more than once. Levels and Classes stay as they are, so codes
// keep their meaning. It panics if a row is out of range.
func (d *Dataset) Subset(rows []int) *Dataset {
	s := &Dataset{Source: d.Source, Notes: d.Notes, Left: d.Left, rows: len(rows), Columns: slices.Clone(d.Columns)}
	for i := range s.Columns {
		c := &s.Columns[i]
		c.Bytes = pick(c.Bytes, rows, c.Width)
		c.Float32s = pick(c.Float32s, rows, c.Width)
		c.Float64s = pick(c.Float64s, rows, c.Width)
		c.Codes = pick(c.Codes, rows, 1)
		c.Texts = pick(c.Texts, rows, 1)
		if c.Sparse != nil {
			c.Sparse = c.Sparse.pick(rows)
		}
	}
	if d.Label != nil {
		l := *d.Label
		l.Codes = pick(l.Codes, rows, 1)
		s.Label = &l
	}
	if d.Targets != nil {
		s.Targets = &Targets{Classes: d.Targets.Classes, Values: pick(d.Targets.Values, rows, len(d.Targets.Classes))}
	}
	s.Weights = pick(d.Weights, rows, 1)
	return s
}

func pick[T any](s []T, rows []int, width int) []T {
	if s == nil {
		return nil
	}
	if width == 1 { // one by one, several times faster
		out := make([]T, len(rows))
		for at, i := range rows {
			out[at] = s[i]
		}
		return out
	}
	out := make([]T, 0, len(rows)*width)
	for _, i := range rows {
		out = append(out, s[i*width:(i+1)*width]...)
	}
	return out
}
