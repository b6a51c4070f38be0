// Package decimal reads decimal numbers from text, fast and correctly rounded:
// every number is the float64 nearest to what is written, as strconv has it.
package decimal

import (
	"errors"
	"strconv"
)

// A Class says what Parse has found.
type Class uint8

const (
	Number   Class = iota
	TooLarge       // a number beyond the range of float64
	None           // no number
)

// Parse reads all of b as a decimal number with or without sign, point and
// exponent: not hexadecimal, no underscores, no words, no blanks.
func Parse(b []byte) (float64, Class) {
	if v, ok := exact(b); ok {
		return v, Number
	}
	for i, c := range b {
		digit := c-'0' <= 9
		if !digit && c != '.' && (i == 0 || c != 'e' && c != 'E') && c != '-' && c != '+' {
			return 0, None // which ParseFloat might take
		}
	}
	v, err := strconv.ParseFloat(string(b), 64)
	switch {
	case errors.Is(err, strconv.ErrRange):
		return 0, TooLarge
	case err != nil:
		return 0, None
	}
	return v, Number
}

// exact reads a number without exponent of so few digits that it is an
// integer up to 2^53 over a power of ten that float64 holds exactly: then one
// division rounds correctly (Clinger 1990, "How to read floating point numbers
// accurately"). It leaves all others to strconv.
func exact(b []byte) (float64, bool) {
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
