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
	tileWidth, tileHeight := tileSize(height, width, 84)
	columns, rows := gridShape(len(examples), tileWidth+gap, tileHeight+captionSpace+gap)
	p, at, err := newPicture(title, float64(columns)*(tileWidth+gap)-gap, float64(rows)*(tileHeight+captionSpace+gap)-gap)
	if err != nil {
		return nil, err
	}
	for i, e := range examples {
		if height < 1 || width < 1 || len(e.Pixels) != height*width {
			return nil, fmt.Errorf("example %d: %d pixels are not %d x %d", i+1, len(e.Pixels), height, width)
		}
		x := at.x + float64(i%columns)*(tileWidth+gap)
		y := at.y + float64(i/columns)*(tileHeight+captionSpace+gap)
		grey := image.NewRGBA(image.Rect(0, 0, width, height))
		for j, v := range e.Pixels {
			copy(grey.Pix[4*j:], []uint8{v, v, v, 0xff})
		}
		p.tile(x, y, tileWidth, tileHeight, grey)
		predicted, color := e.Predicted, quiet
		if e.Predicted != e.Truth {
			predicted, color = "≠ "+e.Predicted, accent
		}
		p.text(x, y+tileHeight+16, start, numberSize, ink, fit(e.Truth, tileWidth, numberSize))
		p.text(x, y+tileHeight+31, start, numberSize, color, fit(predicted, tileWidth, numberSize))
	}
	return p, nil
}
