package profile

import (
	"fmt"
	"hash/maphash"
	"math"

	"example.com/softmax/dataset"
)

// Duplicates warns of rows of test whose columns, the label aside, are those of a
// row of train: their scores tell nothing of new data. Rows are compared by a
// hash of 64 bits, so that the number may be off by one once in some thousand
// million sets.
func Duplicates(train, test *dataset.Dataset) []Warning {
	seed := maphash.MakeSeed()
	own, others := make([]uint64, train.Rows()), make([]uint64, test.Rows())
	for j := range train.Columns {
		a, b := &train.Columns[j], test.Column(train.Columns[j].Name)
		if b == nil {
			return nil
		}
		raw := a.Bytes != nil && b.Bytes != nil
		hash(own, a, raw, seed)
		hash(others, b, raw, seed)
	}
	known := make(map[uint64]bool, len(own))
	for _, h := range own {
		known[h] = true
	}
	n := 0
	for _, h := range others {
		if known[h] {
			n++
		}
	}
	if n == 0 {
		return nil
	}
	return []Warning{{Kind: "duplicates", Message: fmt.Sprintf(
		"%d of the %d test rows are training rows, too (label aside): what they score says nothing of new data.", n, test.Rows())}}
}

// hash adds the values of a column to the hashes of its rows. Those of bytes are
// the same as of other numbers only if they are not taken raw.
func hash(rows []uint64, c *dataset.Column, raw bool, seed maphash.Seed) {
	for i := range rows {
		var h uint64
		switch {
		case raw:
			h = maphash.Bytes(seed, c.Bytes[i*c.Width:][:c.Width])
		case c.Kind == dataset.Text:
			h = maphash.String(seed, c.Texts[i])
		case c.Kind == dataset.Categorical:
			if c.Codes[i] >= 0 {
				h = maphash.String(seed, c.Levels[c.Codes[i]])
			}
		case c.Sparse != nil:
			index, values := c.Sparse.Row(i)
			for at, v := range values {
				if v != 0 {
					h = mix(mix(h, uint64(index[at])), bits(v))
				}
			}
		default:
			for j := range c.Width {
				h = mix(h, bits(c.Number(i, j)))
			}
		}
		rows[i] = mix(rows[i], h)
	}
}

// bits are equal for equal numbers, whatever their storage.
func bits(v float64) uint64 {
	if v != v {
		v = math.NaN()
	}
	return math.Float64bits(v + 0) // -0 is 0
}

// mix is the finaliser of SplitMix64 over the values so far and the next one
// (Steele, Lea and Flood 2014).
func mix(h, next uint64) uint64 {
	h = h*0x9e3779b97f4a7c15 + next + 0x9e3779b97f4a7c15
	h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
	h = (h ^ h>>27) * 0x94d049bb133111eb
	return h ^ h>>31
}
