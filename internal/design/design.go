// Package design turns a dataset into the design matrix: what has to be
// learned about the columns (means, deviations, levels) is learned once, on the
// training data, and the same code then serves training and prediction.
//
// A feature is one column of the design. First come the numbers of the numeric
// inputs, in the order of the dataset's columns; then a feature for every
// number that was missing in training rows, 1 where it is missing; then the
// features of the categorical inputs; last those of the sparse inputs, whose
// features no vector of all numbers is made of. A
// feature vector in raw units has a number as it stood in the data, or the
// training mean where it is missing, and 1 at a level and 0 at the others; the
// model sees
//
//	(x_j - Shift[j]) * Scale[j].
package design

import (
	"fmt"
	"slices"
	"sync"

	"example.com/softmax/dataset"
	"example.com/softmax/preprocess"
)

// A Design is a fitted pipeline. It is immutable.
type Design struct {
	Inputs       []Input
	Shift, Scale []float64 // one entry a feature
	// Fill has the training mean of every number, which stands in for a missing
	// one; of pixels it is 0. Its length is the count of numbers.
	Fill []float64
	// Gaps are the numbers that were missing in some training row, ascending:
	// feature len(Fill)+i is 1 where number Gaps[i] is missing.
	Gaps []int
	// Constant lists the features that had one value in all training rows;
	// their Scale is 0.
	Constant []int
	// Options are those of the fit.
	Options preprocess.Options

	numbers []moments // of the numbers, for Matrix
	spare   sync.Pool // of *Vector
}

// An Input is one column of the dataset the Design was fitted on, or a cross of
// two.
type Input struct {
	Name       string
	Kind       dataset.Kind
	Width      int      // numbers in each row; 1 for Categorical
	Height     int      // lines of an image, for Pixels
	Components []string // names of the numbers of a block, may be nil
	First      int      // index of its first feature

	// For Categorical: the levels that have a feature, and those that share the
	// one behind them, both ascending. The empty string is the missing value.
	Levels, Rare []string
	Buckets      int      // features by hash, in place of levels
	Parts        []string // the two columns of a cross

	Terms []Terms // for Text: of words, of characters, or both

	// Sparse inputs have few values that are not 0. By default they are neither
	// centred nor scaled.
	Sparse bool
}

// Features is how many features the input makes, apart from those for gaps.
func (in *Input) Features() int {
	switch {
	case in.Kind == dataset.Text:
		n := 0
		for i := range in.Terms {
			n += in.Terms[i].Features()
		}
		return n
	case in.Kind != dataset.Categorical:
		return in.Width
	case in.Buckets > 0:
		return in.Buckets
	case len(in.Rare) > 0:
		return len(in.Levels) + 1
	}
	return len(in.Levels)
}

// D is the number of features.
func (d *Design) D() int { return len(d.Shift) }

// Dense is how many features there are before the first sparse one.
func (d *Design) Dense() int {
	n := d.D()
	for i := len(d.Inputs) - 1; i >= 0 && d.Inputs[i].Sparse; i-- {
		n = d.Inputs[i].First
	}
	return n
}

// FeatureName names feature j in raw units: a column's name, column=level, or
// the column's name with what is special about the feature.
func (d *Design) FeatureName(j int) string {
	if gap := j - len(d.Fill); gap >= 0 && gap < len(d.Gaps) {
		return d.FeatureName(d.Gaps[gap]) + " missing"
	}
	at, found := slices.BinarySearchFunc(d.Inputs, j, func(in Input, j int) int { return in.First - j })
	if !found {
		at--
	}
	in := &d.Inputs[at]
	l := j - in.First
	switch {
	case in.Kind == dataset.Text:
		return in.termName(l)
	case in.Kind != dataset.Categorical:
		column := dataset.Column{Name: in.Name, Kind: in.Kind, Width: in.Width, Height: in.Height, Components: in.Components}
		return column.ComponentName(l)
	case in.Buckets > 0:
		return fmt.Sprintf("%s#%d", in.Name, l)
	case l == len(in.Levels):
		return in.Name + " other"
	case in.Levels[l] == "":
		return in.Name + " missing"
	}
	return in.Name + "=" + in.Levels[l]
}

// termName names feature l of a text input.
func (in *Input) termName(l int) string {
	for i := range in.Terms {
		t := &in.Terms[i]
		if l >= t.Features() {
			l -= t.Features()
			continue
		}
		mark := ":"
		if t.Chars {
			mark = "~"
		}
		if t.Buckets > 0 {
			return fmt.Sprintf("%s%s#%d", in.Name, mark, l)
		}
		return in.Name + mark + t.Vocabulary[l]
	}
	return in.Name
}

// Missed reports whether training rows missed values of an input.
func (d *Design) Missed(in *Input) bool {
	if number(in.Kind) {
		at, _ := slices.BinarySearch(d.Gaps, in.First)
		return at < len(d.Gaps) && d.Gaps[at] < in.First+in.Width
	}
	missing := func(levels []string) bool { return len(levels) > 0 && levels[0] == "" }
	return missing(in.Levels) || missing(in.Rare)
}

