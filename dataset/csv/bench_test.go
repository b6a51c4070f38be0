package csv

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"
)

func BenchmarkRead(b *testing.B) {
	random := rand.New(rand.NewPCG(1, 2))
	pixel := func() string {
		// As in Fashion-MNIST, half of an image is background.
		return fmt.Sprint(max(0, random.IntN(512)-256))
	}
	decimal := func() string { return fmt.Sprintf("%.6f", random.NormFloat64()) }
	long := func() string { return fmt.Sprint(random.NormFloat64()) }
	word := func() string { return fmt.Sprintf(`"level, %d"`, random.IntN(20)) }
	for _, bm := range []struct {
		name    string
		rows    int
		columns int
		cell    func() string
	}{
		{"pixels-784x5000", 5000, 784, pixel},
		{"decimals-20x50000", 50000, 20, decimal},
		{"17digits-20x20000", 20000, 20, long},
		{"quoted-20x20000", 20000, 20, word},
	} {
		var text bytes.Buffer
		for j := range bm.columns {
			fmt.Fprintf(&text, "c%d,", j)
		}
		text.WriteString("label\n")
		for i := range bm.rows {
			for range bm.columns {
				text.WriteString(bm.cell())
				text.WriteByte(',')
			}
			fmt.Fprintf(&text, "%d\n", i%10)
		}
		b.Run(bm.name, func(b *testing.B) {
			b.SetBytes(int64(text.Len()))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Read(bytes.NewReader(text.Bytes()), Options{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkCollection reads texts of some thousand bytes with escapes in them.
func BenchmarkCollection(b *testing.B) {
	random := rand.New(rand.NewPCG(1, 2))
	var text bytes.Buffer
	for i := range 5000 {
		fmt.Fprintf(&text, "%d\t", i%20)
		for range 20 + random.IntN(100) {
			text.WriteString(`a line of "words", of some length\n`)
		}
		text.WriteByte('\n')
	}
	b.SetBytes(int64(text.Len()))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Read(bytes.NewReader(text.Bytes()), Options{TSV: true}); err != nil {
			b.Fatal(err)
		}
	}
}
