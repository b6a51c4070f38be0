package dataset

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// NewLabel codes one label per row. The empty string is a missing label.
func NewLabel(name string, labels []string) *Label {
	var levels Levels
	codes := make([]int32, len(labels))
	for i, s := range labels {
		k, ok := levels.code[s]
		switch {
		case s == "":
			k = -1
		case !ok:
			k = levels.add(s)
		}
		codes[i] = k
	}
	l := &Label{Name: name}
	l.Classes, l.Codes = levels.Coded(codes, SortClasses)
	return l
}

// SortClasses puts class names in the order that every model of this module
// uses: by value if all of them are finite numbers, else bytewise. The order
// decides ties: the first class wins.
func SortClasses(classes []string) {
	values := make(map[string]float64, len(classes))
	for _, s := range classes {
		v, err := strconv.ParseFloat(s, 64)
		if err != nil || math.IsInf(v, 0) || math.IsNaN(v) {
			slices.Sort(classes)
			return
		}
		values[s] = v
	}
	slices.SortFunc(classes, func(a, b string) int {
		// "1" and "1.0" are two classes of the same value.
		return cmp.Or(cmp.Compare(values[a], values[b]), strings.Compare(a, b))
	})
}

// checkClasses holds classes to what NewLabel makes of them: distinct and in
// order.
func checkClasses(classes []string) error {
	if twice, ok := repeated(classes); ok {
		return fmt.Errorf("%w: the class %q comes twice", ErrColumn, twice)
	}
	sorted := slices.Clone(classes)
	SortClasses(sorted)
	if !slices.Equal(sorted, classes) {
		return fmt.Errorf("%w: the classes are not in the order of SortClasses", ErrColumn)
	}
	return nil
}

// repeated returns a name that comes twice.
func repeated(names []string) (name string, ok bool) {
	seen := make(map[string]bool, len(names))
	for _, s := range names {
		if seen[s] {
			return s, true
		}
		seen[s] = true
	}
	return "", false
}
