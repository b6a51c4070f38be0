package main

import (
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"example.com/softmax"
	"example.com/softmax/dataset"
	"example.com/softmax/dataset/record"
	"github.com/spf13/cobra"
)

// A reader finds and reads data.
type reader struct {
	stdin io.Reader
	out   *output
}

// A layout says how data is written and what its columns are for.
type layout struct {
	format                       string
	delimiter                    delimiter
	label, weight                string
	drop                         []string
	numeric, categorical, text   []string
	missing                      []string // cells that say so
	resize                       string
	labelOptional, rolesOptional bool
	// inputs are the columns that are wanted; nil for all. Others are left
	// out, and those that the file has are read as what they are here.
	inputs []softmax.Input
	joined bool // columns may stand together for the one input
}

// layoutFlags defines the flags that all verbs have that read data.
func layoutFlags(c *cobra.Command) *layout {
	l := &layout{}
	f := c.Flags()
	f.StringVar(&l.label, "label", "", "the label's column: its `NAME`, or its number from 1, or from the end (-1); for a .npy the file of its labels")
	f.StringVar(&l.weight, "weight", "", "the column of example weights, by `NAME`")
	choiceVar(c, &l.format, "format", "format of a file or of standard input", append([]string{auto}, formatNames()...)...)
	f.Var(&l.delimiter, "delimiter", "what is between the fields of a .csv or .tsv that is read: a character such as ';', or tab")
	f.StringVar(&l.resize, "resize", "", "bring all pictures of a folder to `WIDTHxHEIGHT` pixels")
	f.StringSliceVar(&l.missing, "na", nil, "cells of a .csv or .tsv that say that a value is missing, beside the empty one, NA and NaN: `WORDS` such as 'N/A,?'")
	rare(c, "weight", "format", "delimiter", "resize", "na")
	return l
}

// A delimiter is the value of a flag: 0, if it was not given, leaves it to the
// format.
type delimiter byte

// Flags of text alone.
const delimiterFlag, missingFlag = "--delimiter", "--na"

func (d *delimiter) String() string {
	switch *d {
	case 0:
		return ""
	case '\t':
		return "tab"
	}
	return string(rune(*d))
}

func (d *delimiter) Type() string { return "CHAR" }

func (d *delimiter) Set(s string) error {
	switch {
	case s == "tab", s == `\t`:
		*d = '\t'
	case len(s) != 1 || s[0] >= utf8.RuneSelf || strings.Contains("\"\r\n\x00", s):
		return errors.New("it must be a single ASCII character other than a quote, or tab")
	default:
		*d = delimiter(s[0])
	}
	return nil
}

// roleFlags defines the flags of verbs that choose what columns are.
func roleFlags(c *cobra.Command, l *layout) {
	f := c.Flags()
	f.StringSliceVar(&l.drop, "drop", nil, "`COLUMNS` to leave out")
	f.StringSliceVar(&l.numeric, "numeric", nil, "`COLUMNS` of numbers, where this is not left to the reader")
	f.StringSliceVar(&l.categorical, "categorical", nil, "`COLUMNS` of categories, where this is not left to the reader")
	f.StringSliceVar(&l.text, "text", nil, "`COLUMNS` of texts, where this is not left to the reader")
	rare(c, "drop", "numeric", "categorical", "text")
}

// roles names the flags given that only some data has a use for.
func (l *layout) roles() (flags []string) {
	for flag, given := range map[string]bool{
		"--label": l.label != "", "--weight": l.weight != "", "--drop": l.drop != nil,
		"--numeric": l.numeric != nil, "--categorical": l.categorical != nil, "--text": l.text != nil, delimiterFlag: l.delimiter != 0, missingFlag: l.missing != nil, "--resize": l.resize != "",
	} {
		if given {
			flags = append(flags, flag)
		}
	}
	slices.Sort(flags)
	return flags
}

// kinds are the kinds of the columns wanted; nil if all are.
func (l *layout) kinds() map[string]dataset.Kind {
	if l.inputs == nil || l.joined {
		return nil
	}
	kinds := make(map[string]dataset.Kind)
	for _, in := range l.inputs {
		kinds[in.Name] = in.Kind
	}
	return kinds
}

// record is the layout for formats whose columns are known only in the end.
func (l *layout) record(name string) record.Options {
	return record.Options{
		Name: name, Label: l.label, LabelOptional: l.labelOptional, Weight: l.weight, Drop: l.drop, RolesOptional: l.rolesOptional,
		Numeric: l.numeric, Categorical: l.categorical, Text: l.text, Inputs: l.kinds(),
	}
}
