//go:build !purego

package kernel

// newFast returns the implementation for x at a level, or nil.
func newFast(level Level, x Rows, k int) passes {
	switch {
	case x.D == 0 || level == Generic:
		return nil
	case level == AVX512 && x.U8 != nil && x.D <= maxTerms/4*4:
		return newByteEngine(x.D, k)
	default:
		return newFloatEngine(floatKernelsOf(level, x), x.D, k)
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

// panelRows are the inputs of the softmax of 16 rows, and the sums of their
// losses and of the squared errors of the rounded residuals, by row modulo 16.
type panelRows struct {
	labels  [16]int32
	weights [16]float64
	sums    [2 * 16]float64
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

func (p *panelRows) loss() (sum float64) {
	for _, v := range p.sums[:16] {
		sum += v
	}
	return sum
}

func (p *panelRows) square() (sum float64) {
	for _, v := range p.sums[16:] {
		sum += v
	}
	return sum
}

// addPanel adds the sums by row modulo 16 of each class to rsum.
func addPanel(rsum, panel []float64) {
	for q := range rsum {
		for _, v := range panel[q*16:][:16] {
			rsum[q] += v
		}
	}
}
