//go:build !purego

package kernel

import (
	"math"
	"unsafe"
)

// A floatEngine makes passes in float32 with FMA instructions: of float32 as it
// lies, or of bytes that are converted as they are loaded.
//
// Forward, lanes are features: the sums of a few rows and a tile of classes are
// vectors, added up at the end of the row. Backward, lanes are features too: two
// vectors of the matrix as it lies, and the residuals of a row are broadcast. So
// no lane is lost to the number of classes, and nothing is transposed.
type floatEngine struct {
	*floatKernels
	d, k              int
	chunks            int // vectors of features, of which weights fill up the last with 0
	block             int // rows that stay in the second cache
	batch             int // rows of it whose logits are made before their softmax
	forward, backward []tile
	w                 []float32 // tile, chunk, class, feature
	c                 []float64
}

type (
	forwardFloats  func(z *float64, x *byte, stride, chunks int, w *float32, c *float64)
	backwardFloats func(acc *float32, x *byte, stride int, r *float32, rows, jump int, ahead uintptr, step int)
)

// floatKernels is the assembly of a level, for one type of X.
type floatKernels struct {
	lanes, size     int // numbers in a vector, bytes of a number of X
	forwardKernels  []forwardFloats
	backwardKernels []backwardFloats
	flush           func(sum *float64, acc *float32, vectors int)
	softmax         func(z *float64, classes int, labels *int32, weights, consts *float64, r *float32, rsum, sums *float64)
}

var (
	widenedAVX2 = floatKernels{
		8, 1,
		[]forwardFloats{forwardWidenedAVX2x1, forwardWidenedAVX2x2, forwardWidenedAVX2x3, forwardWidenedAVX2x4, forwardWidenedAVX2x5,
			forwardWidenedAVX2x6},
		[]backwardFloats{backwardWidenedAVX2x1, backwardWidenedAVX2x2, backwardWidenedAVX2x3, backwardWidenedAVX2x4, backwardWidenedAVX2x5,
			backwardWidenedAVX2x6},
		flushFloatsAVX2, softmaxFloatsAVX2,
	}
	floatsAVX2 = floatKernels{
		8, 4,
		[]forwardFloats{forwardFloatsAVX2x1, forwardFloatsAVX2x2, forwardFloatsAVX2x3, forwardFloatsAVX2x4, forwardFloatsAVX2x5,
			forwardFloatsAVX2x6},
		[]backwardFloats{backwardFloatsAVX2x1, backwardFloatsAVX2x2, backwardFloatsAVX2x3, backwardFloatsAVX2x4, backwardFloatsAVX2x5,
			backwardFloatsAVX2x6},
		flushFloatsAVX2, softmaxFloatsAVX2,
	}
	floatsAVX512 = floatKernels{
		16, 4,
		[]forwardFloats{forwardFloatsAVX512x1, forwardFloatsAVX512x2, forwardFloatsAVX512x3, forwardFloatsAVX512x4, forwardFloatsAVX512x5,
			forwardFloatsAVX512x6},
		[]backwardFloats{backwardFloatsAVX512x1, backwardFloatsAVX512x2, backwardFloatsAVX512x3, backwardFloatsAVX512x4, backwardFloatsAVX512x5,
			backwardFloatsAVX512x6, backwardFloatsAVX512x7, backwardFloatsAVX512x8, backwardFloatsAVX512x9, backwardFloatsAVX512x10,
			backwardFloatsAVX512x11, backwardFloatsAVX512x12, backwardFloatsAVX512x13, backwardFloatsAVX512x14},
		flushFloatsAVX512, softmaxFloats,
	}
)

// floatKernelsOf returns what passes over x are made with. Bytes of so many
// features that AVX-512's integers overflow are left to AVX2.
func floatKernelsOf(level Level, x Rows) *floatKernels {
	switch {
	case x.U8 != nil:
		return &widenedAVX2
	case level == AVX2:
		return &floatsAVX2
	}
	return &floatsAVX512
}

const (
	blockFloats     = 1 << 16 // numbers of X in a block
	flushRowsFloats = 512     // rows after which float32 sums move to float64
	panelSize       = 16      // rows of a panel: of a call of forward and of softmax
)

// floatBlock is the number of rows of a block whose gradient has that many numbers.
func floatBlock(d, k, panel, gradLen int) int {
	block := min(max(panel, blockFloats/d/panel*panel), max(panel, blockLogits/k/panel*panel), flushRowsFloats)
	if gradLen > blockFloats*4 { // the sums are read once a block, from far away
		block = max(block, 256)
	}
	return block
}

func newFloatEngine(kernels *floatKernels, d, k int) *floatEngine {
	f := &floatEngine{floatKernels: kernels, d: d, k: k, chunks: (d + kernels.lanes - 1) / kernels.lanes}
	f.forward, f.backward = tilesOf(k, len(kernels.forwardKernels)), tilesOf(k, len(kernels.backwardKernels))
	f.block = floatBlock(d, k, panelSize, f.gradLen())
	f.batch = min(f.block, max(2, blockLogits/k/panelSize)*panelSize)
	f.w = make([]float32, f.chunks*k*f.lanes)
	return f
}

func (f *floatEngine) prepare(u, c []float64) bool {
	for _, v := range c {
		if !(math.Abs(v) < 1e300) {
			return false
		}
	}
	f.c = c
	w := f.w
	for _, t := range f.forward {
		for j := range f.d {
			at := w[j/f.lanes*t.n*f.lanes+j%f.lanes:]
			for q, v := range u[j*f.k+t.first:][:t.n] {
				if !(math.Abs(v) < 1e30) {
					return false
				}
				at[q*f.lanes] = float32(v)
				u[j*f.k+t.first+q] = float64(float32(v))
			}
		}
		w = w[f.chunks*t.n*f.lanes:]
	}
	return true
}

