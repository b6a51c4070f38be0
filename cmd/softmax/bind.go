package main

import (
	"fmt"
	"slices"
	"strings"

	"example.com/softmax"
	"example.com/softmax/dataset"
	"example.com/softmax/preprocess"
)

// A scoring is a model with the data it is to predict.
type scoring struct {
	set   *set
	model *softmax.Model
	data  *table
	bound *softmax.Bound
	extra []string // columns that the model does not use
}

// bind loads a model and reads data as the model's columns ask for: the test
// part where there is one.
func (r *reader) bind(path, data string, l layout) (*scoring, error) {
	m, err := softmax.Load(path)
	if err != nil {
		return nil, err
	}
	s := &scoring{model: m}
	if s.set, err = r.find(data, l.format); err != nil {
		return nil, err
	}
	if roles := l.roles(); !s.set.table && len(roles) > 0 {
		return nil, usagef("%s: only the columns of .csv and .tsv files have roles; %s is read as it is", strings.Join(roles, ", "), data)
	}
	if l.label == "" {
		l.label = m.Origin().Label
	}
	image := imageOf(m)
	if image == nil {
		l.inputs = m.Inputs()
	}
	if s.data, err = s.set.scoring()(l); err != nil {
		return nil, err
	}
	if image != nil && s.set.table {
		if err := s.data.becomeImages(image, m.Features()); err != nil {
			return nil, err
		}
	}
	if s.bound, err = m.Bind(s.data.Dataset); err != nil {
		return nil, err
	}
	s.extra = append(s.data.extra, s.bound.Extra()...)
	if len(s.extra) > 0 {
		r.out.notef("%s: columns that the model does not use are left out: %s", s.data.Source, list(s.extra))
	}
	return s, nil
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

// imageOf returns the input of a model of images, else nil.
func imageOf(m *softmax.Model) *softmax.Input {
	if ins := m.Inputs(); len(ins) == 1 && ins[0].Kind == dataset.Pixels {
		return &ins[0]
	}
	return nil
}

// becomeImages joins the columns of a table, one for each pixel, to images: by
// their names if they are those of the model's pixels, else in their order.
func (t *table) becomeImages(in *softmax.Input, pixels []string) error {
	index := make(map[string]int, len(t.Columns))
	for j := range t.Columns {
		index[t.Columns[j].Name] = j
	}
	order := make([]int, len(pixels))
	byName := !slices.ContainsFunc(pixels, func(p string) bool { _, ok := index[p]; return !ok })
	if !byName && len(t.Columns) != len(pixels) {
		return &dataset.Error{File: t.Source, Err: fmt.Errorf("%w: %d columns beside the label, where the model needs %d pixels (%d x %d)",
			dataset.ErrColumn, len(t.Columns), len(pixels), in.Height, in.Width/in.Height)}
	}
	bytes := true
	for p, name := range pixels {
		order[p] = p
		if byName {
			order[p] = index[name]
		}
		c := &t.Columns[order[p]]
		if c.Kind == dataset.Categorical {
			return &dataset.Error{File: t.Source, Column: c.Name, Err: fmt.Errorf("%w: a pixel must be a number", dataset.ErrNumber)}
		}
		bytes = bytes && c.Bytes != nil
	}
	block := dataset.Column{Name: in.Name, Kind: dataset.Numeric, Width: in.Width}
	if bytes {
		block.Kind, block.Height, block.Bytes = dataset.Pixels, in.Height, make([]uint8, t.Rows()*in.Width)
	} else {
		block.Float64s = make([]float64, t.Rows()*in.Width)
	}
	for p, j := range order {
		for i := range t.Rows() {
			if bytes {
				block.Bytes[i*in.Width+p] = t.Columns[j].Bytes[i]
			} else {
				block.Float64s[i*in.Width+p] = t.Columns[j].Number(i, 0)
			}
		}
	}
	if byName {
		for _, c := range t.Columns {
			if !slices.Contains(pixels, c.Name) {
				t.extra = append(t.extra, c.Name)
			}
		}
	}
	t.Columns = []dataset.Column{block}
	return nil
}
