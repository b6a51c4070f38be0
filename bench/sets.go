package main

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"

	"example.com/softmax/dataset"
	"example.com/softmax/dataset/csv"
	"example.com/softmax/dataset/idx"
	"example.com/softmax/dataset/libsvm"
)

// A set is one of the data sets of the benchmark.
type set struct {
	name  string
	what  string
	read  func(name string) (train, test *dataset.Dataset, err error)
	limit float64 // seconds that a fit may take
	// limits are those of peers whose share of limit would be wasted.
	limits map[string]float64
	quick  bool // part of a quick run
	// chosen has it measured once more, at a lambda chosen on held-out rows.
	chosen bool

	images bool
	job    bool // whole programs are timed on it
}

// sets in the order they are run. The limits give the best peer on
// Fashion-MNIST the time to come within 1e-5, and keep the whole run short.
var sets = []*set{
	{name: "iris", what: "measurements of flowers", read: readTable, limit: 3, quick: true, chosen: true},
	{name: "digits8x8", what: "8 x 8 images as a table", read: readTable, limit: 4, quick: true, chosen: true},
	{name: "letter", what: "shapes of letters", read: readTable, limit: 5, quick: true, job: true},
	{name: "shuttle", what: "sensor readings", read: readTable, limit: 6},
	{name: "covertype_sample", what: "forest cover, balanced sample", read: readTable, limit: 6},
	{name: "adult", what: "census, mostly categories", read: readTable, limit: 5, chosen: true},
	{name: "mnist", what: "images", read: readImages, limit: 20, images: true, chosen: true},
	{
		name: "fashion-mnist", what: "images", read: readImages, limit: 88, images: true, job: true, chosen: true,
		limits: map[string]float64{"scikit-learn lbfgs": 30, "scikit-learn saga float32": 10, "PyTorch LBFGS": 32},
	},
	{name: "20newsgroups", what: "texts as counts of words", read: readCounts, limit: 25},
	{name: "embedding", what: "generated: dense vectors as of a language model, many classes", read: generated(100_000, 768, 200), limit: 30},
	{name: "tall", what: "generated: a million rows", read: generated(1_000_000, 100, 10), limit: 25},
}

// read reads the set that p was made of.
func (p *problem) read() (train, test *dataset.Dataset, err error) {
	s, err := findSet(p.Name)
	if err != nil {
		return nil, nil, err
	}
	return s.read(s.name)
}

// place is the folder of a set of files.
func place(name string) (string, error) {
	data := os.Getenv("SOFTMAX_DATA")
	if data == "" {
		return "", fmt.Errorf("%s: set SOFTMAX_DATA to the folder of the data sets", name)
	}
	return filepath.Join(data, name), nil
}

func readImages(name string) (train, test *dataset.Dataset, err error) {
	dir, err := place(name)
	if err != nil {
		return nil, nil, err
	}
	if train, err = idx.ReadDir(dir, idx.Train); err != nil {
		return nil, nil, err
	}
	test, err = idx.ReadDir(dir, idx.Test)
	return train, test, err
}

// readTable reads train.csv.gz and test.csv.gz of a set's folder; of a set
// that has only NAME.csv.gz a fifth of the rows, drawn with a fixed seed, are
// the test rows.
func readTable(name string) (train, test *dataset.Dataset, err error) {
	dir, err := place(name)
	if err != nil {
		return nil, nil, err
	}
	if train, err = readCSV(filepath.Join(dir, "train.csv.gz")); err == nil {
		test, err = readCSV(filepath.Join(dir, "test.csv.gz"))
		return train, test, err
	}
	whole, err := readCSV(filepath.Join(dir, name+".csv.gz"))
	if err != nil {
		return nil, nil, err
	}
	order := rand.New(rand.NewPCG(1, 1)).Perm(whole.Rows())
	fifth := whole.Rows() / 5
	return whole.Subset(order[fifth:]), whole.Subset(order[:fifth]), nil
}

