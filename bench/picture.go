package main

import (
	"errors"
	"os"
	"path/filepath"

	"example.com/softmax/internal/chart"
)

// draw draws the distance to the optimum against time, and reports whether
// there was anything to draw.
func draw(r *problemResult, data string) (drawn bool, err error) {
	const floor, soonest = 1e-7, 1e-5 // below them nothing is of interest
	lines := chart.Lines{
		Title: r.title() + ": distance to the optimum against time",
		X:     chart.Axis{Label: "seconds of fitting", Log: true},
		Y:     chart.Axis{Label: "objective / optimum - 1", Log: true},
	}
	for _, w := range r.rows() {
		if w.peer.other != "" || w.last.end() == nil || w.peer.name == certain3 || w.peer.name == certain4 {
			continue
		}
		s := chart.Series{Name: w.peer.name}
		for _, p := range w.last.Points {
			gap := max(p.Objective/r.Optimum-1, floor)
			if gap > 3 { // a start far off would press all else together
				continue
			}
			s.X, s.Y = append(s.X, max(p.Seconds, soonest)), append(s.Y, gap)
			if gap == floor {
				break
			}
		}
		if len(s.X) > 0 {
			lines.Series = append(lines.Series, s)
		}
	}
	if len(lines.Series) == 0 {
		return false, nil
	}
	picture, err := lines.Draw()
	if err != nil {
		return false, err
	}
	f, err := os.Create(filepath.Join(data, r.picture()+".svg"))
	if err != nil {
		return false, err
	}
	return true, errors.Join(picture.Encode(f, "svg"), f.Close())
}

// picture is the name of its file.
func (r *problemResult) picture() string {
	if r.Chosen {
		return r.Name + "-chosen"
	}
	return r.Name
}
