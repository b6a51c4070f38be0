package main

import (
	"fmt"
	"slices"

	"example.com/softmax"
	"example.com/softmax/dataset"
	"example.com/softmax/preprocess"
)

// A scoring is a model with data that it is to predict, as a whole or block by
// block.
type scoring struct {
	set   *set
	model *softmax.Model
	data  *dataset.Dataset // the rows read last
	bound *softmax.Bound
	extra []string // columns that the model does not use

	out      *output
	stream   *stream
	block    *softmax.Input // of a model of one block, such as images
	narrowed bool           // numbers were left out, and this was said
}

// open loads a model and opens data as the model's columns ask for: the test
// part where there is one.
func (r *reader) open(path string, data []string, l layout) (*scoring, error) {
	m, err := softmax.Load(path)
	if err != nil {
		return nil, err
	}
	s := &scoring{model: m, out: r.out, block: blockOf(m)}
	if s.set, err = r.find(&l, data...); err != nil {
		return nil, err
	}
	if l.label == "" && slices.Contains(s.set.roles, "--drop") {
		l.label = m.Origin().Label
	}
	l.inputs, l.joined = m.Inputs(), s.block != nil
	s.stream, err = s.set.scoring()(l)
	return s, err
}

// bind is open and reads all rows.
func (r *reader) bind(path string, data []string, l layout) (*scoring, error) {
	s, err := r.open(path, data, l)
	if err != nil {
		return nil, err
	}
	defer s.stream.close()
	return s, s.next(-1)
}

// next reads the next rows, all that are left if n is negative; io.EOF after the
// last.
func (s *scoring) next(n int) error {
	ds, err := s.stream.next(n)
	if err != nil {
		return err
	}
	first := s.data == nil
	s.data = ds
	isBlock := func(c dataset.Column) bool { return c.Width > 1 && (len(ds.Columns) == 1 || c.Name == s.block.Name) }
	if s.block != nil && !slices.ContainsFunc(ds.Columns, isBlock) {
		if err := becomeBlock(ds, s.block, s.model.Features()); err != nil {
			return err
		}
	}
	if ins := s.model.Inputs(); len(ins) == 1 {
		if narrow(ds, ins[0].Width) && !s.narrowed {
			s.narrowed = true
			s.out.notef("%s: %s", ds.Source, narrowedNote)
		}
	}
	if s.bound, err = s.model.Bind(ds); err != nil {
		return err
	}
	if s.extra = append(ds.Left, s.bound.Extra()...); first && len(s.extra) > 0 {
		s.out.notef("%s: columns that the model does not use are left out: %s", ds.Source, list(s.extra))
	}
	return nil
}

const narrowedNote = "numbers of an index that training has not are left out"

// narrow leaves out what lies beyond the width of a sparse block, and reports
// whether there was any: later files may have indices that the first one has not.
func narrow(ds *dataset.Dataset, width int) (some bool) {
	if len(ds.Columns) != 1 || ds.Columns[0].Sparse == nil || ds.Columns[0].Width <= width {
		return false
	}
	from := ds.Columns[0].Sparse
	to := &dataset.Sparse{Starts: []int{0}}
	for i := range from.Rows() {
		index, values := from.Row(i)
		at, _ := slices.BinarySearch(index, int32(width))
		to.Index, to.Values = append(to.Index, index[:at]...), append(to.Values, values[:at]...)
		to.Starts = append(to.Starts, len(to.Index))
		some = some || at < len(index)
	}
	ds.Columns[0].Sparse, ds.Columns[0].Width = to, width
	return some
}

// gaps tells of what in a dataset was not as in training.
func (out *output) gaps(source string, m *softmax.Model, g softmax.Gaps) {
	if g.Incomplete > 0 {
		out.notef("%s: %s with a value that is missing or a category that training has not seen: there is no prediction", source, plural(g.Incomplete, "row", "rows"))
	}
	if g.Overflowed > 0 {
		out.notef("%s: %s of values so large that the logits overflow: there is no prediction", source, plural(g.Overflowed, "row", "rows"))
	}
	unseen := m.Config().Preprocess.Unseen
	if g.Missing > 0 && unseen != preprocess.UnseenError {
		out.notef("%s: %s missing where training missed none: a number is taken for the mean, a category for one that training has not seen", source, plural(g.Missing, "value is", "values are"))
	}
	if g.Unseen > 0 && unseen != preprocess.UnseenError {
		as := "a rare one where there are such, else for none of the known ones"
		if unseen == preprocess.UnseenIgnore {
			as = "none of the known ones"
		}
		out.notef("%s: %s a category that training has not seen: taken for %s", source, plural(g.Unseen, "cell has", "cells have"), as)
	}
}

// blockOf returns the input of a model of one block of numbers, else nil.
func blockOf(m *softmax.Model) *softmax.Input {
	if ins := m.Inputs(); len(ins) == 1 && ins[0].Width > 1 {
		return &ins[0]
	}
	return nil
}

// imageOf returns the input of a model of images, else nil.
func imageOf(m *softmax.Model) *softmax.Input {
	if in := blockOf(m); in != nil && in.Kind == dataset.Pixels {
		return in
	}
	return nil
}

// becomeBlock joins the columns of a table, one for each number such as a pixel,
// to a block: by their names if they are those of the model's features, else in
// their order.
func becomeBlock(ds *dataset.Dataset, in *softmax.Input, features []string) error {
	needs, one := fmt.Sprintf("%d numbers and knows no names of their columns (an import has those of feature_names_in_)", in.Width), "what a column of the model's block holds"
	if in.Kind == dataset.Pixels {
		needs, one = fmt.Sprintf("%d pixels (%d x %d)", in.Width, in.Height, in.Width/in.Height), "a pixel"
	}
	index := make(map[string]int, len(ds.Columns))
	for j := range ds.Columns {
		index[ds.Columns[j].Name] = j
	}
	order := make([]int, len(features))
	byName := !slices.ContainsFunc(features, func(p string) bool { _, ok := index[p]; return !ok })
	if !byName && len(ds.Columns) != len(features) {
		return &dataset.Error{File: ds.Source, Err: fmt.Errorf("%w: %s beside the label, where the model needs %s",
			dataset.ErrColumn, plural(len(ds.Columns), "column", "columns"), needs)}
	}
	bytes := in.Kind == dataset.Pixels
	for p, name := range features {
		order[p] = p
		if byName {
			order[p] = index[name]
		}
		c := &ds.Columns[order[p]]
		if c.Kind != dataset.Numeric || c.Width != 1 {
			return &dataset.Error{File: ds.Source, Column: c.Name, Err: fmt.Errorf("%w: %s must be a number", dataset.ErrNumber, one)}
		}
		bytes = bytes && c.Bytes != nil
	}
	block := dataset.Column{Name: in.Name, Kind: dataset.Numeric, Width: in.Width}
	if bytes {
		block.Kind, block.Height, block.Bytes = dataset.Pixels, in.Height, make([]uint8, ds.Rows()*in.Width)
	} else {
		block.Float64s = make([]float64, ds.Rows()*in.Width)
	}
	for p, j := range order {
		for i := range ds.Rows() {
			if bytes {
				block.Bytes[i*in.Width+p] = ds.Columns[j].Bytes[i]
			} else {
				block.Float64s[i*in.Width+p] = ds.Columns[j].Number(i, 0)
			}
		}
	}
	if byName {
		for _, c := range ds.Columns {
			if !slices.Contains(features, c.Name) {
				ds.Left = append(ds.Left, c.Name)
			}
		}
	}
	ds.Columns = []dataset.Column{block}
	return nil
}
