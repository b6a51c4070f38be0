package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"example.com/softmax/dataset"
	"example.com/softmax/dataset/idx"
	"example.com/softmax/internal/atomicfile"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/spf13/cobra"
)

const convertHelp = `Writes DATA, of a set with two parts the training part, to FILE in the format that
its ending says: .csv, .tsv, .jsonl, .svm, .npz or .parquet, each also with .gz or
.zst; images also to a pair of IDX files, by a name such as train-images-idx3-ubyte.gz.
What a format cannot hold is an error. --part test writes the test part.

` + dataHelp

func newConvert(in *reader, out *output) *cobra.Command {
	var l *layout
	var half string
	c := newVerb("convert DATA... FILE", "write data in another format", convertHelp, 2, many, func(args []string) error {
		path := args[len(args)-1]
		l.labelOptional = l.label == ""
		write, err := writerOf(path)
		if err != nil {
			return err
		}
		if err := checkWritable(path); err != nil {
			return err
		}
		s, err := in.find(l, args[:len(args)-1]...)
		if err != nil {
			return err
		}
		p, err := s.training()
		if half == "test" {
			p, err = s.test, nil
		}
		switch {
		case err != nil:
			return err
		case p == nil:
			return fmt.Errorf("%s: it has no test part", s.name)
		}
		data, err := p.read(*l)
		if err != nil {
			return err
		}
		return write(data)
	})
	l = layoutFlags(c)
	roleFlags(c, l)
	choiceVar(c, &half, "part", "the part of a set that has two", "training", "test")
	c.Flags().BoolVar(&out.quiet, "quiet", false, "no progress, no notes: errors only")
	return c
}

// writerOf returns what writes a dataset to path in the format that its name
// says.
func writerOf(path string) (func(*dataset.Dataset) error, error) {
	f := formatOf(path)
	switch {
	case f == nil:
		return nil, usagef("%s: no ending of a format that can be written", path)
	case f.name == "idx":
		if labelsOf(path) == path {
			return nil, usagef("%s: the name of an IDX file of images holds the word images, as that of its labels will hold labels", path)
		}
		return func(d *dataset.Dataset) error { return writeIDX(path, d) }, nil
	case f.write == nil:
		return nil, usagef("%s: .%s files are not written; .npz holds features and labels", path, f.name)
	}
	return func(d *dataset.Dataset) error {
		return atomicfile.WriteAll(0o644, packed(path, func(w io.Writer) error { return f.write(w, d) }))
	}, nil
}

// packed is a file that is compressed as the ending of its name says.
func packed(path string, write func(io.Writer) error) atomicfile.File {
	return atomicfile.File{Path: path, Write: func(w io.Writer) error {
		var packed io.WriteCloser
		switch lower := strings.ToLower(path); {
		case strings.HasSuffix(lower, ".gz"):
			packed = gzip.NewWriter(w)
		case strings.HasSuffix(lower, ".zst"):
			z, err := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1))
			if err != nil {
				return err
			}
			packed = z
		default:
			return write(w)
		}
		if err := write(packed); err != nil {
			return err
		}
		return packed.Close()
	}}
}

// writeIDX writes images, and their labels in a file of their own: both or neither.
func writeIDX(path string, d *dataset.Dataset) error {
	cannot := func(column, what string) error {
		return &dataset.Error{File: d.Source, Column: column, Err: fmt.Errorf("%w: IDX files hold %s", dataset.ErrColumn, what)}
	}
	if len(d.Columns) != 1 || d.Columns[0].Kind != dataset.Pixels {
		return cannot(d.Columns[0].Name, "images, and this is a table")
	}
	if d.Weights != nil || d.Targets != nil {
		return cannot("", "one label a row, and no weights")
	}
	files := []atomicfile.File{packed(path, func(w io.Writer) error { return idx.WriteImages(w, &d.Columns[0]) })}
	if l := d.Label; l != nil {
		labels := make([]uint8, d.Rows())
		for i, k := range l.Codes {
			class := ""
			if k >= 0 {
				class = l.Classes[k]
			}
			n, err := strconv.ParseUint(class, 10, 8)
			if err != nil || strconv.FormatUint(n, 10) != class {
				return cannot(l.Name, fmt.Sprintf("labels from 0 to 255, and row %d has %q", i+1, class))
			}
			labels[i] = uint8(n)
		}
		files = append(files, packed(labelsOf(path), func(w io.Writer) error { return idx.WriteLabels(w, labels) }))
	}
	return atomicfile.WriteAll(0o644, files...)
}
