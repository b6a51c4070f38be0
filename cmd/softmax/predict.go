package main

import (
	stdcsv "encoding/csv"
	"encoding/json"
	"slices"
	"strconv"

	"example.com/softmax"
	"github.com/spf13/cobra"
)

const predictHelp = `Predicts the class of every row of DATA and writes one line for each: the column
prediction, and with --proba the probability p_CLASS of each class. A row with a
missing value has an empty prediction. Columns are matched by name; a label is not
needed. Images may come as a table of one column for each pixel.

` + dataHelp

func newPredict(in *reader, out *output) *cobra.Command {
	p := &predictor{out: out}
	var l *layout
	c := newVerb("predict MODEL DATA", "predict the class of each row", predictHelp, 2, 2, func(args []string) (err error) {
		l.labelOptional = true
		if p.scoring, err = in.bind(args[0], args[1], *l); err != nil {
			return err
		}
		return p.run()
	})
	l = layoutFlags(c)
	f := c.Flags()
	f.BoolVar(&p.proba, "proba", false, "write the probability of each class, too")
	choiceVar(c, &p.format, "output-format", "what to write: a table with a header, or one JSON object a line", "csv", "jsonl")
	f.BoolVar(&out.quiet, "quiet", false, "no progress, no notes: errors and predictions only")
	rare(c, "label")
	return c
}

// A predictor is one run of the verb predict.
type predictor struct {
	*scoring
	out    *output
	proba  bool
	format string
}

// A block of predictions has at most so many probabilities.
const blockProbabilities = 1 << 20

func (p *predictor) run() error {
	classes := p.model.Classes()
	write, end := p.csv(classes)
	if p.format == "jsonl" {
		write, end = p.jsonl(classes)
	}
	var gaps softmax.Gaps
	size := max(1, blockProbabilities/len(classes))
	for lo := 0; lo < p.bound.Rows(); lo += size {
		block := p.bound.Predict(lo, min(lo+size, p.bound.Rows()))
		gaps.Incomplete += block.Incomplete
		gaps.Unseen += block.Unseen
		for i, code := range block.Codes {
			if err := write(int(code), block.Probabilities[i*len(classes):][:len(classes)]); err != nil {
				return outputError(err)
			}
		}
	}
	if err := end(); err != nil {
		return outputError(err)
	}
	p.gaps(p.out, gaps)
	return nil
}

// A writer writes a prediction: the class's code, -1 if there is none, and the
// probabilities.
type writer func(code int, probabilities []float64) error

// csv returns what writes predictions as CSV, and what ends it.
func (p *predictor) csv(classes []string) (write writer, end func() error) {
	record := []string{"prediction"}
	if p.proba {
		for _, class := range classes {
			record = append(record, "p_"+class)
		}
	}
	w := stdcsv.NewWriter(p.out.stdout)
	header := slices.Clone(record)
	write = func(code int, probabilities []float64) error {
		if header != nil {
			w.Write(header) // its error is that of the next write, too
			header = nil
		}
		clear(record)
		if code >= 0 {
			record[0] = classes[code]
			for k := range record[1:] {
				record[1+k] = strconv.FormatFloat(probabilities[k], 'g', -1, 64)
			}
		}
		return w.Write(record)
	}
	return write, func() error { w.Flush(); return w.Error() }
}

// jsonl returns what writes predictions as JSON lines, and what ends it.
func (p *predictor) jsonl(classes []string) (write writer, end func() error) {
	quote := func(s string) []byte { b, _ := json.Marshal(s); return b } // strings cannot fail
	var names [][]byte
	for _, class := range classes {
		names = append(names, quote("p_"+class))
	}
	var line []byte
	write = func(code int, probabilities []float64) error {
		line = append(line[:0], `{"prediction":`...)
		if code < 0 {
			line = append(line, "null"...)
		} else {
			line = append(line, quote(classes[code])...)
		}
		for k := 0; p.proba && k < len(classes); k++ {
			line = append(append(append(line, ','), names[k]...), ':')
			if code < 0 {
				line = append(line, "null"...)
			} else {
				line = strconv.AppendFloat(line, probabilities[k], 'g', -1, 64)
			}
		}
		_, err := p.out.stdout.Write(append(line, "}\n"...))
		return err
	}
	return write, func() error { return nil }
}
