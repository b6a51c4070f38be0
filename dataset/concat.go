package dataset

import (
	"fmt"
	"math"
	"slices"
)

// Concat puts the rows of several sets one after the other. They must have the
// same columns, in any order; levels and classes are merged, and a column
// without any value fits one of every kind. The error, an *Error, names the set
// and the column that do not fit. The parts are not changed.
func Concat(parts ...*Dataset) (*Dataset, error) {
	if len(parts) == 0 {
		return nil, &Error{Err: ErrNoRows}
	}
	first := parts[0]
	if len(parts) == 1 {
		return first, nil
	}
	columns := make([]Column, len(first.Columns))
	for j := range columns {
		name := first.Columns[j].Name
		pieces := make([]*Column, len(parts))
		for p, d := range parts {
			if pieces[p] = d.Column(name); pieces[p] == nil {
				return nil, d.fault(0, name, fmt.Errorf("%w: it lacks this column of %s", ErrColumn, first.Source))
			}
			if len(d.Columns) > len(columns) {
				for i := range d.Columns {
					if first.Column(d.Columns[i].Name) == nil {
						return nil, first.fault(0, d.Columns[i].Name, fmt.Errorf("%w: it lacks this column of %s", ErrColumn, d.Source))
					}
				}
			}
		}
		c, err := concatColumn(parts, pieces)
		if err != nil {
			return nil, err
		}
		columns[j] = c
	}
	label, err := concatLabel(parts)
	if err != nil {
		return nil, err
	}
	var weights []float64
	var targets *Targets
	for _, d := range parts {
		if (d.Weights == nil) != (first.Weights == nil) {
			return nil, d.fault(0, "", fmt.Errorf("%w: it and %s do not both have weights", ErrWeight, first.Source))
		}
		weights = append(weights, d.Weights...)
		switch t := d.Targets; {
		case (t == nil) != (first.Targets == nil) || t != nil && !slices.Equal(t.Classes, first.Targets.Classes):
			return nil, d.fault(0, "", fmt.Errorf("%w: it has other targets than %s", ErrColumn, first.Source))
		case t == nil:
		case targets == nil:
			targets = &Targets{Classes: t.Classes, Values: slices.Clone(t.Values)}
		default:
			targets.Values = append(targets.Values, t.Values...)
		}
	}
	out, err := New(fmt.Sprintf("%s and %d more", first.Source, len(parts)-1), columns, label, weights)
	if err != nil {
		return nil, err
	}
	if out.Left = parts[len(parts)-1].Left; targets == nil {
		return out, nil
	}
	out.Targets = targets
	return out, out.Validate()
}

// concatColumn joins the pieces of one column, which lie in the given sets.
func concatColumn(parts []*Dataset, pieces []*Column) (Column, error) {
	model := 0 // the first piece with a value
	blank := func(c *Column) bool {
		return c.Kind == Numeric && c.Float64s != nil && !slices.ContainsFunc(c.Float64s, func(v float64) bool { return v == v })
	}
	empty := make([]bool, len(pieces))
	for p := len(pieces) - 1; p >= 0; p-- {
		if empty[p] = blank(pieces[p]); !empty[p] {
			model = p
		}
	}
	out := *pieces[model]
	rows := 0
	for p, c := range pieces {
		rows += parts[p].Rows()
		var err error
		switch {
		case empty[p] && out.Sparse == nil:
			continue // whatever its width
		case c.Kind != out.Kind:
			err = fmt.Errorf("%w: %v here and %v in %s: settle it with --numeric, --categorical or --text", ErrColumn, c.Kind, out.Kind, parts[model].Source)
		case (c.Sparse == nil) != (out.Sparse == nil), c.Sparse == nil && c.Width != out.Width, c.Height != out.Height:
			err = fmt.Errorf("%w: a block of %d numbers here and of %d in %s", ErrColumn, c.Width, out.Width, parts[model].Source)
		case !slices.Equal(c.Components, out.Components):
			err = fmt.Errorf("%w: its numbers have other names than in %s", ErrColumn, parts[model].Source)
		}
		if err != nil {
			return out, parts[p].fault(0, c.Name, err)
		}
		out.Width = max(out.Width, c.Width)
	}
	out.Bytes, out.Float32s, out.Float64s, out.Codes, out.Texts = nil, nil, nil, nil, nil
	switch {
	case out.Sparse != nil:
		out.Sparse = &Sparse{Starts: []int{0}}
		for _, c := range pieces {
			for _, at := range c.Sparse.Starts[1:] {
				out.Sparse.Starts = append(out.Sparse.Starts, len(out.Sparse.Index)+at)
			}
			out.Sparse.Index = append(out.Sparse.Index, c.Sparse.Index...)
			out.Sparse.Values = append(out.Sparse.Values, c.Sparse.Values...)
		}
	case out.Kind == Text:
		for p, c := range pieces {
			out.Texts = append(out.Texts, c.Texts...)
			out.Texts = append(out.Texts, make([]string, parts[p].Rows()-len(c.Texts))...)
		}
	case out.Kind == Categorical:
		levels := make([][]string, len(pieces))
		codes := make([][]int32, len(pieces))
		for p, c := range pieces {
			if levels[p], codes[p] = c.Levels, c.Codes; codes[p] == nil {
				codes[p] = slices.Repeat([]int32{-1}, parts[p].Rows())
			}
		}
		out.Levels, out.Codes = mergeCodes(levels, codes, slices.Sort[[]string])
	case !slices.ContainsFunc(pieces, func(c *Column) bool { return c.Bytes == nil }):
		for _, c := range pieces {
			out.Bytes = append(out.Bytes, c.Bytes...)
		}
	default:
		out.Float64s = make([]float64, 0, rows*out.Width)
		for p, c := range pieces {
			for at := range parts[p].Rows() * out.Width {
				v := math.NaN()
				if !empty[p] {
					v = c.Number(at/out.Width, at%out.Width)
				}
				out.Float64s = append(out.Float64s, v)
			}
		}
	}
	return out, nil
}

func concatLabel(parts []*Dataset) (*Label, error) {
	first := parts[0]
	var classes [][]string
	var codes [][]int32
	for _, d := range parts {
		switch l := d.Label; {
		case (l == nil) != (first.Label == nil):
			return nil, d.fault(0, "", fmt.Errorf("%w: it and %s do not both have one", ErrNoLabel, first.Source))
		case l == nil:
		case l.Name != first.Label.Name:
			return nil, d.fault(0, l.Name, fmt.Errorf("%w: the label, which is %q in %s", ErrNoLabel, first.Label.Name, first.Source))
		default:
			classes, codes = append(classes, l.Classes), append(codes, l.Codes)
		}
	}
	if first.Label == nil {
		return nil, nil
	}
	l := &Label{Name: first.Label.Name}
	l.Classes, l.Codes = mergeCodes(classes, codes, SortClasses)
	return l, nil
}

// mergeCodes joins lists of names, and the codes that are indices into them.
func mergeCodes(names [][]string, codes [][]int32, sort func([]string)) ([]string, []int32) {
	var all Levels
	var merged []int32
	for p, list := range codes {
		code := make([]int32, len(names[p]))
		for k, name := range names[p] {
			code[k] = all.Code([]byte(name))
		}
		for _, k := range list {
			if k >= 0 {
				k = code[k]
			}
			merged = append(merged, k)
		}
	}
	return all.Coded(merged, sort)
}
