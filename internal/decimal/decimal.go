// Package decimal reads decimal numbers from text, fast and correctly rounded:
// every number is the float64 nearest to what is written, as strconv has it. It
// writes them as people do.
package decimal

import (
	"encoding/binary"
	"errors"
	"math"
	"math/bits"
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

// exact reads a number without exponent of up to 19 digits, zeros before the
// point aside: an integer m over a power of ten. Both fit in 64 bits, so that
// one division rounds correctly. It leaves all others to strconv.
func exact(b []byte) (float64, bool) {
	negative := len(b) > 0 && b[0] == '-'
	if negative || len(b) > 0 && b[0] == '+' {
		b = b[1:]
	}
	var m uint64
	i := 0
	for ; i < len(b) && b[i]-'0' <= 9; i++ {
		m = m*10 + uint64(b[i]-'0')
	}
	digits, zero, fraction := i, m == 0, 0
	if i < len(b) && b[i] == '.' {
		i++
		fraction = len(b) - i
		for ; len(b)-i >= 8; i += 8 {
			eight, ok := eightDigits(binary.LittleEndian.Uint64(b[i:]))
			if !ok {
				return 0, false
			}
			m = m*1e8 + eight
		}
		for ; i < len(b) && b[i]-'0' <= 9; i++ {
			m = m*10 + uint64(b[i]-'0')
		}
	}
	if i < len(b) || digits+fraction == 0 || digits > 19 || fraction > 19 || digits+fraction > 19 && !zero {
		return 0, false
	}
	var v float64
	if m <= 1<<53 || fraction == 0 {
		// Both are exact as float64 (Clinger 1990, "How to read floating point
		// numbers accurately").
		v = float64(m) / float64(powers[fraction])
	} else {
		v = quotient(m, powers[fraction])
	}
	if negative {
		v = -v
	}
	return v, true
}

// eightDigits reads the digits in the bytes of w, the first one lowest.
func eightDigits(w uint64) (uint64, bool) {
	w -= 0x3030303030303030
	if (w|(w+0x7676767676767676))&0x8080808080808080 != 0 {
		return 0, false // a byte is over 9
	}
	// Pairs of digits, then all of them, by two multiplications.
	w = w*10 + w>>8
	const odd = 0x000000ff000000ff
	return (w&odd*(100+1e6<<32) + w>>16&odd*(1+1e4<<32)) >> 32, true
}

// quotient is m/y, neither 0, rounded to the nearest float64, to even where two
// are.
func quotient(m, y uint64) float64 {
	shift := bits.LeadingZeros64(y) - bits.LeadingZeros64(m) - 63
	m <<= bits.LeadingZeros64(m)
	y <<= bits.LeadingZeros64(y)
	q, rest := bits.Div64(m>>1, m<<63, y) // of 63 or 64 bits
	if rest != 0 {
		// The bits that round are further up: to them it is as all that follow.
		q |= 1
	}
	return float64(q) * math.Float64frombits(uint64(1023+shift)<<52)
}

// powers of ten.
var powers = [...]uint64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10,
	1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19}

// Append writes v, a finite number, in the fewest digits from which it is read
// again, with an exponent only where there were over 21 digits before the point
// or 6 zeros behind it, as JavaScript does.
func Append(dst []byte, v float64) []byte {
	form := byte('f')
	if size := math.Abs(v); size != 0 && (size < 1e-6 || size >= 1e21) {
		form = 'e'
	}
	return strconv.AppendFloat(dst, v, form, -1, 64)
}
