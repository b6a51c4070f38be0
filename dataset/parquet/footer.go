//go:build parquet

package parquet

import (
	"encoding/binary"
	"fmt"

	"example.com/softmax/dataset"
)

// checkFooter walks over the metadata at the end of a file, a structure of the
// compact protocol of Apache Thrift, and finds lists and strings that say they are
// longer than the file: the library makes room for them before it looks.
func checkFooter(data []byte) error {
	const tail = 8 // the footer's length and the magic word
	damaged := fmt.Errorf("%w: no Parquet file, or one that is cut off or damaged", dataset.ErrFormat)
	if len(data) < tail+4 || string(data[len(data)-4:]) != "PAR1" {
		return damaged
	}
	size := binary.LittleEndian.Uint32(data[len(data)-tail:])
	if uint64(size)+tail > uint64(len(data)) {
		return damaged
	}
	w := walker{data[len(data)-tail-int(size) : len(data)-tail]}
	if !w.skip(thriftStruct, 0) {
		return damaged
	}
	return nil
}

// The types of the compact protocol that have a form of their own.
const (
	thriftTrue, thriftFalse, thriftByte, thriftDouble, thriftBinary = 1, 2, 3, 7, 8
	thriftList, thriftSet, thriftStruct                             = 9, 10, 12
)

// A walker is the rest of the metadata.
type walker struct{ b []byte }

func (w *walker) varint() (uint64, bool) {
	v, n := binary.Uvarint(w.b)
	if n <= 0 {
		return 0, false
	}
	w.b = w.b[n:]
	return v, true
}

func (w *walker) bytes(n uint64) bool {
	if n > uint64(len(w.b)) {
		return false
	}
	w.b = w.b[n:]
	return true
}

// skip passes over a value, and reports whether it ends within the metadata.
func (w *walker) skip(kind byte, depth int) bool {
	if depth > 64 {
		return false
	}
	switch kind {
	case thriftTrue, thriftFalse, thriftByte: // in a list; in a struct the type is the value
		return w.bytes(1)
	case 4, 5, 6:
		_, ok := w.varint()
		return ok
	case thriftDouble:
		return w.bytes(8)
	case thriftBinary:
		n, ok := w.varint()
		return ok && w.bytes(n)
	case thriftList, thriftSet:
		return w.list(depth)
	case thriftStruct:
		return w.fields(depth)
	}
	return false // Parquet has no maps
}

func (w *walker) list(depth int) bool {
	if len(w.b) == 0 {
		return false
	}
	head := w.b[0]
	w.b = w.b[1:]
	n, ok := uint64(head>>4), true
	if n == 15 {
		n, ok = w.varint()
	}
	if !ok || n > uint64(len(w.b)) { // each takes a byte at least
		return false
	}
	for range n {
		if !w.skip(head&15, depth+1) {
			return false
		}
	}
	return true
}

func (w *walker) fields(depth int) bool {
	for len(w.b) > 0 {
		head := w.b[0]
		w.b = w.b[1:]
		if head == 0 {
			return true
		}
		if head>>4 == 0 { // the field's number follows
			if _, ok := w.varint(); !ok {
				return false
			}
		}
		if kind := head & 15; kind > thriftFalse && !w.skip(kind, depth+1) {
			return false
		}
	}
	return false
}
