// Package libsvm reads and writes the sparse text format of LIBSVM, LIBLINEAR
// and SVMlight (https://www.csie.ntu.edu.tw/~cjlin/libsvm), one example a line:
//
//	label index:value index:value ... # comment
//
// A label is any text without blanks, colons, commas and #. Several of them with
// commas between, as in 1,3, make the example one of several classes at once; a
// line that begins with its first index has none. Indices count from 1, the
// largest is 2,147,483,646; they may come in any order, none twice. Values are
// decimal numbers; NA, NaN and nan are missing. Tokens like qid:3 behind the
// label are ignored, as are comments and empty lines. A line may be 64 MiB long.
//
// What is read takes memory in proportion to the file, however large its
// indices are.
package libsvm

import (
	"fmt"
	"io"
	"math"

	"example.com/softmax/dataset"
)

const (
	// maxIndex leaves room for a width of int32.
	maxIndex = math.MaxInt32 - 1

	columnName, labelName = "x", "label"
)

// Options say how to read a file. The zero value reads a file with a label in
// every line whose indices count from 1.
type Options struct {
	// Name is the file's name, for errors and Dataset.Source.
	Name string
	// ZeroBased says that indices count from 0. It is not guessed from the
	// indices: two files of one set might be guessed differently.
	ZeroBased bool
	// LabelOptional reads lines without a label, too: their label is missing.
	LabelOptional bool
	// Width is how many numbers a row has at least: for test data those of the
	// training data, whose last index they may lack.
	Width int
}

// Read reads a dataset to the end of r: one Numeric column called "x", with
// Sparse, as wide as its largest index, and a label called "label"; Targets in
// its place if a line has several labels. The dataset has neither if no line
// has a label. Every error is a *dataset.Error; its Row is the line of the file.
func Read(r io.Reader, opt Options) (*dataset.Dataset, error) {
	return NewReader(r, opt).Read(-1)
}

// A Reader reads a file in blocks of rows, each as wide as the widest so far.
type Reader struct {
	*parser
	begun bool
}

// NewReader returns a Reader at the beginning of r.
func NewReader(r io.Reader, opt Options) *Reader { return &Reader{parser: newParser(r, opt)} }

// Read reads up to n rows, all that are left if n is negative. The error is
// io.EOF if there are no more, else, and for a file without rows, a
// *dataset.Error.
func (r *Reader) Read(n int) (*dataset.Dataset, error) {
	for len(r.starts)-1 != n {
		text, err := r.lines.Next()
		switch {
		case err == io.EOF && len(r.starts) == 1 && r.begun:
			return nil, io.EOF
		case err == io.EOF && len(r.starts) == 1:
			return nil, r.fault(0, dataset.ErrNoRows)
		case err == io.EOF:
			n = len(r.starts) - 1
			continue
		case err == nil:
			err = r.parse(text)
		}
		if err != nil {
			return nil, r.fault(r.lines.Number(), err)
		}
	}
	r.begun = true
	d, err := r.dataset()
	r.starts, r.index, r.values = []int{0}, nil, nil
	r.classes, r.labels, r.ends, r.several, r.unlabelled, r.bytes = dataset.Levels{}, nil, nil, false, 0, 0
	return d, err
}

func (p *parser) dataset() (*dataset.Dataset, error) {
	rows := len(p.starts) - 1
	width := max(p.width, p.opt.Width)
	switch {
	case width == 0:
		return nil, p.fault(0, fmt.Errorf("%w: no line has an index", dataset.ErrNoColumns))
	case p.unlabelled > 0 && !p.several && !p.opt.LabelOptional:
		return nil, p.fault(p.unlabelled, fmt.Errorf("%w: the line begins with an index", dataset.ErrNoLabel))
	}
	var label *dataset.Label
	if !p.several && len(p.classes.Names) > 0 {
		label = p.label(rows)
	}
	d, err := dataset.New(p.opt.Name, []dataset.Column{{
		Name: columnName, Kind: dataset.Numeric, Width: width,
		Sparse: &dataset.Sparse{Starts: p.starts, Index: p.index, Values: p.values},
	}}, label, nil)
	if err != nil {
		return nil, err
	}
	if p.several {
		if d.Targets, err = p.targets(rows); err == nil {
			err = d.Validate()
		}
		if err != nil {
			return nil, p.fault(0, err)
		}
	}
	if p.queries {
		d.Notes = append(d.Notes, "Query numbers (qid:) are ignored.")
	}
	return d, nil
}

// fault makes err an error about a line of the file. An error of the file's
// reader that has a place already stays as it is.
func (p *parser) fault(line int, err error) error {
	return dataset.Placed(p.opt.Name, line, "", err)
}
