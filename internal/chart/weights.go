package chart

import (
	"fmt"
	"image"
	"math"
)

// WeightGrid draws the weights of each class as an image, one beside the
// other under the classes' names, all on one symmetric scale, which is shown
// below. weights[k] are the height x width weights of class k, row by row from
// the top left.
func WeightGrid(title string, classes []string, weights [][]float64, height, width int) (*Picture, error) {
	if len(classes) == 0 || len(weights) != len(classes) {
		return nil, fmt.Errorf("weight images: %d images for %d classes", len(weights), len(classes))
	}
	var limit float64
	for k, w := range weights {
		if height < 1 || width < 1 || len(w) != height*width {
			return nil, fmt.Errorf("weight image of class %q: %d weights are not %d x %d", classes[k], len(w), height, width)
		}
		if err := finite(fmt.Sprintf("weight image of class %q", classes[k]), w); err != nil {
			return nil, err
		}
		for _, v := range w {
			limit = max(limit, math.Abs(v))
		}
	}
	if limit == 0 {
		limit = 1 // all white
	}

	const gap, nameSpace, barSpace, barWidth = 16, 20, 48, 192
	target := 128.
	if len(classes) > 12 {
		target = 64
	}
	tileWidth, tileHeight := tileSize(height, width, target)
	columns, rows := gridShape(len(classes), tileWidth+gap, tileHeight+nameSpace+gap)
	p, at, err := newPicture(title,
		max(float64(columns)*(tileWidth+gap)-gap, barWidth), float64(rows)*(tileHeight+nameSpace+gap)+barSpace-gap)
	if err != nil {
		return nil, err
	}
	for k, name := range classes {
		x := at.x + float64(k%columns)*(tileWidth+gap)
		y := at.y + float64(k/columns)*(tileHeight+nameSpace+gap)
		p.text(x, y+labelSize, start, labelSize, ink, fit(name, tileWidth, labelSize))
		p.tile(x, y+nameSpace, tileWidth, tileHeight, signed(weights[k], limit, width))
	}

	y := p.height - margin - barSpace + gap + 8
	p.items = append(p.items, pixels{at.x, y, barWidth, 8, signed(ramp(-1, 1, barWidth), 1, barWidth)})
	for i, v := range []float64{-limit, 0, limit} {
		p.text(at.x+barWidth*float64(i)/2, y+8+16, []anchor{start, middle, end}[i], numberSize, quiet, significant(v))
	}
	return p, nil
}

// tileSize is the size at which an image is drawn: about target on its longer
// side, each of its pixels a whole number of PNG pixels.
func tileSize(height, width int, target float64) (w, h float64) {
	repeat := max(1, math.Round(target*pngScale/float64(max(height, width))))
	return float64(width) * repeat / pngScale, float64(height) * repeat / pngScale
}

// tile draws an image in a hairline frame.
func (p *Picture) tile(x, y, width, height float64, img *image.RGBA) {
	p.rect(x-0.5, y-0.5, width+1, height+1, hairline)
	p.items = append(p.items, pixels{x, y, width, height, img})
}

// signed colours numbers within [-limit, limit] as an image of the given width.
func signed(values []float64, limit float64, width int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, width, len(values)/width))
	for i, v := range values {
		img.Set(i%width, i/width, diverging(v/limit))
	}
	return img
}

// ramp is n numbers evenly from a to b.
func ramp(a, b float64, n int) []float64 {
	values := make([]float64, n)
	for i := range values {
		values[i] = a + (b-a)*float64(i)/float64(n-1)
	}
	return values
}