func (f *floatEngine) strip() int { return 2 * f.lanes }

func (f *floatEngine) noise() float64 { return 1e-7 }

// A packed gradient is strip of two vectors of features, class, feature.
func (f *floatEngine) gradLen() int { return (f.d + f.strip() - 1) / f.strip() * f.k * f.strip() }

func (f *floatEngine) unpack(g, packed []float64) { unpackStrips(g, packed, f.d, f.k, f.strip()) }

func (f *floatEngine) scratch() scratch {
	return &floatScratch{
		floatEngine: f,
		z:           make([]float64, f.batch*f.k),
		r:           make([]float32, f.block*f.k),
		acc:         make([]float32, f.gradLen()),
		rsum:        make([]float64, panelSize*f.k),
	}
}

type floatScratch struct {
	*floatEngine
	tail  []byte    // copy of the last block
	z     []float64 // of a batch: panel, class, row
	r     []float32 // of a block: panel, class, row
	acc   []float32
	rsum  []float64 // class, row modulo 16
	ahead uintptr   // what follows the visited block in memory, for prefetches
	panelRows
}

// blocks calls visit for each block of x: its first row, and its n rows as they
// are stored. They may be read up to a whole panel and strip.
func (s *floatScratch) blocks(x Rows, visit func(first, n int, rows []byte)) {
	stored := x.U8
	if stored == nil {
		stored = unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(x.F32))), 4*len(x.F32))
	}
	row := s.d * s.size
	beyond := (s.strip() - 1) * s.size // what a strip may have of the next rows
	if s.d%s.strip() == 0 {
		beyond = 0
	}
	for first, n := 0, x.N(); first < n; first += s.block {
		count := min(s.block, n-first)
		rows := stored[first*row:][:count*row]
		s.ahead = uintptr(unsafe.Pointer(&rows[0])) + uintptr(len(rows))
		if count%panelSize != 0 || len(stored)-(first+count)*row < beyond {
			if s.tail == nil {
				s.tail = make([]byte, s.block*row+beyond)
			}
			clear(s.tail[copy(s.tail, rows):])
			rows = s.tail
		}
		visit(first, count, rows)
	}
}

// panels makes z batch by batch of a block of n rows, and calls visit for each
// panel: its first row and its logits.
func (s *floatScratch) panels(n int, rows []byte, visit func(at int, z []float64)) {
	row, size := s.d*s.size, panelSize*s.k
	for first := 0; first < n; first += s.batch {
		w, end := s.w, min(first+s.batch, n)
		for _, t := range s.forward {
			z := s.z[t.first*panelSize:]
			for at := first; at < end; at += panelSize {
				s.forwardKernels[t.n-1](&z[(at-first)*s.k], &rows[at*row], row, s.chunks, &w[0], &s.c[t.first])
			}
			w = w[s.chunks*t.n*s.lanes:]
		}
		for at := first; at < end; at += panelSize {
			visit(at, s.z[(at-first)*s.k:][:size])
		}
	}
}

// addProducts adds the products of a block of n rows with their residuals to acc.
func (s *floatScratch) addProducts(n int, rows []byte) {
	strip, acc := s.strip(), s.acc
	ahead, step := s.ahead, strip*s.size
	for j := 0; j < s.d; j += strip {
		for i, t := range s.backward {
			s.backwardKernels[t.n-1](&acc[0], &rows[j*s.size], s.d*s.size, &s.r[t.first*panelSize], n, 4*panelSize*(s.k-1), ahead, step)
			if i == 0 {
				ahead += uintptr(n * step)
			}
			acc = acc[t.n*strip:]
		}
	}
}

// flushAfter moves acc to the packed gradient g after enough rows, or the last.
func (s *floatScratch) flushAfter(g []float64, done, n int) {
	every := flushRowsFloats / s.block * s.block
	if done == n || done%every == 0 {
		s.flush(&g[0], &s.acc[0], len(s.acc)/s.lanes)
	}
}

func (s *floatScratch) crossEntropy(x Rows, labels []int32, w, g, rsum []float64) Sums {
	clear(s.rsum)
	clear(s.sums[:])
	s.blocks(x, func(first, n int, rows []byte) {
		s.panels(n, rows, func(at int, z []float64) {
			s.set(labels[first+at:][:min(panelSize, n-at)], w, first+at)
			s.softmax(&z[0], s.k, &s.labels[0], &s.weights[0], &softmaxConsts[0], &s.r[at*s.k], &s.rsum[0], &s.sums[0])
		})
		s.addProducts(n, rows)
		s.flushAfter(g, first+n, x.N())
	})
	addPanel(rsum, s.rsum)
	return Sums{Loss: s.loss(), Square: math.Inf(1)}
}

func (s *floatScratch) logits(x Rows, z []float64) {
	s.blocks(x, func(first, n int, rows []byte) {
		s.panels(n, rows, func(at int, panel []float64) {
			for i := range min(panelSize, n-at) {
				zi := z[(first+at+i)*s.k:][:s.k]
				for q := range zi {
					zi[q] = panel[q*panelSize+i]
				}
			}
		})
	})
}

func (s *floatScratch) addGrad(x Rows, r, g []float64) (square float64) {
	s.blocks(x, func(first, n int, rows []byte) {
		for i := range n {
			to := s.r[i/panelSize*panelSize*s.k+i%panelSize:]
			for q, v := range r[(first+i)*s.k:][:s.k] {
				to[q*panelSize] = float32(v)
			}
		}
		s.addProducts(n, rows)
		s.flushAfter(g, first+n, x.N())
	})
	return math.Inf(1)
}
