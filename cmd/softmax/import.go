package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"

	"example.com/softmax"
	"example.com/softmax/dataset"
	"github.com/spf13/cobra"
)

const importHelp = `Makes a model of a classifier that another program saved in FILE:
  - an ONNX file with a LinearClassifier, perhaps behind a Scaler;
  - a model of LIBLINEAR's logistic regression (-s 0, 6 or 7);
  - a JSON object of coefficients as scikit-learn calls them: classes_, coef_,
    intercept_, and if wanted feature_names_in_, mean_, scale_ and multi_class.

With --parity DATA the model predicts these rows and is compared with the
probabilities that the other program gives, in a .csv with a column for each
class (called CLASS or p_CLASS), or as liblinear-predict -b 1 writes them.`

func newImport(in *reader, out *output) *cobra.Command {
	var path, data, probabilities string
	var l *layout
	c := newVerb("import FILE", "make a model of another program's classifier", importHelp, 1, 1, func(args []string) error {
		if (data == "") != (probabilities == "") {
			return usagef("--parity and --probabilities go together: rows, and what the other program gives for them")
		}
		if err := checkWritable(path); err != nil {
			return err
		}
		f, err := os.Open(args[0])
		if err != nil {
			return err
		}
		defer f.Close()
		linear, err := softmax.Import(f)
		if err != nil {
			return fmt.Errorf("%s: %w", args[0], err)
		}
		m, err := softmax.NewModel(linear)
		if err != nil {
			return fmt.Errorf("%s: %w", args[0], err)
		}
		if err := m.Save(path); err != nil {
			return err
		}
		out.printf("Imported    %s: %s, %s\n", args[0], plural(len(m.Classes()), "class", "classes"), plural(len(m.Features()), "feature", "features"))
		out.printf("Model       %s\n", path)
		if data == "" {
			return nil
		}
		l.labelOptional = true
		s, err := in.bind(path, []string{data}, *l)
		if err != nil {
			return err
		}
		return s.parity(out, probabilities)
	})
	l = layoutFlags(c)
	f := c.Flags()
	f.StringVarP(&path, "out", "o", "model.onnx", "model `FILE` to write")
	f.StringVar(&data, "parity", "", "compare the predictions for the rows of `DATA`")
	f.StringVar(&probabilities, "probabilities", "", "with those in `FILE`")
	return c
}

// parity prints the largest difference between the model's probabilities and
// those in a file.
func (s *scoring) parity(out *output, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	want, err := readProbabilities(f, s.model.Classes())
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if len(want) != s.bound.Rows() {
		return fmt.Errorf("%s: %s where %s has %d", path, plural(len(want), "row", "rows"), s.data.Source, s.bound.Rows())
	}
	classes := s.model.Classes()
	p := s.bound.Predict(0, s.bound.Rows())
	out.gaps(s.data.Source, s.model, p.Gaps)
	compared, row, class, largest := 0, 0, 0, -1.0
	for i := range want {
		if p.Codes[i] < 0 {
			continue
		}
		compared++
		for q, v := range want[i] {
			if d := math.Abs(p.Probabilities[i*len(classes)+q] - v); d > largest {
				row, class, largest = i, q, d
			}
		}
	}
	if compared == 0 {
		return fmt.Errorf("%s: no row to compare", s.data.Source)
	}
	out.printf("Parity      %s compared; the largest difference of a probability is %.3g: class %s of row %d, %.6g here and %.6g there\n",
		plural(compared, "row", "rows"), largest, printable(classes[class]), row+1, p.Probabilities[row*len(classes)+class], want[row][class])
	return nil
}

// readProbabilities reads one row of probabilities for each example, in the
// order of the classes.
func readProbabilities(r io.Reader, classes []string) ([][]float64, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	in := csv.NewReader(strings.NewReader(string(text)))
	if strings.HasPrefix(string(text), "labels ") { // liblinear-predict
		in.Comma = ' '
	}
	records, err := in.ReadAll()
	if err != nil {
		return nil, err
	}
	if len(records) == 0 {
		return nil, dataset.ErrNoRows
	}
	places := make([]int, len(classes))
	for q, class := range classes {
		if places[q] = slices.Index(records[0], "p_"+class); places[q] < 0 {
			places[q] = slices.Index(records[0], class)
		}
		if places[q] < 0 {
			return nil, fmt.Errorf("no column %q or %q of its probabilities", class, "p_"+class)
		}
	}
	rows := make([][]float64, len(records)-1)
	for i, record := range records[1:] {
		for _, at := range places {
			v, err := strconv.ParseFloat(record[at], 64)
			if err != nil || !(v >= 0 && v <= 1) {
				return nil, fmt.Errorf("row %d: %q is no probability", i+2, record[at])
			}
			rows[i] = append(rows[i], v)
		}
	}
	return rows, nil
}
