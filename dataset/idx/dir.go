package idx

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"example.com/softmax/dataset"
	"example.com/softmax/dataset/source"
)

// A Split is a part of a set, as it stands in the names of its files.
type Split string

const (
	Train Split = "train"
	Test  Split = "t10k"
)

// ReadDir reads a split of the set in a folder, from the files
// train-images-idx3-ubyte and train-labels-idx1-ubyte or the same with t10k.
// The names may have a dot before idx, and end in .gz or .zst. If the folder
// has no such file, the error wraps fs.ErrNotExist.
func ReadDir(dir string, split Split) (*dataset.Dataset, error) {
	images, err := open(dir, string(split)+"-images", "idx3-ubyte")
	if err != nil {
		return nil, err
	}
	defer images.Close()
	labels, err := open(dir, string(split)+"-labels", "idx1-ubyte")
	if err != nil {
		return nil, err
	}
	defer labels.Close()
	return Read(images, labels, Options{Source: dir, Images: images.Name(), Labels: labels.Name()})
}

// open opens the first file that has one of the names ReadDir knows.
func open(dir, stem, form string) (*source.Source, error) {
	for _, dot := range []string{"-", "."} {
		for _, ending := range []string{"", ".gz", ".zst"} {
			s, err := source.Open(filepath.Join(dir, stem+dot+form+ending))
			if !errors.Is(err, fs.ErrNotExist) {
				return s, err
			}
		}
	}
	return nil, &dataset.Error{File: dir, Err: fmt.Errorf("%w: no %s-%s, nor this with .gz or .zst", fs.ErrNotExist, stem, form)}
}
