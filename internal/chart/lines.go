package chart

import (
	"errors"
	"fmt"
	"image/color"
	"math"
	"slices"
)

// Lines describes a chart of curves over two axes.
type Lines struct {
	Title  string
	X, Y   Axis
	Series []Series
}

// An Axis has a label - the quantity and its unit - and is linear or
// logarithmic.
type Axis struct {
	Label string
	Log   bool
}

// A Series is one curve. Its numbers are finite, and above 0 on a logarithmic
// axis.
type Series struct {
	Name string // in the legend, if any series has one
	X, Y []float64
	// Low and High bound a band around the curve, at each X; nil for none.
	Low, High []float64
	// Points draws dots instead of a line.
	Points bool
	// Again draws in the colour of the series before, dashed: a fit to its
	// dots.
	Again bool
}

// Draw draws the chart.
func (c Lines) Draw() (*Picture, error) {
	var xs, ys []float64
	for i, s := range c.Series {
		if err := c.check(s); err != nil {
			return nil, fmt.Errorf("series %d (%s): %w", i+1, s.Name, err)
		}
		xs = append(xs, s.X...)
		ys = append(append(append(ys, s.Y...), s.Low...), s.High...)
	}
	if len(xs) == 0 {
		return nil, errors.New("the chart has no series with points")
	}
	const plotWidth, plotHeight, legendLine = 560, 320, 20
	x, y := c.X.scale(xs, 7, false), c.Y.scale(ys, 6, true)

	var numbers float64 // the width of the y axis' numbers
	for _, t := range y.ticks {
		numbers = max(numbers, math.Ceil(textWidth(t.label, numberSize))+8)
	}
	legend, lines := c.legend(numbers + plotWidth)
	top := legendLine * float64(lines)
	if lines > 0 {
		top += 8
	}
	if c.Y.Label != "" {
		top += 28
	}
	height := top + plotHeight + 24
	if c.X.Label != "" {
		height += 16
	}
	p, at, err := newPicture(c.Title, numbers+plotWidth, height)
	if err != nil {
		return nil, err
	}
	left, bottom := at.x+numbers, at.y+top+plotHeight
	place := func(vx, vy float64) point {
		return point{left + plotWidth*x.place(vx), bottom - plotHeight*y.place(vy)}
	}

	p.text(at.x, at.y+top-16, start, labelSize, quiet, fit(c.Y.Label, numbers+plotWidth, labelSize))
	p.text(left+plotWidth, bottom+40, end, labelSize, quiet, fit(c.X.Label, plotWidth, labelSize))
	for _, t := range y.ticks {
		q := place(x.low, t.at)
		p.rect(left, q.y-0.5, plotWidth, 1, hairline)
		p.text(left-8, q.y+4, end, numberSize, quiet, t.label)
	}
	p.rect(left, bottom-0.5, plotWidth, 1, quiet)
	for _, t := range x.ticks {
		q := place(t.at, y.low)
		p.rect(q.x-0.5, bottom, 1, 5, quiet)
		p.text(q.x, bottom+18, middle, numberSize, quiet, t.label)
	}
	styles := c.styles()
	for i, s := range c.Series { // bands lie under curves, curves under dots
		p.band(s, styles[i].color, place)
	}
	for _, dots := range []bool{false, true} {
		for i, s := range c.Series {
			points := make([]point, len(s.X))
			for j := range s.X {
				points[j] = place(s.X[j], s.Y[j])
			}
			if s.Points == dots {
				p.curve(points, styles[i], dots)
			}
		}
	}
	for i, e := range legend {
		if e.name != "" {
			e.at.x, e.at.y = e.at.x+at.x, e.at.y*legendLine+at.y+8
			swatch := []point{e.at, {e.at.x + swatchWidth, e.at.y}}
			if c.Series[i].Points {
				swatch = []point{{e.at.x + swatchWidth/2, e.at.y}}
			}
			p.curve(swatch, styles[i], c.Series[i].Points)
			p.text(e.at.x+swatchWidth+8, e.at.y+4, start, labelSize, ink, e.name)
		}
	}
	return p, nil
}

const swatchWidth = 24

// An entry is the place of a series in the legend: x in units, y in lines.
type entry struct {
	at   point
	name string
}

// legend sets the names of the series in lines of the given width.
func (c Lines) legend(width float64) (entries []entry, lines int) {
	var x float64
	for _, s := range c.Series {
		e := entry{name: fit(s.Name, width-swatchWidth-8, labelSize)}
		if e.name != "" {
			length := swatchWidth + 8 + math.Ceil(textWidth(e.name, labelSize))
			if lines == 0 || x+length > width {
				x, lines = 0, lines+1
			}
			e.at = point{x, float64(lines - 1)}
			x += length + 32
		}
		entries = append(entries, e)
	}
	return entries, lines
}

func (a Axis) scale(values []float64, ticks int, loose bool) scale {
	low, high := slices.Min(values), slices.Max(values)
	if a.Log {
		return logScale(low, high, ticks)
	}
	return linearScale(low, high, ticks, loose)
}

// A style tells a series from the others.
type style struct {
	color color.NRGBA
	dash  []float64
}

func (c Lines) styles() []style {
	var all []style
	at := 0
	for i, s := range c.Series {
		if s.Again && i > 0 {
			all = append(all, style{all[i-1].color, dashes[1]})
			continue
		}
		all = append(all, style{palette[at%len(palette)], dashes[at/len(palette)%len(dashes)]})
		at++
	}
	return all
}

// curve draws a line, or dots. A line through one point is a dot too.
func (p *Picture) curve(points []point, s style, dots bool) {
	if !dots && len(points) > 1 {
		p.items = append(p.items, path{points, 1.75, s.dash, s.color})
		return
	}
	for _, q := range points {
		p.items = append(p.items, path{[]point{q}, 6, nil, s.color})
	}
}

// band draws the interval of a series.
func (p *Picture) band(s Series, color color.NRGBA, place func(x, y float64) point) {
	if s.Low == nil {
		return
	}
	var edge []point
	for j, x := range s.X {
		edge = append(edge, place(x, s.Low[j]))
	}
	for j := len(s.X) - 1; j >= 0; j-- {
		edge = append(edge, place(s.X[j], s.High[j]))
	}
	color.A = 0x33
	p.items = append(p.items, area{edge, color})
}

// check reports what of a series cannot be drawn.
func (c Lines) check(s Series) error {
	n := len(s.X)
	if len(s.Y) != n || len(s.Low) != len(s.High) || s.Low != nil && len(s.Low) != n {
		return fmt.Errorf("%d x, %d y, a band of %d to %d", n, len(s.Y), len(s.Low), len(s.High))
	}
	for _, v := range []struct {
		what   string
		log    bool
		values []float64
	}{{"x", c.X.Log, s.X}, {"y", c.Y.Log, s.Y}, {"the band", c.Y.Log, s.Low}, {"the band", c.Y.Log, s.High}} {
		if err := finite(v.what, v.values); err != nil {
			return err
		}
		for i, number := range v.values {
			if v.log && number <= 0 {
				return fmt.Errorf("%s: number %d is %v, which a logarithmic axis does not have", v.what, i+1, number)
			}
		}
	}
	return nil
}
