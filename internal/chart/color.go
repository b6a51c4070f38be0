package chart

import "image/color"

var (
	paper    = rgb(0xffffff)
	ink      = rgb(0x222222)
	quiet    = rgb(0x6b6b6b) // second to the ink: 5.3 : 1 on paper
	hairline = rgb(0xdddddd)
	accent   = rgb(0xbd1f01)
)

// palette holds the colours of classes and series: M. A. Petroff, Accessible
// Color Sequences for Data Visualization, 2021 (arXiv:2107.02270), the ten
// colours, told apart with any of the three colour-vision deficiencies.
var palette = []color.NRGBA{
	rgb(0x3f90da), rgb(0xffa90e), rgb(0xbd1f01), rgb(0x94a4a2), rgb(0x832db6),
	rgb(0xa96b59), rgb(0xe76300), rgb(0xb9ac70), rgb(0x717581), rgb(0x92dadd),
}

// dashes tell apart series that share a colour.
var dashes = [][]float64{nil, {7, 5}, {0.1, 4.5}, {9, 5, 0.1, 5}}

// positive and negative lead from zero to the end of the scale in equal steps,
// each of the same lightness in both (OKLab L = 1, 0.90, 0.79, 0.66, 0.52), so
// that neither sign looks stronger.
var (
	positive = []color.NRGBA{paper, rgb(0xc7e1fe), rgb(0x86bfff), rgb(0x4495ea), rgb(0x0d6abb)}
	negative = []color.NRGBA{paper, rgb(0xfcd5bc), rgb(0xf1a774), rgb(0xd67523), rgb(0x9f5102)}
)

// diverging is the colour of t in [-1, 1].
func diverging(t float64) color.NRGBA {
	stops := positive
	if t < 0 {
		stops, t = negative, -t
	}
	at := t * float64(len(stops)-1)
	i := min(int(at), len(stops)-2)
	a, b, f := stops[i], stops[i+1], at-float64(i)
	mix := func(a, b uint8) uint8 { return uint8(float64(a) + f*(float64(b)-float64(a)) + 0.5) }
	return color.NRGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), 0xff}
}

func rgb(hex uint32) color.NRGBA {
	return color.NRGBA{uint8(hex >> 16), uint8(hex >> 8), uint8(hex), 0xff}
}
