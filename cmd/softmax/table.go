package main

import (
	"bufio"
	stdcsv "encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"example.com/softmax"
	"example.com/softmax/dataset"
	"example.com/softmax/dataset/csv"
	"example.com/softmax/dataset/source"
	"github.com/spf13/cobra"
)

// A reader finds and reads data.
type reader struct {
	stdin io.Reader
	out   *output
}

// The formats of tables.
const (
	formatAuto = "auto"
	formatCSV  = "csv"
	formatTSV  = "tsv"
)

// A layout says how a table is written and what its columns are for.
type layout struct {
	format                        string
	label, weight                 string
	drop, numeric, categorical    []string
	labelOptional, weightOptional bool
	// inputs are the columns that are wanted; nil for all. Others are left
	// out, and those that the file has are read as what they are here.
	inputs []softmax.Input
}

// A table is a dataset with the names of the columns that were in the file and
// not wanted.
type table struct {
	*dataset.Dataset
	extra []string
}

// layoutFlags defines the flags that all verbs have that read tables.
func layoutFlags(c *cobra.Command) *layout {
	l := &layout{format: formatAuto}
	f := c.Flags()
	f.StringVar(&l.label, "label", "", "the label's column: its `NAME`, or its number from 1, or from the end (-1)")
	f.StringVar(&l.weight, "weight", "", "the column of example weights, by `NAME`")
	choiceVar(c, &l.format, "format", "format of a file or of standard input", formatAuto, formatCSV, formatTSV)
	rare(c, "weight", "format")
	return l
}

// roles names the flags given that only a table has a use for.
func (l *layout) roles() (flags []string) {
	for flag, given := range map[string]bool{
		"--label": l.label != "", "--weight": l.weight != "", "--drop": l.drop != nil,
		"--numeric": l.numeric != nil, "--categorical": l.categorical != nil,
	} {
		if given {
			flags = append(flags, flag)
		}
	}
	slices.Sort(flags)
	return flags
}

// formatOf is the format that a file's name says, or "".
func formatOf(path string) string {
	path = strings.ToLower(path)
	for _, ending := range []string{".gz", ".zst"} {
		path = strings.TrimSuffix(path, ending)
	}
	switch {
	case strings.HasSuffix(path, ".csv"):
		return formatCSV
	case strings.HasSuffix(path, ".tsv"):
		return formatTSV
	}
	return ""
}

// read reads the table at path, or standard input if this is "-".
func (r *reader) read(path string, l layout) (*table, error) {
	var s *source.Source
	var err error
	name := path
	if path == "-" {
		name = "standard input"
		s, err = source.New(name, r.stdin)
	} else {
		s, err = source.Open(path)
	}
	if err != nil {
		return nil, err
	}
	defer s.Close()
	watched, done := r.out.watch(s)
	defer done()

	opt := csv.Options{
		Name: name, Delimiter: ',', Label: l.label, LabelOptional: l.labelOptional, Weight: l.weight,
		Drop: l.drop, Numeric: l.numeric, Categorical: l.categorical,
	}
	format := l.format
	if format == formatAuto {
		format = formatOf(path)
	}
	if format == formatTSV {
		opt.Delimiter = '\t'
	}
	in := bufio.NewReaderSize(watched, maxHeader)
	header := headerOf(in, rune(opt.Delimiter))
	if format == formatTSV && l.label == "" && !l.labelOptional && !slices.Contains(header, "label") {
		return nil, &dataset.Error{File: name, Err: fmt.Errorf("%w: a .tsv needs a header with a column called label, or one named by --label", dataset.ErrNoLabel)}
	}
	if l.weightOptional && !slices.Contains(header, l.weight) {
		opt.Weight = ""
	}
	extra := l.match(header, &opt)
	ds, err := csv.Read(in, opt)
	if err != nil {
		return nil, err
	}
	for _, note := range ds.Notes {
		r.out.notef("%s: %s", name, note)
	}
	return &table{ds, extra}, nil
}

// maxHeader is how much of a file is looked at for its header.
const maxHeader = 1 << 20

// headerOf looks at the names of the columns, without reading on. What is
// wrong with them is for the reader to say.
func headerOf(in *bufio.Reader, delimiter rune) []string {
	head, _ := in.Peek(maxHeader)
	c := stdcsv.NewReader(strings.NewReader(strings.TrimPrefix(string(head), "\ufeff")))
	c.Comma, c.LazyQuotes = delimiter, true
	names, _ := c.Read()
	for i, name := range names {
		names[i] = strings.TrimSpace(name)
	}
	return names
}

// match says in opt what the columns of the header are to a model with the
// inputs wanted, and returns the names of those it leaves out.
func (l *layout) match(header []string, opt *csv.Options) (extra []string) {
	kinds := make(map[string]dataset.Kind)
	for _, in := range l.inputs {
		kinds[in.Name] = in.Kind
	}
	label := labelIn(header, l.label)
	known := func(name string) bool { _, ok := kinds[name]; return ok }
	if !slices.ContainsFunc(header, known) {
		return nil // binding them says what is missing
	}
	for _, name := range header {
		switch kind, wanted := kinds[name]; {
		case l.label == "" && strings.HasPrefix(name, targetPrefix): // a target
		case name == label || name == l.weight || name == "" || slices.Contains(l.drop, name):
		case !wanted:
			extra = append(extra, name)
		case kind == dataset.Categorical:
			opt.Categorical = append(opt.Categorical, name)
		default:
			opt.Numeric = append(opt.Numeric, name)
		}
	}
	opt.Drop = extra
	for _, name := range l.drop {
		if slices.Contains(header, name) {
			opt.Drop = append(opt.Drop, name)
		}
	}
	return extra
}

// targetPrefix begins the name of a column of targets, as package csv says.
const targetPrefix = "label:"

// labelIn is the name of the column that the reader will take for the label.
func labelIn(header []string, label string) string {
	if label == "" {
		label = "label"
	}
	if n, err := strconv.Atoi(label); err == nil && !slices.Contains(header, label) {
		if n < 0 {
			n += len(header) + 1
		}
		if n >= 1 && n <= len(header) {
			return header[n-1]
		}
	}
	return label
}
