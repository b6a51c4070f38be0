package main

import (
	"cmp"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"example.com/softmax"
	"example.com/softmax/dataset"
	"example.com/softmax/internal/atomicfile"
	"example.com/softmax/internal/chart"
)

// checkPicture reports, before work is done for it, that a picture cannot be
// written at one of the paths. An empty one is for no picture.
func checkPicture(paths ...string) error {
	for _, path := range paths {
		if ext := strings.ToLower(filepath.Ext(path)); path != "" && ext != ".png" && ext != ".svg" {
			return usagef("%s: a picture is a .png or an .svg file", path)
		}
	}
	return checkWritable(paths...)
}

// draw writes a picture that was asked for.
func draw(path string, picture func() (*chart.Picture, error)) error {
	if path == "" {
		return nil
	}
	p, err := picture()
	if err != nil {
		return err
	}
	return atomicfile.Write(path, 0o644, func(w io.Writer) error { return p.Encode(w, filepath.Ext(path)) })
}

// How many images are drawn: the first of the data, and mistakes.
const firstMost, mistakesMost = 20, 40

// examples draws the first images with their true and predicted classes,
// and below them those that the model got wrong and was surest of: on which it
// gave the true class the least probability.
func (e *evaluator) examples() (*chart.Picture, error) {
	c := &e.data.Columns[0]
	if len(e.data.Columns) != 1 || c.Kind != dataset.Pixels {
		return nil, fmt.Errorf("%s: --pictures draws images, and this is a table", e.data.Source)
	}
	code := make(map[string]int)
	for k, class := range e.classes {
		code[class] = k
	}
	show := func(class string) string {
		if k, ok := code[class]; ok {
			return e.names[k]
		}
		return printable(class)
	}
	l := e.data.Label
	all := e.bound.Predict(0, e.bound.Rows())
	var labelled, wrong []int
	trust := make([]float64, len(all.Codes)) // probability of the true class
	for i, predicted := range all.Codes {
		if predicted < 0 || l.Codes[i] < 0 {
			continue
		}
		labelled = append(labelled, i)
		if k, ok := code[l.Classes[l.Codes[i]]]; ok {
			trust[i] = all.Probabilities[i*len(e.classes)+k]
		}
		if e.classes[predicted] != l.Classes[l.Codes[i]] {
			wrong = append(wrong, i)
		}
	}
	slices.SortStableFunc(wrong, func(a, b int) int { return cmp.Compare(trust[a], trust[b]) })
	draw := func(title string, rows []int) (*chart.Picture, error) {
		var examples []chart.Example
		for _, i := range rows {
			examples = append(examples, chart.Example{
				Pixels:    c.Bytes[i*c.Width:][:c.Width],
				Truth:     show(l.Classes[l.Codes[i]]),
				Predicted: e.names[all.Codes[i]],
			})
		}
		return chart.Examples(title, examples, c.Height, c.Width/c.Height)
	}
	first := labelled[:min(firstMost, len(labelled))]
	picture, err := draw(fmt.Sprintf("The first %d images: true class, predicted class", len(first)), first)
	if err != nil || len(wrong) == 0 {
		return picture, err
	}
	shown := wrong[:min(mistakesMost, len(wrong))]
	mistakes, err := draw(fmt.Sprintf("The %d surest of %s mistakes", len(shown), count(len(wrong))), shown)
	if err != nil {
		return nil, err
	}
	return chart.Stack(picture, mistakes)
}

// scaledWeights are the weights in units of the scaled features, features x
// classes.
func scaledWeights(c softmax.Coefficients) (W []float64) {
	for j, row := range c.W {
		for _, w := range row {
			W = append(W, w*c.Unit[j])
		}
	}
	return W
}

// networkPicture draws the model as a network of one layer, every input connected
// with every output.
func networkPicture(m *softmax.Model) (*chart.Picture, error) {
	c := m.Coefficients()
	n := chart.Network{
		Title:  fmt.Sprintf("%s, %s", plural(len(c.Features), "input", "inputs"), plural(len(c.Classes), "output", "outputs")),
		Inputs: c.Features, Outputs: m.ClassNames(), InputLayer: "input layer", OutputLayer: "output layer",
		Scale: "weight per unit of the scaled feature", W: scaledWeights(c),
	}
	if in := imageOf(m); in != nil {
		n.Height = in.Height
	}
	return n.Draw()
}

// featuresMost is how many features of a class are drawn.
const featuresMost = 12

// weightPicture draws the weights of each class, in units of the scaled features:
// as an image for a model of images, else those of the strongest features.
func weightPicture(m *softmax.Model) (*chart.Picture, error) {
	c := m.Coefficients()
	if in := imageOf(m); in != nil {
		return chart.WeightGrid("Weights of each class", m.ClassNames(), scaledWeights(c), in.Height)
	}
	return chart.Features("Strongest features of each class, per unit of the scaled feature", m.ClassNames(), c.Features, scaledWeights(c), featuresMost)
}
