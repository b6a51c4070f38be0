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
	"encoding/binary"
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
	if err := cut(fashion, out, "train", 600); err != nil {
		return err
	}
	if err := cut(fashion, out, "t10k", 100); err != nil {
		return err
	}
	penguins, err := read(filepath.Join(from, "penguins", "penguins.csv.gz"))
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(out, "penguins.csv"), penguins, 0o666)
}

// cut writes the first images of each class.
func cut(from, out, split string, ofEach int) error {
	imagesName, labelsName := split+"-images-idx3-ubyte.gz", split+"-labels-idx1-ubyte.gz"
	data, err := read(filepath.Join(from, imagesName))
	if err != nil {
		return err
	}
	images, err := idx.ReadImages(bytes.NewReader(data), imagesName)
	if err != nil {
		return err
	}
	if data, err = read(filepath.Join(from, labelsName)); err != nil {
		return err
	}
	labels, err := idx.ReadLabels(bytes.NewReader(data), labelsName)
	if err != nil {
		return err
	}
	var taken [256]int
	var pixels, classes []byte
	for i, k := range labels {
		if taken[k] < ofEach {
			taken[k]++
			pixels = append(pixels, images.Bytes[i*images.Width:(i+1)*images.Width]...)
			classes = append(classes, k)
		}
	}
	n, height, width := len(classes), images.Height, images.Width/images.Height
	if err := write(filepath.Join(out, imagesName), pixels, n, height, width); err != nil {
		return err
	}
	return write(filepath.Join(out, labelsName), classes, n)
}

func read(path string) ([]byte, error) {
	s, err := source.Open(path)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	return io.ReadAll(s)
}

// write writes an IDX file of bytes, with no time or name in its gzip header.
func write(path string, values []byte, size ...int) error {
	var packed bytes.Buffer
	z, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return err
	}
	z.Write([]byte{0, 0, 8, byte(len(size))})
	for _, n := range size {
		binary.Write(z, binary.BigEndian, uint32(n))
	}
	z.Write(values)
	if err := z.Close(); err != nil {
		return err
	}
	return os.WriteFile(path, packed.Bytes(), 0o666)
}
