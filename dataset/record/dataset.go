package record

import (
	"fmt"
	"math"
	"slices"
	"strconv"

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
	names := make([]string, len(c.columns))
	for j, col := range c.columns {
		names[j] = col.name
	}
	roles, err := c.opt.Roles(names)
	if err != nil {
		return nil, err
	}
	for _, col := range c.columns {
		if !col.drop() {
			if err := c.pad(col, rows); err != nil {
				return nil, err
			}
		}
	}
	var left []string
	var label *dataset.Label
	var weights []float64
	var targets, columns []dataset.Column
	for j, col := range c.columns {
		switch roles[j] {
		case Dropped:
		case Unwanted:
			left = append(left, col.name)
		case Label:
			switch {
			case col.drop():
				return nil, c.fault(col, fmt.Errorf("%w: no input of the model and not called a label: say that it is the label with --label %s", dataset.ErrColumn, dataset.Argument(col.name)))
			case col.array:
				return nil, c.fault(col, fmt.Errorf("%w: an array is no label", dataset.ErrColumn))
			}
			if label, err = c.label(col); err != nil {
				return nil, err
			}
		case Weight:
			weights = col.numbers
		case Target:
			targets = append(targets, col.dataset())
		default:
			if col.strings && !col.told && !col.text {
				col.settle()
			}
			columns = append(columns, col.dataset())
		}
	}
	if len(columns) == 0 {
		return nil, c.fault(nil, fmt.Errorf("%w besides label and weight", dataset.ErrNoColumns))
	}
	d, err := dataset.New(c.opt.Name, columns, label, weights)
	if err == nil {
		err = d.SetTargets(targets)
	}
	if err != nil {
		return nil, err
	}
	d.Left = left
	c.row, c.values, c.missing = -1, 0, 0
	for _, col := range c.columns {
		col.seen, col.numbers, col.codes, col.texts, col.levels = 0, nil, nil, nil, dataset.Levels{}
	}
	return d, nil
}

func (c *Collector) label(col *column) (*dataset.Label, error) {
	if col.strings || col.words {
		l := &dataset.Label{Name: col.name}
		l.Classes, l.Codes = col.levels.Coded(col.codes, dataset.SortClasses)
		return l, nil
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
	if col.told = !col.levels.LikeText(col.codes); !col.told {
		col.text, col.texts, col.codes = true, col.levels.Texts(col.codes), nil
	}
}

// dataset is what was collected, as a column of a dataset.
func (col *column) dataset() dataset.Column {
	out := dataset.Column{Name: col.name, Width: 1}
	switch {
	case col.text:
		out.Kind, out.Texts = dataset.Text, col.texts
	case col.strings || col.words:
		out.Kind = dataset.Categorical
		out.Levels, out.Codes = col.levels.Coded(col.codes, slices.Sort[[]string])
	default:
		out.Width = max(col.width, 1)
		out.Float64s = col.numbers
		out.Compact()
	}
	return out
}
