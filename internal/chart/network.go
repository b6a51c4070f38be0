package chart

import (
	"cmp"
	"fmt"
	"image"
	"math"
	"slices"
	"strings"
)

// Network describes a drawing of a linear model as a network of one layer:
// inputs below, outputs above, every input connected with every output. A
// layer of many is drawn by its first nodes, an ellipsis and its last node.
type Network struct {
	Title           string
	Inputs, Outputs []string // names; those of inputs may be empty
	// InputLayer and OutputLayer are written beside the layers.
	InputLayer, OutputLayer string
	// W holds the weights, inputs x outputs row-major. Where both layers are
	// drawn in full a connection is as wide as its weight is large and has the
	// colour of its sign, and Scale says below what a weight is, with its unit;
	// else all are drawn alike and W may be nil.
	W     []float64
	Scale string
	// Height, if not 0, says that the inputs are an image of so many lines: the
	// weights of each output are drawn above it, as an image.
	Height int
}

// A layer of more nodes than these is abbreviated.
const (
	inputsMost  = 8
	outputsMost = 12
)

const (
	nodeSize      = 40.
	layerDistance = 168.
	widest        = 7.  // a connection's width
	scaleStep     = 72. // from one weight to the next in the explanation
)

// Draw draws the network.
func (n Network) Draw() (*Picture, error) {
	d, K := len(n.Inputs), len(n.Outputs)
	if d == 0 || K == 0 {
		return nil, fmt.Errorf("a network of %d inputs and %d outputs cannot be drawn", d, K)
	}
	inputs, outputs := shown(d, inputsMost), shown(K, outputsMost)
	full := len(inputs) == d && len(outputs) == K
	if full && len(n.W) != d*K {
		return nil, fmt.Errorf("network: %d weights for %d inputs and %d outputs", len(n.W), d, K)
	}
	if err := finite("network", n.W); err != nil {
		return nil, err
	}

	const slotMost, across, between, scaleSpace = 152., 720., 8., 72.
	slot := func(nodes []int) float64 { return min(slotMost, across/float64(len(nodes))) }
	width := max(float64(len(inputs))*slot(inputs), float64(len(outputs))*slot(outputs))
	left := math.Ceil(max(textWidth(n.InputLayer, labelSize), textWidth(n.OutputLayer, labelSize)))
	top := 24. // the names of the outputs
	var tile point
	var images []*image.RGBA
	if n.Height != 0 {
		var err error
		if images, _, err = columnImages(n.W, K, n.Height); err != nil {
			return nil, err
		}
		tile = tileSize(images[0].Rect.Size(), slot(outputs)-2*between)
		top += tile.y + 8
	}
	height := top + nodeSize + layerDistance + 24
	if full {
		width, height = max(width, 5*scaleStep), height+scaleSpace
	}
	p, at, err := newPicture(n.Title, left+width, height)
	if err != nil {
		return nil, err
	}
	// Each layer is centred.
	place := func(nodes []int, i int, y float64) point {
		return point{at.x + left + width/2 + (float64(i)-float64(len(nodes)-1)/2)*slot(nodes), y}
	}
	above, below := at.y+top+nodeSize/2, at.y+top+nodeSize/2+layerDistance
	p.text(at.x, above+4, start, labelSize, quiet, n.OutputLayer)
	p.text(at.x, below+4, start, labelSize, quiet, n.InputLayer)

	limit := largest(n.W)
	var paths []path
	for i, j := range inputs {
		for q, k := range outputs {
			if j < 0 || k < 0 {
				continue
			}
			c := path{[]point{place(inputs, i, below), place(outputs, q, above)}, 1, nil, hairline}
			if full {
				c = connection(c.points[0], c.points[1], n.W[j*K+k], limit)
			}
			paths = append(paths, c)
		}
	}
	slices.SortStableFunc(paths, func(a, b path) int { return cmp.Compare(a.width, b.width) }) // the stronger over the weaker
	for _, c := range paths {
		p.items = append(p.items, c)
	}
	for i, j := range inputs {
		q := place(inputs, i, below)
		p.node(q, "x", j)
		if j >= 0 {
			p.text(q.x, q.y+nodeSize/2+18, middle, labelSize, ink, fit(n.Inputs[j], slot(inputs)-between, labelSize))
		}
	}
	for i, k := range outputs {
		q := place(outputs, i, above)
		p.node(q, "o", k)
		if k < 0 {
			continue
		}
		p.text(q.x, at.y+top-10, middle, labelSize, ink, fit(n.Outputs[k], slot(outputs)-between, labelSize))
		if images != nil {
			p.tile(q.x-tile.x/2, at.y, tile, images[k])
		}
	}
	if full {
		p.widths(point{at.x + left + width/2, at.y + height - 40}, limit)
		p.text(at.x+left+width/2, at.y+height, middle, labelSize, quiet, fit(n.Scale, width, labelSize))
	}
	return p, nil
}

// shown are the nodes of a layer of n that are drawn, -1 for an ellipsis.
func shown(n, most int) []int {
	var nodes []int
	for i := range n {
		nodes = append(nodes, i)
	}
	if n > most {
		nodes = append(nodes[:min(most, 6)-2], -1, n-1)
	}
	return nodes
}

// connection is the line of weight w, at most limit by magnitude. None is thinner
// than what is still seen: every input is connected with every output.
func connection(from, to point, w, limit float64) path {
	color := hairline
	if w > 0 {
		color = positive[3]
	} else if w < 0 {
		color = negative[3]
	}
	return path{[]point{from, to}, max(0.75, widest*math.Abs(w)/limit), nil, color}
}

// widths explains the connections: what five weights from -limit to limit look
// like.
func (p *Picture) widths(centre point, limit float64) {
	const length = 40.
	for i := -2; i <= 2; i++ {
		x, w := centre.x+float64(i)*scaleStep, limit*float64(i)/2
		p.items = append(p.items, connection(point{x - length/2, centre.y}, point{x + length/2, centre.y}, w, limit))
		p.text(x, centre.y+20, middle, numberSize, quiet, significant(w))
	}
}

// node draws a node with its symbol, or an ellipsis if its index is -1.
func (p *Picture) node(at point, symbol string, index int) {
	if index < 0 {
		for i := range 3 {
			p.items = append(p.items, path{[]point{{at.x + 10*float64(i-1), at.y}}, 4, nil, quiet})
		}
		return
	}
	p.items = append(p.items, path{[]point{at}, nodeSize, nil, quiet}, path{[]point{at}, nodeSize - 2.5, nil, paper})
	p.text(at.x, at.y+5, middle, titleSize-2, ink, symbol+subscript.Replace(fmt.Sprint(index+1)))
}

var subscript = strings.NewReplacer("0", "₀", "1", "₁", "2", "₂", "3", "₃", "4", "₄", "5", "₅", "6", "₆", "7", "₇", "8", "₈", "9", "₉")
