package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"example.com/softmax"
	"example.com/softmax/dataset"
	"example.com/softmax/dataset/catalog"
	"example.com/softmax/dataset/idx"
	"example.com/softmax/dataset/images"
	"example.com/softmax/dataset/sample"
)

// A set is what DATA stands for. A part that it does not have is nil.
type set struct {
	name        string
	whole       part // of a set that is not split
	train, test part
	roles       []string // the flags that say what its columns are for, where it has a use for them
	shown       []string // what its classes 0, 1, ... show; nil if they speak for themselves
}

// training is the part to train on, scoring the part to score a model on, which
// every set has.
func (s *set) training() (part, error) {
	if p := either(s.train, s.whole); p != nil {
		return p, nil
	}
	return nil, fmt.Errorf("%s: it has no training part", s.name)
}

func (s *set) scoring() part { return either(s.test, either(s.whole, s.train)) }

func either(a, b part) part {
	if a != nil {
		return a
	}
	return b
}

// check finds roles that the set has no use for.
func (s *set) check(l *layout) error {
	var idle []string
	for _, flag := range l.roles() {
		if !slices.Contains(s.roles, flag) {
			idle = append(idle, flag)
		}
	}
	switch {
	case len(idle) == 0:
		return nil
	case idle[0] == delimiterFlag, idle[0] == missingFlag:
		return usagef("%s is for .csv and .tsv files, and %s is none", idle[0], s.name)
	}
	return usagef("%s: only the columns of tables (.csv, .tsv, .jsonl, .parquet) have roles; %s is read as it is", strings.Join(idle, ", "), s.name)
}

// find finds what DATA stands for: one name, or several files that make a set
// together.
func (r *reader) find(l *layout, data ...string) (s *set, err error) {
	var names []string
	for _, name := range data {
		matches, err := glob(name)
		if err != nil {
			return nil, err
		}
		names = append(names, matches...)
	}
	if len(names) == 1 {
		s, err = r.findOne(l, names[0])
	} else {
		s, err = r.together(l, names)
	}
	if err != nil {
		return nil, err
	}
	return s, s.check(l)
}

// glob returns the files that a pattern matches, or the name itself if it is
// none.
func glob(name string) ([]string, error) {
	if _, err := os.Lstat(name); err == nil || !strings.ContainsAny(name, "*?[") {
		return []string{name}, nil
	}
	matches, err := filepath.Glob(name)
	if err != nil {
		return nil, usagef("%s: %v", name, err)
	}
	if len(matches) == 0 {
		return nil, &dataset.Error{File: name, Err: errors.New("no file matches this pattern")}
	}
	return matches, nil
}

// together is the set of several files, one after the other.
func (r *reader) together(l *layout, names []string) (*set, error) {
	all := &set{name: names[0]}
	var parts []part
	for _, name := range names {
		if info, err := os.Stat(name); name == "-" || err == nil && info.IsDir() {
			return nil, usagef("%s: several DATA are files with the same columns", name)
		}
		s, err := r.findOne(l, name)
		if err != nil {
			return nil, err
		}
		if s.whole == nil {
			return nil, usagef("%s: several DATA are files with the same columns", name)
		}
		parts, all.roles = append(parts, s.whole), s.roles
	}
	all.whole = chain(parts)
	return all, nil
}

func (r *reader) findOne(l *layout, data string) (*set, error) {
	if data == "-" {
		if l.format == "" {
			return nil, usagef("standard input needs --format, one of %s", strings.Join(formatNames(), ", "))
		}
		return r.file("-", l), nil
	}
	info, err := os.Stat(data)
	switch {
	case data == "":
		return nil, usagef("the name of DATA is empty")
	case err == nil && info.IsDir():
		return r.folder(data, l)
	case err == nil:
		if formatOf(data) == nil && l.format == "" {
			return nil, usagef("%s: no known ending of a data file (%s); say what it is with --format", data, strings.Join(endings(), " "))
		}
		return r.file(data, l), nil
	case !errors.Is(err, fs.ErrNotExist):
		return nil, &dataset.Error{File: data, Err: err}
	case strings.ContainsRune(data, filepath.Separator), formatOf(data) != nil:
		return nil, &dataset.Error{File: data, Err: fmt.Errorf("%w", fs.ErrNotExist)}
	}
	return r.named(data, l)
}

