package npy

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"math/bits"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"example.com/softmax/dataset"
)

// An array is what a .npy holds, in C order. One of the slices is set.
type array struct {
	name     string // of the file, for errors
	shape    []int  // one dimension at least, none of them 0
	bytes    []uint8
	float32s []float32
	float64s []float64
	ints     []string // integers of a 64-bit type that float64 does not hold, or nil
	texts    []string
}

func (a *array) rows() int { return a.shape[0] }

// width is the count of numbers in each row.
func (a *array) width() int {
	w := 1
	for _, n := range a.shape[1:] {
		w *= n
	}
	return w
}

const magic = "\x93NUMPY"

// maxHeader bounds the text that describes an array: NumPy's own limit.
const maxHeader = 10000

var (
	descr   = regexp.MustCompile(`'descr'\s*:\s*'([<>|=]?)([a-zA-Z])(\d*)'`)
	fortran = regexp.MustCompile(`'fortran_order'\s*:\s*(True|False)`)
	shape   = regexp.MustCompile(`'shape'\s*:\s*\(([\d,\sL]*)\)`)
)

// readArray reads an array to the end of r. About room bytes may be set aside
// for it before they have been seen.
func readArray(r io.Reader, name string, room uint64) (*array, error) {
	a := &array{name: name}
	head := make([]byte, len(magic)+2)
	if err := a.read(r, head, "within its header"); err != nil {
		return nil, err
	}
	if string(head[:len(magic)]) != magic {
		return nil, place(name, fmt.Errorf("%w: it begins with the bytes % x: no .npy file", dataset.ErrFormat, head[:len(magic)]))
	}
	length := make([]byte, 2)
	if head[len(magic)] > 1 {
		length = make([]byte, 4)
	}
	if err := a.read(r, length, "within its header"); err != nil {
		return nil, err
	}
	size := binary.LittleEndian.Uint32(append(length, 0, 0)[:4])
	if size > maxHeader {
		return nil, place(name, fmt.Errorf("%w: a header of %d bytes", dataset.ErrTooLarge, size))
	}
	text := make([]byte, size)
	if err := a.read(r, text, "within its header"); err != nil {
		return nil, err
	}
	kind, order, flat := descr.FindSubmatch(text), fortran.FindSubmatch(text), shape.FindSubmatch(text)
	if kind == nil || order == nil || flat == nil {
		return nil, place(name, fmt.Errorf("%w: its header is not that of one plain array: %.80q", dataset.ErrFormat, text))
	}
	total := uint64(1)
	for _, field := range strings.Split(string(flat[1]), ",") {
		if field = strings.Trim(field, " L\t\n"); field == "" {
			continue
		}
		n, err := strconv.Atoi(field)
		high, low := bits.Mul64(total, uint64(n))
		if err != nil || high > 0 || low > math.MaxInt/64 {
			return nil, place(name, fmt.Errorf("%w: the shape (%s)", dataset.ErrTooLarge, flat[1]))
		}
		total = low
		a.shape = append(a.shape, n)
	}
	for len(a.shape) > 1 && a.shape[len(a.shape)-1] == 1 {
		a.shape = a.shape[:len(a.shape)-1]
	}
	if total == 0 || len(a.shape) == 0 {
		return nil, place(name, fmt.Errorf("%w: its shape is (%s)", dataset.ErrNoRows, flat[1]))
	}
	width, err := strconv.Atoi(string(kind[3]))
	item := itemOf(kind[2][0], width)
	if item == nil || err != nil {
		hint := "only plain numbers and strings are read"
		if kind[2][0] == 'O' {
			hint = "Python objects: save them with .astype(str) or .astype(float)"
		}
		return nil, place(name, fmt.Errorf("%w: its values are of type %s%s: %s", dataset.ErrFormat, kind[2], kind[3], hint))
	}
	unit := width // of byte order
	switch kind[2][0] {
	case 'U':
		unit, width = 4, 4*width
	case 'S':
		unit = 1
	}
	d := decoder{array: a, room: min(int(total), int(room)/width+1)}
	if string(kind[1]) == ">" {
		d.swap = unit
	}
	if err := d.read(r, int(total), width, item); err != nil {
		return nil, err
	}
	if string(order[1]) == "True" && len(a.shape) > 1 {
		a.bytes, a.float32s, a.float64s = transpose(a.bytes, a.shape), transpose(a.float32s, a.shape), transpose(a.float64s, a.shape)
		a.ints, a.texts = transpose(a.ints, a.shape), transpose(a.texts, a.shape)
	}
	return a, nil
}

