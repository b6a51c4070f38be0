package csv

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"example.com/softmax/dataset"
)

// A role is what the caller wants a column for; "" is an input of any type.
type role string

const (
	roleLabel       role = "the label"
	roleTarget      role = "a target"
	roleWeight      role = "the weight"
	roleDropped     role = "dropped"
	roleNumeric     role = "numeric"
	roleCategorical role = "categorical"
	roleText        role = "text"
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
	index := make(map[string]int, len(t.columns))
	for j := range t.columns {
		name := string(trim(t.text.field(j)))
		if strings.Contains(name, "\r") && !strings.Contains(name, "\n") {
			return t.fault(0, "", fmt.Errorf("%w: its lines end in CR alone: convert them to LF", dataset.ErrFormat))
		}
		switch last := len(t.columns) - 1; {
		case collection && j == last:
			name = "text"
			t.columns[j].role = roleText
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
		t.columns[j].name = name
	}
	t.stage = make([]uint8, len(t.columns)*stageRows)
	if err := t.assign(index); err != nil {
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
		if strings.HasPrefix(name, dataset.TargetPrefix) || name != "" && slices.Contains(names, name) {
			return true
		}
	}
	return false
}

// assign gives the columns their roles, and so a first store.
func (t *table) assign(index map[string]int) error {
	for _, part := range []struct {
		role  role
		names []string
	}{{roleDropped, t.opt.Drop}, {roleNumeric, t.opt.Numeric}, {roleCategorical, t.opt.Categorical}, {roleText, t.opt.Text}} {
		for _, name := range part.names {
			if err := t.claim(name, index, part.role); err != nil {
				return err
			}
		}
	}
	if t.opt.Weight != "" {
		if err := t.claim(t.opt.Weight, index, roleWeight); err != nil {
			return err
		}
		t.weight = index[t.opt.Weight]
	}
	if err := t.assignLabel(index); err != nil {
		return err
	}
	inputs := 0
	for j := range t.columns {
		c := &t.columns[j]
		switch c.role {
		case roleDropped, roleWeight:
			c.store = nowhere
			continue
		case roleLabel:
			c.store = inCodes
			continue
		case roleTarget:
			c.fixed = true
			continue
		case roleCategorical:
			c.store = inCodes
		case roleText:
			c.store = inTexts
		}
		c.fixed = c.role != ""
		inputs++
	}
	if inputs == 0 {
		return t.fault(t.text.line, "", fmt.Errorf("%w besides label and weight%s", dataset.ErrNoColumns, t.delimiterHint()))
	}
	return nil
}

// claim gives the column of the given name a role.
func (t *table) claim(name string, index map[string]int, r role) error {
	j, ok := index[name]
	if !ok {
		return t.unknown(name, dataset.ErrColumn)
	}
	c := &t.columns[j]
	if c.role != "" && c.role != r {
		return t.fault(0, name, fmt.Errorf("%w: it cannot be both %s and %s", dataset.ErrColumn, c.role, r))
	}
	c.role = r
	return nil
}

// assignLabel finds the label or the targets as Options.Label says.
func (t *table) assignLabel(index map[string]int) error {
	name := t.opt.Label
	if name == "" {
		targets := 0
		for j := range t.columns {
			if c := &t.columns[j]; strings.HasPrefix(c.name, dataset.TargetPrefix) && c.role != roleDropped {
				if err := t.claim(c.name, index, roleTarget); err != nil {
					return err
				}
				targets++
			}
		}
		if targets > 0 {
			return nil
		}
		name = "label"
		if j, ok := index[name]; ok && t.columns[j].role != roleDropped {
			return t.claim(name, index, roleLabel)
		}
		for j := len(t.columns) - 1; j >= 0 && !t.opt.LabelOptional; j-- {
			if c := &t.columns[j]; c.role != roleDropped && c.role != roleWeight && c.role != roleText {
				return t.claim(c.name, index, roleLabel)
			}
		}
	} else if _, ok := index[name]; ok {
		return t.claim(name, index, roleLabel)
	} else if n, err := strconv.Atoi(name); err == nil {
		if n < 0 {
			n += len(t.columns) + 1
		}
		if n >= 1 && n <= len(t.columns) {
			return t.claim(t.columns[n-1].name, index, roleLabel)
		}
	}
	if t.opt.LabelOptional {
		return nil
	}
	return t.unknown(name, dataset.ErrNoLabel)
}

func (t *table) unknown(name string, err error) error {
	const most = 8
	var names []string
	for _, c := range t.columns[:min(most, len(t.columns))] {
		names = append(names, quote([]byte(c.name)))
	}
	if len(t.columns) > most {
		names = append(names, "...")
	}
	return t.fault(0, name, fmt.Errorf("%w: the file has no such column; it has %s%s", err, strings.Join(names, ", "), t.delimiterHint()))
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
