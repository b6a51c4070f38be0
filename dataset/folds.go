package dataset

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
)

// Folds deals the rows to k folds for cross-validation and returns the fold of
// each row, 0 up to k. Which rows go together depends on seed alone. The folds
// are stratified: every class is spread over them as evenly as may be.
//
// Rows of equal number in groups go to the same fold, as they must where they
// are not independent: several images of one person, several visits of one
// patient (see Column.Groups). It is nil for rows by themselves.
//
// Rows of a class that has fewer than two rows, or groups, get -1: they belong
// in every training part, since a model cannot be tested on a class it has not
// seen. So do rows without a label.
//
// Rows or groups are dealt in an order that is shuffled, large groups first,
// each to the fold that has least of its classes so far. That is the balanced
// deal of stratified folds for rows with one class, and what is known as
// iterative stratification for several.
func (d *Dataset) Folds(k int, seed uint64, groups []int) []int {
	s := d.strata(groups)
	order := rand.New(rand.NewPCG(seed, 0)).Perm(len(s.units))
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(len(s.units[b]), len(s.units[a])) })
	fold := make([]int, d.rows)
	for i := range fold {
		fold[i] = -1
	}
	has := make([][]float64, k) // of each class
	rows := make([]int, k)
	for f := range has {
		has[f] = make([]float64, len(s.total))
	}
	for _, u := range order {
		classes, ok := s.classes(u)
		if !ok {
			continue
		}
		best, least := 0, math.Inf(1)
		for f := range k {
			var load float64
			for _, c := range classes {
				load += c.amount * has[f][c.class] / (s.total[c.class] * s.total[c.class])
			}
			if load < least || load == least && rows[f] < rows[best] {
				best, least = f, load
			}
		}
		for _, c := range classes {
			has[best][c.class] += c.amount
		}
		rows[best] += len(s.units[u])
		for _, i := range s.units[u] {
			fold[i] = best
		}
	}
	return fold
}

// strata are what folds are made of: units of rows that stay together.
type strata struct {
	d     *Dataset
	units [][]int
	total []float64 // of each class
	in    []int     // units that have some of a class
}

// A share is how much of a class a unit has.
type share struct {
	class  int
	amount float64
}

func (d *Dataset) strata(groups []int) *strata {
	s := &strata{d: d}
	unit := make(map[int]int)
	for i := range d.rows {
		if groups != nil {
			if u, ok := unit[groups[i]]; ok {
				s.units[u] = append(s.units[u], i)
				continue
			}
			unit[groups[i]] = len(s.units)
		}
		s.units = append(s.units, []int{i})
	}
	switch {
	case d.Label != nil:
		s.total = make([]float64, len(d.Label.Classes))
	case d.Targets != nil:
		s.total = make([]float64, len(d.Targets.Classes))
	}
	s.in = make([]int, len(s.total))
	for u := range s.units {
		for _, c := range s.shares(u) {
			s.total[c.class] += c.amount
			s.in[c.class]++
		}
	}
	return s
}

// Groups numbers the distinct values of a column from 0, in the order in which
// they come, and returns the number of each row. Missing values are one group;
// of a block the first number counts.
func (c *Column) Groups() []int {
	number := make(map[any]int)
	groups := make([]int, c.rows())
	for i := range groups {
		var key any
		switch {
		case c.Kind == Categorical:
			key = c.Codes[i]
		case c.Kind == Text:
			key = c.Texts[i]
		case !c.Missing(i): // a NaN is no key
			key = c.Number(i, 0)
		}
		if _, ok := number[key]; !ok {
			number[key] = len(number)
		}
		groups[i] = number[key]
	}
	return groups
}

// shares lists the classes of a unit.
func (s *strata) shares(u int) []share {
	var all []share
	for _, i := range s.units[u] {
		switch d := s.d; {
		case d.Label != nil && d.Label.Codes[i] >= 0:
			all = append(all, share{int(d.Label.Codes[i]), 1})
		case d.Targets != nil:
			for k, v := range d.Targets.Row(i) {
				if v > 0 {
					all = append(all, share{k, v})
				}
			}
		}
	}
	if len(s.units[u]) == 1 {
		return all
	}
	slices.SortFunc(all, func(a, b share) int { return cmp.Compare(a.class, b.class) })
	merged := all[:0]
	for _, c := range all {
		if n := len(merged); n > 0 && merged[n-1].class == c.class {
			merged[n-1].amount += c.amount
		} else {
			merged = append(merged, c)
		}
	}
	return merged
}

// classes are the shares of a unit, and whether it may be held out.
func (s *strata) classes(u int) ([]share, bool) {
	all := s.shares(u)
	for _, c := range all {
		if s.in[c.class] < 2 {
			return nil, false
		}
	}
	return all, len(all) > 0 || s.d.Targets != nil
}