// read fills p. where says where the file ends if it does.
func (a *array) read(r io.Reader, p []byte, where string) error {
	_, err := io.ReadFull(r, p)
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		err = fmt.Errorf("%w: %s", dataset.ErrTruncated, where)
	}
	if err != nil {
		return place(a.name, err)
	}
	return nil
}

// transpose puts values that lie in Fortran order, the first index moving
// fastest, into C order.
func transpose[T any](from []T, shape []int) []T {
	if from == nil {
		return nil
	}
	to := make([]T, len(from))
	index := make([]int, len(shape))
	for _, v := range from {
		at := 0
		for d, i := range index {
			at = at*shape[d] + i
		}
		to[at] = v
		for d := range index {
			if index[d]++; index[d] < shape[d] {
				break
			}
			index[d] = 0
		}
	}
	return to
}

// labels are the values as names of classes: numbers in their shortest form, and
// a missing one empty.
func (a *array) labels() []string {
	switch {
	case a.texts != nil:
		return a.texts
	case a.ints != nil:
		return a.ints
	}
	out := make([]string, a.rows())
	for i, v := range a.numbers() {
		if v == v {
			out[i] = strconv.FormatFloat(v, 'f', -1, 64)
		}
	}
	return out
}

// numbers are the values as float64; nil for strings.
func (a *array) numbers() []float64 {
	if a.float64s != nil || a.texts != nil {
		return a.float64s
	}
	var out []float64
	for _, v := range a.bytes {
		out = append(out, float64(v))
	}
	for _, v := range a.float32s {
		out = append(out, float64(v))
	}
	return out
}

// An item appends one value to the array.
type item func(a *array, b []byte)

// itemOf returns the item of a NumPy type: its letter, and its size in bytes, for
// U in characters.
func itemOf(letter byte, size int) item {
	le := binary.LittleEndian
	f64 := func(v func([]byte) float64) item {
		return func(a *array, b []byte) { a.float64s = append(a.float64s, v(b)) }
	}
	switch [2]int{int(letter), size} {
	case [2]int{'f', 8}:
		return f64(func(b []byte) float64 { return math.Float64frombits(le.Uint64(b)) })
	case [2]int{'f', 4}:
		return func(a *array, b []byte) { a.float32s = append(a.float32s, math.Float32frombits(le.Uint32(b))) }
	case [2]int{'f', 2}:
		return func(a *array, b []byte) { a.float32s = append(a.float32s, half(le.Uint16(b))) }
	case [2]int{'u', 1}, [2]int{'b', 1}:
		return func(a *array, b []byte) { a.bytes = append(a.bytes, b[0]) }
	case [2]int{'i', 1}:
		return f64(func(b []byte) float64 { return float64(int8(b[0])) })
	case [2]int{'i', 2}:
		return f64(func(b []byte) float64 { return float64(int16(le.Uint16(b))) })
	case [2]int{'u', 2}:
		return f64(func(b []byte) float64 { return float64(le.Uint16(b)) })
	case [2]int{'i', 4}:
		return f64(func(b []byte) float64 { return float64(int32(le.Uint32(b))) })
	case [2]int{'u', 4}:
		return f64(func(b []byte) float64 { return float64(le.Uint32(b)) })
	case [2]int{'i', 8}:
		return func(a *array, b []byte) {
			v := int64(le.Uint64(b))
			a.integer(float64(v), v > 1<<53 || v < -1<<53, func() string { return strconv.FormatInt(v, 10) })
		}
	case [2]int{'u', 8}:
		return func(a *array, b []byte) {
			v := le.Uint64(b)
			a.integer(float64(v), v > 1<<53, func() string { return strconv.FormatUint(v, 10) })
		}
	}
	switch {
	case size < 1 || size > 1<<20:
		return nil
	case letter == 'S':
		return func(a *array, b []byte) { a.texts = append(a.texts, string(bytes.TrimRight(b, "\x00"))) }
	case letter == 'U':
		return func(a *array, b []byte) {
			var s []byte
			for ; len(b) >= 4; b = b[4:] {
				s = utf8.AppendRune(s, rune(le.Uint32(b)))
			}
			a.texts = append(a.texts, string(bytes.TrimRight(s, "\x00")))
		}
	}
	return nil
}

