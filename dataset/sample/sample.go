// Package sample holds two small data sets inside the program, for a first run
// without any file and for examples: the beginning of Fashion-MNIST and the
// Palmer penguins.
package sample

import (
	"bytes"
	"embed"

	"example.com/softmax/dataset"
	"example.com/softmax/dataset/csv"
	"example.com/softmax/dataset/idx"
	"example.com/softmax/dataset/source"
)

//go:generate go run make.go

//go:embed *-ubyte.gz penguins.csv
var files embed.FS

// FashionNames says what the classes "0" to "9" of Fashion-MNIST show, by
// their number.
var FashionNames = [10]string{
	"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
	"Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
}

// FashionTrain is the first 600 training images of each class of Fashion-MNIST
// (Xiao, Rasul and Vollgraf 2017), 28 x 28 pixels each, in the order of the
// original file. The classes are "0" to "9".
func FashionTrain() (*dataset.Dataset, error) {
	return fashion(idx.Train, "sample of Fashion-MNIST, training images")
}

// FashionTest is the first 100 test images of each class of Fashion-MNIST.
func FashionTest() (*dataset.Dataset, error) {
	return fashion(idx.Test, "sample of Fashion-MNIST, test images")
}

func fashion(split idx.Split, name string) (*dataset.Dataset, error) {
	images, err := open(string(split) + "-images-idx3-ubyte.gz")
	if err != nil {
		return nil, err
	}
	defer images.Close()
	labels, err := open(string(split) + "-labels-idx1-ubyte.gz")
	if err != nil {
		return nil, err
	}
	defer labels.Close()
	return idx.Read(images, labels, idx.Options{Source: name, Images: images.Name(), Labels: labels.Name()})
}

// Penguins is the size, sex, island and year of 344 penguins of three species
// (Horst, Hill and Gorman 2020); some values are missing. The label is the
// species.
func Penguins() (*dataset.Dataset, error) {
	s, err := open("penguins.csv")
	if err != nil {
		return nil, err
	}
	defer s.Close()
	return csv.Read(s, csv.Options{Name: s.Name()})
}

func open(name string) (*source.Source, error) {
	data, err := files.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return source.New(name, bytes.NewReader(data))
}
