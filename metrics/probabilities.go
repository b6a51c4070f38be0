package metrics

import (
	"fmt"
	"math"
	"slices"

	"example.com/softmax/internal/special"
)

// Softmax writes the probabilities of n rows of K logits to p, n x K row-major
// like them; p may be logits itself. A row that has no probabilities (a NaN, or
// -Inf throughout) is NaN throughout.
func Softmax(p, logits []float64, K int) {
	if K < 1 || len(logits)%K != 0 || len(p) != len(logits) {
		panic(fmt.Sprintf("metrics: %d probabilities and %d logits are not rows of %d", len(p), len(logits), K))
	}
	for i := 0; i < len(p); i += K {
		special.Softmax(p[i:i+K], logits[i:i+K])
	}
}

// A Tally says of how many examples the scores of probabilities are, and how
// many they leave out, whatever their weights.
type Tally struct {
	Rows    int // scored
	Unknown int // of a class that the model does not know
	NaN     int // without a prediction
}

// Count counts the rows of K probabilities, or logits, by what can be scored.
func Count(truth []int32, p []float64, K int) (t Tally) {
	checkLogits(truth, p, K, nil)
	for i, y := range truth {
		switch {
		case hasNaN(p[i*K : (i+1)*K]):
			t.NaN++
		case y < 0:
			t.Unknown++
		default:
			t.Rows++
		}
	}
	return t
}

func hasNaN(row []float64) bool { return slices.ContainsFunc(row, math.IsNaN) }

// scored lists the rows of known class, with a prediction and of weight above 0.
func scored(truth []int32, p []float64, K int, w []float64) (rows []int) {
	checkLogits(truth, p, K, w)
	for i, y := range truth {
		if y >= 0 && weight(w, i) > 0 && !hasNaN(p[i*K:(i+1)*K]) {
			rows = append(rows, i)
		}
	}
	return rows
}
