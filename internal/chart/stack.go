package chart

import (
	"errors"
	"fmt"
	"slices"
)

// Stack puts pictures below one another. The title of the first is that of the
// whole.
func Stack(parts ...*Picture) (*Picture, error) {
	if len(parts) == 0 {
		return nil, errors.New("there is no picture to stack")
	}
	all := &Picture{title: parts[0].title}
	for _, p := range parts {
		for _, item := range p.items {
			all.items = append(all.items, lowered(item, all.height))
		}
		all.width = max(all.width, p.width)
		all.height += p.height
	}
	if all.width*all.height > maxUnits {
		return nil, fmt.Errorf("a picture of %.0f x %.0f is too large to draw", all.width, all.height)
	}
	return all, nil
}

// lowered is a copy of an item, further down.
func lowered(item any, by float64) any {
	points := func(p []point) []point {
		p = slices.Clone(p)
		for i := range p {
			p[i].y += by
		}
		return p
	}
	switch item := item.(type) {
	case area:
		return area{points(item.points), item.color}
	case path:
		item.points = points(item.points)
		return item
	case pixels:
		item.y += by
		return item
	case text:
		item.y += by
		return item
	}
	return item
}
