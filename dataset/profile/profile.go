// Package profile looks at a dataset before anything is learnt from it: what
// each column holds, and what of it will mislead a model or whoever judges it.
package profile

import (
	"math"
	"slices"

	"example.com/softmax/dataset"
)

// A Profile is what was seen of a dataset.
type Profile struct {
	Rows     int
	Columns  []Column
	Label    *Column // categorical; nil if there is none
	Warnings []Warning
}

// A Column says what one column of the dataset holds.
type Column struct {
	Name    string
	Kind    dataset.Kind
	Width   int // numbers in each row
	Missing int // rows
	// Distinct is the number of different values; of a block, -1.
	Distinct int
	// Min, Mean and Max are of the numbers that are there; NaN if there are none,
	// or the column has no numbers.
	Min, Mean, Max float64
	// Levels are those of a categorical column or the label with their rows, the
	// most frequent first.
	Levels []Level
}

// A Level is a level of a categorical column.
type Level struct {
	Name string
	Rows int
}

// Of looks at every column of a valid dataset, and at the label.
func Of(d *dataset.Dataset) *Profile {
	p := &Profile{Rows: d.Rows(), Warnings: Warnings(d)}
	for j := range d.Columns {
		p.Columns = append(p.Columns, columnOf(&d.Columns[j], d.Rows()))
	}
	if l := d.Label; l != nil {
		label := columnOf(&dataset.Column{Name: l.Name, Kind: dataset.Categorical, Width: 1, Codes: l.Codes, Levels: l.Classes}, d.Rows())
		p.Label = &label
	}
	return p
}

func columnOf(c *dataset.Column, rows int) Column {
	out := Column{Name: c.Name, Kind: c.Kind, Width: c.Width, Distinct: -1, Min: math.NaN(), Mean: math.NaN(), Max: math.NaN()}
	switch {
	case c.Kind == dataset.Text:
		out.Distinct = distinct(slices.Clone(c.Texts))
	case c.Kind == dataset.Categorical:
		counts := make([]int, len(c.Levels))
		for _, k := range c.Codes {
			if k < 0 {
				out.Missing++
			} else {
				counts[k]++
			}
		}
		for k, n := range counts {
			if n > 0 {
				out.Levels = append(out.Levels, Level{c.Levels[k], n})
			}
		}
		slices.SortStableFunc(out.Levels, func(a, b Level) int { return b.Rows - a.Rows })
		out.Distinct = len(out.Levels)
	default:
		out.numbers(c, rows)
	}
	return out
}

func (out *Column) numbers(c *dataset.Column, rows int) {
	var values []float64 // of a column of single numbers
	count, sum := 0, 0.0
	add := func(v float64) {
		if v == v {
			count++
			sum += v
			if !(out.Min <= v) {
				out.Min = v
			}
			if !(out.Max >= v) {
				out.Max = v
			}
		}
	}
	for i := range rows {
		if c.Missing(i) {
			out.Missing++
		}
		switch {
		case c.Sparse != nil:
			_, row := c.Sparse.Row(i)
			for _, v := range row {
				add(v)
			}
			if len(row) < c.Width {
				add(0)
				count += c.Width - len(row) - 1
			}
		default:
			for j := range c.Width {
				add(c.Number(i, j))
			}
		}
		if c.Width == 1 && !c.Missing(i) {
			values = append(values, c.Number(i, 0))
		}
	}
	if count > 0 {
		out.Mean = sum / float64(count)
	}
	if c.Width == 1 {
		out.Distinct = distinct(values)
	}
}

// distinct counts the different values, which it sorts.
func distinct[T string | float64](values []T) int {
	slices.Sort(values)
	return len(slices.Compact(values))
}
