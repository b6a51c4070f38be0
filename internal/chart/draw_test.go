package chart

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"io"
	"math"
	"strings"
	"testing"
)

func nrgba(c color.Color) any { return color.NRGBAModel.Convert(c) }

func TestStroke(t *testing.T) {
	canvas := func(p path) *image.RGBA {
		dst := image.NewRGBA(image.Rect(0, 0, 80, 80))
		draw.Draw(dst, dst.Rect, image.White, image.Point{}, draw.Src)
		stroke(dst, p)
		return dst
	}
	inked := func(img *image.RGBA) (n int) {
		for i := 0; i < len(img.Pix); i += 4 {
			n += 255 - int(img.Pix[i])
		}
		return n / 255
	}
	black := rgb(0)
	// A line 20 units long and 4 wide is 40 x 8 pixels with two half discs of
	// radius 4 at its ends.
	want := 40*8 + math.Pi*16
	for _, to := range []point{{30, 10}, {10, 30}, {22, 26}, {26, 22}} {
		forth := inked(canvas(path{[]point{{10, 10}, to}, 4, nil, black}))
		back := inked(canvas(path{[]point{to, {10, 10}}, 4, nil, black}))
		there := inked(canvas(path{[]point{{10, 10}, to, {10, 10}}, 4, nil, black}))
		if math.Abs(float64(forth)-want) > 0.01*want || back != forth || there != forth {
			t.Errorf("line to %v covers %d, backwards %d, twice %d pixels; want %.0f", to, forth, back, there, want)
		}
	}
	if dot := float64(inked(canvas(path{[]point{{20, 20}}, 10, nil, black}))); math.Abs(dot-100*math.Pi) > 5 {
		t.Errorf("a dot of radius 10 pixels covers %v pixels", dot)
	}
	// Partly or wholly outside is no trouble.
	inked(canvas(path{[]point{{-50, -50}, {100, 90}, {500, 500}}, 3, dashes[1], black}))
}

func TestDashed(t *testing.T) {
	got := dashed([]point{{0, 0}, {10, 0}, {10, 10}}, []float64{4, 3})
	want := "[[{0 0} {4 0}] [{7 0} {10 0} {10 1}] [{10 4} {10 8}]]"
	if fmt.Sprint(got) != want {
		t.Errorf("dashed = %v, want %v", got, want)
	}
	if got := dashed([]point{{1, 1}, {1, 1}}, []float64{4, 3}); len(got) != 1 {
		t.Errorf("a dashed line of no length has %d pieces", len(got))
	}
}

// The scale says as much for as against: its two sides are equally light.
func TestDivergingIsBalanced(t *testing.T) {
	for i := range 101 {
		x := float64(i) / 100
		for1, against := lightness(diverging(x)), lightness(diverging(-x))
		if math.Abs(for1-against) > 0.01 {
			t.Errorf("lightness at ±%v: %.3f and %.3f", x, for1, against)
		}
		if i > 0 && lightness(diverging(x-0.01)) <= for1 {
			t.Errorf("lightness does not fall at %v", x)
		}
	}
	if diverging(0) != paper {
		t.Error("zero is not white")
	}
}

// lightness is L of OKLab (B. Ottosson, 2020).
func lightness(c color.NRGBA) float64 {
	linear := func(v uint8) float64 {
		x := float64(v) / 255
		if x <= 0.04045 {
			return x / 12.92
		}
		return math.Pow((x+0.055)/1.055, 2.4)
	}
	r, g, b := linear(c.R), linear(c.G), linear(c.B)
	return 0.2104542553*math.Cbrt(0.4122214708*r+0.5363325363*g+0.0514459929*b) +
		0.7936177850*math.Cbrt(0.2119034982*r+0.6806995451*g+0.1073969566*b) -
		0.0040720468*math.Cbrt(0.0883024619*r+0.2817188376*g+0.6299787005*b)
}

func TestFit(t *testing.T) {
	for _, c := range []struct{ s, want string }{
		{"", ""},
		{"Coat", "Coat"},
		{"Ankle boot of leather", "Ankle boo…"},
		{"tab\tand\nline", "tab and line"},
		{"\xff", "\uFFFD"},
		{"踝靴踝靴踝靴踝靴", "踝靴踝靴…"},
		{strings.Repeat("WWWW ", 1_000_000), "WWWW…"},
	} {
		got := fit(c.s, 66, 12)
		if got != c.want || textWidth(got, 12) > 66 {
			t.Errorf("fit(%.20q) = %q of width %.1f, want %q", c.s, got, textWidth(got, 12), c.want)
		}
	}
}

func TestLettersThePNGLacks(t *testing.T) {
	p, err := WeightGrid("Gewichte: λ ≠ я", []string{"踝靴"}, []float64{1}, 1)
	if err != nil {
		t.Fatal(err)
	}
	err = p.Encode(io.Discard, "png")
	if err == nil || !strings.Contains(err.Error(), `"踝靴"`) || !strings.Contains(err.Error(), ".svg") {
		t.Errorf("error %v names neither the text nor the way out", err)
	}
	if svg := encode(t, p, "svg"); !bytes.Contains(svg, []byte(">踝靴</text>")) {
		t.Error("the SVG does not have the text")
	}
}

func FuzzText(f *testing.F) {
	for _, s := range []string{"", "Coat", "<&>\"'", "]]>", "\x00\x1f\u0085", "\xed\xa0\x80", "\uFFFE", "踝靴", "😀", "\u202e"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := Features(s, []string{s}, []string{s}, []float64{1}, 1)
		if err != nil {
			t.Fatal(err)
		}
		wellFormed(t, encode(t, p, "svg"))
		_ = checkGlyphs(s) // an error at most
	})
}

// A fit lies beside its dots in their colour, and what follows keeps its own.
func TestAgainSharesTheColour(t *testing.T) {
	s := Lines{Series: []Series{{Points: true}, {Again: true}, {}}}.styles()
	if s[0].color != s[1].color || s[1].dash == nil || s[2].color != palette[1] || s[2].dash != nil {
		t.Errorf("styles %v", s)
	}
}
