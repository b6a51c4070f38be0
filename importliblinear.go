package softmax

import (
	"bufio"
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

// importLiblinear reads the text format of LIBLINEAR: a header of one name and
// its values a line, to the line "w", then a line of coefficients for each
// feature, and one for the bias if there is one. Two classes have one column,
// for the first.
func importLiblinear(b []byte) (*Linear, error) {
	s := bufio.NewScanner(bytes.NewReader(b))
	s.Buffer(nil, 1<<26)
	l := &Linear{OneVsRest: true, Sparse: true, Source: "LIBLINEAR"}
	header := make(map[string][]string)
	for s.Scan() {
		fields := strings.Fields(s.Text())
		if len(fields) == 0 {
			continue
		}
		if fields[0] == "w" {
			break
		}
		header[fields[0]] = fields[1:]
	}
	switch solver := strings.Join(header["solver_type"], " "); solver {
	case "L2R_LR", "L2R_LR_DUAL", "L1R_LR":
	default:
		return nil, fmt.Errorf("a LIBLINEAR model of %s gives no probabilities; train with -s 0, 6 or 7", solver)
	}
	number := func(name string) (v float64, err error) {
		if len(header[name]) == 1 {
			v, err = strconv.ParseFloat(header[name][0], 64)
		}
		if err != nil || len(header[name]) != 1 {
			return 0, fmt.Errorf("LIBLINEAR model: %s is missing or no number", name)
		}
		return v, nil
	}
	features, err := number("nr_feature")
	if err != nil {
		return nil, err
	}
	bias, err := number("bias")
	if err != nil {
		return nil, err
	}
	if l.Classes = header["label"]; len(l.Classes) < 2 {
		return nil, fmt.Errorf("LIBLINEAR model: it has no labels of two classes or more")
	}
	for s.Scan() {
		var row []float64
		for _, field := range strings.Fields(s.Text()) {
			v, err := strconv.ParseFloat(field, 64)
			if err != nil {
				return nil, fmt.Errorf("LIBLINEAR model: %q in row %d of w is no number", field, len(l.W)+1)
			}
			row = append(row, v)
		}
		switch {
		case len(row) == 0:
			continue
		case len(row) == 1 && len(l.Classes) == 2:
			row = []float64{row[0], -row[0]}
		}
		l.W = append(l.W, row)
	}
	if err := s.Err(); err != nil {
		return nil, err
	}
	want := features
	if bias >= 0 {
		want++
	}
	if features < 1 || float64(len(l.W)) != want {
		return nil, fmt.Errorf("LIBLINEAR model: %d rows of w where there should be %v", len(l.W), want)
	}
	if bias >= 0 {
		l.Intercept = l.W[len(l.W)-1]
		l.W = l.W[:len(l.W)-1]
		for q := range l.Intercept {
			l.Intercept[q] *= bias
		}
	}
	return l, nil
}
