package chart

import (
	"fmt"
	"image"
	"math"
)

// WeightGrid draws the weights of each class as an image, one beside the
// other under the classes' names, all on one symmetric scale, which is shown
// below. W holds the weights, pixels x classes row-major, the pixels line by
// line from the top left, height lines of them.
func WeightGrid(title string, classes []string, W []float64, height int) (*Picture, error) {
	images, limit, err := columnImages(W, len(classes), height)
	if err != nil {
		return nil, err
	}
	const gap, nameSpace, barSpace, barWidth = 16, 20, 48, 192
	target := 128.
	if len(classes) > 12 {
		target = 64
	}
	size := tileSize(images[0].Rect.Size(), target)
	p, cell, err := grid(title, len(classes), point{size.x, size.y + nameSpace}, point{gap, gap}, barWidth, barSpace)
	if err != nil {
		return nil, err
	}
	for k, name := range classes {
		at := cell(k)
		p.text(at.x, at.y+labelSize, start, labelSize, ink, fit(name, size.x, labelSize))
		p.tile(at.x, at.y+nameSpace, size, images[k])
	}
	bar := image.NewRGBA(image.Rect(0, 0, barWidth, 1))
	for x := range barWidth {
		bar.Set(x, 0, diverging(2*float64(x)/(barWidth-1)-1))
	}
	y := p.height - margin - barSpace + gap + 8
	p.items = append(p.items, pixels{margin, y, barWidth, 8, bar})
	for i, v := range []float64{-limit, 0, limit} {
		p.text(margin+barWidth*float64(i)/2, y+8+16, []anchor{start, middle, end}[i], numberSize, quiet, significant(v))
	}
	return p, nil
}

// columnImages are the columns of W, pixels x K row-major, as images on one
// symmetric scale that ends at limit.
func columnImages(W []float64, K, height int) (images []*image.RGBA, limit float64, err error) {
	if K == 0 || height < 1 || len(W) == 0 || len(W)%(K*height) != 0 {
		return nil, 0, fmt.Errorf("%d weights are not %d images of %d lines", len(W), K, height)
	}
	if err := finite("weights", W); err != nil {
		return nil, 0, err
	}
	limit = largest(W)
	width := len(W) / (K * height)
	for k := range K {
		img := image.NewRGBA(image.Rect(0, 0, width, height))
		for i := range width * height {
			img.Set(i%width, i/width, diverging(W[i*K+k]/limit))
		}
		images = append(images, img)
	}
	return images, limit, nil
}

// largest is the largest magnitude, or 1 if all numbers are 0.
func largest(values []float64) (limit float64) {
	for _, v := range values {
		limit = max(limit, math.Abs(v))
	}
	if limit == 0 {
		return 1
	}
	return limit
}

// tileSize is the size at which an image is drawn: about target on its longer
// side, each of its pixels a whole number of PNG pixels.
func tileSize(size image.Point, target float64) point {
	repeat := max(1, math.Round(target*pngScale/float64(max(size.X, size.Y))))
	return point{float64(size.X) * repeat / pngScale, float64(size.Y) * repeat / pngScale}
}

// tile draws an image in a hairline frame.
func (p *Picture) tile(x, y float64, size point, img *image.RGBA) {
	p.rect(x-0.5, y-0.5, size.x+1, size.y+1, hairline)
	p.items = append(p.items, pixels{x, y, size.x, size.y, img})
}
