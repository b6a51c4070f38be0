package csv

import (
	"bytes"
	"encoding/binary"
	"math"
	"slices"

	"example.com/softmax/internal/decimal"
)

// A class says what a cell holds for a numeric column.
type class uint8

const (
	isNumber class = iota
	isMissing
	isInfinite
	isText
)

// classify reads a cell of a numeric column, blanks around it ignored: a
// decimal number with or without exponent (not hexadecimal, no underscores, no
// thousands separators), a spelling of missing, of which there may be more, or of
// infinity. A number beyond the range of float64 is infinite.
func classify(cell []byte, more []string) (float64, class) {
	cell = trim(cell)
	if saysMissing(cell, more) {
		return math.NaN(), isMissing
	}
	v, class := decimal.Parse(cell)
	switch class {
	case decimal.Number:
		return v, isNumber
	case decimal.TooLarge:
		return 0, isInfinite
	}
	if cell[0] == '-' || cell[0] == '+' {
		cell = cell[1:]
	}
	if bytes.EqualFold(cell, []byte("inf")) || bytes.EqualFold(cell, []byte("infinity")) {
		return 0, isInfinite
	}
	return 0, isText
}

// saysMissing reports whether a trimmed cell is one of the spellings of a missing
// value, usual or one of more.
func saysMissing(cell []byte, more []string) bool {
	switch string(cell) {
	case "", "NA", "NaN", "nan":
		return true
	}
	return slices.ContainsFunc(more, func(word string) bool { return word == string(cell) })
}

// trim cuts blanks off both ends.
func trim(cell []byte) []byte { return bytes.Trim(cell, " \t") }

// padding is the count of bytes that smallInt and the scanner may read behind
// the last field.
const padding = 8

// smallInt reads the integer 0 to 255 in data[from:to], of one to three
// digits, without a branch that depends on them. It looks at up to 4 bytes
// from data[from] on.
func smallInt(data []byte, from, to uint32) (uint8, bool) {
	n := to - from
	if n-1 > 2 {
		return 0, false
	}
	// The digits end up in the high bytes, the last one on top, zeros below.
	x := (binary.LittleEndian.Uint32(data[from:]) ^ 0x30303030) << (32 - 8*n)
	v := x>>24 + x>>16&0xff*10 + x>>8&0xff*100
	// A byte over 9 carries into bit 7 or has it set.
	return uint8(v), ((x+0x76767676)|x)&0x80808080 == 0 && v <= 255
}
