//go:build ignore

// Make writes the sample files from the data sets they are taken from:
//
//	SOFTMAX_DATA=folder go run make.go [-o folder]
//
// The folder has fashion-mnist/ with the four files of Fashion-MNIST and
// penguins/penguins.csv.gz. Fashion-MNIST is cut to the first 600 training and
// 100 test images of each class, in the order of the file.
package main

import (
	"bytes"
	"compress/gzip"
	"flag"
	"io"
	"log"
	"os"
	"path/filepath"

	"example.com/softmax/dataset/idx"
	"example.com/softmax/dataset/source"
)

func main() {
	log.SetFlags(0)
	out := flag.String("o", ".", "folder to write to")
	flag.Parse()
	from := os.Getenv("SOFTMAX_DATA")
	if from == "" {
		log.Fatal("SOFTMAX_DATA is not set to the folder of data sets")
	}
	if err := run(from, *out); err != nil {
		log.Fatal(err)
	}
}

func run(from, out string) error {
	fashion := filepath.Join(from, "fashion-mnist")
	if err := cut(fashion, out, idx.Train, 600); err != nil {
		return err
	}
	if err := cut(fashion, out, idx.Test, 100); err != nil {
		return err
	}
	penguins, err := read(filepath.Join(from, "penguins", "penguins.csv.gz"))
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(out, "penguins.csv"), penguins, 0o666)
}

// cut writes the first images of each class.
func cut(from, out string, split idx.Split, ofEach int) error {
	d, err := idx.ReadDir(from, split)
	if err != nil {
		return err
	}
	var taken [10]int
	var rows []int
	var labels []uint8
	for i, k := range d.Label.Codes { // of the classes 0 to 9, and so the same
		if taken[k] < ofEach {
			taken[k]++
			rows, labels = append(rows, i), append(labels, uint8(k))
		}
	}
	images := d.Subset(rows).Columns[0]
	stem := filepath.Join(out, string(split))
	if err := write(stem+"-images-idx3-ubyte.gz", func(w io.Writer) error { return idx.WriteImages(w, &images) }); err != nil {
		return err
	}
	return write(stem+"-labels-idx1-ubyte.gz", func(w io.Writer) error { return idx.WriteLabels(w, labels) })
}

func read(path string) ([]byte, error) {
	s, err := source.Open(path)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	return io.ReadAll(s)
}

// write writes a file with no time or name in its gzip header.
func write(path string, content func(io.Writer) error) error {
	var packed bytes.Buffer
	z, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return err
	}
	if err := content(z); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	return os.WriteFile(path, packed.Bytes(), 0o666)
}