// integer appends an integer. From the first one on that float64 does not hold,
// the decimals of all are kept, too, in case they are labels.
func (a *array) integer(v float64, inexact bool, decimal func() string) {
	if inexact && a.ints == nil {
		a.ints = make([]string, 0, cap(a.float64s))
		for _, v := range a.float64s {
			a.ints = append(a.ints, strconv.FormatFloat(v, 'f', -1, 64))
		}
	}
	if a.ints != nil {
		a.ints = append(a.ints, decimal())
	}
	a.float64s = append(a.float64s, v)
}

// half is the number that 16 bits of IEEE 754 binary16 stand for, exactly.
func half(b uint16) float32 {
	sign, exponent, fraction := uint32(b>>15)<<31, uint32(b>>10&31), uint32(b&1023)
	switch {
	case exponent == 31: // infinite or NaN
		return math.Float32frombits(sign | 255<<23 | fraction<<13)
	case exponent == 0: // fraction * 2^-24
		return math.Float32frombits(math.Float32bits(float32(fraction)/(1<<24)) | sign)
	}
	return math.Float32frombits(sign | (exponent+127-15)<<23 | fraction<<13)
}

// A decoder reads the values of an array.
type decoder struct {
	*array
	swap int // turn so many bytes at a time around; 0 if the order is ours
	room int // values to make room for at once
}

func (d *decoder) read(r io.Reader, total, size int, item item) error {
	// Nothing is known of the type but by its first value.
	grown := false
	buf := make([]byte, max(1, min(64<<10/size, total))*size)
	for done := 0; done < total; {
		part := buf[:min(total-done, len(buf)/size)*size]
		n, err := io.ReadFull(r, part)
		d.reverse(part)
		for ; len(part) >= size && n >= size; part, n = part[size:], n-size {
			item(d.array, part[:size])
			if done++; !grown {
				grown = true
				d.grow()
			}
		}
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			err = fmt.Errorf("%w: after %d of %d values", dataset.ErrTruncated, done, total)
		}
		if err != nil {
			return d.fault(done, err)
		}
	}
	var more [1]byte
	switch _, err := io.ReadFull(r, more[:]); err {
	case io.EOF:
		return nil
	case nil:
		return place(d.name, fmt.Errorf("%w: it goes on after the %d values that its header announces", dataset.ErrFormat, total))
	default:
		return place(d.name, fmt.Errorf("%w: %w", dataset.ErrFormat, err))
	}
}

// grow makes room in the one slice that is in use.
func (d *decoder) grow() {
	switch {
	case d.bytes != nil:
		d.bytes = append(make([]uint8, 0, d.room), d.bytes...)
	case d.float32s != nil:
		d.float32s = append(make([]float32, 0, d.room), d.float32s...)
	case d.float64s != nil:
		d.float64s = append(make([]float64, 0, d.room), d.float64s...)
	}
}

func (d *decoder) reverse(b []byte) {
	for ; d.swap > 1 && len(b) >= d.swap; b = b[d.swap:] {
		slices.Reverse(b[:d.swap])
	}
}

func (d *decoder) fault(done int, err error) error {
	err = place(d.name, err)
	if e, ok := err.(*dataset.Error); ok && e.Row == 0 && e.File == d.name {
		e.Row = done/d.width() + 1
	}
	return err
}
