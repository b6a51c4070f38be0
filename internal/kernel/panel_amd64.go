//go:build !purego

package kernel

import "math"

// newFast returns the implementation for x at a level, or nil.
func newFast(level Level, x Rows, k int) passes {
	switch {
	case x.D == 0 || level == Generic:
		return nil
	case level == AVX512 && x.U8 != nil && x.D <= maxTerms/4*4:
		return newByteEngine(x.D, k)
	default:
		return newFloatEngine(level, x.D, k)
	}
}

// TileOf returns the tile of a level.
func TileOf(level Level) Tile {
	switch level {
	case AVX512:
		return Tile{8, 32, subtractProductsAVX512}
	case AVX2:
		return Tile{4, 16, subtractProductsAVX2}
	}
	return genericTile
}

// panelRows are the inputs and results of the softmax of 16 rows.
type panelRows struct {
	labels  [16]int32
	weights [16]float64
	// Of each row: the exponentials of all logits but the largest, summed, with
	// that taken off; the label's logit less the largest; the squared errors of
	// the rounded residuals.
	rows [3 * 16]float64
}

// set takes the rows' labels and their weights w[at:], nil for 1 each. Rows
// that are missing get weight 0.
func (p *panelRows) set(labels []int32, w []float64, at int) {
	clear(p.labels[copy(p.labels[:], labels):])
	clear(p.weights[:])
	for i := range labels {
		p.weights[i] = 1
		if w != nil {
			p.weights[i] = w[at+i]
		}
	}
}

// sum adds up the results of the first count rows: first by themselves, so that
// no sum is long.
func (p *panelRows) sum(sums *Sums, count int) {
	others, margin, square := p.rows[:16], p.rows[16:][:16], p.rows[32:]
	var panel Sums
	for i := range count {
		l := math.Log1p(others[i])
		panel.Loss += float64(p.weights[i] * (l - margin[i]))
		panel.Square += square[i]
	}
	sums.Add(panel)
}
