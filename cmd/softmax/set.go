package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"example.com/softmax/dataset"
	"example.com/softmax/dataset/idx"
	"example.com/softmax/dataset/sample"
)

// A set is what DATA stands for. A part that it does not have is nil.
type set struct {
	name        string
	whole       part // of a set that is not split
	train, test part
	table       bool     // its columns can be given roles
	shown       []string // what its classes 0, 1, ... show; nil if they speak for themselves
}

// A part reads one part of a set.
type part func(layout) (*table, error)

// training is the part to train on, scoring the part to score a model on.
func (s *set) training() part { return either(s.train, s.whole) }
func (s *set) scoring() part  { return either(s.test, either(s.whole, s.train)) }

func either(a, b part) part {
	if a != nil {
		return a
	}
	return b
}

// find finds what DATA stands for.
func (r *reader) find(data, format string) (*set, error) {
	if data == "-" {
		if format == formatAuto {
			return nil, usagef("standard input needs --format csv or --format tsv")
		}
		return r.file("-"), nil
	}
	info, err := os.Stat(data)
	switch {
	case data == "":
		return nil, usagef("the name of DATA is empty")
	case err == nil && info.IsDir():
		return r.folder(data)
	case err == nil:
		if formatOf(data) == "" && format == formatAuto {
			return nil, usagef("%s is no name of a .csv or .tsv file; if it is one, say so with --format csv or --format tsv", data)
		}
		return r.file(data), nil
	case !errors.Is(err, fs.ErrNotExist):
		return nil, &dataset.Error{File: data, Err: err}
	case strings.ContainsRune(data, filepath.Separator), formatOf(data) != "":
		return nil, &dataset.Error{File: data, Err: fmt.Errorf("%w", fs.ErrNotExist)}
	}
	return r.named(data)
}

// named finds a known set.
func (r *reader) named(name string) (*set, error) {
	switch name {
	case "sample":
		return &set{
			name: name, shown: sample.FashionNames[:],
			train: embedded(sample.FashionTrain), test: embedded(sample.FashionTest),
		}, nil
	case "penguins":
		return &set{name: name, whole: embedded(sample.Penguins)}, nil
	}
	known := []string{"sample", "penguins"}
	places := places()
	for _, place := range places {
		dir := filepath.Join(place, name)
		if info, err := os.Stat(dir); err == nil && info.IsDir() {
			s, err := r.folder(dir)
			if err == nil {
				s.name = name
			}
			return s, err
		}
		entries, _ := os.ReadDir(place) // a place need not exist
		for _, e := range entries {
			if e.IsDir() {
				known = append(known, e.Name())
			}
		}
	}
	slices.Sort(known)
	return nil, fmt.Errorf("%s: no such file, and no known set of this name in the program or in %s%s",
		name, strings.Join(places, ", "), didYouMean(name, slices.Compact(known)))
}

// places are the directories in which a known set may be a directory.
func places() []string {
	var dirs []string
	if dir := os.Getenv("SOFTMAX_DATA"); dir != "" {
		dirs = append(dirs, dir)
	}
	if dir, err := os.UserCacheDir(); err == nil {
		dirs = append(dirs, filepath.Join(dir, "softmax"))
	}
	return append(dirs, "/usr/share/datasets")
}

func embedded(read func() (*dataset.Dataset, error)) part {
	return func(layout) (*table, error) {
		ds, err := read()
		return &table{Dataset: ds}, err
	}
}

// file is the set of a single file, or of standard input.
func (r *reader) file(path string) *set {
	return &set{name: path, table: true, whole: r.part(path)}
}

func (r *reader) part(path string) part {
	return func(l layout) (*table, error) { return r.read(path, l) }
}

// folder finds the parts of a set in the files of a directory.
func (r *reader) folder(dir string) (*set, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	s := &set{name: dir}
	name := filepath.Base(dir)
	if abs, err := filepath.Abs(dir); err == nil {
		name = filepath.Base(abs) // of "."
	}
	for _, e := range entries {
		stem, _, _ := strings.Cut(e.Name(), ".")
		switch {
		case strings.HasPrefix(e.Name(), string(idx.Train)+"-images"):
			s.train, s.table = images(dir, idx.Train), false
		case strings.HasPrefix(e.Name(), string(idx.Test)+"-images"):
			s.test, s.table = images(dir, idx.Test), false
		case formatOf(e.Name()) == "":
		case stem == "train":
			s.train, s.table = r.part(filepath.Join(dir, e.Name())), true
		case stem == "test":
			s.test, s.table = r.part(filepath.Join(dir, e.Name())), true
		case stem == name:
			s.whole, s.table = r.part(filepath.Join(dir, e.Name())), true
		}
	}
	if s.scoring() == nil {
		return nil, &dataset.Error{File: dir, Err: fmt.Errorf(
			"%w: a directory of data holds an IDX set (train-images-idx3-ubyte and so on), or train.csv and test.csv, or %s.csv", dataset.ErrFormat, name)}
	}
	if name == "fashion-mnist" {
		s.shown = sample.FashionNames[:]
	}
	return s, nil
}

func images(dir string, split idx.Split) part {
	return func(layout) (*table, error) {
		ds, err := idx.ReadDir(dir, split)
		return &table{Dataset: ds}, err
	}
}

// show is what people call a class.
func (s *set) show(class string) string {
	for k, name := range s.shown {
		if class == fmt.Sprint(k) {
			return name
		}
	}
	return printable(class)
}
