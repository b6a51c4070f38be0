package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"unsafe"

	"example.com/softmax/dataset"
)

// A problem is a data set in the form that everyone fits: X dense in float64,
// pixels divided by 255, numeric columns standardised by the training rows
// (population deviation), sparse counts as they are, categories one-hot, rows with a missing value left
// out. Lambda is 1/n, which is C = 1, or chosen on held-out rows.
type problem struct {
	Name     string  `json:"name"`
	Chosen   bool    `json:"chosen"`
	Rows     int     `json:"rows"`
	TestRows int     `json:"test_rows"`
	Features int     `json:"features"`
	Classes  int     `json:"classes"`
	NonZeros int     `json:"non_zeros"` // of training rows, where X is sparse
	Lambda   float64 `json:"lambda"`

	folder      string
	train, test part
	optimum     float64 // the least objective
}

// A part is X, row-major, and the classes of its rows. A test label that
// training does not have is -1. Where X is sparse, row i has the values
// x[starts[i]:starts[i+1]] in the columns of index.
type part struct {
	x             []float64
	y             []int32
	starts, index []int32
}

// files are the numbers of a part by the ends of their files' names.
func (p *part) files() map[string][]byte {
	files := map[string][]byte{".f64": bytesOf(p.x), ".y": bytesOf(p.y)}
	if p.starts != nil {
		files[".starts"], files[".index"] = bytesOf(p.starts), bytesOf(p.index)
	}
	return files
}

// prepare brings a set to the common form and writes it to a folder of the
// work directory, where the peers read it.
func prepare(s *set, work string) (*problem, error) {
	train, test, err := s.read(s.name)
	if err != nil {
		return nil, err
	}
	d := newFeatures(train)
	p := &problem{Name: s.name, Features: d.width, Classes: len(train.Label.Classes), folder: filepath.Join(work, s.name)}
	p.train, p.test = d.part(train, train.Label.Classes), d.part(test, train.Label.Classes)
	p.Rows, p.TestRows = len(p.train.y), len(p.test.y)
	p.NonZeros = len(p.train.index)
	p.Lambda = 1 / float64(p.Rows)
	if err := os.MkdirAll(p.folder, 0o755); err != nil {
		return nil, err
	}
	for name, of := range map[string]*part{"train": &p.train, "test": &p.test} {
		for end, data := range of.files() {
			if err := os.WriteFile(filepath.Join(p.folder, name+end), data, 0o644); err != nil {
				return nil, err
			}
		}
	}
	return p, p.describe()
}

// describe writes what the peers have to know besides the numbers.
func (p *problem) describe() error {
	meta, err := json.MarshalIndent(p, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(p.folder, "meta.json"), meta, 0o644)
}

// described reads what describe wrote.
func described(folder string) (*problem, error) {
	meta, err := os.ReadFile(filepath.Join(folder, "meta.json"))
	if err != nil {
		return nil, err
	}
	p := &problem{folder: folder}
	return p, json.Unmarshal(meta, p)
}

// load reads the training part that prepare wrote.
func load(folder string) (*problem, error) {
	p, err := described(folder)
	if err != nil {
		return nil, err
	}
	if p.train.x, err = readNumbers[float64](filepath.Join(folder, "train.f64")); err != nil {
		return nil, err
	}
	p.train.y, err = readNumbers[int32](filepath.Join(folder, "train.y"))
	return p, err
}

// cost is the multiplications of an evaluation.
func (p *problem) cost() float64 {
	if p.NonZeros > 0 {
		return float64(p.NonZeros) * float64(p.Classes)
	}
	return float64(p.Rows) * float64(p.Features) * float64(p.Classes)
}

// title is the name that readers know it by.
func (p *problem) title() string {
	if p.Chosen {
		return p.Name + ", chosen lambda"
	}
	return p.Name
}

// features say how the columns of a set become features.
type features struct {
	columns []columnFeatures
	width   int
}

type columnFeatures struct {
	levels      []string // of a category
	mean, scale []float64
}

