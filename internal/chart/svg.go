package chart

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"fmt"
	"image/color"
	"image/png"
	"io"
	"math"
	"strconv"
	"strings"
)

// The reader's own typeface, then ones that have Chinese.
const svgFonts = `system-ui, -apple-system, 'Segoe UI', 'Noto Sans', 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif`

var svgEscape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

func (p *Picture) encodeSVG(w io.Writer) error {
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, `<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 %s %[2]s" width="%[1]s" height="%[2]s" font-family="%s" style="font-variant-numeric: tabular-nums">`+"\n",
		svgNumber(p.width), svgNumber(p.height), svgFonts)
	fmt.Fprintf(b, "<title>%s</title>\n<rect width=\"100%%\" height=\"100%%\" fill=\"%s\"/>\n", svgEscape.Replace(p.title), svgColor(paper))
	for _, item := range p.items {
		switch item := item.(type) {
		case area:
			fmt.Fprintf(b, `<path d="%sZ" fill="%s"`, svgPoints(item.points), svgColor(item.color))
			if item.color.A < 0xff {
				fmt.Fprintf(b, ` fill-opacity="%s"`, svgNumber(float64(item.color.A)/0xff))
			}
		case path:
			points := svgPoints(item.points)
			if len(item.points) == 1 {
				points += "h0" // a dot is a line of no length
			}
			fmt.Fprintf(b, `<path d="%s" fill="none" stroke="%s" stroke-width="%s" stroke-linecap="round" stroke-linejoin="round"`,
				points, svgColor(item.color), svgNumber(item.width))
			for i, length := range item.dash {
				b.WriteString([]string{` stroke-dasharray="`, " "}[min(i, 1)] + svgNumber(length))
			}
			if item.dash != nil {
				b.WriteString(`"`)
			}
		case pixels:
			var image bytes.Buffer
			if err := png.Encode(&image, item.image); err != nil {
				return err
			}
			fmt.Fprintf(b, `<image x="%s" y="%s" width="%s" height="%s" preserveAspectRatio="none" style="image-rendering: pixelated" href="data:image/png;base64,%s"`,
				svgNumber(item.x), svgNumber(item.y), svgNumber(item.width), svgNumber(item.height), base64.StdEncoding.EncodeToString(image.Bytes()))
		case text:
			fmt.Fprintf(b, `<text x="%s" y="%s" text-anchor="%s" font-size="%s" fill="%s">%s</text>`+"\n",
				svgNumber(item.x), svgNumber(item.y), item.anchor, svgNumber(item.size), svgColor(item.color), svgEscape.Replace(item.s))
			continue
		}
		b.WriteString("/>\n")
	}
	b.WriteString("</svg>\n")
	return b.Flush()
}

func svgPoints(points []point) string {
	var b strings.Builder
	for i, q := range points {
		b.WriteByte("ML"[min(i, 1)])
		b.WriteString(svgNumber(q.x) + " " + svgNumber(q.y))
	}
	return b.String()
}

// svgNumber rounds to a hundredth of a unit.
func svgNumber(v float64) string {
	return strconv.FormatFloat(math.Round(v*100)/100, 'f', -1, 64)
}

func svgColor(c color.NRGBA) string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }
