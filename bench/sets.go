package main

import (
	"compress/gzip"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"

	"example.com/softmax/dataset"
	"example.com/softmax/dataset/csv"
	"example.com/softmax/dataset/idx"
)

// A set is one of the data sets of the benchmark.
type set struct {
	name  string
	what  string
	read  func(name string) (train, test *dataset.Dataset, err error)
	limit float64 // seconds that a fit may take
	quick bool    // part of a quick run
	big   bool    // only with --big

	images     bool
	operations bool // its single operations are timed
	job        bool // whole programs are timed on it
}

// sets in the order they are run. The limits give scikit-learn's best solver
// on Fashion-MNIST the time it needs there, and keep the whole run short.
var sets = []*set{
	{name: "iris", what: "measurements of flowers", read: readTable, limit: 5, quick: true},
	{name: "digits8x8", what: "8 x 8 images as a table", read: readTable, limit: 8, quick: true},
	{name: "letter", what: "shapes of letters", read: readTable, limit: 8, quick: true, job: true},
	{name: "shuttle", what: "sensor readings", read: readTable, limit: 8},
	{name: "covertype_sample", what: "forest cover, balanced sample", read: readTable, limit: 8},
	{name: "adult", what: "census, mostly categories", read: readTable, limit: 8},
	{name: "mnist", what: "images", read: readImages, limit: 15, images: true, job: true},
	{name: "fashion-mnist", what: "images", read: readImages, limit: 100, images: true, operations: true, job: true},
	{name: "embedding", what: "generated: dense vectors as of a language model, many classes", read: generated(100_000, 768, 200), limit: 300, big: true},
	{name: "tall", what: "generated: a million rows", read: generated(1_000_000, 100, 10), limit: 80, big: true},
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

func readCSV(path string) (*dataset.Dataset, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var r io.Reader
	if r, err = gzip.NewReader(f); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return csv.Read(r, csv.Options{Label: "label"})
}

// generated makes n training rows and a tenth as many test rows: features
// that are normal, share a few common factors and are rounded to float32, and
// labels drawn from a softmax model of them.
func generated(n, d, k int) func(string) (train, test *dataset.Dataset, err error) {
	const factors = 16
	return func(string) (train, test *dataset.Dataset, err error) {
		rng := rand.New(rand.NewPCG(uint64(d), uint64(k)))
		normal := func(size int, deviation float64) []float64 {
			v := make([]float64, size)
			for i := range v {
				v[i] = deviation * rng.NormFloat64()
			}
			return v
		}
		loadings, w := normal(factors*d, 0.5), normal(d*k, 0.15)
		classes := make([]string, k)
		for q := range classes {
			classes[q] = strconv.Itoa(q)
		}
		part := func(n int) (*dataset.Dataset, error) {
			x, codes := make([]float32, n*d), make([]int32, n)
			o := make([]float64, k)
			for i := range n {
				common := normal(factors, 1)
				for q := range o {
					o[q] = gumbel(rng)
				}
				for j := range d {
					v := rng.NormFloat64()
					for f, c := range common {
						v += c * loadings[f*d+j]
					}
					x[i*d+j] = float32(v)
					for q := range o {
						o[q] += v * w[j*k+q]
					}
				}
				codes[i] = int32(argmax(o))
			}
			return dataset.New("generated", []dataset.Column{{Name: "x", Kind: dataset.Numeric, Width: d, Float32s: x}},
				&dataset.Label{Name: "label", Classes: classes, Codes: codes}, nil)
		}
		if train, err = part(n); err != nil {
			return nil, nil, err
		}
		test, err = part(n / 10)
		return train, test, err
	}
}
