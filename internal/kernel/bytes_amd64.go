//go:build !purego

package kernel

import (
	"math"
	"unsafe"
)

const (
	lanes       = 16 // of int32
	tileClasses = 10 // whose sums the registers hold
	chunk       = 64 // features that packBytes takes at a time
)

// A byteEngine makes the exact integer passes (see digits.go) with VPDPBUSD, which adds
// four products of a byte and a digit to an int32 lane.
//
// Forward, lanes are rows: a panel of 16 rows has 4 features of each row in a
// vector, and the digits of a class for these features are broadcast. Backward,
// lanes are features: a strip of 16 features has 4 rows of each feature in a
// vector, and the residuals' digits of these rows are broadcast. So no lane is
// lost to the number of classes.
type byteEngine struct {
	d, k   int
	groups int // of 4 features
	chunks int
	block  int // rows whose strips stay in the second cache
	tiles  []tile
	w      []byte    // digits: tile, group, class, digit, feature of the group
	rest   []float64 // weights of the last features, padded to a group
	// K each: the largest weight, the unit of weights, and 1 over it.
	most, scale, inverse []float64
	c                    []float64 // K of the caller
}

// A tile is a run of classes.
type tile struct{ first, n int }

// tilesOf cuts k classes into the fewest tiles, of nearly equal size.
func tilesOf(k, most int) []tile {
	tiles := make([]tile, (k+most-1)/most)
	for t := range tiles {
		first := k * t / len(tiles)
		tiles[t] = tile{first, k*(t+1)/len(tiles) - first}
	}
	return tiles
}

const (
	blockRows   = 256
	blockLogits = 1 << 18
	panelsAhead = 4
)

func newByteEngine(d, k int) *byteEngine {
	b := &byteEngine{
		d: d, k: k, groups: (d + 3) / 4, chunks: (d + chunk - 1) / chunk,
		block: min(blockRows, max(lanes, blockLogits/k/lanes*lanes)),
		rest:  make([]float64, 4*k), most: make([]float64, k), scale: make([]float64, k), inverse: make([]float64, k),
	}
	b.tiles = tilesOf(k, tileClasses)
	b.w = make([]byte, b.groups*k*12+8*12)
	return b
}

func (b *byteEngine) prepare(u, c []float64) bool {
	for q := 0; q < b.k; q += 8 {
		largestBits(&b.most[q], &u[q], b.d, 8*b.k, classMask(b.k-q))
	}
	for q, v := range b.most {
		var ok bool
		if b.scale[q], ok = quantum(v); !ok || !(math.Abs(c[q]) < 1e300) {
			return false
		}
		b.inverse[q] = 1 / b.scale[q]
	}
	b.c = c
	// What is written beyond a tile's classes is the next group's or tile's,
	// which come later, or classes of the same one that do.
	w, whole := b.w, b.d/4
	for _, t := range b.tiles {
		for q := (t.n - 1) / 8 * 8; q >= 0; q -= 8 {
			k, mask := t.first+q, classMask(t.n-q)
			if whole > 0 {
				quantize(&w[12*q], 12*t.n, &u[k], whole, 8*b.k, &b.inverse[k], &b.scale[k], mask)
			}
			if whole < b.groups {
				rest := u[4*whole*b.k:]
				copy(b.rest, rest)
				quantize(&w[12*(whole*t.n+q)], 0, &b.rest[k], 1, 8*b.k, &b.inverse[k], &b.scale[k], mask)
				copy(rest, b.rest)
			}
		}
		w = w[b.groups*t.n*12:]
	}
	return true
}

// classMask selects the first n classes of 8.
func classMask(n int) *int64 { return &masks[8-min(n, 8)] }

