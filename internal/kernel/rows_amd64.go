//go:build !purego

package kernel

import "unsafe"

// floatRows turns rows into the float32 that the float64 passes take: bytes are
// widened block by block, and panels of 2 vectors of rows are transposed.
type floatRows struct {
	packer
	d, block int
	panel    []float32 // feature, row
	tail     []float32 // copy of the last rows, padded to a panel
	wide     []float32 // a block of bytes as float32
	mask     []int32
	// Where the block after the visited one is stored, for prefetches, and
	// the part of a float32 that its numbers take there.
	ahead uintptr
	share int
}

// A packer transposes vectors of rows.
type packer struct {
	lanes int
	pack  func(panel, x *float32, stride, chunks int, mask *int32)
}

func newFloatRows(p packer, d, block int) floatRows {
	panel := 2 * p.lanes
	s := floatRows{
		packer: p, d: d, block: block,
		panel: make([]float32, panel*(d+p.lanes-1)/p.lanes*p.lanes),
		tail:  make([]float32, panel*d),
		mask:  make([]int32, 2*panel),
	}
	for i := range panel {
		s.mask[i] = -1
	}
	return s
}

// blocks calls visit for each block of x as float32: first row and rows.
func (s *floatRows) blocks(x Rows, visit func(first int, rows []float32)) {
	if n := min(s.block, x.N()) * s.d; x.U8 != nil && len(s.wide) < n {
		s.wide = make([]float32, n)
	}
	for first, n := 0, x.N(); first < n; first += s.block {
		rows := x.Slice(first, min(first+s.block, n))
		s.prefetch(rows)
		if rows.U8 == nil {
			visit(first, rows.F32)
			continue
		}
		whole := len(rows.U8) / 8
		if whole > 0 {
			widenBytesAVX2(&s.wide[0], &rows.U8[0], whole)
		}
		for i := 8 * whole; i < len(rows.U8); i++ {
			s.wide[i] = float32(rows.U8[i])
		}
		visit(first, s.wide[:len(rows.U8)])
	}
}

// prefetch sets what follows rows in memory: even if it is another call's.
func (s *floatRows) prefetch(rows Rows) {
	if rows.U8 != nil {
		s.ahead, s.share = uintptr(unsafe.Pointer(unsafe.SliceData(rows.U8)))+uintptr(len(rows.U8)), 4
	} else {
		s.ahead, s.share = uintptr(unsafe.Pointer(unsafe.SliceData(rows.F32)))+uintptr(4*len(rows.F32)), 1
	}
}

// valid masks the first n lanes.
func (s *floatRows) valid(n int) *int32 {
	panel := 2 * s.lanes
	return &s.mask[panel-min(n, panel)]
}

// packPanel sets panel to the rows that begin x.
func (s *floatRows) packPanel(x []float32) {
	chunks := (s.d + s.lanes - 1) / s.lanes
	if len(x) < 2*s.lanes*s.d {
		clear(s.tail[copy(s.tail, x):])
		x = s.tail
	}
	mask := s.valid(s.d - (chunks-1)*s.lanes)
	s.pack(&s.panel[0], &x[0], 4*s.d, chunks, mask)
	s.pack(&s.panel[s.lanes], &x[s.lanes*s.d], 4*s.d, chunks, mask)
}

// unpackStrips writes packed sums - strip of features, class, feature - to g,
// D x K.
func unpackStrips(g, packed []float64, d, k, strip int) {
	for ; d > 0; d -= strip {
		for q := range k {
			for f, v := range packed[q*strip:][:min(strip, d)] {
				g[f*k+q] = v
			}
		}
		g, packed = g[min(strip, d)*k:], packed[k*strip:]
	}
}
