// Package idx reads the IDX format of the MNIST database of handwritten digits
// and of the sets made in its image, Fashion-MNIST among them
// (http://yann.lecun.com/exdb/mnist/): images of bytes in one file, their
// labels in another.
//
// A file begins with two zero bytes, the type of its values (8: unsigned byte)
// and the number of its dimensions; then come the dimensions, 32 bits each,
// the most significant byte first, and the values, row by row.
package idx

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"math/bits"
	"slices"
	"strconv"

	"example.com/softmax/dataset"
)

// Options say how to read a pair of files.
type Options struct {
	// Source is the name of the set, for Dataset.Source.
	Source string
	// Images and Labels are the names of the files, for errors.
	Images, Labels string
}

// Read reads images and their labels, each to the end. Where images has a method
// Size, the bytes that are stored, as *source.Source has, room for the pixels is
// made at once. The dataset has one
// Pixels column, called "pixels", and a label called "label" whose classes are
// the numbers in the file. labels may be nil: then the dataset has no label.
// Every error is a *dataset.Error; its Row is the number of the image, from 1.
func Read(images, labels io.Reader, opt Options) (*dataset.Dataset, error) {
	column, err := ReadImages(images, opt.Images)
	if err != nil {
		return nil, err
	}
	var label *dataset.Label
	if labels != nil {
		values, err := ReadLabels(labels, opt.Labels)
		if err != nil {
			return nil, err
		}
		if n := len(column.Bytes) / column.Width; len(values) != n {
			return nil, &dataset.Error{File: opt.Labels, Err: fmt.Errorf(
				"%w: %d labels for the %d images of %s", dataset.ErrFormat, len(values), n, opt.Images)}
		}
		label = dataset.NewLabel("label", numerals(values))
	}
	return dataset.New(opt.Source, []dataset.Column{column}, label, nil)
}

// numerals writes each value as a decimal number, with one string for each of
// the 256.
func numerals(values []uint8) []string {
	var of [256]string
	for v := range of {
		of[v] = strconv.Itoa(v)
	}
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = of[v]
	}
	return out
}

// ReadImages reads a file of images, to the end, as a Pixels column called
// "pixels". name is the file's, for errors.
func ReadImages(r io.Reader, name string) (dataset.Column, error) {
	f := file{r: r, name: name}
	size, err := f.readHeader(3)
	if err != nil {
		return dataset.Column{}, err
	}
	pixels, err := f.readValues(size[0], size[1], size[2])
	if err != nil {
		return dataset.Column{}, err
	}
	height, width := int(size[1]), int(size[2])
	return dataset.Column{Name: "pixels", Kind: dataset.Pixels, Width: height * width, Height: height, Bytes: pixels}, nil
}

// ReadLabels reads a file of labels, to the end. name is the file's, for
// errors.
func ReadLabels(r io.Reader, name string) ([]uint8, error) {
	f := file{r: r, name: name}
	size, err := f.readHeader(1)
	if err != nil {
		return nil, err
	}
	return f.readValues(size[0], 1, 1)
}

// A file is an IDX file being read.
type file struct {
	r    io.Reader
	name string
}

// readHeader reads the sizes of the given number of dimensions.
func (f *file) readHeader(dimensions int) ([]uint32, error) {
	head := make([]byte, 4+4*dimensions)
	n, err := io.ReadFull(f.r, head[:4])
	switch {
	case n == 4 && (head[0] != 0 || head[1] != 0):
		return nil, f.fault(0, fmt.Errorf("%w: it begins with the bytes % x: no IDX file, which begins with two zeros", dataset.ErrFormat, head[:4]))
	case n == 4 && head[2] != 8:
		return nil, f.fault(0, fmt.Errorf("%w: its values are of type 0x%02x; only unsigned bytes (0x08) are read", dataset.ErrFormat, head[2]))
	case n == 4 && int(head[3]) != dimensions:
		return nil, f.fault(0, fmt.Errorf("%w: %d dimensions, where %d are wanted: images have 3, labels 1", dataset.ErrFormat, head[3], dimensions))
	case err == nil:
		_, err = io.ReadFull(f.r, head[4:])
	}
	if err != nil {
		return nil, f.cut(0, err, "within its header")
	}
	size := make([]uint32, dimensions)
	for i := range size {
		size[i] = binary.BigEndian.Uint32(head[4+4*i:])
		switch {
		case size[i] > 0:
		case i == 0:
			return nil, f.fault(0, dataset.ErrNoRows)
		default:
			return nil, f.fault(0, fmt.Errorf("%w: its images have no pixels", dataset.ErrNoColumns))
		}
	}
	return size, nil
}

// mostPacked is how many times its size a file of images is thought to unpack
// to: those of MNIST reach 5.
const mostPacked = 50

// readValues reads n rows of height x width bytes, and the end of the file. It
// makes room for what the header promises only where a file of its size may
// hold so much, else for what is there.
func (f *file) readValues(n, height, width uint32) ([]uint8, error) {
	row := uint64(height) * uint64(width)
	high, low := bits.Mul64(uint64(n), row)
	if high > 0 || low > math.MaxInt {
		return nil, f.fault(0, fmt.Errorf("%w: %d images of %d x %d pixels", dataset.ErrTooLarge, n, height, width))
	}
	total := int(low)
	room := 1 << 20
	if sized, ok := f.r.(interface{ Size() int64 }); ok {
		room = int(max(int64(room), min(sized.Size(), math.MaxInt/mostPacked)*mostPacked))
	}
	values := make([]uint8, 0, min(total, room))
	for len(values) < total {
		if len(values) == cap(values) {
			values = slices.Grow(values, min(total-len(values), len(values)))
		}
		free := values[len(values):min(cap(values), total)]
		got, err := io.ReadFull(f.r, free)
		values = values[:len(values)+got]
		if err != nil {
			at := uint64(len(values)) / row
			return nil, f.cut(int(at)+1, err, fmt.Sprintf("after %d of %d", at, n))
		}
	}
	var more [1]byte
	switch _, err := io.ReadFull(f.r, more[:]); err {
	case io.EOF:
		return values, nil
	case nil:
		return nil, f.fault(0, fmt.Errorf("%w: it goes on after the %d rows that its header announces", dataset.ErrFormat, n))
	default:
		return nil, f.fault(0, err)
	}
}

// cut is the error for a read that failed, perhaps since the file ends.
func (f *file) cut(row int, err error, where string) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		err = fmt.Errorf("%w: %s", dataset.ErrTruncated, where)
	}
	return f.fault(row, err)
}

// fault makes err an error about a place in the file. An error of the file's
// reader that has one already stays as it is.
func (f *file) fault(row int, err error) error {
	return dataset.Placed(f.name, row, "", err)
}
