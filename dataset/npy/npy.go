// Package npy reads and writes the files of NumPy: one array in a .npy, several
// in the ZIP archive that a .npz is
// (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html).
//
// Numbers may be floats of 16, 32 or 64 bits, integers of 8 to 64 bits or
// booleans, in either byte order, in C or Fortran order. X has one row for each
// example; what has more dimensions, such as images of rows x height x width, is
// a block, and one of Pixels if it has three and holds the bytes 0 to 255.
// Labels are numbers or strings in one dimension.
package npy

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"example.com/softmax/dataset"
)

// Options say how to read a file. The zero value is fine.
type Options struct {
	// Name is the file's name, for errors and Dataset.Source; Labels is that of
	// the file of labels beside a .npy.
	Name, Labels string
	// Label and Weight are the names of the arrays in a .npz; if Label is empty
	// it is the first there is of y, labels, label, target and arr_1.
	Label, Weight string
	// LabelOptional reads a .npz without labels too. A .npy needs none.
	LabelOptional bool
}

// The names under which arrays are looked for in a .npz. The names of X's
// columns are an array that we write.
var (
	namesOfX     = []string{"X", "x", "data", "arr_0"}
	namesOfY     = []string{"y", "labels", "label", "target", "arr_1"}
	featureNames = "feature_names"
)

// Read reads a .npy or a .npz, which it knows by its first bytes, to the end.
// labels is a .npy of labels that goes with a .npy, or nil. Every error is a
// *dataset.Error; its Row is the example, from 1.
func Read(r, labels io.Reader, opt Options) (*dataset.Dataset, error) {
	head := make([]byte, len(zipMagic))
	n, err := io.ReadFull(r, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, place(opt.Name, err)
	}
	r = io.MultiReader(bytes.NewReader(head[:n]), r)
	if string(head) == zipMagic {
		return readZip(r, opt)
	}
	x, err := readArray(r, opt.Name, 0)
	if err != nil {
		return nil, err
	}
	var y *array
	if labels != nil {
		if y, err = readArray(labels, opt.Labels, 0); err != nil {
			return nil, err
		}
	}
	return assemble(x, y, nil, nil, opt)
}

const (
	zipMagic = "PK\x03\x04"
	// The limits of package source.
	unpackedFloor, unpackedRatio = 256 << 20, 200
)

func readZip(r io.Reader, opt Options) (*dataset.Dataset, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, place(opt.Name, err)
	}
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, place(opt.Name, fmt.Errorf("%w: a damaged .npz: %w", dataset.ErrFormat, err))
	}
	var held []string
	open := func(names ...string) (*array, error) {
		for _, name := range names {
			at := slices.IndexFunc(archive.File, func(f *zip.File) bool { return f.Name == name+".npy" })
			if at < 0 {
				continue
			}
			f := archive.File[at]
			in, err := f.Open()
			if err != nil {
				return nil, place(opt.Name, fmt.Errorf("%w: the array %s: %w", dataset.ErrFormat, name, err))
			}
			defer in.Close()
			// A file is read no further than the archive says, and its packed bytes
			// are no more than there are.
			size, packed := f.UncompressedSize64, min(f.CompressedSize64, uint64(len(data)))
			if size > unpackedFloor && size > unpackedRatio*packed {
				return nil, place(opt.Name, fmt.Errorf("%w: the array %s unpacks to over %d MiB and over %d times its size: if that is right, save it with numpy.savez",
					dataset.ErrTooLarge, name, unpackedFloor>>20, unpackedRatio))
			}
			return readArray(in, opt.Name+"/"+f.Name, min(size, 1032*packed))
		}
		return nil, nil
	}
	for _, f := range archive.File {
		held = append(held, strings.TrimSuffix(f.Name, ".npy"))
	}
	lacks := func(what string, err error) error {
		return place(opt.Name, fmt.Errorf("%w: no array %s; it holds %s", err, what, strings.Join(held[:min(len(held), 10)], ", ")))
	}
	x, err := open(namesOfX...)
	if err != nil {
		return nil, err
	}
	if x == nil {
		return nil, lacks("X, x, data or arr_0", dataset.ErrNoColumns)
	}
	wanted := namesOfY
	if opt.Label != "" {
		wanted = []string{opt.Label}
	}
	y, err := open(wanted...)
	if err != nil {
		return nil, err
	}
	if y == nil && !opt.LabelOptional {
		return nil, lacks(strings.Join(wanted, ", "), dataset.ErrNoLabel)
	}
	var weights *array
	if opt.Weight != "" {
		if weights, err = open(opt.Weight); err != nil {
			return nil, err
		}
		if weights == nil {
			return nil, lacks(opt.Weight, dataset.ErrWeight)
		}
	}
	names, err := open(featureNames)
	if err != nil {
		return nil, err
	}
	return assemble(x, y, weights, names, opt)
}

// assemble makes a dataset of arrays. Those that are nil are not there.
func assemble(x, y, weights, names *array, opt Options) (*dataset.Dataset, error) {
	if x.texts != nil {
		return nil, place(x.name, fmt.Errorf("%w: an array of strings: X must be numbers", dataset.ErrNumber))
	}
	rows, width := x.rows(), x.width()
	c := dataset.Column{Name: "x", Width: width, Bytes: x.bytes, Float32s: x.float32s, Float64s: x.float64s}
	c.Compact()
	if c.Bytes != nil && len(x.shape) == 3 && width > 1 {
		c.Name, c.Kind, c.Height = "pixels", dataset.Pixels, x.shape[1]
	}
	if names != nil && width > 1 && len(names.texts) == width && c.Kind == dataset.Numeric {
		c.Components = names.texts
	}
	for _, a := range []*array{y, weights} {
		if a != nil && (a.width() != 1 || a.rows() != rows) {
			return nil, place(a.name, fmt.Errorf("%w: of shape %v, where one for each of the %d rows is wanted", dataset.ErrFormat, a.shape, rows))
		}
	}
	var label *dataset.Label
	if y != nil {
		name := opt.Label
		if name == "" {
			name = "label"
		}
		label = dataset.NewLabel(name, y.labels())
	}
	var w []float64
	if weights != nil {
		if w = weights.numbers(); w == nil {
			return nil, place(weights.name, fmt.Errorf("%w: an array of strings", dataset.ErrWeight))
		}
	}
	return dataset.New(opt.Name, []dataset.Column{c}, label, w)
}

// place makes err an error about a file. One that has a place stays as it is.
func place(name string, err error) error {
	return dataset.Placed(name, 0, "", err)
}
