package chart

import (
	"image"
	"image/draw"
	"image/png"
	"io"
	"math"

	xdraw "golang.org/x/image/draw"
	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
)

// pngScale is the number of PNG pixels to the unit.
const pngScale = 2

func (p *Picture) encodePNG(w io.Writer) error {
	dst := image.NewRGBA(image.Rect(0, 0, int(p.width*pngScale), int(p.height*pngScale)))
	draw.Draw(dst, dst.Rect, image.NewUniform(paper), image.Point{}, draw.Src)
	faces := make(map[float64]font.Face)
	for _, item := range p.items {
		switch item := item.(type) {
		case area:
			fill(dst, item)
		case path:
			stroke(dst, item)
		case pixels:
			_, box := device([]point{{item.x, item.y}, {item.x + item.width, item.y + item.height}}, 0)
			xdraw.NearestNeighbor.Scale(dst, box, item.image, item.image.Rect, xdraw.Src, nil)
		case text:
			if err := checkGlyphs(item.s); err != nil {
				return err
			}
			face := faces[item.size]
			if face == nil {
				var err error
				face, err = opentype.NewFace(goFont(), &opentype.FaceOptions{Size: item.size * pngScale, DPI: 72})
				if err != nil {
					return err
				}
				faces[item.size] = face
			}
			write(dst, face, item)
		}
	}
	return png.Encode(w, dst)
}

// device returns points in pixels and the pixels within reach of them.
func device(points []point, reach float64) ([]point, image.Rectangle) {
	scaled := make([]point, len(points))
	low, high := point{math.Inf(1), math.Inf(1)}, point{math.Inf(-1), math.Inf(-1)}
	for i, q := range points {
		q = point{q.x * pngScale, q.y * pngScale}
		low, high = point{min(low.x, q.x), min(low.y, q.y)}, point{max(high.x, q.x), max(high.y, q.y)}
		scaled[i] = q
	}
	return scaled, image.Rect(
		int(math.Floor(low.x-reach)), int(math.Floor(low.y-reach)),
		int(math.Ceil(high.x+reach)), int(math.Ceil(high.y+reach)))
}

func fill(dst draw.Image, a area) {
	points, box := device(a.points, 0)
	r := vector.NewRasterizer(box.Dx(), box.Dy())
	for i, q := range points {
		x, y := float32(q.x-float64(box.Min.X)), float32(q.y-float64(box.Min.Y))
		if i == 0 {
			r.MoveTo(x, y)
		} else {
			r.LineTo(x, y)
		}
	}
	r.ClosePath()
	r.Draw(dst, box, image.NewUniform(a.color), image.Point{})
}

// stroke covers each pixel by its distance from the nearest point of the path:
// joins and ends come out round, and a path that crosses itself is not darker
// there.
func stroke(dst draw.Image, p path) {
	radius := p.width / 2 * pngScale
	_, box := device(p.points, radius+1)
	mask := image.NewAlpha(box)
	for _, piece := range dashed(p.points, p.dash) {
		q, _ := device(piece, 0)
		for i := range q {
			cover(mask, q[max(i-1, 0)], q[i], radius)
		}
	}
	draw.DrawMask(dst, box, image.NewUniform(p.color), image.Point{}, mask, box.Min, draw.Over)
}

// cover adds to mask what lies within radius of the line from a to b. It
// walks along the line's longer axis, so that the cost is of the line's length.
func cover(mask *image.Alpha, a, b point, radius float64) {
	steep := math.Abs(b.y-a.y) > math.Abs(b.x-a.x)
	if steep {
		a, b = point{a.y, a.x}, point{b.y, b.x}
	}
	if a.x > b.x {
		a, b = b, a
	}
	dx, dy := b.x-a.x, b.y-a.y
	length2 := dx*dx + dy*dy
	reach := radius + 0.5
	for u := math.Floor(a.x - reach); u < b.x+reach; u++ {
		centre := a.y
		if dx > 0 {
			centre += dy * min(max((u+0.5-a.x)/dx, 0), 1)
		}
		for v := math.Floor(centre - math.Sqrt2*reach); v < centre+math.Sqrt2*reach; v++ {
			px, py := u+0.5-a.x, v+0.5-a.y // the pixel's centre from a
			if length2 > 0 {
				t := min(max((px*dx+py*dy)/length2, 0), 1)
				px, py = px-t*dx, py-t*dy
			}
			inside := reach - math.Sqrt(px*px+py*py)
			if inside <= 0 {
				continue
			}
			x, y := int(u), int(v)
			if steep {
				x, y = y, x
			}
			if i := mask.PixOffset(x, y); (image.Point{x, y}).In(mask.Rect) {
				mask.Pix[i] = max(mask.Pix[i], uint8(255*min(inside, 1)+0.5))
			}
		}
	}
}

// dashed cuts a path into the pieces that are drawn.
func dashed(points []point, dash []float64) [][]point {
	if dash == nil || len(points) < 2 {
		return [][]point{points}
	}
	var pieces [][]point
	piece, phase, left := points[:1:1], 0, dash[0]
	for i := 1; i < len(points); i++ {
		from, to := points[i-1], points[i]
		for {
			dx, dy := to.x-from.x, to.y-from.y
			length := math.Hypot(dx, dy)
			if length <= left {
				left -= length
				break
			}
			from = point{from.x + dx*left/length, from.y + dy*left/length}
			if phase%2 == 0 {
				pieces = append(pieces, append(piece, from))
			}
			phase++
			piece, left = []point{from}, dash[phase%len(dash)]
		}
		piece = append(piece, to)
	}
	if phase%2 == 0 {
		pieces = append(pieces, piece)
	}
	return pieces
}

func write(dst draw.Image, face font.Face, t text) {
	d := font.Drawer{Dst: dst, Src: image.NewUniform(t.color), Face: face}
	x := t.x * pngScale
	width := float64(d.MeasureString(t.s)) / 64
	switch t.anchor {
	case middle:
		x -= width / 2
	case end:
		x -= width
	}
	d.Dot = fixed.Point26_6{X: fixed.Int26_6(x * 64), Y: fixed.Int26_6(t.y * pngScale * 64)}
	d.DrawString(t.s)
}
