package main

import (
	"fmt"
	"math"
	"strings"

	"example.com/softmax/dataset"
	"example.com/softmax/dataset/profile"
	"github.com/spf13/cobra"
)

const describeHelp = `Shows what DATA is before anything is learnt from it: its columns with their kinds,
missing and distinct values and ranges, its classes, and what will mislead: columns
that are constant, like an identifier, collinear, or that determine the label, and
test rows that are training rows. These warnings 'softmax train' gives, too.

` + dataHelp

func newDescribe(in *reader, out *output) *cobra.Command {
	d := &describer{in: in, out: out}
	c := newVerb("describe DATA...", "show the columns of data and what may mislead", describeHelp, 1, many, d.run)
	d.layout = layoutFlags(c)
	roleFlags(c, d.layout)
	f := c.Flags()
	f.StringVar(&d.test, "test", "", "`DATA` that a model will be scored on")
	f.BoolVar(&d.json, "json", false, "print one JSON object")
	f.BoolVar(&out.quiet, "quiet", false, "no progress, no notes: errors and the description only")
	return c
}

// A describer is one run of the verb data describe.
type describer struct {
	in     *reader
	out    *output
	layout *layout
	test   string
	json   bool
}

func (d *describer) run(args []string) error {
	s, err := d.in.find(d.layout, args...)
	if err != nil {
		return err
	}
	training, err := s.training()
	if err != nil {
		return err
	}
	scoring := s.test
	if d.test != "" {
		if scoring, err = d.in.scoringPart(d.layout, d.test); err != nil {
			return err
		}
	}
	data, err := training.read(*d.layout)
	if err != nil {
		return err
	}
	p := profile.Of(data)
	if scoring != nil {
		test, err := d.in.readAlike(scoring, *d.layout, data)
		if err != nil {
			return err
		}
		p.Warnings = append(p.Warnings, profile.Duplicates(data, test)...)
	}
	if d.json {
		return d.out.json(newDescription(data, p))
	}
	d.summary(data, p)
	return nil
}

func (d *describer) summary(ds *dataset.Dataset, p *profile.Profile) {
	d.out.printf("Data    %s: %s, %s\n", ds.Source, plural(p.Rows, "row", "rows"), plural(len(p.Columns), "column", "columns"))
	switch {
	case p.Label != nil:
		d.out.printf("Label   %q: %s\n", p.Label.Name, plural(p.Label.Distinct, "class", "classes"))
	case ds.Targets != nil:
		d.out.printf("Labels  several a row, of %s: %s\n", plural(len(ds.Targets.Classes), "class", "classes"), list(ds.Targets.Classes))
	default:
		d.out.printf("Label   none\n")
	}
	if ds.Weights != nil {
		d.out.printf("Weight  %q\n", d.layout.weight)
	}
	columns := p.Columns
	if p.Label != nil {
		columns = append(columns[:len(columns):len(columns)], *p.Label)
	}
	width := len("Column")
	for _, c := range columns {
		width = max(width, min(len([]rune(printable(c.Name))), 40))
	}
	d.out.printf("\n%-*s  %-11s  %9s  %9s  %s\n", width, "Column", "kind", "missing", "distinct", "values")
	for i, c := range columns {
		kind, distinct := c.Kind.String(), count(c.Distinct)
		if c.Distinct < 0 {
			distinct = ""
		}
		if i == len(p.Columns) {
			kind = "label"
		}
		d.out.printf("%-*s  %-11s  %9s  %9s  %s\n", width, printable(c.Name), kind, count(c.Missing), distinct, values(&c))
	}
	if len(p.Warnings) > 0 {
		d.out.printf("\nWarnings\n")
	}
	for _, w := range p.Warnings {
		d.out.printf("  %-17s  %s\n", w.Kind, w.Message)
	}
}

// values describes the values of a column in a few words.
func values(c *profile.Column) string {
	if len(c.Levels) > 0 {
		const most = 4
		var shown []string
		for _, l := range c.Levels[:min(most, len(c.Levels))] {
			shown = append(shown, fmt.Sprintf("%s %s", printable(l.Name), count(l.Rows)))
		}
		if more := len(c.Levels) - most; more > 0 {
			shown = append(shown, fmt.Sprintf("%s more", count(more)))
		}
		return strings.Join(shown, ", ")
	}
	s := ""
	if c.Width > 1 {
		s = plural(c.Width, "number", "numbers") + " a row, "
	}
	if math.IsNaN(c.Mean) {
		return strings.TrimSuffix(s, ", ")
	}
	return s + fmt.Sprintf("%.6g to %.6g, mean %.6g", c.Min, c.Max, c.Mean)
}

// A description is what data describe --json prints.
type description struct {
	Source   string              `json:"source"`
	Rows     int                 `json:"rows"`
	Columns  []columnDescription `json:"columns"`
	Label    *columnDescription  `json:"label"`
	Targets  []string            `json:"targets"`
	Warnings []warningObject     `json:"warnings"`
}

type columnDescription struct {
	Name     string         `json:"name"`
	Kind     string         `json:"kind"`
	Width    int            `json:"width"`
	Missing  int            `json:"missing"`
	Distinct *int           `json:"distinct"` // null for a block
	Min      number         `json:"min"`
	Mean     number         `json:"mean"`
	Max      number         `json:"max"`
	Levels   map[string]int `json:"levels,omitempty"`
}

func newDescription(ds *dataset.Dataset, p *profile.Profile) *description {
	d := &description{Source: ds.Source, Rows: p.Rows, Columns: []columnDescription{}, Warnings: []warningObject{}}
	column := func(c profile.Column) columnDescription {
		o := columnDescription{c.Name, c.Kind.String(), c.Width, c.Missing, nil, number(c.Min), number(c.Mean), number(c.Max), nil}
		if c.Distinct >= 0 {
			o.Distinct = &c.Distinct
		}
		for _, l := range c.Levels {
			if o.Levels == nil {
				o.Levels = map[string]int{}
			}
			o.Levels[l.Name] = l.Rows
		}
		return o
	}
	for _, c := range p.Columns {
		d.Columns = append(d.Columns, column(c))
	}
	if p.Label != nil {
		label := column(*p.Label)
		d.Label = &label
	}
	if ds.Targets != nil {
		d.Targets = ds.Targets.Classes
	}
	for _, w := range p.Warnings {
		d.Warnings = append(d.Warnings, warningObject{w.Kind, append([]string{}, w.Columns...), w.Message})
	}
	return d
}
