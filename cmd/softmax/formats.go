package main

import (
	"cmp"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"example.com/softmax/dataset"
	"example.com/softmax/dataset/csv"
	"example.com/softmax/dataset/idx"
	"example.com/softmax/dataset/jsonl"
	"example.com/softmax/dataset/libsvm"
	"example.com/softmax/dataset/npy"
	"example.com/softmax/dataset/source"
)

// A format is a form in which a file holds data.
type format struct {
	name    string // for --format
	endings []string
	roles   []string // the flags of a layout that it has a use for
	open    func(in io.Reader, name string, l layout) (*stream, error)
	write   func(w io.Writer, d *dataset.Dataset) error // nil if it is not written
}

var textRoles = append([]string{delimiterFlag, missingFlag}, tableRoles...)

var tableRoles = []string{"--label", "--weight", "--drop", "--numeric", "--categorical", "--text"}

// formats are the forms of single files.
var formats = []*format{
	{"csv", []string{".csv"}, textRoles, openCSV(','), func(w io.Writer, d *dataset.Dataset) error { return csv.Write(w, d, ',') }},
	{"tsv", []string{".tsv"}, textRoles, openCSV('\t'), func(w io.Writer, d *dataset.Dataset) error { return csv.Write(w, d, '\t') }},
	{"jsonl", []string{".jsonl", ".ndjson"}, tableRoles, openJSONL, jsonl.Write},
	{"svm", []string{".svm", ".libsvm"}, nil, openSVM, libsvm.Write},
	{"npz", []string{".npz"}, []string{"--label", "--weight"}, openNPY, npy.Write},
	{"npy", []string{".npy"}, []string{"--label"}, openNPY, nil},
	{"idx", []string{"-idx3-ubyte", ".idx3-ubyte"}, nil, openIDX, nil},
	parquetFormat,
}

func formatNames() (names []string) {
	for _, f := range formats {
		names = append(names, f.name)
	}
	return names
}

func formatNamed(name string) *format {
	return formats[slices.Index(formatNames(), name)]
}

func endings() (all []string) {
	for _, f := range formats {
		all = append(all, f.endings...)
	}
	return all
}

// formatOf is the format that a file's name says, or nil.
func formatOf(path string) *format {
	path = strings.ToLower(path)
	for _, packed := range []string{".gz", ".zst"} {
		path = strings.TrimSuffix(path, packed)
	}
	for _, f := range formats {
		if slices.ContainsFunc(f.endings, func(ending string) bool { return strings.HasSuffix(path, ending) }) {
			return f
		}
	}
	return nil
}

// part is a file of the given format, or standard input if the path is "-".
func (r *reader) part(path string, f *format) part {
	return func(l layout) (*stream, error) {
		name := path
		var in *source.Source
		var err error
		if path == "-" {
			name = "standard input"
			in, err = source.New(name, r.stdin)
		} else {
			in, err = source.Open(path)
		}
		if err != nil {
			return nil, err
		}
		watched, done := r.out.watch(in)
		s, err := f.open(watched, name, l)
		if err != nil {
			done()
			in.Close()
			return nil, err
		}
		next, noted := s.next, false
		s.next = func(n int) (*dataset.Dataset, error) {
			ds, err := next(n)
			if err == nil && !noted {
				for _, note := range ds.Notes {
					r.out.notef("%s: %s", name, note)
				}
				noted = n >= 0 // of every block the same
			}
			return ds, err
		}
		s.close = func() {
			done()
			in.Close()
		}
		return s, nil
	}
}

// openCSV reads text whose fields the delimiter is between, if the layout has no
// other.
func openCSV(usual delimiter) func(io.Reader, string, layout) (*stream, error) {
	return func(r io.Reader, name string, l layout) (*stream, error) {
		between := cmp.Or(l.delimiter, usual)
		opt := csv.Options{
			Name: name, Delimiter: byte(between), TSV: usual == '\t' && between == usual, Label: l.label, LabelOptional: l.labelOptional, Weight: l.weight,
			Drop: l.drop, RolesOptional: l.rolesOptional, Numeric: l.numeric, Categorical: l.categorical, Text: l.text, Missing: l.missing, Inputs: l.kinds(),
		}
		in, err := csv.NewReader(r, opt)
		if err != nil {
			return nil, err
		}
		return &stream{next: in.Read}, nil
	}
}

func openJSONL(r io.Reader, name string, l layout) (*stream, error) {
	in := jsonl.NewReader(r, l.record(name))
	return &stream{next: in.Read}, nil
}

// openSVM reads a LIBSVM file, as wide as the block that is wanted.
func openSVM(r io.Reader, name string, l layout) (*stream, error) {
	opt := libsvm.Options{Name: name, LabelOptional: l.labelOptional}
	if len(l.inputs) == 1 {
		opt.Width = l.inputs[0].Width
	}
	in := libsvm.NewReader(r, opt)
	return &stream{next: in.Read}, nil
}

// openNPY reads a .npz, or a .npy whose labels are in the .npy that --label names.
func openNPY(r io.Reader, name string, l layout) (*stream, error) {
	opt := npy.Options{Name: name, Label: l.label, Weight: l.weight, LabelOptional: l.labelOptional}
	return once(func() (*dataset.Dataset, error) {
		if !strings.HasSuffix(l.label, ".npy") {
			return npy.Read(r, nil, opt)
		}
		labels, err := source.Open(l.label)
		if err != nil {
			return nil, err
		}
		defer labels.Close()
		opt.Label, opt.Labels = "", l.label
		return npy.Read(r, labels, opt)
	}), nil
}

// labelsOf is the name of the file of labels that goes with one of images.
func labelsOf(images string) string {
	dir, name := filepath.Split(images)
	return dir + strings.Replace(strings.Replace(name, "images", "labels", 1), "idx3", "idx1", 1)
}

// openIDX reads images, with their labels if there is a file of them.
func openIDX(r io.Reader, name string, l layout) (*stream, error) {
	return once(func() (*dataset.Dataset, error) {
		opt := idx.Options{Source: name, Images: name, Labels: labelsOf(name)}
		if _, err := os.Stat(opt.Labels); opt.Labels == name || err != nil && l.labelOptional {
			return idx.Read(r, nil, opt)
		}
		labels, err := source.Open(opt.Labels)
		if err != nil {
			return nil, err
		}
		defer labels.Close()
		return idx.Read(r, labels, opt)
	}), nil
}
