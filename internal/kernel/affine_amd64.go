//go:build !purego

package kernel

import (
	"sync"
	"unsafe"
)

// rowKernels is the assembly for many rows. Lanes are rows, so that none is lost
// to the number of classes, and all rows read the same weights.
type rowKernels struct {
	lanes       int // rows of a panel
	packUint8   func(panel, x *uint8, stride, steps int)
	packFloat32 func(panel *float64, x *float32, stride, steps int, shift, scale *float64)
	packFloat64 func(panel, x *float64, stride, steps int, shift, scale *float64)
	forward     []func(z, panel *float64, d int, w *float64, stride int, c *float64, ahead uintptr, step int)
	ofBytes     []func(z *float64, panel *uint8, d int, w *float64, stride int, c *float64, ahead uintptr, step int, shift, scale *float64)
	unpack      func(z *float64, stride int, panel *float64, chunks int, all, last *int64)
	softmax     func(z *float64, classes int, consts *float64, most *int64)
}

var rowKernelsOf = map[Level]*rowKernels{
	AVX2: {
		8, packRowsUint8AVX2, packRowsFloat32AVX2, packRowsFloat64AVX2,
		[]func(z, panel *float64, d int, w *float64, stride int, c *float64, ahead uintptr, step int){
			forwardRowsAVX2x1, forwardRowsAVX2x2, forwardRowsAVX2x3, forwardRowsAVX2x4, forwardRowsAVX2x5, forwardRowsAVX2x6},
		[]func(z *float64, panel *uint8, d int, w *float64, stride int, c *float64, ahead uintptr, step int, shift, scale *float64){
			forwardByteRowsAVX2x1, forwardByteRowsAVX2x2, forwardByteRowsAVX2x3, forwardByteRowsAVX2x4, forwardByteRowsAVX2x5, forwardByteRowsAVX2x6},
		unpackRowsAVX2, softmaxRowsAVX2,
	},
	AVX512: {
		16, packRowsUint8AVX512, packRowsFloat32AVX512, packRowsFloat64AVX512,
		[]func(z, panel *float64, d int, w *float64, stride int, c *float64, ahead uintptr, step int){
			forwardRowsAVX512x1, forwardRowsAVX512x2, forwardRowsAVX512x3, forwardRowsAVX512x4, forwardRowsAVX512x5, forwardRowsAVX512x6, forwardRowsAVX512x7,
			forwardRowsAVX512x8, forwardRowsAVX512x9, forwardRowsAVX512x10, forwardRowsAVX512x11, forwardRowsAVX512x12, forwardRowsAVX512x13, forwardRowsAVX512x14},
		[]func(z *float64, panel *uint8, d int, w *float64, stride int, c *float64, ahead uintptr, step int, shift, scale *float64){
			forwardByteRowsAVX512x1, forwardByteRowsAVX512x2, forwardByteRowsAVX512x3, forwardByteRowsAVX512x4, forwardByteRowsAVX512x5, forwardByteRowsAVX512x6, forwardByteRowsAVX512x7,
			forwardByteRowsAVX512x8, forwardByteRowsAVX512x9, forwardByteRowsAVX512x10, forwardByteRowsAVX512x11, forwardByteRowsAVX512x12, forwardByteRowsAVX512x13, forwardByteRowsAVX512x14},
		unpackRowsAVX512, softmaxRowsAVX512,
	},
}

// So many rows share what is read of the weights, for so many features at a
// time: both stay in the first cache.
const sharedRows, sharedFeatures = 32, 128

// rowMemory is the working memory of affineVectors.
type rowMemory struct {
	panels [sharedRows * sharedFeatures]float64 // panel, feature, row
	spare  [16 * sharedFeatures]float64         // a panel of rows that is not full, of any type
	sums   []float64                            // panel, class, row
}

var rowMemories = sync.Pool{New: func() any { return new(rowMemory) }}

// rowBlock makes sums of a block of rows.
type rowBlock[T number] struct {
	*rowKernels
	*Affine
	*rowMemory
	shift, scale []float64 // padded
	tiles        []tile
	rest         []T
}

