// Package profile looks at a dataset before anything is learnt from it: what
// each column holds, and what of it will mislead a model or whoever judges it.
package profile

import (
	"fmt"
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

// A Warning is something about the data that the user should know.
type Warning struct {
	Kind    string   // constant, id-like, label-determining, collinear or duplicates
	Columns []string // that it is about
	Message string   // a sentence
}

// Of looks at every column of a valid dataset, and at the label.
func Of(d *dataset.Dataset) *Profile {
	p := &Profile{Rows: d.Rows()}
	for j := range d.Columns {
		c := &d.Columns[j]
		p.Columns = append(p.Columns, columnOf(c, d.Rows()))
		seen := &p.Columns[j]
		switch {
		case seen.Distinct >= 0 && seen.Distinct < 2 && c.Kind != dataset.Text:
			p.warn("constant", fmt.Sprintf("Column %q has one value in all rows: nothing can be learnt from it.", c.Name), c.Name)
		case idLike(c, seen, d.Rows()):
			p.warn("id-like", fmt.Sprintf("Column %q has another value in every row, like an identifier, from which nothing can be learnt: consider --drop %[1]s.", c.Name), c.Name)
		case determines(c, seen, d.Label):
			p.warn("label-determining", fmt.Sprintf("Column %q determines the label %q: each of its %d values comes with one class only. If it is not known before the label is, use --drop %[1]s.",
				c.Name, d.Label.Name, seen.Distinct), c.Name)
		}
	}
	if l := d.Label; l != nil {
		label := columnOf(&dataset.Column{Name: l.Name, Kind: dataset.Categorical, Width: 1, Codes: l.Codes, Levels: l.Classes}, d.Rows())
		p.Label = &label
	}
	for _, dependent := range collinear(d) {
		p.warn("collinear", dependent.message(), append([]string{dependent.name}, dependent.on...)...)
	}
	return p
}

func (p *Profile) warn(kind, message string, columns ...string) {
	p.Warnings = append(p.Warnings, Warning{kind, columns, message})
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

// fewRows are too few to judge a column by.
const fewRows = 100

// idLike reports whether every row has a value of its own, and these are
// categories, or whole numbers that only rise or only fall.
func idLike(c *dataset.Column, seen *Column, rows int) bool {
	present := rows - seen.Missing
	if present < fewRows || seen.Distinct != present || c.Width != 1 {
		return false
	}
	switch {
	case c.Kind == dataset.Categorical:
		return true
	case c.Kind != dataset.Numeric:
		return false
	}
	last, up, down := math.NaN(), true, true
	for i := range rows {
		v := c.Number(i, 0)
		if v != v {
			continue
		}
		if v != math.Trunc(v) {
			return false
		}
		up, down = up && !(v < last), down && !(v > last)
		last = v
	}
	return up || down
}

// determines reports whether each value of a column comes with one class only,
// and often enough that this is no accident: a value has five rows or more on
// average, and ten rows or more that are not of the commonest class share theirs
// with another row.
func determines(c *dataset.Column, seen *Column, l *dataset.Label) bool {
	const rowsOfValue, evidence = 5, 10
	if l == nil || c.Width != 1 || c.Kind == dataset.Text || seen.Distinct < 2 {
		return false
	}
	type group struct {
		class int32
		rows  int
	}
	groups := map[float64]group{} // by code or number
	classes := make([]int, len(l.Classes))
	present := 0
	for i, class := range l.Codes {
		if class < 0 || c.Missing(i) {
			continue
		}
		var value float64
		if c.Kind == dataset.Categorical {
			value = float64(c.Codes[i])
		} else {
			value = c.Number(i, 0)
		}
		g, ok := groups[value]
		if ok && g.class != class {
			return false
		}
		groups[value] = group{class, g.rows + 1}
		classes[class]++
		present++
	}
	if present < fewRows || present < rowsOfValue*len(groups) {
		return false
	}
	commonest := slices.Index(classes, slices.Max(classes))
	shared := 0
	for _, g := range groups {
		if int(g.class) != commonest && g.rows > 1 {
			shared += g.rows
		}
	}
	return shared >= evidence
}
