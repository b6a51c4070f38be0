package main

import (
	"fmt"
	"strings"
	"time"

	"example.com/softmax"
	"example.com/softmax/dataset"
)

// read reads all data.
func (t *trainer) read(args []string) (err error) {
	if len(args) == 0 {
		t.set, err = t.in.named("sample") // even where a file has this name
	} else {
		t.set, err = t.in.find(args[0], t.layout.format)
	}
	if err != nil {
		return err
	}
	if roles := t.layout.roles(); !t.set.table && len(roles) > 0 {
		return usagef("%s: only the columns of .csv and .tsv files have roles; %s is read as it is", strings.Join(roles, ", "), t.set.name)
	}
	if t.set.training() == nil {
		return fmt.Errorf("%s: it has no training part", t.set.name)
	}
	scoring := t.set.test
	if scoring != nil && !t.set.table && t.testData == "" {
		scoring = early(scoring)
	}
	if t.train, err = t.set.training()(*t.layout); err != nil {
		return err
	}
	if t.testData != "" {
		if scoring, err = t.scoringPart(t.testData); err != nil {
			return err
		}
	}
	if scoring != nil {
		if t.test, err = t.readAlike(scoring); err != nil {
			return err
		}
	}
	if err := t.readValidation(); err != nil {
		return err
	}
	t.seconds.Read = time.Since(t.start).Seconds()
	return nil
}

// early starts to read a part that has no use for a layout.
func early(p part) part {
	var data *table
	var err error
	done := make(chan struct{})
	go func() {
		data, err = p(layout{})
		close(done)
	}()
	return func(layout) (*table, error) {
		<-done
		return data, err
	}
}

func (t *trainer) scoringPart(data string) (part, error) {
	s, err := t.in.find(data, t.layout.format)
	if err != nil {
		return nil, err
	}
	return s.scoring(), nil
}

// readAlike reads data whose columns are to be those of the training data. It
// finds now what would fail after the fit.
func (t *trainer) readAlike(p part) (*table, error) {
	l := layout{format: t.layout.format, weight: t.layout.weight, weightOptional: true, drop: t.layout.drop}
	if t.train.Label != nil {
		l.label = t.train.Label.Name
	}
	for _, c := range t.train.Columns {
		l.inputs = append(l.inputs, softmax.Input{Name: c.Name, Kind: c.Kind})
	}
	data, err := p(l)
	if err != nil {
		return nil, err
	}
	var missing []string
	for _, c := range t.train.Columns {
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
	if len(data.extra) > 0 {
		t.out.notef("%s: columns that training has not are left out: %s", data.Source, list(data.extra))
	}
	return data, nil
}
