package csv

import (
	"fmt"
	"testing"
)

func TestSmallInt(t *testing.T) {
	for _, cell := range []string{"", "a", "-1", "+1", " 1", "1 ", "1.", "256", "999", "0000", "1000", "12a", "/00", "0:0", "\x80\x80\x80", "\xb0", "\x00"} {
		if v, ok := smallInt([]byte(cell+"12345678"), 0, uint32(len(cell))); ok {
			t.Errorf("%q was read as %d", cell, v)
		}
	}
	for i := range 256 {
		for _, format := range []string{"%d", "%02d", "%03d"} {
			cell := fmt.Sprintf(format, i)
			v, ok := smallInt([]byte("9"+cell+"9999"), 1, uint32(1+len(cell)))
			if !ok || int(v) != i {
				t.Errorf("%q was read as %d, %v", cell, v, ok)
			}
		}
	}
}

func TestClassify(t *testing.T) {
	for cell, want := range map[string]class{
		"": isMissing, " ": isMissing, "NA": isMissing, " NaN\t": isMissing, "nan": isMissing,
		"na": isText, "n/a": isText, "null": isText, "NAN": isText, "?": isText,
		"inf": isInfinite, "-Inf": isInfinite, "+INFINITY": isInfinite, "1e400": isInfinite, "-1e400": isInfinite,
		"infinit": isText, "+": isText, "-": isText, ".": isText, "e5": isText, "1e": isText, "1e+": isText, "--1": isText, "+-1": isText, "1.2.3": isText,
		"0x1p4": isText, "0x10": isText, "1_0": isText, "0b1": isText, "1,5": isText, "1 2": isText, "٣": isText, "1\u00a0": isText, "1.\u00b7": isText,
		"0": isNumber, "-0": isNumber, "5.": isNumber, ".5": isNumber, "-.5e-3": isNumber, "1E5": isNumber, "1e-400": isNumber, " 1\t": isNumber,
		"18446744073709551616": isNumber, "99999999999999999999": isNumber, "0.00000000000000000000": isNumber,
	} {
		if _, got := classify([]byte(cell), nil); got != want {
			t.Errorf("%q is class %d, want %d", cell, got, want)
		}
	}
}
