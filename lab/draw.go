package lab

import (
	"fmt"
	"io"
	"strings"

	"example.com/softmax/internal/chart"
)

// draw writes a chart of lines.
func draw(w io.Writer, format string, lines chart.Lines) error {
	picture, err := lines.Draw()
	if err != nil {
		return err
	}
	return picture.Encode(w, format)
}

// numbers writes a vector.
func numbers(v []float64, format string) string {
	parts := make([]string, len(v))
	for i, x := range v {
		parts[i] = fmt.Sprintf(format, x)
	}
	return "(" + strings.Join(parts, ", ") + ")"
}
