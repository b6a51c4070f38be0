// Package chart draws the project's pictures - weight images, strongest
// features, examples with their names, curves - as PNG or SVG.
//
// Each kind of picture is a function from plain numbers to a Picture; Encode
// writes it. Positive numbers are blue, negative ones orange, zero is white;
// what must not be missed is marked by the accent colour and by a sign.
// Lengths are in units of a CSS pixel; a PNG has 2 pixels to the unit.
//
// gonum/plot draws more kinds, and costs a cold build of the command 43 s
// where this package costs 2 s.
package chart

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"io"
	"math"
	"strings"
)

// A Picture is a drawing that can be written as PNG or SVG.
type Picture struct {
	title         string
	width, height float64
	items         []any // path, area, pixels, text, in the order they are drawn
}

type point struct{ x, y float64 }

// A path is a line through points with round ends; a single point is a dot.
type path struct {
	points []point
	width  float64
	dash   []float64 // lengths on and off; nil is solid
	color  color.NRGBA
}

// An area is a filled polygon that does not cross itself.
type area struct {
	points []point
	color  color.NRGBA
}

// pixels is an image stretched over a rectangle, its pixels left square-edged.
type pixels struct {
	x, y, width, height float64
	image               *image.RGBA
}

type text struct {
	x, y   float64 // of the anchor, on the base line
	anchor anchor
	size   float64
	color  color.NRGBA
	s      string
}

type anchor string

const (
	start  anchor = "start"
	middle anchor = "middle"
	end    anchor = "end"
)

// The typography: an 8-unit grid, three sizes of type.
const (
	margin     = 24
	titleSize  = 16
	labelSize  = 12
	numberSize = 11
	titleSpace = 32 // height of the title's line

	// maxUnits bounds a picture's area: 2^26 PNG pixels, 256 MB.
	maxUnits = 1 << 26 / (pngScale * pngScale)
)

// newPicture returns a picture that holds content of the given size below its
// title and inside its margin, and the place of the content's top left corner.
// A long title widens it.
func newPicture(title string, width, height float64) (*Picture, point, error) {
	at := point{margin, margin}
	if title != "" {
		at.y += titleSpace
	}
	p := &Picture{title: printable(title)}
	p.width = math.Ceil(max(width, min(textWidth(p.title, titleSize), 640))) + 2*margin
	p.height = math.Ceil(height) + at.y + margin
	if p.width*p.height > maxUnits {
		return nil, at, fmt.Errorf("a picture of %.0f x %.0f is too large to draw; show fewer classes or examples", p.width, p.height)
	}
	p.text(margin, margin+titleSize-4, start, titleSize, ink, fit(p.title, p.width-2*margin, titleSize))
	return p, at, nil
}

func (p *Picture) text(x, y float64, a anchor, size float64, c color.NRGBA, s string) {
	if s != "" {
		p.items = append(p.items, text{x, y, a, size, c, printable(s)})
	}
}

func (p *Picture) rect(x, y, width, height float64, c color.NRGBA) {
	p.items = append(p.items, area{[]point{{x, y}, {x + width, y}, {x + width, y + height}, {x, y + height}}, c})
}

// Encode writes the picture in the format that a file name's extension says:
// ".png" or ".svg", with or without the dot. The font of PNG pictures has
// Latin, Greek and Cyrillic letters; a text it cannot write is an error that
// names the text. An SVG picture has any letters that its viewer has.
func (p *Picture) Encode(w io.Writer, format string) error {
	switch strings.ToLower(strings.TrimPrefix(format, ".")) {
	case "png":
		return p.encodePNG(w)
	case "svg":
		return p.encodeSVG(w)
	case "":
		return errors.New("a picture needs a format: name the file .png or .svg")
	}
	return fmt.Errorf("pictures cannot be written as %q: name the file .png or .svg", format)
}

// grid returns a picture with room for n cells of the given size, at least so
// wide and with so much space below, and the place of each cell.
func grid(title string, n int, size, gap point, least, below float64) (*Picture, func(i int) point, error) {
	dx, dy := size.x+gap.x, size.y+gap.y
	columns, rows := gridShape(n, dx, dy)
	p, at, err := newPicture(title, max(least, float64(columns)*dx-gap.x), float64(rows)*dy-gap.y+below)
	return p, func(i int) point { return point{at.x + dx*float64(i%columns), at.y + dy*float64(i/columns)} }, err
}

// gridShape arranges n cells of the given size so that the whole has about the
// shape of a screen, or is a little wider, if it still fits on a page, and that
// leaves fewer places empty.
func gridShape(n int, width, height float64) (columns, rows int) {
	const aspect, page = 1.6, 1200
	least := int(math.Ceil(math.Sqrt(float64(n) * aspect * height / width)))
	most := max(least, min(least+2, int(page/width)))
	empty := n
	for c := min(least, n); c <= min(most, n); c++ {
		if r := (n + c - 1) / c; c*r-n < empty {
			columns, rows, empty = c, r, c*r-n
		}
	}
	return columns, rows
}

// finite names the first number that is not finite, or so large that
// differences would not be.
func finite(what string, values []float64) error {
	for i, v := range values {
		if !(math.Abs(v) <= 1e300) {
			return fmt.Errorf("%s: number %d is %v, which cannot be drawn", what, i+1, v)
		}
	}
	return nil
}
