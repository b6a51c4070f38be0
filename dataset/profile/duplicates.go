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
	var names []string
	for j := range train.Columns {
		if test.Column(train.Columns[j].Name) == nil {
			return nil
		}
		names = append(names, train.Columns[j].Name)
	}
	known := map[uint64]bool{}
	for _, h := range hashes(train, names, seed) {
		known[h] = true
	}
	n := 0
	for _, h := range hashes(test, names, seed) {
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

// hashes are the hashes of the rows' values in the named columns.
func hashes(d *dataset.Dataset, names []string, seed maphash.Seed) []uint64 {
	rows := make([]uint64, d.Rows())
	for _, name := range names {
		c := d.Column(name)
		for i := range rows {
			var h uint64
			switch {
			case c.Kind == dataset.Text:
				h = maphash.String(seed, c.Texts[i])
			case c.Kind == dataset.Categorical && c.Codes[i] >= 0:
				h = maphash.String(seed, c.Levels[c.Codes[i]])
			case c.Kind == dataset.Categorical:
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
	return rows
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
