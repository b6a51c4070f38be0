//go:build !purego

package kernel

import "math"

// A floatEngine makes passes in float32 with FMA instructions.
//
// Forward, lanes are rows: two vectors of a panel have a feature of as many
// rows, and the weights of a tile of classes are broadcast. Backward, lanes are
// features: two vectors of the matrix as it lies, and the residuals of a row
// are broadcast. So no lane is lost to the number of classes, and both loops
// are 2 x classes multiply-adds for 2 loads and a broadcast for each class.
type floatEngine struct {
	*floatKernels
	d, k  int
	block int // rows that stay in the second cache
	tiles []tile
	w     []float32 // tile, feature, class
	c     []float64
}

// floatKernels is the assembly of a level.
type floatKernels struct {
	lanes    int
	pack     func(panel, x *float32, stride, chunks int, mask *int32)
	forward  []func(z *float64, panel *float32, d int, w *float32, c *float64)
	backward []func(acc, x *float32, stride int, mask *int32, r *float32, rows, jump int, ahead uintptr, step int)
	flush    func(sum *float64, acc *float32, vectors int)
	softmax  func(z *float64, classes int, labels *int32, weights, consts *float64, r *float32, rsum, rows *float64)
}

var floatKernelsOf = map[Level]*floatKernels{
	AVX2: {
		lanes: 8, pack: packFloatsAVX2, flush: flushFloatsAVX2, softmax: softmaxFloatsAVX2,
		forward: []func(z *float64, panel *float32, d int, w *float32, c *float64){
			forwardFloatsAVX2x1, forwardFloatsAVX2x2, forwardFloatsAVX2x3, forwardFloatsAVX2x4, forwardFloatsAVX2x5},
		backward: []func(acc, x *float32, stride int, mask *int32, r *float32, rows, jump int, ahead uintptr, step int){
			backwardFloatsAVX2x1, backwardFloatsAVX2x2, backwardFloatsAVX2x3, backwardFloatsAVX2x4, backwardFloatsAVX2x5},
	},
	AVX512: {
		lanes: 16, pack: packFloatsAVX512, flush: flushFloatsAVX512, softmax: softmaxFloats,
		forward: []func(z *float64, panel *float32, d int, w *float32, c *float64){
			forwardFloatsAVX512x1, forwardFloatsAVX512x2, forwardFloatsAVX512x3, forwardFloatsAVX512x4, forwardFloatsAVX512x5,
			forwardFloatsAVX512x6, forwardFloatsAVX512x7, forwardFloatsAVX512x8, forwardFloatsAVX512x9, forwardFloatsAVX512x10,
			forwardFloatsAVX512x11, forwardFloatsAVX512x12, forwardFloatsAVX512x13, forwardFloatsAVX512x14},
		backward: []func(acc, x *float32, stride int, mask *int32, r *float32, rows, jump int, ahead uintptr, step int){
			backwardFloatsAVX512x1, backwardFloatsAVX512x2, backwardFloatsAVX512x3, backwardFloatsAVX512x4, backwardFloatsAVX512x5,
			backwardFloatsAVX512x6, backwardFloatsAVX512x7, backwardFloatsAVX512x8, backwardFloatsAVX512x9, backwardFloatsAVX512x10,
			backwardFloatsAVX512x11, backwardFloatsAVX512x12, backwardFloatsAVX512x13, backwardFloatsAVX512x14},
	},
}

const (
	blockFloats     = 1 << 16 // numbers of X in a block
	flushRowsFloats = 512     // rows after which float32 sums move to float64
)

// floatBlock is the number of rows of a block whose gradient has that many numbers.
func floatBlock(d, k, panel, gradLen int) int {
	block := min(max(panel, blockFloats/d/panel*panel), max(panel, blockLogits/k/panel*panel), flushRowsFloats)
	if gradLen > blockFloats*4 { // the sums are read once a block, from far away
		block = max(block, 256)
	}
	return block
}

func newFloatEngine(level Level, d, k int) *floatEngine {
	f := &floatEngine{floatKernels: floatKernelsOf[level], d: d, k: k, tiles: tilesOf(k, len(floatKernelsOf[level].forward))}
	f.block = floatBlock(d, k, 2*f.lanes, f.gradLen())
	f.w = make([]float32, d*k)
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
	for _, t := range f.tiles {
		for j := range f.d {
			for q, v := range u[j*f.k+t.first:][:t.n] {
				if !(math.Abs(v) < 1e30) {
					return false
				}
				w[q] = float32(v)
				u[j*f.k+t.first+q] = float64(w[q])
			}
			w = w[t.n:]
		}
	}
	return true
}