func newFeatures(train *dataset.Dataset) *features {
	d := &features{}
	rows := complete(train)
	for i := range train.Columns {
		c := &train.Columns[i]
		var cd columnFeatures
		switch c.Kind {
		case dataset.Categorical:
			for l, level := range c.Levels { // those that occur in the rows used
				if slices.ContainsFunc(rows, func(i int) bool { return c.Codes[i] == int32(l) }) {
					cd.levels = append(cd.levels, level)
				}
			}
			d.width += len(cd.levels)
		case dataset.Pixels:
			cd.mean, cd.scale = make([]float64, c.Width), slices.Repeat([]float64{1. / 255}, c.Width)
			d.width += c.Width
		case dataset.Numeric:
			if c.Sparse != nil { // counts, as they are
				cd.mean, cd.scale = make([]float64, c.Width), slices.Repeat([]float64{1}, c.Width)
			} else {
				cd.mean, cd.scale = moments(c, rows)
			}
			d.width += c.Width
		}
		d.columns = append(d.columns, cd)
	}
	return d
}

// moments returns the mean of every number of a column and the inverse of its
// deviation, 0 for a constant.
func moments(c *dataset.Column, rows []int) (mean, scale []float64) {
	mean, scale = make([]float64, c.Width), make([]float64, c.Width)
	n := float64(len(rows))
	for j := range mean {
		for _, i := range rows {
			mean[j] += c.Number(i, j) / n
		}
		var v float64
		constant := true
		for _, i := range rows {
			e := c.Number(i, j) - mean[j]
			v += e * e / n
			constant = constant && c.Number(i, j) == c.Number(rows[0], j)
		}
		if !constant {
			scale[j] = 1 / math.Sqrt(v)
		}
	}
	return mean, scale
}

func (d *features) part(ds *dataset.Dataset, classes []string) part {
	if len(ds.Columns) == 1 && ds.Columns[0].Sparse != nil {
		return sparsePart(ds, classes)
	}
	rows := complete(ds)
	p := part{x: make([]float64, len(rows)*d.width), y: make([]int32, len(rows))}
	for at, i := range rows {
		x := p.x[at*d.width:][:0]
		for c, cd := range d.columns {
			col := &ds.Columns[c]
			if col.Kind == dataset.Categorical {
				x = x[:len(x)+len(cd.levels)]
				if l := slices.Index(cd.levels, col.Levels[col.Codes[i]]); l >= 0 {
					x[len(x)-len(cd.levels)+l] = 1
				}
				continue
			}
			for j := range col.Width {
				x = append(x, (col.Number(i, j)-cd.mean[j])*cd.scale[j])
			}
		}
		p.y[at] = int32(slices.Index(classes, ds.Label.Classes[ds.Label.Codes[i]]))
	}
	return p
}

func sparsePart(ds *dataset.Dataset, classes []string) part {
	from := ds.Columns[0].Sparse
	p := part{x: from.Values, index: from.Index}
	for _, at := range from.Starts {
		p.starts = append(p.starts, int32(at))
	}
	for _, code := range ds.Label.Codes {
		p.y = append(p.y, int32(slices.Index(classes, ds.Label.Classes[code])))
	}
	return p
}

// complete lists the rows with a label and every value.
func complete(ds *dataset.Dataset) (rows []int) {
	for i := range ds.Rows() {
		ok := ds.Label.Codes[i] >= 0
		for c := range ds.Columns {
			ok = ok && !ds.Columns[c].Missing(i)
		}
		if ok {
			rows = append(rows, i)
		}
	}
	return rows
}

// bytesOf is the memory of s: files are in the machine's byte order.
func bytesOf[T int32 | float32 | float64](s []T) []byte {
	if len(s) == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(&s[0])), len(s)*int(unsafe.Sizeof(s[0])))
}

func readNumbers[T int32 | float32 | float64](path string) ([]T, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	var zero T
	s := make([]T, int(info.Size())/int(unsafe.Sizeof(zero)))
	at := bytesOf(s)
	for len(at) > 0 {
		n, err := f.Read(at)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		at = at[n:]
	}
	return s, nil
}
