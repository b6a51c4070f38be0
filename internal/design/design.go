// Package design turns a dataset into the design matrix: what has to be
// learned about the columns (means, deviations, levels) is learned once, on the
// training data, and the same code then serves training and prediction.
//
// A feature is one column of the design. The numeric inputs come first, in the
// order of the dataset's columns; then, for every categorical input, one
// feature a level (one-hot); last the sparse inputs, whose features no vector
// of all numbers is made of. A feature vector in raw units has a number as it
// stood in the data, or 1 at the level and 0 at the others; the model sees
//
//	(x_j - Shift[j]) * Scale[j].
package design

import (
	"fmt"
	"slices"

	"example.com/softmax/dataset"
	"example.com/softmax/preprocess"
)

// A Design is a fitted pipeline. It is immutable.
type Design struct {
	Inputs       []Input
	Shift, Scale []float64 // one entry a feature
	// Constant lists the features that had one value in all training rows;
	// their Scale is 0.
	Constant []int

	numbers []moments // of the numeric features, those of dense inputs first, for Matrix
}

// An Input is one column of the dataset the Design was fitted on.
type Input struct {
	Name       string
	Kind       dataset.Kind
	Width      int      // numbers in each row; 1 for Categorical
	Height     int      // lines of an image, for Pixels
	Components []string // names of the numbers of a block, may be nil
	Levels     []string // for Categorical, ascending
	First      int      // index of its first feature
	// Sparse inputs have few values that are not 0. By default they are neither
	// centred nor scaled.
	Sparse bool
}

// Features is how many features the input makes.
func (in *Input) Features() int {
	if in.Kind == dataset.Categorical {
		return len(in.Levels)
	}
	return in.Width
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

// FeatureName names feature j in raw units: a column's name, or column=level.
func (d *Design) FeatureName(j int) string {
	at, found := slices.BinarySearchFunc(d.Inputs, j, func(in Input, j int) int { return in.First - j })
	if !found {
		at--
	}
	in := &d.Inputs[at]
	if in.Kind == dataset.Categorical {
		return in.Name + "=" + in.Levels[j-in.First]
	}
	column := dataset.Column{Name: in.Name, Kind: in.Kind, Width: in.Width, Height: in.Height, Components: in.Components}
	return column.ComponentName(j - in.First)
}

// Fit learns a Design from the rows of a dataset without missing values. The
// columns may not change afterwards.
func Fit(ds *dataset.Dataset, opt preprocess.Options) (*Design, error) {
	d := &Design{}
	for _, add := range []func(in *Input, c *dataset.Column) bool{
		func(_ *Input, c *dataset.Column) bool {
			return c.Kind != dataset.Categorical && c.Sparse == nil && d.addNumbers(c, ds.Weights, opt.Standardize)
		},
		func(in *Input, c *dataset.Column) bool { return c.Kind == dataset.Categorical && d.addLevels(in, c) },
		func(in *Input, c *dataset.Column) bool {
			in.Sparse = c.Sparse != nil
			return in.Sparse && d.addNumbers(c, ds.Weights, opt.Standardize)
		},
	} {
		for i := range ds.Columns {
			c := &ds.Columns[i]
			in := Input{Name: c.Name, Kind: c.Kind, Width: c.Width, Height: c.Height, Components: c.Components, First: d.D()}
			if add(&in, c) {
				d.Inputs = append(d.Inputs, in)
			}
		}
	}
	if d.D() == 0 {
		return nil, &dataset.Error{File: ds.Source, Err: fmt.Errorf("%w: nothing to learn from", dataset.ErrNoColumns)}
	}
	for j, s := range d.Scale {
		if s == 0 {
			d.Constant = append(d.Constant, j)
		}
	}
	return d, nil
}

// addLevels adds one feature for each level that occurs.
func (d *Design) addLevels(in *Input, c *dataset.Column) bool {
	in.Width = 1
	occurs := make([]bool, len(c.Levels))
	for _, code := range c.Codes {
		occurs[code] = true
	}
	for code, ok := range occurs {
		if ok {
			in.Levels = append(in.Levels, c.Levels[code])
		}
	}
	slices.Sort(in.Levels)
	scale := 1.0
	if len(in.Levels) == 1 {
		scale = 0
	}
	for range in.Levels {
		d.Shift, d.Scale = append(d.Shift, 0), append(d.Scale, scale)
	}
	return true
}

// addNumbers adds the numbers of a column as features.
func (d *Design) addNumbers(c *dataset.Column, weights []float64, mode preprocess.Standardize) bool {
	standardize := mode == preprocess.StandardizeOn || mode == preprocess.StandardizeAuto && c.Kind == dataset.Numeric && c.Sparse == nil
	for _, m := range momentsOf(c, weights, standardize) {
		shift, scale := 0.0, 1.0
		if c.Kind == dataset.Pixels {
			scale = 1.0 / 255
		}
		if standardize {
			shift, scale = m.mean, 1/m.deviation
		}
		if m.constant {
			shift, scale = m.mean, 0
		}
		d.Shift, d.Scale = append(d.Shift, shift), append(d.Scale, scale)
		d.numbers = append(d.numbers, m)
	}
	return true
}
