package decimal

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
)

func TestParse(t *testing.T) {
	for text, want := range map[string]Class{
		"1e400": TooLarge, "-1e400": TooLarge, "1e309": TooLarge,
		"": None, "+": None, "-": None, ".": None, "e5": None, "1e": None, "1e+": None, "--1": None, "+-1": None, "1.2.3": None,
		"inf": None, "-Infinity": None, "nan": None, "e": None,
		"0x1p4": None, "0x10": None, "1_0": None, "0b1": None, "1,5": None, "1 2": None, " 1": None, "٣": None, "1\u00a0": None, "1.\u00b7": None,
		"12345678a": None, "a12345678": None, "1234567.8a": None, "12345678.12345678x": None, "12345678901234567890x": None, "/2345678": None, ":2345678": None, "1234567:": None,
		"0": Number, "000": Number, "00.": Number, "+.00": Number, "-0": Number, "5.": Number, ".5": Number, "-.5e-3": Number, "1E5": Number, "1e-400": Number,
		"18446744073709551616": Number, "18446744073709551616.5": Number, "0.18446744073709551616": Number, "0000000000000000000.1234567890123456789": Number,
		"99999999999999999999": Number, "0.00000000000000000000": Number,
	} {
		v, got := Parse([]byte(text))
		if value, _ := strconv.ParseFloat(text, 64); got != want || want == Number && math.Float64bits(v) != math.Float64bits(value) {
			t.Errorf("%q is %v of class %d, want %v of class %d", text, v, got, value, want)
		}
	}
}

// Every number has the value that strconv gives it, bit for bit.
func TestRounding(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	fast := 0
	for range 200_000 {
		v := math.Float64frombits(random.Uint64())
		var b []byte
		switch random.IntN(4) {
		case 0:
			v = random.NormFloat64() * math.Pow10(random.IntN(24)-12)
			fallthrough
		case 1:
			b = strconv.AppendFloat(nil, v, "efg"[random.IntN(3)], random.IntN(24)-1, 64)
		case 2: // 19 digits, the point anywhere
			b = fmt.Appendf(nil, "%019d", random.Uint64N(1e19))
			b = slices.Insert(b, random.IntN(20), '.')
		case 3: // halfway between two numbers, or nearly so
			v = math.Abs(random.NormFloat64())
			half := new(big.Float).SetPrec(54).SetFloat64(v)
			half.Add(half, big.NewFloat((math.Nextafter(v, 2)-v)/2))
			b = half.Append(nil, 'f', 16+random.IntN(4))
			b = append([]byte("-00"[:random.IntN(3)]), b...)
		}
		want, err := strconv.ParseFloat(string(b), 64)
		if err != nil || want != want || math.IsInf(want, 0) {
			continue
		}
		got, class := Parse(b)
		if class != Number || math.Float64bits(got) != math.Float64bits(want) {
			t.Fatalf("%s: %v (class %d), want %v", b, got, class, want)
		}
		if _, ok := exact(b); ok {
			fast++
		}
	}
	if fast < 100_000 {
		t.Errorf("only %d numbers took the fast path", fast)
	}
}

// What Parse takes ParseFloat takes, with the same bits.
func FuzzParse(f *testing.F) {
	for _, text := range []string{"1", "-0.5", "9007199254740993", "1e23", "0x1p4", "2.2250738585072011e-308", "inf", "1_0", "0.4967141530112327", "123456789.0123456789", "0001234567812345678"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		got, class := Parse(b)
		want, err := strconv.ParseFloat(string(b), 64)
		switch {
		case class == Number && (err != nil || math.Float64bits(got) != math.Float64bits(want)):
			t.Errorf("%q: %v, want %v, %v", b, got, want, err)
		case class != Number && got != 0:
			t.Errorf("%q: %v of class %d", b, got, class)
		}
	})
}

func BenchmarkParse(b *testing.B) {
	for _, format := range []string{"%.0f", "%.6f", "%.9g", "%v"} {
		random := rand.New(rand.NewPCG(1, 2))
		var cells [][]byte
		size := 0
		for range 1000 {
			cells = append(cells, fmt.Appendf(nil, format, 100*random.NormFloat64()))
			size += len(cells[len(cells)-1])
		}
		b.Run(format, func(b *testing.B) {
			b.SetBytes(int64(size))
			for b.Loop() {
				for _, cell := range cells {
					if _, class := Parse(cell); class != Number {
						b.Fatal(string(cell))
					}
				}
			}
		})
	}
}

func TestAppend(t *testing.T) {
	for want, v := range map[string]float64{
		"0": 0, "1033222": 1033222, "-0.000001": -1e-6, "9e-07": 9e-7, "100000000000000000000": 1e20, "-1e+21": -1e21, "0.1": 0.1,
	} {
		if got := string(Append(nil, v)); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
