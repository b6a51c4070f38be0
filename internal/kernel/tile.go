package kernel

import "unsafe"

// A Tile is the block of a product of float32 matrices whose sums a level
// keeps in registers: at one level the bits are always the same.
//
// Factors come as panels, Columns numbers for each term of the sum: number j
// of term t is at t*Columns + j.
type Tile struct {
	Rows, Columns int // Rows divides Columns
	subtract      func(c *float32, stride int, a, b *float32, n int)
}

// Subtract takes the sums of n > 0 products of the first Rows numbers of a's
// terms with those of b off the block that begins c, a matrix of rows stride
// apart:
//
//	c_ij -= sum_t a_ti b_tj.
func (t Tile) Subtract(c []float32, stride int, a, b []float32, n int) {
	_ = c[(t.Rows-1)*stride+t.Columns-1]
	_, _ = a[(n-1)*t.Columns+t.Rows-1], b[n*t.Columns-1]
	t.subtract(&c[0], 4*stride, &a[0], &b[0], n)
}

const genericRows, genericColumns = 4, 8

var genericTile = Tile{genericRows, genericColumns, func(c *float32, stride int, a, b *float32, n int) {
	as := unsafe.Slice(a, (n-1)*genericColumns+genericRows)
	bs := unsafe.Slice(b, n*genericColumns)
	stride /= 4
	cs := unsafe.Slice(c, (genericRows-1)*stride+genericColumns)
	var sum [genericRows][genericColumns]float32
	for t := 0; t < len(bs); t += genericColumns {
		bt := bs[t:][:genericColumns]
		for i, v := range as[t:][:genericRows] {
			for j := range sum[i] {
				sum[i][j] += float32(v * bt[j])
			}
		}
	}
	for i := range sum {
		for j, v := range sum[i] {
			cs[i*stride+j] -= v
		}
	}
}}