// affineVectors is rowsOf, if the machine has the vectors.
func affineVectors[T number](a *Affine, z []float64, classes []int32, x []T) bool {
	s, k, d := rowKernelsOf[bestLevel], len(a.Base), len(a.Shift)
	if s == nil || d == 0 {
		return false
	}
	memory := rowMemories.Get().(*rowMemory)
	defer rowMemories.Put(memory)
	if n := sharedRows*k + 7*s.lanes; cap(memory.sums) < n { // the last panel may be read beyond its classes
		memory.sums = make([]float64, n)
	} else {
		memory.sums = memory.sums[:n]
	}
	b := &rowBlock[T]{
		s, a, memory, padded(a.Shift), padded(a.Scale), tilesOf(k, len(s.forward)),
		unsafe.Slice((*T)(unsafe.Pointer(&memory.spare)), s.lanes*sharedFeatures),
	}
	for i, n := 0, len(z)/k; i < n; i += sharedRows {
		m := min(sharedRows, n-i)
		b.forward(x[i*d:][:m*d])
		a.Temper(b.sums)
		for r := 0; r < m; r += s.lanes {
			sums, rows := b.sums[r*k:][:s.lanes*k], min(s.lanes, m-r)
			if classes != nil {
				var codes [16]int64
				s.softmax(&sums[0], k, &softmaxConsts[0], &codes[0])
				for q := range rows {
					classes[i+r+q] = int32(codes[q])
				}
			}
			if to := z[(i+r)*k:][:rows*k]; rows == s.lanes {
				chunk := s.lanes / 2
				s.unpack(&to[0], 8*k, &sums[0], (k+chunk-1)/chunk, &masks[8-chunk], &masks[7-(k-1)%chunk])
			} else {
				for q := range to {
					to[q] = sums[q%k*s.lanes+q/k]
				}
			}
		}
	}
	return true
}

// forward sets sums to those of the rows x.
func (b *rowBlock[T]) forward(x []T) {
	k, d := len(b.Base), len(b.Shift)
	n := len(x) / d
	var v T
	size := int(unsafe.Sizeof(v))
	ahead := uintptr(unsafe.Pointer(&x[0])) + uintptr(len(x)*size)
	for j := 0; j < d; j += sharedFeatures {
		width := min(sharedFeatures, d-j)
		for i := 0; i < n; i += b.lanes {
			b.pack(b.panels[i*sharedFeatures:], x[i*d:], j, width)
		}
		for _, t := range b.tiles {
			c := &b.Base[t.first]
			if j > 0 {
				c = nil
			}
			for i := 0; i < n; i += b.lanes {
				sums, panel, u := &b.sums[i*k+t.first*b.lanes], &b.panels[i*sharedFeatures], &b.U[j*k+t.first]
				ahead, step := ahead+uintptr((i*d+j*b.lanes)*size), b.lanes*size
				if size == 1 {
					b.ofBytes[t.n-1](sums, (*uint8)(unsafe.Pointer(panel)), width, u, 8*k, c, ahead, step, &b.Shift[j], &b.Scale[j])
				} else {
					b.rowKernels.forward[t.n-1](sums, panel, width, u, 8*k, c, ahead, step)
				}
			}
		}
	}
}

// pack makes the panel of the rows that begin x, of width features from j on.
func (b *rowBlock[T]) pack(panel []float64, x []T, j, width int) {
	d := len(b.Shift)
	var v T
	size := int(unsafe.Sizeof(v))
	step := 16 / size
	from, stride := x[j:], d
	if len(x) < b.lanes*d || width%step != 0 {
		for r := range min(b.lanes, len(x)/d) {
			copy(b.rest[r*sharedFeatures:], from[r*d:][:width])
		}
		from, stride = b.rest, sharedFeatures
	}
	stride *= size
	steps, shift, scale := (width+step-1)/step, &b.shift[j], &b.scale[j]
	switch from := any(&from[0]).(type) {
	case *uint8:
		b.packUint8((*uint8)(unsafe.Pointer(&panel[0])), from, stride, steps)
	case *float32:
		b.packFloat32(&panel[0], from, stride, steps, shift, scale)
	case *float64:
		b.packFloat64(&panel[0], from, stride, steps, shift, scale)
	}
}

// padded returns v with zeros up to a whole step of packing.
func padded(v []float64) []float64 {
	if len(v)%16 == 0 {
		return v
	}
	return append(v[:len(v):len(v)], make([]float64, -len(v)&15)...)
}
