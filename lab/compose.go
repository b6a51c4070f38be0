package lab

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"

	"example.com/softmax/dataset"
)

// compose puts images side by side: each half of an image shows, three times in
// four, one of ds shrunk to half its width, and nothing else. So the garments
// do not overlap, they keep their height, and there are as many pixels as before.
func compose(ds *dataset.Dataset, n int, random *rand.Rand) (*dataset.Dataset, error) {
	if len(ds.Columns) != 1 || ds.Columns[0].Kind != dataset.Pixels || ds.Label == nil || slices.Contains(ds.Label.Codes, -1) {
		return nil, errors.New("without targets this experiment needs images with one label each, to put them together")
	}
	c := &ds.Columns[0]
	line := c.Width / c.Height
	half := line / 2
	if half == 0 || ds.Rows() == 0 {
		return nil, fmt.Errorf("%d images %d pixels wide cannot be put together", ds.Rows(), line)
	}
	pixels := make([]uint8, n*c.Width)
	k := len(ds.Label.Classes)
	values := make([]float64, n*k)
	for i := range n {
		for side := range 2 {
			if random.IntN(4) == 0 {
				continue
			}
			from := random.IntN(ds.Rows())
			values[i*k+int(ds.Label.Codes[from])] = 1
			for at := range c.Height * half {
				row, column := at/half, at%half
				source := c.Bytes[from*c.Width+row*line+2*column:]
				pixels[i*c.Width+row*line+side*(line-half)+column] = uint8((int(source[0]) + int(source[1])) / 2)
			}
		}
	}
	composed, err := dataset.New(ds.Source, []dataset.Column{{Name: c.Name, Kind: dataset.Pixels, Width: c.Width, Height: c.Height, Bytes: pixels}}, nil, nil)
	if err != nil {
		return nil, err
	}
	composed.Targets = dataset.NewTargets(ds.Label.Classes, values)
	return composed, nil
}
