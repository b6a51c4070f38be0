package chart

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Features draws, for each class, the top features of the greatest
// coefficients by magnitude as bars to both sides of zero, on one symmetric
// scale for all classes. W holds the coefficients, features x classes
// row-major. Coefficients of 0 are left out.
func Features(title string, classes, features []string, W []float64, top int) (*Picture, error) {
	K := len(classes)
	if K == 0 || len(features) == 0 || len(W) != K*len(features) || top < 1 {
		return nil, fmt.Errorf("strongest features: %d coefficients, %d wanted, of %d features and %d classes", len(W), top, len(features), K)
	}
	if err := finite("strongest features", W); err != nil {
		return nil, err
	}
	top = min(top, len(features))
	var limit float64
	for _, w := range W {
		limit = max(limit, math.Abs(w))
	}

	const gap, rowGap, nameSpace, line, nameWidth, barWidth, numberWidth = 32, 24, 24, 16, 120, 160, 40
	const panelWidth = nameWidth + 8 + barWidth + 8 + numberWidth
	panelHeight := nameSpace + float64(line*top)
	columns, rows := gridShape(K, panelWidth+gap, panelHeight+rowGap)
	p, at, err := newPicture(title, float64(columns)*(panelWidth+gap)-gap, float64(rows)*(panelHeight+rowGap)-rowGap)
	if err != nil {
		return nil, err
	}
	for k, name := range classes {
		x := at.x + float64(k%columns)*(panelWidth+gap)
		y := at.y + float64(k/columns)*(panelHeight+rowGap)
		zero := x + nameWidth + 8 + barWidth/2
		p.text(x, y+labelSize, start, labelSize, ink, fit(name, panelWidth, labelSize))
		strongest := strongestOf(W, k, K, top)
		for i, j := range strongest {
			w, base := W[j*K+k], y+nameSpace+float64(line*i)
			length, color := barWidth/2*math.Abs(w)/limit, positive[3]
			left := zero
			if w < 0 {
				left, color = zero-length, negative[3]
			}
			p.text(x+nameWidth, base+12, end, numberSize, quiet, fit(features[j], nameWidth, numberSize))
			p.rect(left, base+3, length, line-6, color)
			p.text(x+panelWidth, base+12, end, numberSize, quiet, significant(w))
		}
		p.rect(zero-0.5, y+nameSpace, 1, float64(line*max(1, len(strongest))), quiet)
	}
	return p, nil
}

// strongestOf returns the rows of the top greatest coefficients of class k
// that are not 0, the greatest first.
func strongestOf(W []float64, k, K, top int) []int {
	var rows []int
	for j := range len(W) / K {
		if W[j*K+k] != 0 {
			rows = append(rows, j)
		}
	}
	slices.SortStableFunc(rows, func(a, b int) int {
		return cmp.Compare(math.Abs(W[b*K+k]), math.Abs(W[a*K+k]))
	})
	return rows[:min(top, len(rows))]
}
