package design

import (
	"math"
	"slices"

	"example.com/softmax/dataset"
)

// moments of one number of a column over the rows, missing values taken for the
// mean of the others.
type moments struct {
	mean, deviation float64
	// constant is also set for a number whose spread cannot be told from 0:
	// the reciprocal of its deviation overflows. mean is its value then.
	constant bool
	// gaps says that some values are missing, empty that all are; mean is 0
	// then.
	gaps, empty bool
	float       bool // the column is of floating-point numbers
}

// momentsOf returns the weighted moments of each number of a column. Of pixels
// that are not standardised only constant is wanted, and found.
func momentsOf(c *dataset.Column, weights []float64, standardize bool) []moments {
	switch {
	case c.Sparse != nil:
		return momentsOfSparse(c, weights)
	case c.Bytes != nil && c.Kind == dataset.Pixels && !standardize:
		return constantBytes(c.Bytes, c.Width)
	case c.Bytes != nil:
		return momentsOfBytes(c.Bytes, c.Width, weights)
	}
	var ms []moments
	if c.Float32s != nil {
		ms = momentsIn(c.Float32s, c.Width, weights)
	} else {
		ms = momentsIn(c.Float64s, c.Width, weights)
	}
	for j := range ms {
		ms[j].float = true
	}
	return ms
}

// momentsIn goes over the rows as they lie in memory: once for the ranges, then
// for the mean and for the deviation about it, in units of the largest
// magnitude so that no square overflows.
func momentsIn[T float32 | float64](v []T, width int, weights []float64) []moments {
	low, high := append([]T(nil), v[:width]...), append([]T(nil), v[:width]...)
	ms, unit, present := make([]moments, width), make([]float64, width), make([]float64, width)
	for row := v; len(row) > 0; row = row[width:] {
		for j, x := range row[:width] {
			switch {
			case x != x:
				ms[j].gaps = true
			case low[j] != low[j]:
				low[j], high[j] = x, x
			default:
				low[j], high[j] = min(low[j], x), max(high[j], x)
			}
		}
	}
	for j := range ms {
		m := &ms[j]
		if m.empty = low[j] != low[j]; m.empty {
			low[j], high[j] = 0, 0
		}
		m.constant = low[j] == high[j]
		unit[j] = max(math.Abs(float64(low[j])), math.Abs(float64(high[j])))
		if unit[j] == 0 {
			unit[j] = 1
		}
	}
	var sum float64
	for i, row := 0, v; len(row) > 0; i, row = i+1, row[width:] {
		w := weightOf(weights, i)
		sum += w
		for j, x := range row[:width] {
			if x == x {
				present[j] += w
				ms[j].mean += float64(w * (float64(x) / unit[j]))
			}
		}
	}
	for j := range ms {
		if !ms[j].empty {
			ms[j].mean /= present[j]
		}
	}
	for i, row := 0, v; len(row) > 0; i, row = i+1, row[width:] {
		w := weightOf(weights, i)
		for j, x := range row[:width] {
			if x == x {
				e := float64(x)/unit[j] - ms[j].mean
				ms[j].deviation += float64(w * e * e)
			}
		}
	}
	for j := range ms {
		m := &ms[j]
		m.mean *= unit[j]
		m.deviation = math.Sqrt(m.deviation/sum) * unit[j]
		if m.constant {
			m.mean = float64(low[j])
		}
		m.constant = m.constant || math.IsInf(1/m.deviation, 0)
	}
	return ms
}

// momentsOfBytes is momentsIn for bytes: by how often each value occurs.
func momentsOfBytes(v []uint8, width int, weights []float64) []moments {
	const together = 64 // numbers that are counted in one pass: a line of memory
	ms := make([]moments, width)
	counts := make([][256]float64, min(together, width))
	for first := 0; first < width; first += together {
		m := min(together, width-first)
		clear(counts)
		for i, row := 0, v[first:]; ; i, row = i+1, row[width:] {
			w := weightOf(weights, i)
			for j, x := range row[:m] {
				counts[j][x] += w
			}
			if len(row) <= width {
				break
			}
		}
		for j := range m {
			ms[first+j] = momentsOfCounts(&counts[j])
		}
	}
	return ms
}

// constantBytes finds the constant ones, and tells nothing of the others.
func constantBytes(v []uint8, width int) []moments {
	ms := make([]moments, width)
	same := make([]int, width) // so far
	for j := range same {
		same[j] = j
	}
	for row := v; len(row) > 0 && len(same) > 0; row = row[width:] {
		same = slices.DeleteFunc(same, func(j int) bool { return row[j] != v[j] })
	}
	for _, j := range same {
		ms[j] = moments{mean: float64(v[j]), constant: true}
	}
	return ms
}

// momentsOfCounts are those of values 0 to 255 with the sums of their weights.
func momentsOfCounts(counts *[256]float64) (m moments) {
	var sum, last float64
	values := 0 // that occur
	for x, w := range counts {
		if w > 0 {
			values++
			last = float64(x)
			sum += w
			m.mean += float64(w * last)
		}
	}
	if m.mean /= sum; values == 1 {
		return moments{mean: last, constant: true}
	}
	for x, w := range counts {
		if w > 0 {
			e := float64(x) - m.mean
			m.deviation += float64(w * e * e)
		}
	}
	m.deviation = math.Sqrt(m.deviation / sum)
	return m
}

// momentsOfSparse is momentsIn for numbers most of which are 0.
func momentsOfSparse(c *dataset.Column, weights []float64) []moments {
	n := c.Sparse.Rows()
	ms := make([]moments, c.Width)
	low, high, unit, stored := make([]float64, c.Width), make([]float64, c.Width), make([]float64, c.Width), make([]int, c.Width)
	weight, sum := make([]float64, c.Width), 0.0 // of the rows in which a number is stored, and of all
	for at, j := range c.Sparse.Index {
		x := c.Sparse.Values[at]
		if stored[j] == 0 {
			low[j], high[j] = x, x
		}
		stored[j]++
		low[j], high[j] = min(low[j], x), max(high[j], x)
	}
	for j := range ms {
		if stored[j] < n {
			low[j], high[j] = min(low[j], 0), max(high[j], 0)
		}
		unit[j] = max(-low[j], high[j])
		if unit[j] == 0 {
			unit[j] = 1
		}
	}
	for i := range n {
		w := weightOf(weights, i)
		sum += w
		index, values := c.Sparse.Row(i)
		for at, j := range index {
			weight[j] += w
			ms[j].mean += float64(w * (values[at] / unit[j]))
		}
	}
	for j := range ms {
		ms[j].mean /= sum
		ms[j].deviation = (sum - weight[j]) * ms[j].mean * ms[j].mean
	}
	for i := range n {
		w := weightOf(weights, i)
		index, values := c.Sparse.Row(i)
		for at, j := range index {
			e := values[at]/unit[j] - ms[j].mean
			ms[j].deviation += float64(w * e * e)
		}
	}
	for j := range ms {
		m := &ms[j]
		m.mean *= unit[j]
		m.deviation = math.Sqrt(m.deviation/sum) * unit[j]
		m.constant = low[j] == high[j] || math.IsInf(1/m.deviation, 0)
		if low[j] == high[j] {
			m.mean = low[j]
		}
	}
	return ms
}

func weightOf(weights []float64, i int) float64 {
	if weights == nil {
		return 1
	}
	return weights[i]
}
