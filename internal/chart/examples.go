package chart

import (
	"errors"
	"fmt"
	"image"
)

// An Example is a grey image with its true and its predicted class.
type Example struct {
	// Pixels are height x width grey values, 0 black, row by row from the top
	// left.
	Pixels           []uint8
	Truth, Predicted string
}

// Examples draws images in a grid with two lines under each: the true class,
// and the predicted one, which is coloured and begins with the sign ≠ if it is
// another.
func Examples(title string, examples []Example, height, width int) (*Picture, error) {
	if len(examples) == 0 {
		return nil, errors.New("there is no example to draw")
	}
	const gap, captionSpace = 12, 40
	size := tileSize(image.Point{width, height}, 84)
	p, cell, err := grid(title, len(examples), point{size.x, size.y + captionSpace}, point{gap, gap}, 0, 0)
	if err != nil {
		return nil, err
	}
	for i, e := range examples {
		if height < 1 || width < 1 || len(e.Pixels) != height*width {
			return nil, fmt.Errorf("example %d: %d pixels are not %d x %d", i+1, len(e.Pixels), height, width)
		}
		at := cell(i)
		grey := image.NewRGBA(image.Rect(0, 0, width, height))
		for j, v := range e.Pixels {
			copy(grey.Pix[4*j:], []uint8{v, v, v, 0xff})
		}
		p.tile(at.x, at.y, size, grey)
		predicted, color := e.Predicted, quiet
		if e.Predicted != e.Truth {
			predicted, color = "≠ "+e.Predicted, accent
		}
		p.text(at.x, at.y+size.y+16, start, numberSize, ink, fit(e.Truth, size.x, numberSize))
		p.text(at.x, at.y+size.y+31, start, numberSize, color, fit(predicted, size.x, numberSize))
	}
	return p, nil
}
