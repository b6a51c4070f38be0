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
// written at path.
func checkPicture(path string) error {
	if ext := strings.ToLower(filepath.Ext(path)); ext != ".png" && ext != ".svg" {
		return usagef("%s: a picture is a .png or an .svg file", path)
	}
	return checkWritable(path)
}

func writePicture(path string, p *chart.Picture) error {
	return atomicfile.Write(path, 0o644, func(w io.Writer) error { return p.Encode(w, filepath.Ext(path)) })
}

// mistakesMost is how many mistakes are drawn.
const mistakesMost = 40

// drawMistakes draws the images on which the model gave the true class the
// least probability, of those it got wrong.
func (e *evaluator) drawMistakes() error {
	c := &e.data.Columns[0]
	if len(e.data.Columns) != 1 || c.Kind != dataset.Pixels {
		return fmt.Errorf("%s: --pictures draws images, and this is a table", e.data.Source)
	}
	type mistake struct {
		row         int
		predicted   string
		probability float64 // of the true class
	}
	code := make(map[string]int)
	for k, class := range e.classes {
		code[class] = k
	}
	l := e.data.Label
	all := e.bound.Predict(0, e.bound.Rows())
	var mistakes []mistake
	for i, predicted := range all.Codes {
		if predicted < 0 || l.Codes[i] < 0 || e.classes[predicted] == l.Classes[l.Codes[i]] {
			continue
		}
		m := mistake{row: i, predicted: e.classes[predicted]}
		if k, ok := code[l.Classes[l.Codes[i]]]; ok {
			m.probability = all.Probabilities[i*len(e.classes)+k]
		}
		mistakes = append(mistakes, m)
	}
	if len(mistakes) == 0 {
		e.out.notef("%s: there is no mistake to draw", e.data.Source)
		return nil
	}
	slices.SortStableFunc(mistakes, func(a, b mistake) int { return cmp.Compare(a.probability, b.probability) })
	shown := mistakes[:min(mistakesMost, len(mistakes))]
	var examples []chart.Example
	for _, m := range shown {
		examples = append(examples, chart.Example{
			Pixels:    c.Bytes[m.row*c.Width:][:c.Width],
			Truth:     e.set.show(l.Classes[l.Codes[m.row]]),
			Predicted: e.set.show(m.predicted),
		})
	}
	title := fmt.Sprintf("The %d surest of %s mistakes", len(shown), count(len(mistakes)))
	p, err := chart.Examples(title, examples, c.Height, c.Width/c.Height)
	if err != nil {
		return err
	}
	return writePicture(e.pictures, p)
}

// scaledWeights are the weights in units of the scaled features: features x
// classes, and by class.
func scaledWeights(c softmax.Coefficients) (all []float64, byClass [][]float64) {
	byClass = make([][]float64, len(c.Classes))
	for j, row := range c.W {
		for k, w := range row {
			all = append(all, w*c.Unit[j])
			byClass[k] = append(byClass[k], w*c.Unit[j])
		}
	}
	return all, byClass
}

// drawNetwork draws the model as a network of one layer, every input connected
// with every output.
func drawNetwork(path string, m *softmax.Model) error {
	c := m.Coefficients()
	n := chart.Network{
		Title:  fmt.Sprintf("%s, %s", plural(len(c.Features), "input", "inputs"), plural(len(c.Classes), "output", "outputs")),
		Inputs: c.Features, Outputs: c.Classes, InputLayer: "input layer", OutputLayer: "output layer",
		Scale: "weight per unit of the scaled feature",
	}
	var images [][]float64
	n.W, images = scaledWeights(c)
	if in := imageOf(m); in != nil {
		n.Images, n.Height = images, in.Height
	}
	p, err := n.Draw()
	if err != nil {
		return err
	}
	return writePicture(path, p)
}

// featuresMost is how many features of a class are drawn.
const featuresMost = 12

// drawWeights draws the weights of each class, in units of the scaled features:
// as an image for a model of images, else those of the strongest features.
func drawWeights(path string, m *softmax.Model) error {
	c := m.Coefficients()
	weights, images := scaledWeights(c)
	var p *chart.Picture
	var err error
	if in := imageOf(m); in != nil {
		p, err = chart.WeightGrid("Weights of each class", c.Classes, images, in.Height, in.Width/in.Height)
	} else {
		p, err = chart.Features("Strongest features of each class, per unit of the scaled feature", c.Classes, c.Features, weights, featuresMost)
	}
	if err != nil {
		return err
	}
	return writePicture(path, p)
}
