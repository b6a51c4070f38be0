//go:build !purego

package kernel

import "slices"

// A doubleEngine makes the passes of exactEngine, bit for bit, with vectors:
// forward, lanes are rows; backward, they are features, so that each sum has
// the order of plain Go.
type doubleEngine struct {
	*doubleKernels
	d, k  int
	block int // rows that stay in the second cache
	tiles []tile
	w     []float64 // tile, feature, class
	c     []float64
}

// doubleKernels is the assembly. The level is the machine's: bits do not depend
// on it.
type doubleKernels struct {
	packer
	forward  []func(z *float64, panel *float32, d int, w, c *float64)
	backward []func(sums *float64, x *float32, stride int, mask *int32, r *float64, jump, rows int, ahead uintptr, step int)
}

var doubleKernelsOf = map[Level]*doubleKernels{
	AVX2: {
		packer{8, packFloatsAVX2},
		[]func(z *float64, panel *float32, d int, w, c *float64){
			forwardDoublesAVX2x1, forwardDoublesAVX2x2, forwardDoublesAVX2x3, forwardDoublesAVX2x4, forwardDoublesAVX2x5},
		[]func(sums *float64, x *float32, stride int, mask *int32, r *float64, jump, rows int, ahead uintptr, step int){
			backwardDoublesAVX2x1, backwardDoublesAVX2x2, backwardDoublesAVX2x3, backwardDoublesAVX2x4, backwardDoublesAVX2x5},
	},
	AVX512: {
		packer{16, packFloatsAVX512},
		[]func(z *float64, panel *float32, d int, w, c *float64){
			forwardDoublesAVX512x1, forwardDoublesAVX512x2, forwardDoublesAVX512x3, forwardDoublesAVX512x4, forwardDoublesAVX512x5, forwardDoublesAVX512x6, forwardDoublesAVX512x7, forwardDoublesAVX512x8, forwardDoublesAVX512x9, forwardDoublesAVX512x10, forwardDoublesAVX512x11, forwardDoublesAVX512x12, forwardDoublesAVX512x13},
		[]func(sums *float64, x *float32, stride int, mask *int32, r *float64, jump, rows int, ahead uintptr, step int){
			backwardDoublesAVX512x1, backwardDoublesAVX512x2, backwardDoublesAVX512x3, backwardDoublesAVX512x4, backwardDoublesAVX512x5, backwardDoublesAVX512x6, backwardDoublesAVX512x7, backwardDoublesAVX512x8, backwardDoublesAVX512x9, backwardDoublesAVX512x10, backwardDoublesAVX512x11, backwardDoublesAVX512x12, backwardDoublesAVX512x13},
	},
}

// newExact returns the implementation of float64 passes with the instructions
// of a level.
func newExact(level Level, d, k int) passes {
	kernels := doubleKernelsOf[level]
	if kernels == nil || d == 0 {
		return &exactEngine{d: d, k: k}
	}
	e := &doubleEngine{doubleKernels: kernels, d: d, k: k, tiles: tilesOf(k, len(kernels.forward))}
	e.block = (floatBlock(d, k, 2*e.lanes, e.gradLen()) + exactRows - 1) / exactRows * exactRows
	return e
}

func (e *doubleEngine) prepare(u, c []float64) bool {
	if e.w == nil {
		e.w = make([]float64, e.d*e.k)
	}
	e.c = slices.Clone(c)
	for q := range c {
		e.c[q] += 0 // never -0, as in forward
	}
	w := e.w
	for _, t := range e.tiles {
		for j := range e.d {
			copy(w, u[j*e.k+t.first:][:t.n])
			w = w[t.n:]
		}
	}
	return true
}

func (e *doubleEngine) noise() float64 { return 0 }

// A packed gradient is strip of two vectors of features, class, feature.
func (e *doubleEngine) gradLen() int { return (e.d + e.lanes - 1) / e.lanes * e.k * e.lanes }

func (e *doubleEngine) unpack(g, packed []float64) { unpackStrips(g, packed, e.d, e.k, e.lanes) }

func (e *doubleEngine) scratch() scratch {
	return &doubleScratch{
		doubleEngine: e,
		source:       newFloatRows(e.packer, e.d, e.block),
		half:         make([]float64, e.lanes*e.k),
	}
}

type doubleScratch struct {
	*doubleEngine
	source floatRows
	half   []float64 // logits of half a panel: class, row
	z      []float64 // of a block: row, class
}

// forward sets z to the logits of the block x.
func (s *doubleScratch) forward(x []float32, z []float64) {
	lanes := s.lanes
	for n := len(x) / s.d; n > 0; n -= 2 * lanes {
		s.source.packPanel(x)
		for half := 0; half < min(n, 2*lanes); half += lanes {
			w := s.w
			for _, t := range s.tiles {
				s.doubleKernels.forward[t.n-1](&s.half[t.first*lanes], &s.source.panel[half], s.d, &w[0], &s.c[t.first])
				w = w[s.d*t.n:]
			}
			rows := min(lanes, n-half)
			for q := range s.k {
				for i, v := range s.half[q*lanes:][:rows] {
					z[(half+i)*s.k+q] = v
				}
			}
		}
		if n > 2*lanes {
			x, z = x[2*lanes*s.d:], z[2*lanes*s.k:]
		}
	}
}

// backward adds the products of the block x with the residuals r to g.
func (s *doubleScratch) backward(g []float64, x []float32, r []float64) {
	lanes, d, rows := s.lanes, s.d, len(x)/s.d
	ahead, step := s.source.ahead, 4*lanes/s.source.share
	for j := 0; j < d; j += lanes {
		mask := s.source.valid(d - j)
		for i, t := range s.tiles {
			s.doubleKernels.backward[t.n-1](&g[0], &x[j], 4*d, mask, &r[t.first], 8*s.k, rows, ahead, step)
			if i == 0 {
				ahead += uintptr(rows * step)
			}
			g = g[t.n*lanes:]
		}
	}
}

func (s *doubleScratch) crossEntropy(x Rows, labels []int32, w, g, rsum []float64) (sums Sums) {
	if n := min(s.block, x.N()) * s.k; len(s.z) < n {
		s.z = make([]float64, n)
	}
	s.source.blocks(x, func(first int, rows []float32) {
		n := len(rows) / s.d
		s.forward(rows, s.z)
		for at := 0; at < n; at += exactRows {
			lo, hi := first+at, first+min(at+exactRows, n)
			sums.Loss += residuals(s.z[at*s.k:], labels[lo:hi], slice(w, lo, hi), rsum)
		}
		s.backward(g, rows, s.z)
	})
	return sums
}

func (s *doubleScratch) logits(x Rows, z []float64) {
	s.source.blocks(x, func(first int, rows []float32) { s.forward(rows, z[first*s.k:]) })
}

func (s *doubleScratch) addGrad(x Rows, r, g []float64) (square float64) {
	s.source.blocks(x, func(first int, rows []float32) { s.backward(g, rows, r[first*s.k:]) })
	return 0
}
