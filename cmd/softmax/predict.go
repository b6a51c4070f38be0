package main

import (
	"encoding/json"
	"io"
	"strconv"
	"strings"

	"example.com/softmax"
	"github.com/spf13/cobra"
)

const predictHelp = `Predicts the class of every row of DATA and writes one line for each: the column
prediction, and with --proba the probability p_CLASS of each class. A row that the
model gives no prediction (--missing drop and --unseen error of its training) has
an empty one; a model of several labels a row predicts those of probability above
1/2, separated by ";" (in JSON: an array). Columns are matched by name; a label is
not needed. Images may come as a table of one column for each pixel. .csv, .tsv,
.jsonl and .svm files of any size are predicted block by block in constant memory:
where a later block is at fault, the predictions of those before it are written.

` + dataHelp

func newPredict(in *reader, out *output) *cobra.Command {
	p := &predictor{out: out}
	var l *layout
	c := newVerb("predict MODEL DATA...", "predict the class of each row", predictHelp, 2, many, func(args []string) (err error) {
		l.labelOptional = true
		if p.scoring, err = in.open(args[0], args[1:], *l); err != nil {
			return err
		}
		defer p.stream.close()
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

// So many rows are read at once, and so many probabilities computed.
const blockRows, blockProbabilities = 4096, 1 << 20

func (p *predictor) run() error {
	classes := p.model.Classes()
	size := max(1, blockProbabilities/len(classes))
	var write writer
	var gaps softmax.Gaps
	var line []byte
	for {
		err := p.next(blockRows)
		switch {
		case err == io.EOF:
			p.out.gaps(p.data.Source, p.model, gaps)
			return nil
		case err != nil:
			return err
		case write == nil && p.format == "jsonl":
			write = p.jsonl(classes)
		case write == nil:
			write = p.csv(classes)
		}
		for lo := 0; lo < p.bound.Rows(); lo += size {
			block := p.bound.Predict(lo, min(lo+size, p.bound.Rows()))
			gaps.Add(block.Gaps)
			for i, code := range block.Codes {
				line = write(line[:0], int(code), block.Probabilities[i*len(classes):][:len(classes)])
				if _, err := p.out.stdout.Write(line); err != nil {
					return outputError(err)
				}
			}
		}
	}
}

// several reports whether a row may have any number of labels.
func (p *predictor) several() bool { return p.model.LossFunction() == softmax.Sigmoids }

// present are the classes of probability above 1/2.
func present(classes []string, probabilities []float64) (labels []string) {
	for k, v := range probabilities {
		if v > 0.5 {
			labels = append(labels, classes[k])
		}
	}
	return labels
}

// A writer appends the line of a prediction: of the class's code, -1 if there
// is none, and the probabilities.
type writer func(line []byte, code int, probabilities []float64) []byte

// csv writes the header and returns what writes the rows.
func (p *predictor) csv(classes []string) writer {
	p.out.printf("prediction")
	for k := 0; p.proba && k < len(classes); k++ {
		p.out.printf(",%s", csvField("p_"+classes[k]))
	}
	p.out.printf("\n")
	fields := make([]string, len(classes))
	for k, class := range classes {
		fields[k] = csvField(class)
	}
	return func(line []byte, code int, probabilities []float64) []byte {
		switch {
		case code < 0:
			line = append(line, csvField("")...)
		case p.several():
			line = append(line, csvField(strings.Join(present(classes, probabilities), ";"))...)
		default:
			line = append(line, fields[code]...)
		}
		for k := 0; p.proba && k < len(classes); k++ {
			line = append(line, ',')
			if code >= 0 {
				line = strconv.AppendFloat(line, probabilities[k], 'g', -1, 64)
			}
		}
		return append(line, '\n')
	}
}

// csvField writes a field of RFC 4180. An empty one is quoted, since an empty
// line would be no record.
func csvField(s string) string {
	if s == "" || strings.ContainsAny(s, ",\"\r\n") {
		return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
	}
	return s
}

// jsonl returns what writes predictions as JSON objects.
func (p *predictor) jsonl(classes []string) writer {
	quote := func(s string) []byte { b, _ := json.Marshal(s); return b } // strings cannot fail
	var values, names [][]byte
	for _, class := range classes {
		values, names = append(values, quote(class)), append(names, quote("p_"+class))
	}
	return func(line []byte, code int, probabilities []float64) []byte {
		line = append(line, `{"prediction":`...)
		switch {
		case code < 0:
			line = append(line, "null"...)
		case p.several():
			labels, _ := json.Marshal(append([]string{}, present(classes, probabilities)...)) // strings cannot fail
			line = append(line, labels...)
		default:
			line = append(line, values[code]...)
		}
		for k := 0; p.proba && k < len(classes); k++ {
			line = append(append(append(line, ','), names[k]...), ':')
			if code < 0 {
				line = append(line, "null"...)
			} else {
				line = strconv.AppendFloat(line, probabilities[k], 'g', -1, 64)
			}
		}
		return append(line, "}\n"...)
	}
}
