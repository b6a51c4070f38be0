package chart

import (
	"fmt"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// goFont is the Go Regular typeface. Its digits are of one width.
var goFont = sync.OnceValue(func() *opentype.Font {
	f, err := opentype.Parse(goregular.TTF)
	if err != nil {
		panic(err) // the font is part of the program
	}
	return f
})

// textWidth is the length of s in Go Regular. Letters that it lacks count as
// square, as Chinese ones are. An SVG is laid out by it too, though its viewer
// may have a wider or a narrower typeface: layouts leave room.
func textWidth(s string, size float64) float64 {
	var buffer sfnt.Buffer
	em := goFont().UnitsPerEm()
	var width float64
	for _, r := range s {
		advance := fixed.I(int(em))
		if glyph, err := goFont().GlyphIndex(&buffer, r); err == nil && glyph != 0 {
			if a, err := goFont().GlyphAdvance(&buffer, glyph, fixed.I(int(em)), font.HintingNone); err == nil {
				advance = a
			}
		}
		width += float64(advance) / 64
	}
	return width / float64(em) * size
}

// checkGlyphs reports a letter of s that Go Regular lacks.
func checkGlyphs(s string) error {
	var buffer sfnt.Buffer
	for _, r := range s {
		if glyph, err := goFont().GlyphIndex(&buffer, r); err != nil || glyph == 0 {
			return fmt.Errorf("the font of PNG pictures has no letter %q to write %q: name the file .svg", r, s)
		}
	}
	return nil
}

// fit shortens s to the given length, with an ellipsis at its end.
func fit(s string, width, size float64) string {
	s = printable(s)
	room := width - textWidth("…", size)
	used, cut := 0.0, 0
	for i, r := range s {
		used += textWidth(string(r), size)
		if used > width {
			return strings.TrimRight(s[:cut], " ") + "…"
		}
		if used <= room {
			cut = i + utf8.RuneLen(r)
		}
	}
	return s
}

// printable puts a space for every control character and U+FFFD for what is
// not UTF-8 or not allowed in XML.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r):
			return ' '
		case r == '\uFFFE' || r == '\uFFFF':
			return unicode.ReplacementChar
		}
		return r
	}, s)
}
