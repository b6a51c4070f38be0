// Package lab holds the experiments that teach softmax regression: each checks
// sentences of a textbook chapter on the subject on real data, and says where
// they hold, where they need a condition and where they are too strong.
//
// An experiment is a function that returns a typed result with its numbers; a
// Result renders itself as text, in English and Chinese, and as a picture.
// Numbers are deterministic by seed, timings aside. Without data of the
// caller's the embedded samples serve.
package lab

import (
	"context"
	"fmt"
	"io"

	"example.com/softmax/dataset"
	"example.com/softmax/dataset/sample"
)

// Lang is a language for text and labels.
type Lang string

const (
	English Lang = "en"
	Chinese Lang = "zh"
)

// Options say what an experiment runs on.
type Options struct {
	// Train and Test are the data, for experiments that use data; nil stands
	// for the embedded sample of Fashion-MNIST.
	Train, Test *dataset.Dataset
	Seed        uint64
	Threads     int // 0 for all
}

// data returns the training and test sets.
func (o Options) data() (train, test *dataset.Dataset, err error) {
	if o.Train != nil {
		return o.Train, o.Test, nil
	}
	if train, err = sample.FashionTrain(); err != nil {
		return nil, nil, err
	}
	test, err = sample.FashionTest()
	return train, test, err
}

// A Result is what an experiment found. Its exported fields are the numbers
// (they make the JSON form); the methods show them.
type Result interface {
	// Page tells what was done and found.
	Page(Lang) Page
	// WritePicture draws it as "png" or "svg". Chinese text needs "svg".
	WritePicture(w io.Writer, format string, lang Lang) error
}

// An Experiment is one entry of the lab.
type Experiment struct {
	Name string
	// About is one line for a list.
	About map[Lang]string
	Run   func(context.Context, Options) (Result, error)
}

// Experiments returns all experiments in the order of the chapter.
func Experiments() []Experiment { return experiments }

// Find returns the experiment of the given name.
func Find(name string) (Experiment, error) {
	for _, e := range experiments {
		if e.Name == name {
			return e, nil
		}
	}
	return Experiment{}, fmt.Errorf("the lab has no experiment %q", name)
}

// experiment makes an entry of a typed function.
func experiment[R Result](name, english, chinese string, run func(context.Context, Options) (R, error)) Experiment {
	return Experiment{
		Name:  name,
		About: map[Lang]string{English: english, Chinese: chinese},
		Run: func(ctx context.Context, o Options) (Result, error) {
			r, err := run(ctx, o)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			return r, nil
		},
	}
}

// say picks the text of a language.
func say(lang Lang, english, chinese string) string {
	if lang == Chinese {
		return chinese
	}
	return english
}

// experiments is the table of contents.
var experiments = []Experiment{
	experiment("confidence", "what an output says by itself, and what softmax sees", "单看一个输出能说明什么，softmax 看的又是什么", runConfidence),
}
