//go:build parquet

package parquet

import (
	"fmt"
	"io"

	"example.com/softmax/dataset"
	"github.com/parquet-go/parquet-go"
)

// Write writes a dataset: the numbers of blocks in a column each, the weight as
// "weight", the targets, and last the label. An error of the dataset, which is
// a *dataset.Error, names the column that the format cannot hold.
func Write(w io.Writer, d *dataset.Dataset) error {
	fields, err := fieldsOf(d)
	if err != nil {
		return err
	}
	group := ordered{Group: parquet.Group{}}
	for _, f := range fields {
		if group.Group[f.name] != nil {
			return &dataset.Error{File: d.Source, Column: f.name, Err: fmt.Errorf("%w: two columns of this name", dataset.ErrColumn)}
		}
		group.Group[f.name] = parquet.Compressed(parquet.Optional(f.node), &parquet.Zstd)
		group.names = append(group.names, f.name)
	}
	out := parquet.NewWriter(w, parquet.NewSchema("dataset", group))
	row := make(parquet.Row, len(fields))
	for i := range d.Rows() {
		for j, f := range fields {
			defined := 1
			v, ok := f.value(i)
			if !ok {
				v, defined = parquet.NullValue(), 0
			}
			row[j] = v.Level(0, defined, j)
		}
		if _, err := out.WriteRows([]parquet.Row{row}); err != nil {
			return err
		}
	}
	return out.Close()
}

// ordered is a group whose fields keep their order.
type ordered struct {
	parquet.Group
	names []string
}

func (o ordered) Fields() []parquet.Field {
	byName := map[string]parquet.Field{}
	for _, f := range o.Group.Fields() {
		byName[f.Name()] = f
	}
	fields := make([]parquet.Field, len(o.names))
	for j, name := range o.names {
		fields[j] = byName[name]
	}
	return fields
}

// A field is a column of the file.
type field struct {
	name  string
	node  parquet.Node
	value func(i int) (v parquet.Value, ok bool) // not ok: missing
}

func fieldsOf(d *dataset.Dataset) (fields []field, err error) {
	cannot := func(column, what string) error {
		return &dataset.Error{File: d.Source, Column: column, Err: fmt.Errorf("%w: Parquet files do not hold %s", dataset.ErrColumn, what)}
	}
	numbers := func(name string, node parquet.Node, of func(i int) float64) {
		fields = append(fields, field{name, node, func(i int) (parquet.Value, bool) {
			v := of(i)
			switch node.Type().Kind() {
			case parquet.Int32:
				return parquet.Int32Value(int32(v)), true
			case parquet.Float:
				return parquet.FloatValue(float32(v)), v == v
			}
			return parquet.DoubleValue(v), v == v
		}})
	}
	levels := func(name string, levels []string, codes []int32) {
		fields = append(fields, field{name, parquet.String(), func(i int) (parquet.Value, bool) {
			if codes[i] < 0 {
				return parquet.Value{}, false
			}
			return parquet.ByteArrayValue([]byte(levels[codes[i]])), true
		}})
	}
	for j := range d.Columns {
		c := &d.Columns[j]
		switch {
		case c.Sparse != nil:
			return nil, cannot(c.Name, "a sparse block: write .svm")
		case c.Kind == dataset.Categorical:
			levels(c.Name, c.Levels, c.Codes)
		case c.Kind == dataset.Text:
			fields = append(fields, field{c.Name, parquet.String(), func(i int) (parquet.Value, bool) {
				return parquet.ByteArrayValue([]byte(c.Texts[i])), true
			}})
		case len(fields)+c.Width > parquet.MaxColumnIndex:
			return nil, cannot(c.Name, fmt.Sprintf("over %d columns", parquet.MaxColumnIndex))
		default:
			node := parquet.Leaf(parquet.DoubleType)
			if c.Bytes != nil {
				node = parquet.Leaf(parquet.Int32Type)
			} else if c.Float32s != nil {
				node = parquet.Leaf(parquet.FloatType)
			}
			for k := range c.Width {
				numbers(c.ComponentName(k), node, func(i int) float64 { return c.Number(i, k) })
			}
		}
	}
	if d.Weights != nil {
		numbers("weight", parquet.Leaf(parquet.DoubleType), func(i int) float64 { return d.Weights[i] })
	}
	if t := d.Targets; t != nil {
		for k, class := range t.Classes {
			numbers(dataset.TargetPrefix+class, parquet.Leaf(parquet.DoubleType), func(i int) float64 { return t.Row(i)[k] })
		}
	}
	if l := d.Label; l != nil {
		levels(l.Name, l.Classes, l.Codes)
	}
	return fields, nil
}
