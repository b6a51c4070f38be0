package main

import (
	"fmt"
	"math"

	"example.com/softmax/internal/chart"
)

// reliabilityDiagram draws the accuracy over the confidence of each bin, with two
// standard errors on each side.
func (e *evaluator) reliabilityDiagram() (*chart.Picture, error) {
	perfect := chart.Series{Name: "perfect", X: []float64{0, 1}, Y: []float64{0, 1}}
	model := chart.Series{Name: "this model, ± 2 standard errors"}
	for _, b := range e.full.bins {
		if b.Weight == 0 {
			continue
		}
		margin := 2 * math.Sqrt(b.Accuracy*(1-b.Accuracy)/b.Weight)
		model.X, model.Y = append(model.X, b.Confidence), append(model.Y, b.Accuracy)
		model.Low = append(model.Low, max(0, b.Accuracy-margin))
		model.High = append(model.High, min(1, b.Accuracy+margin))
	}
	dots := chart.Series{X: model.X, Y: model.Y, Points: true, Again: true}
	return chart.Lines{
		Title:  fmt.Sprintf("Reliability: calibration error %.4f", e.full.ece),
		X:      chart.Axis{Label: "mean probability of the predicted class, by bins"},
		Y:      chart.Axis{Label: "share of right predictions"},
		Series: []chart.Series{perfect, model, dots},
	}.Draw()
}