// readCounts reads train.counts.svm.gz and test.counts.svm.gz of a set's folder.
func readCounts(name string) (train, test *dataset.Dataset, err error) {
	dir, err := place(name)
	if err != nil {
		return nil, nil, err
	}
	err = unzip(filepath.Join(dir, "train.counts.svm.gz"), func(r io.Reader) error {
		train, err = libsvm.Read(r, libsvm.Options{})
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	err = unzip(filepath.Join(dir, "test.counts.svm.gz"), func(r io.Reader) error {
		test, err = libsvm.Read(r, libsvm.Options{Width: train.Columns[0].Width})
		return err
	})
	return train, test, err
}

func readCSV(path string) (ds *dataset.Dataset, err error) {
	err = unzip(path, func(r io.Reader) error {
		ds, err = csv.Read(r, csv.Options{Label: "label"})
		return err
	})
	return ds, err
}

func unzip(path string, read func(io.Reader) error) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	r, err := gzip.NewReader(f)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return read(r)
}

// generated makes n training rows and a tenth as many test rows: features
// that are normal, share a few common factors and are rounded to float32, and
// labels drawn from a softmax model of them. They are kept in the work folder.
func generated(n, d, k int) func(string) (train, test *dataset.Dataset, err error) {
	return func(name string) (train, test *dataset.Dataset, err error) {
		rng := rand.New(rand.NewPCG(uint64(d), uint64(k)))
		g := newGenerator(rng, d, k)
		if train, err = g.kept(filepath.Join(os.Getenv("BENCH_WORK"), name+"-train"), n); err != nil {
			return nil, nil, err
		}
		test, err = g.kept(filepath.Join(os.Getenv("BENCH_WORK"), name+"-test"), n/10)
		return train, test, err
	}
}

// A generator draws rows of one distribution.
type generator struct {
	rng         *rand.Rand
	d, k        int
	loadings, w []float64 // factors x d, d x k
}

const factors = 16

func newGenerator(rng *rand.Rand, d, k int) *generator {
	g := &generator{rng: rng, d: d, k: k}
	g.loadings, g.w = g.normal(factors*d, 0.5), g.normal(d*k, 1.5/math.Sqrt(float64(d)))
	return g
}

func (g *generator) normal(size int, deviation float64) []float64 {
	v := make([]float64, size)
	for i := range v {
		v[i] = deviation * g.rng.NormFloat64()
	}
	return v
}

// kept reads n rows from the files of that name, or draws and writes them.
func (g *generator) kept(name string, n int) (*dataset.Dataset, error) {
	x, err := readNumbers[float32](name + ".f32")
	codes, err2 := readNumbers[int32](name + ".y")
	if errors.Join(err, err2) != nil || len(codes) != n || len(x) != n*g.d {
		g.rng = rand.New(rand.NewPCG(uint64(n), uint64(g.k))) // whether or not the other part was kept
		x, codes = g.draw(n)
		if err := errors.Join(os.WriteFile(name+".f32", bytesOf(x), 0o644), os.WriteFile(name+".y", bytesOf(codes), 0o644)); err != nil {
			return nil, err
		}
	}
	classes := make([]string, g.k)
	for q := range classes {
		classes[q] = strconv.Itoa(q)
	}
	return dataset.New("generated", []dataset.Column{{Name: "x", Kind: dataset.Numeric, Width: g.d, Float32s: x}},
		&dataset.Label{Name: "label", Classes: classes, Codes: codes}, nil)
}

func (g *generator) draw(n int) (x []float32, codes []int32) {
	x, codes = make([]float32, n*g.d), make([]int32, n)
	o, row := make([]float64, g.k), make([]float64, g.d)
	for i := range n {
		for q := range o {
			o[q] = gumbel(g.rng)
		}
		common := g.normal(factors, 1)
		for j := range row {
			v := g.rng.NormFloat64()
			for f, c := range common {
				v += c * g.loadings[f*g.d+j]
			}
			x[i*g.d+j] = float32(v)
			row[j] = v
		}
		addProduct(o, row, g.w)
		codes[i] = int32(argmax(o))
	}
	return x, codes
}
