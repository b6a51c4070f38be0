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
	top, limit := min(top, len(features)), largest(W)

	const gap, rowGap, nameSpace, line, nameWidth, barWidth, numberWidth = 32, 24, 24, 16, 120, 160, 40
	const panelWidth = nameWidth + 8 + barWidth + 8 + numberWidth
	p, cell, err := grid(title, K, point{panelWidth, nameSpace + float64(line*top)}, point{gap, rowGap}, 0, 0)
	if err != nil {
		return nil, err
	}
	for k, name := range classes {
		at := cell(k)
		x, zero, y := at.x, at.x+nameWidth+8+barWidth/2, at.y+nameSpace
		p.text(x, at.y+labelSize, start, labelSize, ink, fit(name, panelWidth, labelSize))
		strongest := strongestOf(W, k, K, top)
		for i, j := range strongest {
			w, base := W[j*K+k], y+float64(line*i)
			length, color := barWidth/2*math.Abs(w)/limit, positive[3]
			left := zero
			if w < 0 {
				left, color = zero-length, negative[3]
			}
			p.text(x+nameWidth, base+12, end, numberSize, quiet, fit(features[j], nameWidth, numberSize))
			p.rect(left, base+3, length, line-6, color)
			p.text(x+panelWidth, base+12, end, numberSize, quiet, significant(w))
		}
		p.rect(zero-0.5, y, 1, float64(line*max(1, len(strongest))), quiet)
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