func (b *byteEngine) scratch() scratch {
	s := &byteScratch{byteEngine: b}
	s.stripStride = b.block*lanes + 64 // not a power of two: strips would fall on the same sets of a cache
	s.strips = make([]byte, b.chunks*4*s.stripStride)
	s.batch, s.panelSize = 1, b.chunks*chunk*lanes
	if len(b.tiles) > 1 {
		s.batch = b.block / lanes
	}
	s.panels = make([]byte, s.batch*s.panelSize)
	s.z = make([]float64, b.block*b.k)
	s.r = make([]byte, b.block/4*16*b.k)
	s.acc = make([]int32, (b.d+lanes-1)/lanes*3*b.k*lanes)
	s.rsum = make([]float64, b.k*lanes)
	s.c = make([]float64, len(b.tiles)*(tileClasses+1))
	s.tail = make([]byte, lanes*b.d)
	return s
}

type byteScratch struct {
	*byteEngine
	stripStride int
	strips      []byte // of a block
	panels      []byte
	batch       int // panels for which a tile's digits are read once
	panelSize   int
	z           []float64
	r           []byte // digits of the residuals of a block: 4 rows, class, digit, row
	acc         []int32
	rsum        []float64
	c           []float64 // intercepts of each tile, and the base 256 after them
	tail        []byte    // copy of the last rows, padded to a panel
	panelRows
}

var (
	forwardBytes = [...]func(z *float64, panel *byte, groups int, w *byte, scale, c *float64){
		nil, forwardBytes1, forwardBytes2, forwardBytes3, forwardBytes4, forwardBytes5,
		forwardBytes6, forwardBytes7, forwardBytes8, forwardBytes9, forwardBytes10}
	backwardBytes = [...]func(acc *int32, strip, r *byte, stride, quads int, ahead uintptr){
		nil, backwardBytes1, backwardBytes2, backwardBytes3, backwardBytes4, backwardBytes5,
		backwardBytes6, backwardBytes7, backwardBytes8, backwardBytes9, backwardBytes10}
)

// blocks makes the logits of x, unless only backward is wanted, a block after
// the other: visit gets its first row and its number of rows. If there is no
// backward, which prefetches, panels are prefetched.
func (s *byteScratch) blocks(x []byte, forward, backward bool, visit func(first, n int)) {
	d := s.d
	mask := ^uint64(0) >> (63 & -d) // features of the last chunk
	for first, n := 0, len(x)/d; first < n; first += s.block {
		rows := min(s.block, n-first)
		panels := (rows + lanes - 1) / lanes
		for p := range panels {
			at := x[(first+p*lanes)*d:]
			if len(at) < lanes*d {
				clear(s.tail[copy(s.tail, at):])
				at = s.tail
			}
			if !backward && len(at) > (panelsAhead+1)*lanes*d {
				prefetchLines(&at[panelsAhead*lanes*d], lanes*d/64+1)
			}
			packBytes(&at[0], d, s.chunks, mask, &s.panels[p%s.batch*s.panelSize], &s.strips[p*4*64], s.stripStride)
			if forward && ((p+1)%s.batch == 0 || p+1 == panels) {
				s.forward(p/s.batch*s.batch, p+1)
			}
		}
		visit(first, rows)
	}
}

// forward sets z to the logits of the block's panels lo up to hi, K x 16 each.
func (s *byteScratch) forward(lo, hi int) {
	w, c := s.w, s.c
	for _, t := range s.tiles {
		copy(c, s.byteEngine.c[t.first:][:t.n])
		c[t.n] = 256
		for p := lo; p < hi; p++ {
			forwardBytes[t.n](&s.z[(p*s.k+t.first)*lanes], &s.panels[p%s.batch*s.panelSize], s.groups,
				&w[0], &s.scale[t.first], &c[0])
		}
		w, c = w[s.groups*t.n*12:], c[tileClasses+1:]
	}
}