func (f *floatEngine) strips() int { return (f.d + 2*f.lanes - 1) / (2 * f.lanes) }

func (f *floatEngine) noise() float64 { return 1e-7 }

// A packed gradient is strip of two vectors of features, class, feature.
func (f *floatEngine) gradLen() int { return f.strips() * f.k * 2 * f.lanes }

func (f *floatEngine) unpack(g, packed []float64) { unpackStrips(g, packed, f.d, f.k, 2*f.lanes) }

func (f *floatEngine) scratch() scratch {
	return &floatScratch{
		floatEngine: f,
		source:      newFloatRows(f.floatKernels, f.d, f.block),
		z:           make([]float64, 2*f.lanes*f.k),
		r:           make([]float32, f.block*f.k),
		acc:         make([]float32, f.gradLen()),
		rsum:        make([]float64, 16*f.k),
	}
}

type floatScratch struct {
	*floatEngine
	source floatRows
	z      []float64 // of a panel: class, row
	r      []float32 // of a block: panel, class, row
	acc    []float32
	rsum   []float64 // class, row modulo 16
	panelRows
}

// forward sets z to the logits of the panel that begins x.
func (s *floatScratch) forward(x []float32) {
	s.source.packPanel(x)
	panel, w := 2*s.lanes, s.w
	for _, t := range s.tiles {
		s.floatKernels.forward[t.n-1](&s.z[t.first*panel], &s.source.panel[0], s.d, &w[0], &s.c[t.first])
		w = w[s.d*t.n:]
	}
}

// backward adds the products with the residuals of the block x to acc.
func (s *floatScratch) backward(x []float32) {
	panel, rows := 2*s.lanes, len(x)/s.d
	acc := s.acc
	ahead, step := s.source.ahead, 4*panel/s.source.share
	for j := 0; j < s.d; j += panel {
		mask := s.source.valid(s.d - j)
		for i, t := range s.tiles {
			s.floatKernels.backward[t.n-1](&acc[0], &x[j], 4*s.d, mask, &s.r[t.first*panel], rows, 4*panel*(s.k-1), ahead, step)
			if i == 0 {
				ahead += uintptr(rows * step)
			}
			acc = acc[t.n*panel:]
		}
	}
}

// flush moves acc to the packed gradient g after enough rows, or the last.
func (s *floatScratch) flush(g []float64, done, n int) {
	every := flushRowsFloats / s.block * s.block
	if done == n || done%every == 0 {
		s.floatKernels.flush(&g[0], &s.acc[0], len(s.acc)/s.lanes)
	}
}

func (s *floatScratch) crossEntropy(x Rows, labels []int32, w, g, rsum []float64) Sums {
	panel := 2 * s.lanes
	var sums Sums
	clear(s.rsum)
	s.source.blocks(x, func(first int, rows []float32) {
		n := len(rows) / s.d
		for at := 0; at < n; at += panel {
			s.forward(rows[at*s.d:])
			for half := 0; half < panel && at+half < n; half += 16 {
				i := first + at + half
				count := min(16, n-at-half)
				s.set(labels[i:][:count], w, i)
				r := s.r[at*s.k+half:]
				s.softmax(&s.z[half], s.k, &s.labels[0], &s.weights[0], &expConsts[0], &r[0], &s.rsum[0], &s.rows[0])
				s.sum(&sums, count)
			}
		}
		s.backward(rows)
		s.flush(g, first+n, x.N())
	})
	sums.Square = math.Inf(1)
	for q := range rsum {
		for _, v := range s.rsum[q*16:][:16] {
			rsum[q] += v
		}
	}
	return sums
}

func (s *floatScratch) logits(x Rows, z []float64) {
	panel := 2 * s.lanes
	s.source.blocks(x, func(first int, rows []float32) {
		for i := range len(rows) / s.d {
			if i%panel == 0 {
				s.forward(rows[i*s.d:])
			}
			zi := z[(first+i)*s.k:][:s.k]
			for q := range zi {
				zi[q] = s.z[q*panel+i%panel]
			}
		}
	})
}

func (s *floatScratch) addGrad(x Rows, r, g []float64) (square float64) {
	panel := 2 * s.lanes
	s.source.blocks(x, func(first int, rows []float32) {
		n := len(rows) / s.d
		for i := range n {
			to := s.r[i/panel*panel*s.k+i%panel:]
			for q, v := range r[(first+i)*s.k:][:s.k] {
				to[q*panel] = float32(v)
			}
		}
		s.backward(rows)
		s.flush(g, first+n, x.N())
	})
	return math.Inf(1)
}
