package record

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"example.com/softmax/dataset"
)

// A Role is what a column is for.
type Role string

const (
	Input       Role = "" // of any kind
	Label       Role = "the label"
	Target      Role = "a target"
	Weight      Role = "the weight"
	Dropped     Role = "dropped"
	Unwanted    Role = "not wanted" // Options.Inputs lacks it
	Numeric     Role = "numeric"
	Categorical Role = "categorical"
	Text        Role = "text"
)

// listed is the role in which the options name a column.
func (o *Options) listed(name string) (role Role, err error) {
	for _, r := range []struct {
		role  Role
		names []string
	}{{Dropped, o.Drop}, {Numeric, o.Numeric}, {Categorical, o.Categorical}, {Text, o.Text}, {Weight, []string{o.Weight}}, {Label, []string{o.Label}}} {
		if name == "" || !slices.Contains(r.names, name) {
			continue
		}
		if role != Input {
			return role, o.both(name, role, r.role)
		}
		role = r.role
	}
	switch target := o.Label == "" && strings.HasPrefix(name, dataset.TargetPrefix); {
	case target && role == Input:
		return Target, nil
	case target && role != Dropped:
		return role, o.both(name, role, Target)
	}
	return role, nil
}

// Role is what a column is for as far as its name tells, without the others: the
// label may be another.
func (o *Options) Role(name string) (Role, error) {
	role, err := o.listed(name)
	if role == Input && o.Label == "" && name == "label" {
		role = Label
	}
	if role == Input {
		role = o.input(name)
	}
	return role, err
}

// input is the role of a column that the options do not name, as Inputs has it.
func (o *Options) input(name string) Role {
	switch kind, wanted := o.Inputs[name]; {
	case o.Inputs == nil:
		return Input
	case !wanted:
		return Unwanted
	case kind == dataset.Categorical:
		return Categorical
	case kind == dataset.Text:
		return Text
	}
	return Numeric
}

// Roles are what the columns of the given names are for. An error is a
// *dataset.Error.
func (o *Options) Roles(names []string) (roles []Role, err error) {
	index := make(map[string]int, len(names))
	roles = make([]Role, len(names))
	for j, name := range names {
		index[name] = j
		if roles[j], err = o.Role(name); err != nil {
			return nil, err
		}
	}
	need := slices.Concat(o.Numeric, o.Categorical, o.Text)
	if !o.RolesOptional {
		need = append(append(need, o.Drop...), o.Weight)
	}
	for _, name := range need {
		if _, ok := index[name]; !ok && name != "" {
			return nil, o.unknown(name, names, dataset.ErrColumn)
		}
	}
	label, err := o.label(names, roles)
	if err != nil {
		return nil, err
	}
	if j := slices.Index(roles, Label); j >= 0 && j != label {
		roles[j] = o.input(names[j]) // called "label" where there are targets
	}
	if label >= 0 {
		if role, _ := o.listed(names[label]); role != Input && role != Label {
			return nil, o.both(names[label], role, Label)
		}
		roles[label] = Label
	}
	return roles, nil
}

// label is the place of the label, as Options.Label says; -1 if there is none.
func (o *Options) label(names []string, roles []Role) (int, error) {
	if o.Label == "" && slices.Contains(roles, Target) {
		return -1, nil
	}
	if j := slices.Index(roles, Label); j >= 0 {
		return j, nil
	}
	name := o.Label
	if name == "" {
		name = "label"
		for j := len(roles) - 1; j >= 0 && !o.LabelOptional; j-- {
			if role := roles[j]; role != Dropped && role != Weight && role != Text {
				return j, nil
			}
		}
	} else if n, err := strconv.Atoi(name); err == nil {
		if n < 0 {
			n += len(names) + 1
		}
		if n >= 1 && n <= len(names) {
			return n - 1, nil
		}
	}
	if o.LabelOptional {
		return -1, nil
	}
	return -1, o.unknown(name, names, dataset.ErrNoLabel)
}

func (o *Options) both(name string, a, b Role) error {
	return o.fault(name, fmt.Errorf("%w: it cannot be both %s and %s", dataset.ErrColumn, a, b))
}

func (o *Options) unknown(name string, names []string, err error) error {
	const most = 8
	var shown []string
	for _, n := range names[:min(most, len(names))] {
		shown = append(shown, dataset.Quoted(n))
	}
	if len(names) > most {
		shown = append(shown, "...")
	}
	return o.fault(name, fmt.Errorf("%w: the file has no such column; it has %s", err, strings.Join(shown, ", ")))
}

func (o *Options) fault(column string, err error) error {
	return &dataset.Error{File: o.Name, Column: column, Err: err}
}