// named finds a known set.
func (r *reader) named(name string, l *layout) (*set, error) {
	switch name {
	case "sample":
		return &set{name: name, shown: sample.FashionNames[:], train: whole(sample.FashionTrain), test: whole(sample.FashionTest)}, nil
	case "penguins":
		return &set{name: name, whole: whole(sample.Penguins)}, nil
	}
	if dir, ok := catalog.Local(name); ok {
		s, err := r.folder(dir, l)
		if err == nil {
			s.name = name
		}
		return s, err
	}
	known := knownNames()
	for _, s := range catalog.Sets() {
		if s.Name == name {
			return nil, fmt.Errorf("%s: a known set that is not on this machine; 'softmax data fetch %[1]s' downloads it", name)
		}
		known = append(known, s.Name)
	}
	slices.Sort(known)
	return nil, fmt.Errorf("%s: no such file, and no known set of this name in the program or in %s%s",
		name, strings.Join(catalog.Dirs(), ", "), didYouMean(name, slices.Compact(known)))
}

// knownNames are the names of the sets on this machine.
func knownNames() []string {
	known := []string{"sample", "penguins"}
	for _, place := range catalog.Dirs() {
		entries, _ := os.ReadDir(place) // a place need not exist
		for _, e := range entries {
			if e.IsDir() && !strings.HasPrefix(e.Name(), ".") {
				known = append(known, e.Name())
			}
		}
	}
	slices.Sort(known)
	return slices.Compact(known)
}

// file is the set of a single file, or of standard input.
func (r *reader) file(path string, l *layout) *set {
	f := formatOf(path)
	if l.format != "" {
		f = formatNamed(l.format)
	}
	return &set{name: path, roles: f.roles, whole: r.part(path, f)}
}

// folder finds the parts of a set in a directory.
func (r *reader) folder(dir string, l *layout) (*set, error) {
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
		path := filepath.Join(dir, e.Name())
		stem, _, _ := strings.Cut(e.Name(), ".")
		f := formatOf(e.Name())
		switch {
		case strings.HasPrefix(e.Name(), string(idx.Train)+"-images"):
			s.train = whole(func() (*dataset.Dataset, error) { return idx.ReadDir(dir, idx.Train) })
		case strings.HasPrefix(e.Name(), string(idx.Test)+"-images"):
			s.test = whole(func() (*dataset.Dataset, error) { return idx.ReadDir(dir, idx.Test) })
		case f == nil && (stem == "train" || stem == "test") && images.Is(os.DirFS(path)):
			*s.partOf(stem), s.roles = r.pictures(path), []string{"--resize"}
		case f == nil:
		case stem == "train", stem == "test", stem == name:
			*s.partOf(stem), s.roles = r.part(path, f), f.roles
		}
	}
	if s.scoring() == nil && images.Is(os.DirFS(dir)) {
		s.whole, s.roles = r.pictures(dir), []string{"--resize"}
	}
	if s.scoring() == nil {
		return nil, &dataset.Error{File: dir, Err: fmt.Errorf(
			"%w: a directory of data holds an IDX set (train-images-idx3-ubyte and so on), or train.csv and test.csv, or %s.csv, or a directory of pictures for each class", dataset.ErrFormat, name)}
	}
	if name == "fashion-mnist" {
		s.shown = sample.FashionNames[:]
	}
	return s, nil
}

// partOf is the part that a file of the given name without its ending holds.
func (s *set) partOf(stem string) *part {
	switch stem {
	case "train":
		return &s.train
	case "test":
		return &s.test
	}
	return &s.whole
}

// pictures is a folder of images.
func (r *reader) pictures(dir string) part {
	return func(l layout) (*stream, error) {
		opt := images.Options{Name: dir}
		if l.resize != "" {
			if n, err := fmt.Sscanf(l.resize+"\n", "%dx%d\n", &opt.Width, &opt.Height); n != 2 || err != nil || opt.Width < 1 || opt.Height < 1 || opt.Width > 4096 || opt.Height > 4096 {
				return nil, usagef("--resize %s: it must be WIDTHxHEIGHT in pixels, such as 28x28", l.resize)
			}
		}
		return once(func() (*dataset.Dataset, error) { return images.Read(os.DirFS(dir), opt) }), nil
	}
}

// named is a model of the set with the names of its classes, if it has such.
func (s *set) named(m *softmax.Model) (*softmax.Model, error) {
	if s.shown == nil {
		return m, nil
	}
	names := m.Classes()
	for q, class := range names {
		if k, err := strconv.Atoi(class); err == nil && k >= 0 && k < len(s.shown) {
			names[q] = s.shown[k]
		}
	}
	return m.WithClassNames(names)
}
