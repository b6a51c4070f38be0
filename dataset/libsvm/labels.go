package libsvm

import (
	"bytes"
	"fmt"
	"maps"
	"math"
	"slices"

	"example.com/softmax/dataset"
)

var nan = math.NaN()

// addLabels appends the labels of a row.
func (p *parser) addLabels(token []byte) error {
	for more := true; more; {
		var name []byte
		name, token, more = bytes.Cut(token, []byte(","))
		if len(name) == 0 {
			return fmt.Errorf("%w: an empty label beside a comma", dataset.ErrFormat)
		}
		code, ok := p.classes[string(name)]
		if !ok {
			code = int32(len(p.classes))
			p.classes[string(name)] = code
		}
		p.labels = append(p.labels, code)
		p.several = p.several || more
	}
	return nil
}

// sorted returns the classes in order, and the place there of each code.
func (c classes) sorted() (names []string, rank []int32) {
	names = slices.Collect(maps.Keys(c))
	dataset.SortClasses(names)
	rank = make([]int32, len(names))
	for k, name := range names {
		rank[c[name]] = int32(k)
	}
	return names, rank
}

// label is the label of rows that have at most one.
func (p *parser) label(rows int) *dataset.Label {
	l := &dataset.Label{Name: labelName, Codes: make([]int32, rows)}
	var rank []int32
	l.Classes, rank = p.classes.sorted()
	at := 0
	for i, end := range p.ends {
		l.Codes[i] = -1
		for ; at < end; at++ {
			l.Codes[i] = rank[p.labels[at]]
		}
	}
	return l
}

// targets has 1 for each label of a row and 0 elsewhere. It takes rows*K numbers,
// which is bounded by the size of the file.
func (p *parser) targets(rows int) (*dataset.Targets, error) {
	k := len(p.classes)
	const floor, ratio = 512 << 10, 125 // numbers; for each byte
	if most := max(floor, ratio*p.bytes); rows > most/k {
		return nil, fmt.Errorf("%w: %d rows of several labels of %d classes would take %d MiB", dataset.ErrTooLarge, rows, k, (rows*k)>>17)
	}
	t := &dataset.Targets{Values: make([]float64, rows*k)}
	var rank []int32
	t.Classes, rank = p.classes.sorted()
	at := 0
	for i, end := range p.ends {
		for ; at < end; at++ {
			t.Values[i*k+int(rank[p.labels[at]])] = 1
		}
	}
	return t, nil
}