// backward adds to acc the products with the residuals' digits of the block of
// n rows that begins x, and prefetches what follows it in memory: the next
// block, even if it is another call's.
func (s *byteScratch) backward(x []byte, n int) {
	quads := (n + lanes - 1) / lanes * 4
	ahead := uintptr(unsafe.Pointer(&x[0])) + uintptr(n*s.d)
	acc := s.acc
	for f := range (s.d + lanes - 1) / lanes {
		strip := &s.strips[f*s.stripStride]
		for _, t := range s.tiles {
			backwardBytes[t.n](&acc[0], strip, &s.r[16*t.first], 16*s.k, quads, ahead)
			acc = acc[3*t.n*lanes:]
		}
		ahead += uintptr(64 * quads)
	}
}

// flush adds acc to the packed gradient g, in units of the residuals, and
// clears it.
func (s *byteScratch) flush(g []float64, unit float64) {
	flushBytes(&g[0], &s.acc[0], unit, len(s.acc)/(3*lanes))
}

func (b *byteEngine) noise() float64 { return 0 }

// A packed gradient is strip, class, feature.
func (b *byteEngine) gradLen() int { return (b.d + lanes - 1) / lanes * b.k * lanes }

func (b *byteEngine) unpack(g, packed []float64) {
	unpackStrips(g, packed, b.d, b.k, lanes)
}

// leastUnit keeps units, and their squares, among the finite numbers.
const leastUnit = 1e-140

func (s *byteScratch) crossEntropy(x Rows, labels []int32, w, g, rsum []float64) Sums {
	most := 1.0
	if w != nil {
		most = 0
		for _, v := range w {
			most = max(most, v)
		}
		if most == 0 {
			return Sums{}
		}
	}
	unit := mostInteger / max(most, leastUnit)
	clear(s.rsum)
	clear(s.sums[:])
	pending := 0 // rows in acc
	s.blocks(x.U8, true, true, func(first, n int) {
		for p := range (n + lanes - 1) / lanes {
			at := first + p*lanes
			count := min(lanes, n-p*lanes)
			s.set(labels[at:][:count], w, at)
			softmaxBytes(&s.z[p*s.k*lanes], s.k, &s.labels[0], &s.weights[0], &softmaxConsts[0],
				&s.r[p*4*16*s.k], &s.rsum[0], &s.sums[0], unit)
		}
		s.backward(x.U8[first*s.d:], n)
		if pending += n; pending+s.block > maxTerms || first+n == x.N() {
			s.flush(g, unit)
			pending = 0
		}
	})
	addPanel(rsum, s.rsum)
	return Sums{Loss: s.loss(), Square: s.square() / (unit * unit)}
}

func (s *byteScratch) logits(x Rows, z []float64) {
	s.blocks(x.U8, true, false, func(first, n int) {
		for i := range n {
			zi := z[(first+i)*s.k:][:s.k]
			from := s.z[i/lanes*s.k*lanes+i%lanes:]
			for q := range zi {
				zi[q] = from[q*lanes]
			}
		}
	})
}

func (s *byteScratch) addGrad(x Rows, r, g []float64) (square float64) {
	var most float64
	for _, v := range r {
		most = max(most, math.Abs(v))
	}
	if most < leastUnit {
		return float64(len(r)) * most * most
	}
	step, ok := quantum(most) // a power of two, so that integers are not rounded
	unit := 1 / step
	if !ok {
		for i := range g {
			g[i] = math.NaN()
		}
		return math.Inf(1)
	}
	pending := 0
	s.blocks(x.U8, false, true, func(first, n int) {
		clear(s.r[:(n+lanes-1)/lanes*4*16*s.k])
		for i := range n {
			at := s.r[i/4*16*s.k+i%4:]
			for q, v := range r[(first+i)*s.k:][:s.k] {
				integer := math.RoundToEven(v * unit)
				square += (v*unit - integer) * (v*unit - integer)
				digits := packDigits(int32(integer))
				to := at[16*q:][:9]
				to[0], to[4], to[8] = byte(digits), byte(digits>>8), byte(digits>>16)
			}
		}
		s.backward(x.U8[first*s.d:], n)
		if pending += n; pending+s.block > maxTerms || first+n == x.N() {
			s.flush(g, unit)
			pending = 0
		}
	})
	return square / (unit * unit)
}
