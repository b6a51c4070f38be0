package csv

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"strconv"
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
// thousands separators), a spelling of missing, or of infinity. A number
// beyond the range of float64 is infinite.
func classify(cell []byte) (float64, class) {
	cell = trim(cell)
	if saysMissing(cell) {
		return math.NaN(), isMissing
	}
	if v, ok := decimal(cell); ok {
		return v, isNumber
	}
	word := cell
	if word[0] == '-' || word[0] == '+' {
		word = word[1:]
	}
	if len(word) == 0 || word[0] != '.' && word[0]-'0' > 9 {
		if bytes.EqualFold(word, []byte("inf")) || bytes.EqualFold(word, []byte("infinity")) {
			return 0, isInfinite
		}
		return 0, isText
	}
	for _, b := range word {
		if b-'0' > 9 && b != '.' && b != 'e' && b != 'E' && b != '-' && b != '+' {
			return 0, isText // what only ParseFloat would take
		}
	}
	v, err := strconv.ParseFloat(string(cell), 64)
	switch {
	case errors.Is(err, strconv.ErrRange):
		return 0, isInfinite
	case err != nil:
		return 0, isText
	}
	return v, isNumber
}

// saysMissing reports whether a trimmed cell is one of the spellings of a missing
// value.
func saysMissing(cell []byte) bool {
	switch string(cell) {
	case "", "NA", "NaN", "nan":
		return true
	}
	return false
}

// trim cuts blanks off both ends.
func trim(cell []byte) []byte {
	for len(cell) > 0 && (cell[0] == ' ' || cell[0] == '\t') {
		cell = cell[1:]
	}
	for len(cell) > 0 && (cell[len(cell)-1] == ' ' || cell[len(cell)-1] == '\t') {
		cell = cell[:len(cell)-1]
	}
	return cell
}

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

// decimal reads a number without exponent of so few digits that it is an
// integer up to 2^53 times a power of ten that float64 holds exactly: then one
// division rounds correctly (Clinger 1990, "How to read floating point numbers
// accurately"). It leaves all others to strconv.
func decimal(b []byte) (float64, bool) {
	i := 0
	negative := len(b) > 0 && b[0] == '-'
	if negative || len(b) > 0 && b[0] == '+' {
		i = 1
	}
	digits := len(b) - i
	if digits > 20 { // 19 and a point: no overflow below
		return 0, false
	}
	var m uint64
	for ; i < len(b); i++ {
		d := b[i] - '0'
		if d > 9 {
			break
		}
		m = m*10 + uint64(d)
	}
	fraction := 0
	if i < len(b) && b[i] == '.' {
		i++
		fraction = len(b) - i
		digits--
		for ; i < len(b); i++ {
			d := b[i] - '0'
			if d > 9 {
				break
			}
			m = m*10 + uint64(d)
		}
	}
	if i < len(b) || digits < 1 || digits > 19 || m > 1<<53 {
		return 0, false
	}
	v := float64(m) / powers[fraction]
	if negative {
		v = -v
	}
	return v, true
}

// powers of ten, each exact.
var powers = [...]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10,
	1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19}
