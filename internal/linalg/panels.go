package linalg

import "example.com/softmax/internal/kernel"

// Panels are the factor A of a product A'B of float32 matrices as the kernels
// read it: n numbers for each of some terms of the sum.
type Panels struct {
	tile  kernel.Tile
	n     int
	width int // n and what makes tiles whole
	terms int
	a     []float32
}

// NewPanels has room for so many terms of n numbers.
func NewPanels(level kernel.Level, n, terms int) *Panels {
	t := kernel.TileOf(level)
	w := t.Columns
	width := (n + w - 1) / w * w
	return &Panels{tile: t, n: n, width: width, terms: terms, a: make([]float32, width*terms)}
}

// Resize makes p have so many terms, at most as many as there is room for. They
// are to be set anew.
func (p *Panels) Resize(terms int) { p.terms = terms }

// Set makes row the numbers of a term.
func (p *Panels) Set(term int, row []float32) {
	w := p.tile.Columns
	for j := 0; j < p.n; j += w {
		copy(p.a[j*p.terms+term*w:][:w], row[j:p.n])
	}
}

// SetTimes makes c row the numbers of a term.
func (p *Panels) SetTimes(term int, c float32, row []float32) {
	w := p.tile.Columns
	for j := 0; j < p.n; j += w {
		to := p.a[j*p.terms+term*w:][:min(w, p.n-j)]
		clear(to)
		kernel.Axpy32(to, c, row[j:])
	}
}

// SubtractLower takes A'B off s, n x n row-major, on and left of the diagonal; what
// is right of it is overwritten.
func (p *Panels) SubtractLower(s []float32, b *Panels) {
	subtractLower(p.tile, s, p.n, p.n, 0, p.a, b.a, p.terms, 1)
}

// Width is how many numbers a row of a product with p takes: n and more, so that
// tiles are whole.
func (p *Panels) Width() int { return p.width }

// Subtract takes A'B off s, Width of A x Width of B row-major.
func (p *Panels) Subtract(s []float32, b *Panels) {
	t, columns := p.tile, b.width
	for j := 0; j < columns; j += t.Columns {
		for i := 0; i < p.n; i += t.Rows {
			t.Subtract(s[i*columns+j:], columns, p.a[i/t.Columns*t.Columns*p.terms+i%t.Columns:], b.a[j*p.terms:][:t.Columns*p.terms], p.terms)
		}
	}
}
