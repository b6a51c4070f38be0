package libsvm

import (
	"bytes"
	"fmt"
	"math"

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
		p.labels = append(p.labels, p.classes.Code(name))
		p.several = p.several || more
	}
	return nil
}

// label is the label of rows that have at most one.
func (p *parser) label(rows int) *dataset.Label {
	l := &dataset.Label{Name: labelName, Codes: make([]int32, rows)}
	var codes []int32
	l.Classes, codes = p.classes.Coded(p.labels, dataset.SortClasses)
	at := 0
	for i, end := range p.ends {
		l.Codes[i] = -1
		for ; at < end; at++ {
			l.Codes[i] = codes[at]
		}
	}
	return l
}

// targets has 1 for each label of a row and 0 elsewhere. It takes rows*K numbers,
// which is bounded by the size of the file.
func (p *parser) targets(rows int) (*dataset.Targets, error) {
	k := len(p.classes.Names)
	const floor, ratio = 512 << 10, 125 // numbers; for each byte
	if most := max(floor, ratio*p.bytes); rows > most/k {
		return nil, fmt.Errorf("%w: %d rows of several labels of %d classes would take %d MiB", dataset.ErrTooLarge, rows, k, (rows*k)>>17)
	}
	t := &dataset.Targets{Values: make([]float64, rows*k)}
	var codes []int32
	t.Classes, codes = p.classes.Coded(p.labels, dataset.SortClasses)
	at := 0
	for i, end := range p.ends {
		for ; at < end; at++ {
			t.Values[i*k+int(codes[at])] = 1
		}
	}
	return t, nil
}