// Fit learns a Design from the rows of a dataset, all of positive weight. The
// columns may not change afterwards.
func Fit(ds *dataset.Dataset, opt preprocess.Options) (*Design, error) {
	d := &Design{Options: opt}
	if err := d.checkNames(ds); err != nil {
		return nil, err
	}
	found := make([][]moments, len(ds.Columns))
	var wg sync.WaitGroup
	for i := range ds.Columns {
		if c := &ds.Columns[i]; number(c.Kind) {
			find := func() { found[i] = momentsOf(c, ds.Weights, d.standardizes(c)) }
			const least = 1 << 14 // numbers that are worth a goroutine
			if c.Width*ds.Rows() < least {
				find()
			} else {
				wg.Go(find)
			}
		}
	}
	wg.Wait()
	for i := range ds.Columns {
		if c := &ds.Columns[i]; number(c.Kind) && c.Sparse == nil {
			d.addNumbers(c, found[i])
		}
	}
	for j := range d.Fill {
		if d.numbers[j].gaps {
			d.Gaps = append(d.Gaps, j)
			d.addFeatures(1, d.numbers[j].empty)
		}
	}
	d.addCategories(ds)
	for i := range ds.Columns {
		switch c := &ds.Columns[i]; {
		case c.Sparse != nil:
			d.addNumbers(c, found[i])
		case c.Kind == dataset.Text:
			d.addText(c, ds.Weights)
		}
	}
	if d.D() == 0 {
		return nil, &dataset.Error{File: ds.Source, Err: fmt.Errorf("%w: nothing to learn from", dataset.ErrNoColumns)}
	}
	for i := range d.Inputs {
		in := &d.Inputs[i]
		listed := in.Kind != dataset.Text && in.Buckets == 0
		for j := in.First; listed && j < in.First+in.Features(); j++ {
			if d.Scale[j] == 0 {
				d.Constant = append(d.Constant, j)
			}
		}
	}
	return d, nil
}

// checkNames looks for the columns that the options name.
func (d *Design) checkNames(ds *dataset.Dataset) error {
	check := func(name, what string, kinds ...dataset.Kind) error {
		c := ds.Column(name)
		switch {
		case c == nil:
			return &dataset.Error{File: ds.Source, Column: name, Err: fmt.Errorf("%w: there is no such column to be %s", dataset.ErrColumn, what)}
		case !slices.Contains(kinds, c.Kind):
			return &dataset.Error{File: ds.Source, Column: name, Err: fmt.Errorf("%w: a %v column cannot be %s", dataset.ErrColumn, c.Kind, what)}
		}
		return nil
	}
	for _, name := range d.Options.Cross {
		if ds.Column(name) != nil {
			return &dataset.Error{File: ds.Source, Column: name, Err: fmt.Errorf("%w: a column has the name of a cross", dataset.ErrColumn)}
		}
		a, b, _ := preprocess.Parts(name)
		for _, part := range []string{a, b} {
			if err := check(part, "crossed", dataset.Categorical); err != nil {
				return err
			}
		}
	}
	for _, name := range d.Options.Hash {
		if slices.Contains(d.Options.Cross, name) {
			continue
		}
		if err := check(name, "hashed", dataset.Categorical, dataset.Text); err != nil {
			return err
		}
	}
	return nil
}

// addFeatures adds features that are 0 or 1, constant ones with scale 0.
func (d *Design) addFeatures(count int, constant bool) {
	scale := 1.0
	if constant {
		scale = 0
	}
	d.Shift = append(d.Shift, make([]float64, count)...)
	d.Scale = append(d.Scale, slices.Repeat([]float64{scale}, count)...)
}

// number reports whether a kind is of numbers.
func number(k dataset.Kind) bool { return k == dataset.Numeric || k == dataset.Pixels }

// standardizes reports whether the numbers of a column are to be.
func (d *Design) standardizes(c *dataset.Column) bool {
	mode := d.Options.Standardize
	return mode == preprocess.StandardizeOn || mode == preprocess.StandardizeAuto && c.Kind == dataset.Numeric && c.Sparse == nil
}

// addNumbers adds a column of numbers with their moments.
func (d *Design) addNumbers(c *dataset.Column, ms []moments) {
	sparse := c.Sparse != nil
	d.Inputs = append(d.Inputs, Input{
		Name: c.Name, Kind: c.Kind, Width: c.Width, Height: c.Height, Components: c.Components, First: d.D(), Sparse: sparse,
	})
	standardize := d.standardizes(c)
	for _, m := range ms {
		shift, scale := 0.0, 1.0
		fill := m.mean
		if c.Kind == dataset.Pixels {
			scale, fill = 1.0/255, 0
		}
		if standardize {
			shift, scale = m.mean, 1/m.deviation
		}
		if m.constant {
			shift, scale = m.mean, 0
		}
		d.Shift, d.Scale = append(d.Shift, shift), append(d.Scale, scale)
		if !sparse {
			d.Fill, d.numbers = append(d.Fill, fill), append(d.numbers, m)
		}
	}
}
