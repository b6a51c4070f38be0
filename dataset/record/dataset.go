package record

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"example.com/softmax/dataset"
)

// Dataset returns the records begun since the last call. Every error is a
// *dataset.Error.
func (c *Collector) Dataset() (*dataset.Dataset, error) {
	c.line = 0
	rows := c.Rows()
	if rows == 0 {
		return nil, c.fault(nil, dataset.ErrNoRows)
	}
	for _, names := range [][]string{c.opt.Drop, c.opt.Numeric, c.opt.Categorical, c.opt.Text} {
		for _, name := range names {
			if c.index[name] == nil {
				return nil, c.unknown(name, dataset.ErrColumn)
			}
		}
	}
	if c.opt.Weight != "" && !c.opt.WeightOptional && c.index[c.opt.Weight] == nil {
		return nil, c.unknown(c.opt.Weight, dataset.ErrColumn)
	}
	labelled, err := c.labelColumn()
	if err != nil {
		return nil, err
	}
	for _, col := range c.columns {
		if !col.drop {
			if err := c.pad(col, rows); err != nil {
				return nil, err
			}
		}
	}
	var label *dataset.Label
	var weights []float64
	var targets, inputs []*column
	for _, col := range c.columns {
		switch {
		case col.drop:
			continue
		case col == labelled:
			if label, err = c.label(col); err != nil {
				return nil, err
			}
		case col.name == c.opt.Weight:
			weights = col.numbers
		case col.target:
			targets = append(targets, col)
		default:
			inputs = append(inputs, col)
		}
	}
	if len(inputs) == 0 {
		return nil, c.fault(nil, fmt.Errorf("%w besides label and weight", dataset.ErrNoColumns))
	}
	columns := make([]dataset.Column, len(inputs))
	for j, col := range inputs {
		if col.code != nil && !col.told && !col.text {
			col.settle()
		}
		columns[j] = col.dataset()
	}
	d, err := dataset.New(c.opt.Name, columns, label, weights)
	if err == nil && len(targets) > 0 {
		d.Targets = targetsOf(targets, rows)
		err = d.Validate()
	}
	if err != nil {
		return nil, err
	}
	c.row, c.values, c.missing = -1, 0, 0
	for _, col := range c.columns {
		col.seen, col.numbers, col.codes, col.texts = 0, nil, nil, nil
		if col.code != nil {
			col.code, col.levels = map[string]int32{}, nil
		}
	}
	return d, nil
}

// labelColumn finds the label as Options.Label says; nil if there is none.
func (c *Collector) labelColumn() (*column, error) {
	name := c.opt.Label
	if name == "" {
		if slices.ContainsFunc(c.columns, func(col *column) bool { return col.target && !col.drop }) {
			return nil, nil
		}
		name = "label"
		if c.index[name] == nil && !c.opt.LabelOptional {
			for _, col := range slices.Backward(c.columns) {
				if !col.drop && !slices.Contains(c.opt.Text, col.name) && col.name != c.opt.Weight {
					return col, nil
				}
			}
		}
	}
	col := c.index[name]
	if n, err := strconv.Atoi(name); col == nil && err == nil {
		if n < 0 {
			n += len(c.columns) + 1
		}
		if n >= 1 && n <= len(c.columns) {
			col = c.columns[n-1]
		}
	}
	switch {
	case col == nil && c.opt.LabelOptional:
		return nil, nil
	case col == nil:
		return nil, c.unknown(name, dataset.ErrNoLabel)
	case col.drop, col.name == c.opt.Weight, slices.Contains(c.opt.Text, col.name):
		return nil, c.fault(col, fmt.Errorf("%w: it cannot be the label and have another use", dataset.ErrColumn))
	case col.array:
		return nil, c.fault(col, fmt.Errorf("%w: an array is no label", dataset.ErrColumn))
	}
	return col, nil
}

func (c *Collector) unknown(name string, err error) error {
	const most = 8
	var names []string
	for _, col := range c.columns[:min(most, len(c.columns))] {
		names = append(names, strconv.Quote(col.name))
	}
	if len(c.columns) > most {
		names = append(names, "...")
	}
	return &dataset.Error{File: c.opt.Name, Column: name, Err: fmt.Errorf("%w: there is no such column; there are %s", err, strings.Join(names, ", "))}
}

func (c *Collector) label(col *column) (*dataset.Label, error) {
	if col.code != nil || col.words {
		texts := make([]string, len(col.codes))
		for i, k := range col.codes {
			if k >= 0 {
				texts[i] = col.levels[k]
			}
		}
		return dataset.NewLabel(col.name, texts), nil
	}
	texts := make([]string, len(col.numbers))
	// It was not known to be the label before the last record.
	for i, v := range col.numbers {
		switch {
		case v != v:
		case math.Abs(v) > 1<<53:
			return nil, c.fault(col, fmt.Errorf("%w: %v has too many digits for a number: name the label with --label", dataset.ErrNumber, v))
		default:
			texts[i] = strconv.FormatFloat(v, 'f', -1, 64)
		}
	}
	return dataset.NewLabel(col.name, texts), nil
}

// settle makes the levels texts if they look like such. It is asked once.
func (col *column) settle() {
	present := 0
	for _, k := range col.codes {
		if k >= 0 {
			present++
		}
	}
	if col.told = !dataset.LikeText(col.levels, present); col.told {
		return
	}
	col.text, col.texts = true, make([]string, len(col.codes))
	for i, k := range col.codes {
		if k >= 0 {
			col.texts[i] = col.levels[k]
		}
	}
	col.codes = nil
}

// dataset is what was collected, as a column of a dataset.
func (col *column) dataset() dataset.Column {
	out := dataset.Column{Name: col.name, Width: 1}
	switch {
	case col.text:
		out.Kind, out.Texts = dataset.Text, col.texts
	case col.code != nil || col.words:
		out.Kind, out.Levels, out.Codes = dataset.Categorical, slices.Sorted(slices.Values(col.levels)), col.codes
		for i, k := range col.codes {
			if k >= 0 {
				code, _ := slices.BinarySearch(out.Levels, col.levels[k])
				out.Codes[i] = int32(code)
			}
		}
	default:
		out.Width = max(col.width, 1)
		out.Float64s = col.numbers
		out.Compact()
	}
	return out
}

func targetsOf(columns []*column, rows int) *dataset.Targets {
	k := len(columns)
	classes, values := make([]string, k), make([]float64, rows*k)
	for j, col := range columns {
		classes[j] = strings.TrimPrefix(col.name, dataset.TargetPrefix)
		for i, v := range col.numbers {
			values[i*k+j] = v
		}
	}
	return dataset.NewTargets(classes, values)
}
