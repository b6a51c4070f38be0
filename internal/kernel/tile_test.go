package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

// A tile is the sum of products within the bound of float32 sums in any order,
// and touches nothing else, whatever the alignment.
func TestTile(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	nan := float32(math.NaN())
	for _, level := range Levels() {
		tile := TileOf(level)
		if tile.Columns%tile.Rows != 0 {
			t.Fatalf("%v: tiles of %d rows do not fill panels of %d", level, tile.Rows, tile.Columns)
		}
		for n := 1; n <= 40; n++ {
			stride := tile.Columns + rng.IntN(9)
			fill := func(v []float32) []float32 {
				for i := range v {
					v[i] = float32(rng.NormFloat64())
				}
				return v
			}
			shift := rng.IntN(tile.Columns/tile.Rows) * tile.Rows // rows of a panel
			a := guarded(n*tile.Columns, rng.IntN(16), nan)
			for at := 0; at < len(a); at += tile.Columns {
				fill(a[at+shift:][:tile.Rows])
			}
			b := fill(guarded(n*tile.Columns, rng.IntN(16), nan))
			c := guarded((tile.Rows-1)*stride+tile.Columns, rng.IntN(16), nan)
			for i := range tile.Rows {
				fill(c[i*stride:][:tile.Columns])
			}
			before := append([]float32(nil), c...)
			tile.Subtract(c, stride, a[shift:], b, n)
			for at, v := range c {
				i, j := at/stride, at%stride
				if j >= tile.Columns {
					if v == v {
						t.Fatalf("%v: row %d is written at column %d", level, i, j)
					}
					continue
				}
				want, size := float64(before[at]), math.Abs(float64(before[at]))
				for k := range n {
					product := float64(a[shift+k*tile.Columns+i]) * float64(b[k*tile.Columns+j])
					want -= product
					size += math.Abs(product)
				}
				if !(math.Abs(float64(v)-want) <= gamma(n)*size) {
					t.Fatalf("%v, %d terms: (%d, %d) is %g, want %g", level, n, i, j, v, want)
				}
			}
			if after := c[:len(c)+1][len(c)]; after == after {
				t.Fatalf("%v: written behind the tile", level)
			}
		}
	}
}
