// Package lab holds the experiments that teach softmax regression: each checks
// sentences of a textbook chapter on the subject on real data, and says where
// they hold, where they need a condition and where they are too strong.
//
// An experiment is a function that returns a typed result with its numbers; a
// Result renders itself as text, in English and Chinese, and as a picture.
// Numbers are deterministic by seed, timings aside. Without data of the
// caller's the embedded samples serve.
package lab

//go:generate go test . -run TestDocs -update -timeout 30m

import (
	"context"
	"errors"
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
		if o.Test == nil {
			return nil, nil, errors.New("this experiment needs test data beside the training data")
		}
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
	experiment("ordinal", "regression on the number of the class, under every numbering of the classes", "把类别编号当作数值来回归：换用每一种编号", runOrdinal),
	experiment("network", "the model as a network of one layer, every output connected with every input", "单层神经网络：每个输出连着所有输入", runNetwork),
	experiment("confidence", "what an output says by itself, and what softmax sees", "单看一个输出能说明什么，softmax 看的又是什么", runConfidence),
	experiment("losses", "squared loss beside cross-entropy: what each asks, what each makes of training", "平方损失与交叉熵：各自的要求，各自训练的结果", runLosses),
	experiment("several", "several labels on one example: one softmax, or independent sigmoids", "一个样本有多个标签：一个 softmax，还是独立的 sigmoid", runSeveral),
	experiment("likelihood", "least cross-entropy is greatest likelihood, least divergence, and with a penalty MAP", "最小交叉熵就是最大似然、最小 KL 散度；加上惩罚则是最大后验", runLikelihood),
	experiment("batch", "does a small batch hurt speed, and what it does to learning", "批量太小会拖慢速度吗，对学习又如何", runBatch),
	experiment("overflow", "softmax by its definition: where exp overflows, and how often outputs get there", "按定义计算 softmax：exp 在何处溢出，实际输出有多少会到那里", runOverflow),
	experiment("logzero", "log 0, the remedy log(x + e-5), and the gradient that it does not save", "log 0、补救办法 log(x + e-5)，以及它救不了的梯度", runLogZero),
	experiment("margin", "log-sum-exp as a smooth maximum, and the loss as a soft margin", "log-sum-exp：光滑的最大值；损失：软化的间隔", runMargin),
	experiment("optimizers", "SGD, momentum, L-BFGS and Newton, and the floor that none can pass", "SGD、动量、L-BFGS、牛顿法，以及谁也无法突破的下界", runOptimizers),
}
