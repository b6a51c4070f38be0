package csv

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"example.com/softmax/dataset"
	"example.com/softmax/dataset/record"
)

// readHeader names the columns and gives them their roles. Without a header it
// reads the first row, too.
func (t *table) readHeader() error {
	t.text.skipBOM()
	collection := t.opt.TSV && !t.opt.NoHeader && !t.hasHeader()
	if collection {
		t.opt.NoHeader, t.text.escapes = true, true
	}
	switch err := t.text.scan(); {
	case err == io.EOF:
		return t.fault(0, "", fmt.Errorf("%w: the file is empty", dataset.ErrNoRows))
	case err != nil:
		return t.fault(t.text.line, "", err)
	}
	t.columns = make([]column, len(t.text.fields))
	names, index := make([]string, len(t.columns)), make(map[string]int, len(t.columns))
	for j := range t.columns {
		name := string(trim(t.text.field(j)))
		if strings.Contains(name, "\r") && !strings.Contains(name, "\n") {
			return t.fault(0, "", fmt.Errorf("%w: its lines end in CR alone: convert them to LF", dataset.ErrFormat))
		}
		switch last := len(t.columns) - 1; {
		case collection && j == last:
			name = "text"
			t.opt.Text = append(slices.Clip(t.opt.Text), name)
		case collection && j == 0:
			name = "label"
		case t.opt.NoHeader, name == "":
			name = "column " + strconv.Itoa(j+1)
		}
		if first, ok := index[name]; ok {
			return t.fault(t.text.line, name, fmt.Errorf("%w: columns %d and %d both have this name: rename one, or say that the file has no header if this is data",
				dataset.ErrColumn, first+1, j+1))
		}
		index[name] = j
		names[j] = name
	}
	t.stage = make([]uint8, len(t.columns)*stageRows)
	if err := t.assign(names); err != nil {
		return err
	}
	if t.opt.NoHeader {
		return t.readRow()
	}
	return nil
}

// hasHeader looks whether the first line has the name of a column.
func (t *table) hasHeader() bool {
	line, _ := t.text.peek() // an error returns with the first scan
	o := &t.opt
	names := slices.Concat([]string{"label", o.Weight}, o.Drop, o.Numeric, o.Categorical, o.Text)
	if _, err := strconv.Atoi(o.Label); err != nil {
		names = append(names, o.Label) // else it may be a value
	}
	for _, field := range bytes.Split(line, []byte{o.Delimiter}) {
		name := strings.Trim(string(field), ` "`)
		if _, input := o.Inputs[name]; input || strings.HasPrefix(name, dataset.TargetPrefix) || name != "" && slices.Contains(names, name) {
			return true
		}
	}
	return false
}

// assign gives the columns their roles, and so a first store.
func (t *table) assign(names []string) error {
	o := record.Options{
		Name: t.opt.Name, Label: t.opt.Label, LabelOptional: t.opt.LabelOptional, Weight: t.opt.Weight,
		Drop: t.opt.Drop, Numeric: t.opt.Numeric, Categorical: t.opt.Categorical, Text: t.opt.Text, RolesOptional: t.opt.RolesOptional,
	}
	if slices.ContainsFunc(names, func(name string) bool { _, ok := t.opt.Inputs[name]; return ok }) {
		o.Inputs = t.opt.Inputs // else it is for the model to say what is missing
	}
	roles, err := o.Roles(names)
	if placed := (*dataset.Error)(nil); errors.As(err, &placed) {
		placed.Err = fmt.Errorf("%w%s", placed.Err, t.delimiterHint())
		return placed
	}
	inputs := 0
	for j := range t.columns {
		c := &t.columns[j]
		c.name, c.role, c.blanks = names[j], roles[j], t.opt.Missing
		switch c.role {
		case record.Dropped, record.Unwanted:
			c.store = nowhere
			continue
		case record.Weight:
			c.store, t.weight = nowhere, j
			continue
		case record.Label:
			c.store = inCodes
			continue
		case record.Target:
			c.fixed = true
			continue
		case record.Categorical:
			c.store = inCodes
		case record.Text:
			c.store = inTexts
		}
		c.fixed = c.role != record.Input
		inputs++
	}
	if inputs == 0 {
		return t.fault(t.text.line, "", fmt.Errorf("%w besides label and weight%s", dataset.ErrNoColumns, t.delimiterHint()))
	}
	return nil
}

// delimiterHint says what may be wrong where the first line is one field.
func (t *table) delimiterHint() string {
	if len(t.columns) == 1 {
		for _, d := range []byte(",;\t|") {
			if bytes.IndexByte(t.text.field(0), d) >= 0 {
				flag := fmt.Sprintf("'%c'", d)
				if d == '\t' {
					flag = "tab"
				}
				return fmt.Sprintf(": is the delimiter %q, not %q? Then --delimiter %s reads it", d, t.opt.Delimiter, flag)
			}
		}
	}
	return ""
}
