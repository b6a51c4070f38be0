package chart

import (
	"math"
	"strconv"
	"strings"
)

// number writes v rounded to a multiple of 10^-decimals: 0.04, −1.30. Where
// size, the magnitude that matters beside v, is far from 1 it writes a power
// of ten: 1.5×10⁶.
func number(v float64, decimals int, size float64) string {
	if v == 0 {
		return "0"
	}
	if size >= 1e-3 && size < 1e6 {
		return minus.Replace(strconv.FormatFloat(v, 'f', max(decimals, 0), 64))
	}
	s := strconv.FormatFloat(v, 'e', max(decimals+exponent(v), 0), 64)
	mantissa, e, _ := strings.Cut(s, "e")
	if strings.Contains(mantissa, ".") {
		mantissa = strings.TrimRight(strings.TrimRight(mantissa, "0"), ".")
	}
	switch mantissa {
	case "1", "-1":
		mantissa = strings.TrimSuffix(mantissa, "1")
	default:
		mantissa += "×"
	}
	power, _ := strconv.Atoi(e) // 07 -> 7
	return minus.Replace(mantissa) + "10" + superscript.Replace(strconv.Itoa(power))
}

var (
	minus       = strings.NewReplacer("-", "−")
	superscript = strings.NewReplacer("-", "⁻", "0", "⁰", "1", "¹", "2", "²", "3", "³", "4", "⁴",
		"5", "⁵", "6", "⁶", "7", "⁷", "8", "⁸", "9", "⁹")
)

// significant writes v with three significant digits.
func significant(v float64) string {
	v, _ = strconv.ParseFloat(strconv.FormatFloat(v, 'e', 2, 64), 64) // 0.9996 is 1.00
	return number(v, 2-exponent(v), math.Abs(v))
}

// exponent is the power of ten at or below |v|; 0 for 0.
func exponent(v float64) int {
	if v == 0 {
		return 0
	}
	return int(math.Floor(math.Log10(math.Abs(v)) + 1e-9))
}
