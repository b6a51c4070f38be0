package main

import (
	"fmt"
	"time"

	"example.com/softmax"
	"example.com/softmax/dataset"
	"example.com/softmax/dataset/profile"
)

// read reads all data.
func (t *trainer) read(args []string) (err error) {
	if len(args) == 0 {
		if t.set, err = t.in.named("sample", t.layout); err == nil { // even where a file has this name
			err = t.set.check(t.layout)
		}
	} else {
		t.set, err = t.in.find(t.layout, args...)
	}
	if err != nil {
		return err
	}
	training, err := t.set.training()
	if err != nil {
		return err
	}
	scoring := t.set.test
	if scoring != nil && t.set.roles == nil && t.testData == "" {
		scoring = early(scoring)
	}
	if t.train, err = training.read(*t.layout); err != nil {
		return err
	}
	if t.testData != "" {
		if scoring, err = t.in.scoringPart(t.layout, t.testData); err != nil {
			return err
		}
	}
	if scoring != nil {
		if t.test, err = t.in.readAlike(scoring, *t.layout, t.train); err != nil {
			return err
		}
	}
	if err := t.readValidation(); err != nil {
		return err
	}
	t.lookAt()
	t.seconds.Read = time.Since(t.start).Seconds()
	return nil
}

// lookAt finds what in the data will mislead. Of constant columns the fit tells.
func (t *trainer) lookAt() {
	found := profile.Warnings(t.train)
	if t.test != nil {
		found = append(found, profile.Duplicates(t.train, t.test)...)
	}
	for _, w := range found {
		if w.Kind != "constant" {
			t.warnings = append(t.warnings, softmax.Warning{Kind: w.Kind, Features: w.Columns, Message: w.Message})
		}
	}
}

// early starts to read a part that has no use for a layout.
func early(p part) part {
	var data *dataset.Dataset
	var err error
	done := make(chan struct{})
	go func() {
		data, err = p.read(layout{})
		close(done)
	}()
	return whole(func() (*dataset.Dataset, error) {
		<-done
		return data, err
	})
}

// scoringPart finds other data, of the format given if that was, to score on.
func (r *reader) scoringPart(given *layout, data string) (part, error) {
	s, err := r.find(&layout{format: given.format}, data)
	if err != nil {
		return nil, err
	}
	return s.scoring(), nil
}

// readAlike reads data whose columns are to be those of a table that was read
// with the given layout. It finds now what would fail after a fit.
func (r *reader) readAlike(p part, given layout, train *dataset.Dataset) (*dataset.Dataset, error) {
	l := layout{format: given.format, delimiter: given.delimiter, weight: given.weight, drop: given.drop, rolesOptional: true, missing: given.missing, resize: given.resize}
	if train.Label != nil {
		l.label = train.Label.Name
	}
	for _, c := range train.Columns {
		l.inputs = append(l.inputs, softmax.Input{Name: c.Name, Kind: c.Kind, Width: c.Width})
	}
	data, err := p.read(l)
	if err != nil {
		return nil, err
	}
	if narrow(data, train.Columns[0].Width) {
		r.out.notef("%s: %s", data.Source, narrowedNote)
	}
	var missing []string
	for _, c := range train.Columns {
		switch other := data.Column(c.Name); {
		case other == nil:
			missing = append(missing, c.Name)
		case other.Width != c.Width:
			return nil, &dataset.Error{File: data.Source, Column: c.Name, Err: fmt.Errorf("%w: %d numbers a row, %d in training", dataset.ErrColumn, other.Width, c.Width)}
		}
	}
	if len(missing) > 0 {
		return nil, &dataset.Error{File: data.Source, Err: fmt.Errorf("%w: it lacks these of the training data: %s", dataset.ErrColumn, list(missing))}
	}
	if len(data.Left) > 0 {
		r.out.notef("%s: columns that training has not are left out: %s", data.Source, list(data.Left))
	}
	return data, nil
}
