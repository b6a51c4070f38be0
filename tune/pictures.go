package tune

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"example.com/softmax"
	"example.com/softmax/internal/chart"
)

// Curve is the picture of the held-out loss against the penalty, with a band of
// one standard error, and the choices of both rules. Of several mixes each has a
// curve, and the best one the band.
func (r *Result) Curve() (*chart.Picture, error) {
	var series []chart.Series
	best := r.Chosen(Least)
	for i, p := range r.Points {
		if i == 0 || p.Mix != r.Points[i-1].Mix {
			series = append(series, chart.Series{Name: fmt.Sprintf("mix %.3g", p.Mix)})
		}
		curve := &series[len(series)-1]
		curve.X, curve.Y = append(curve.X, p.Lambda), append(curve.Y, p.Loss)
		if p.Mix == best.Mix {
			curve.Low, curve.High = append(curve.Low, p.Loss-p.LossError), append(curve.High, p.Loss+p.LossError)
		}
	}
	mixes := len(series)
	if mixes == 1 {
		series[0].Name = fmt.Sprintf("mean of %d folds ± one standard error", r.Folds)
	}
	for _, rule := range []Rule{Least, OneStandardError} {
		p := r.Chosen(rule)
		name := map[Rule]string{Least: "least loss", OneStandardError: "one-standard-error rule"}[rule]
		name = fmt.Sprintf("%s: %.2g", name, p.Lambda)
		if mixes > 1 {
			name += fmt.Sprintf(", mix %.3g", p.Mix)
		}
		series = append(series, chart.Series{Name: name, X: []float64{p.Lambda}, Y: []float64{p.Loss}, Points: true})
	}
	return chart.Lines{
		Title: "Cross-validation", Series: series,
		X: chart.Axis{Label: "penalty lambda", Log: true}, Y: chart.Axis{Label: "held-out log-loss, nats"},
	}.Draw()
}

// most is how many coefficients a picture of a path shows.
const most = 8

// Path is the picture of the coefficients of models along a path, as
// softmax.FitPath makes them: the largest ones at its end, per unit of the
// scaled feature.
func Path(models []*softmax.Model) (*chart.Picture, error) {
	if len(models) == 0 {
		return nil, fmt.Errorf("a path of no models cannot be drawn")
	}
	var all []softmax.Coefficients
	for _, m := range models {
		all = append(all, m.Coefficients())
	}
	last := all[len(all)-1]
	type place struct{ j, k int }
	var places []place
	for j := range last.W {
		for k := range last.W[j] {
			places = append(places, place{j, k})
		}
	}
	at := func(c softmax.Coefficients, p place) float64 { return c.Unit[p.j] * c.W[p.j][p.k] }
	slices.SortStableFunc(places, func(p, q place) int {
		return cmp.Compare(math.Abs(at(last, q)), math.Abs(at(last, p)))
	})
	var series []chart.Series
	for _, p := range places[:min(most, len(places))] {
		s := chart.Series{Name: last.Features[p.j] + " -> " + last.Classes[p.k]}
		for i, m := range models {
			o := m.Origin()
			s.X, s.Y = append(s.X, o.Lambda+o.L1+o.Group), append(s.Y, at(all[i], p))
		}
		series = append(series, s)
	}
	return chart.Lines{
		Title: fmt.Sprintf("The path of the %d largest coefficients", len(series)), Series: series,
		X: chart.Axis{Label: "penalty lambda", Log: true}, Y: chart.Axis{Label: "coefficient of the scaled feature"},
	}.Draw()
}
