package lab

import (
	"context"
	"math"
	"slices"

	"example.com/softmax"
	"example.com/softmax/internal/special"
)

// Confidence is about what an output says by itself: nothing. Softmax sees the
// differences between outputs.
type Confidence struct {
	// Rows are outputs with their softmax: the chapter's, and two that bring
	// out what it means.
	Rows []Outputs `json:"rows"`
	// Test holds, for each test image, its largest output, the distance to the
	// second largest, and the probability that softmax makes of them.
	Test struct {
		Largest     []float64 `json:"largest"`
		Margin      []float64 `json:"margin"`
		Probability []float64 `json:"probability"`
		// The least largest output of the sure images, whose probability is
		// above 0.99, and the greatest of the unsure, below 0.5: their ranges
		// overlap.
		SureLow    float64 `json:"sure_low"`
		UnsureHigh float64 `json:"unsure_high"`
		Overlap    float64 `json:"overlap"` // share of the unsure with an output above SureLow
	} `json:"test"`
}

// Outputs are the outputs for one example and their softmax.
type Outputs struct {
	O []float64 `json:"o"`
	P []float64 `json:"p"`
}

func runConfidence(ctx context.Context, opt Options) *Confidence {
	r := &Confidence{}
	for _, o := range [][]float64{{0.1, 10, 0.1}, {1000, 10, 1000}, {0.001, 0.1, 0.001}, {1000.1, 1010, 1000.1}} {
		p := make([]float64, len(o))
		special.Softmax(p, o)
		r.Rows = append(r.Rows, Outputs{o, p})
	}
	train, test := opt.data()
	model := fit(ctx, train, test, softmax.Config{C: 1, Threads: opt.Threads})
	t := &r.Test
	t.SureLow = math.Inf(1)
	var unsure []float64
	for _, o := range model.outputs {
		if o == nil {
			continue
		}
		slices.Sort(o)
		p := make([]float64, len(o))
		special.Softmax(p, o)
		k := len(o) - 1
		t.Largest, t.Margin, t.Probability = append(t.Largest, o[k]), append(t.Margin, o[k]-o[k-1]), append(t.Probability, p[k])
		if p[k] > 0.99 {
			t.SureLow = min(t.SureLow, o[k])
		}
		if p[k] < 0.5 {
			unsure = append(unsure, o[k])
		}
	}
	if math.IsInf(t.SureLow, 1) || unsure == nil {
		fail("no test example is predicted with more than 99 %%, or none with less than 50 %%: there is nothing to compare")
	}
	t.UnsureHigh = slices.Max(unsure)
	for _, o := range unsure {
		if o > t.SureLow {
			t.Overlap++
		}
	}
	t.Overlap /= float64(len(unsure))
	return r
}

// drawings show probability against largest output and against margin.
func (r *Confidence) drawings(words [][]string) []drawing {
	t := &r.Test
	return []drawing{lines(words[0], linear, linear, dots(t.Largest, t.Probability), dots(t.Margin, t.Probability))}
}
