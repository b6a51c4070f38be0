package profile

import (
	"fmt"
	"math"
	"slices"

	"example.com/softmax/dataset"
)

// A Warning is something about the data that the user should know.
type Warning struct {
	Kind    string   // constant, id-like, label-determining, collinear or duplicates
	Columns []string // that it is about
	Message string   // a sentence
}

// Warnings looks at the columns of a valid dataset that are not blocks or texts.
// It takes a few passes over them.
func Warnings(d *dataset.Dataset) (found []Warning) {
	warn := func(kind, message string, columns ...string) {
		found = append(found, Warning{kind, columns, message})
	}
	for j := range d.Columns {
		c := &d.Columns[j]
		if c.Width != 1 || c.Kind == dataset.Text || c.Sparse != nil {
			continue
		}
		switch {
		case constant(c, d.Rows()):
			warn("constant", fmt.Sprintf("Column %q has one value in all rows: nothing can be learnt from it.", c.Name), c.Name)
		case idLike(c, d.Rows()):
			warn("id-like", fmt.Sprintf("Column %q has another value in every row, like an identifier, from which nothing can be learnt: consider --drop %s.", c.Name, dataset.Argument(c.Name)), c.Name)
		default:
			if values, ok := determines(c, d.Label); ok {
				warn("label-determining", fmt.Sprintf("Column %q determines the label %q: each of its %d values comes with one class only. If it is not known before the label is, use --drop %s.",
					c.Name, d.Label.Name, values, dataset.Argument(c.Name)), c.Name)
			}
		}
	}
	for _, dependent := range collinear(d) {
		warn("collinear", dependent.message(), append([]string{dependent.name}, dependent.on...)...)
	}
	return found
}

// value is what a column holds in row i, as a number; ok is false where it is
// missing.
func value(c *dataset.Column, i int) (v float64, ok bool) {
	if c.Kind == dataset.Categorical {
		return float64(c.Codes[i]), c.Codes[i] >= 0
	}
	v = c.Number(i, 0)
	return v, v == v
}

// constant reports whether no two rows have different values.
func constant(c *dataset.Column, rows int) bool {
	first := math.NaN()
	for i := range rows {
		v, ok := value(c, i)
		switch {
		case !ok || v == first:
		case first == first:
			return false
		default:
			first = v
		}
	}
	return true
}

// fewRows are too few to judge a column by.
const fewRows = 100

// idLike reports whether every row has a value of its own, and these are
// categories, or whole numbers that only rise or only fall.
func idLike(c *dataset.Column, rows int) bool {
	seen := make([]bool, len(c.Levels))
	last, up, down, present := math.NaN(), true, true, 0
	for i := range rows {
		v, ok := value(c, i)
		if !ok {
			continue
		}
		present++
		if c.Kind == dataset.Categorical {
			if seen[c.Codes[i]] {
				return false
			}
			seen[c.Codes[i]] = true
			continue
		}
		up, down = up && !(v <= last), down && !(v >= last)
		if last = v; v != math.Trunc(v) || !up && !down {
			return false
		}
	}
	return present >= fewRows
}

// determines reports whether each value of a column comes with one class only,
// and often enough that this is no accident: a value has five rows or more on
// average, and ten rows or more that are not of the commonest class share theirs
// with another row. It returns the number of values.
func determines(c *dataset.Column, l *dataset.Label) (values int, ok bool) {
	const rowsOfValue, evidence = 5, 10
	if l == nil {
		return 0, false
	}
	type group struct {
		class int32
		rows  int
	}
	groups := map[float64]group{}
	classes := make([]int, len(l.Classes))
	present := 0
	for i, class := range l.Codes {
		v, ok := value(c, i)
		if !ok || class < 0 {
			continue
		}
		g, known := groups[v]
		if known && g.class != class || len(groups) > len(l.Codes)/rowsOfValue {
			return 0, false
		}
		groups[v] = group{class, g.rows + 1}
		classes[class]++
		present++
	}
	if present < fewRows || present < rowsOfValue*len(groups) {
		return 0, false
	}
	commonest := slices.Index(classes, slices.Max(classes))
	shared := 0
	for _, g := range groups {
		if int(g.class) != commonest && g.rows > 1 {
			shared += g.rows
		}
	}
	return len(groups), shared >= evidence
}
