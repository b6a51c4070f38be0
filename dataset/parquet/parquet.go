//go:build parquet

package parquet

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"example.com/softmax/dataset"
	"example.com/softmax/dataset/record"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// Read reads a dataset to the end of r. Every error is a *dataset.Error; its Row
// is the row of the file, from 1.
func Read(r io.Reader, opt record.Options) (*dataset.Dataset, error) {
	in, err := NewReader(r, opt)
	if err != nil {
		return nil, err
	}
	return in.Read(-1)
}

// A Reader reads a file in blocks of rows. It holds the file in memory, of which
// a Parquet file is the smaller part when it is unpacked.
type Reader struct {
	name    string
	columns []column
	groups  []parquet.RowGroup
	rows    parquet.Rows // of the first of groups
	buf     []parquet.Row
	line    int
	begun   bool
	records *record.Collector
}

// NewReader returns a Reader that has read the schema.
func NewReader(r io.Reader, opt record.Options) (in *Reader, err error) {
	in = &Reader{name: opt.Name, records: record.New(opt)}
	defer in.catch(&err)
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, in.fault("", err)
	}
	if err := checkFooter(data); err != nil {
		return nil, in.fault("", err)
	}
	file, err := parquet.OpenFile(bytes.NewReader(data), int64(len(data)), parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return nil, in.fault("", fmt.Errorf("%w: %w", dataset.ErrFormat, err))
	}
	if err := checkPages(data, file.Metadata()); err != nil {
		return nil, in.fault("", err)
	}
	for _, c := range file.Root().Columns() {
		add, reason := convert(c)
		if reason != "" && in.records.Wants([]byte(c.Name())) {
			return nil, in.fault(c.Name(), fmt.Errorf("%w: %s; leave it out with --drop %s", dataset.ErrFormat, reason, dataset.Argument(c.Name())))
		}
		if add != nil {
			in.columns = append(in.columns, column{[]byte(c.Name()), add})
			continue
		}
		// The values of its parts are counted through like columns of their own.
		in.columns = append(in.columns, make([]column, leaves(c))...)
	}
	in.groups = file.RowGroups()
	in.buf = make([]parquet.Row, 64)
	return in, nil
}

func leaves(c *parquet.Column) (n int) {
	if c.Leaf() {
		return 1
	}
	for _, child := range c.Columns() {
		n += leaves(child)
	}
	return n
}

// Read reads up to n rows, all that are left if n is negative. The error is
// io.EOF if there are no more, else, and for a file without rows, a
// *dataset.Error.
func (r *Reader) Read(n int) (d *dataset.Dataset, err error) {
	defer r.catch(&err)
	for r.records.Rows() != n && len(r.groups) > 0 {
		if r.rows == nil {
			r.rows = r.groups[0].Rows()
		}
		want := len(r.buf)
		if n >= 0 {
			want = min(want, n-r.records.Rows())
		}
		got, err := r.rows.ReadRows(r.buf[:want])
		for _, row := range r.buf[:got] {
			if err := r.add(row); err != nil {
				return nil, err
			}
		}
		if err == io.EOF || err == nil && got == 0 {
			r.rows.Close()
			r.rows, r.groups = nil, r.groups[1:]
		} else if err != nil {
			return nil, r.fault("", fmt.Errorf("%w: %w", dataset.ErrFormat, err))
		}
	}
	if r.records.Rows() == 0 && r.begun {
		return nil, io.EOF
	}
	r.begun = true
	return r.records.Dataset()
}

func (r *Reader) add(row parquet.Row) error {
	r.line++
	r.records.Begin(r.line)
	for _, v := range row {
		c := &r.columns[v.Column()]
		var err error
		switch {
		case c.name == nil:
		case v.IsNull():
			err = r.records.Null(c.name)
		default:
			err = c.add(r.records, c.name, v)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// catch makes a panic of the library an error.
func (r *Reader) catch(err *error) {
	if p := recover(); p != nil {
		*err = r.fault("", fmt.Errorf("%w: damaged: %v", dataset.ErrFormat, p))
	}
}

func (r *Reader) fault(column string, err error) error {
	return dataset.Placed(r.name, r.line, column, err)
}

// A column is a leaf of the schema; its name is nil if its values are not wanted.
type column struct {
	name []byte
	add  func(to *record.Collector, name []byte, v parquet.Value) error
}

// convert returns how the values of a column are read, or why they are not.
func convert(c *parquet.Column) (add func(*record.Collector, []byte, parquet.Value) error, reason string) {
	switch {
	case !c.Leaf():
		return nil, "a nested column"
	case c.Repeated():
		return nil, "a repeated column"
	}
	scale := 1.0
	unsigned := false
	if l := c.Type().LogicalType(); l != nil {
		switch l := l.Value.(type) {
		case *format.DecimalType:
			scale = math.Pow10(int(l.Scale))
		case *format.IntType:
			unsigned = !l.IsSigned
		}
	}
	number := func(of func(parquet.Value) float64) (func(*record.Collector, []byte, parquet.Value) error, string) {
		return func(to *record.Collector, name []byte, v parquet.Value) error { return to.Number(name, of(v), nil) }, ""
	}
	integer := func(of func(parquet.Value) int64) (func(*record.Collector, []byte, parquet.Value) error, string) {
		return func(to *record.Collector, name []byte, v parquet.Value) error {
			n := of(v)
			if scale != 1 {
				return to.Number(name, float64(n)/scale, nil)
			}
			if unsigned {
				return to.Number(name, float64(uint64(n)), strconv.AppendUint(nil, uint64(n), 10))
			}
			return to.Number(name, float64(n), strconv.AppendInt(nil, n, 10))
		}, ""
	}
	switch c.Type().Kind() {
	case parquet.Boolean:
		return func(to *record.Collector, name []byte, v parquet.Value) error {
			return to.Text(name, strconv.AppendBool(nil, v.Boolean()))
		}, ""
	case parquet.Int32:
		if unsigned {
			return integer(func(v parquet.Value) int64 { return int64(v.Uint32()) })
		}
		return integer(func(v parquet.Value) int64 { return int64(v.Int32()) })
	case parquet.Int64:
		return integer(parquet.Value.Int64)
	case parquet.Float:
		return number(func(v parquet.Value) float64 { return float64(v.Float()) })
	case parquet.Double:
		return number(parquet.Value.Double)
	case parquet.ByteArray:
		if scale == 1 {
			return func(to *record.Collector, name []byte, v parquet.Value) error { return to.Text(name, v.ByteArray()) }, ""
		}
	}
	return nil, fmt.Sprintf("a column of type %s", strings.ToLower(c.Type().String()))
}
