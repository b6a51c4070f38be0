package main

import "testing"

// TestFirst looks for the first point within a goal among known and unknown
// ones.
func TestFirst(t *testing.T) {
	var points []point
	for i := range 100 {
		f := 1 / float64(i+1)
		points = append(points, point{Iteration: i, Seconds: float64(i), Objective: &f})
	}
	for _, known := range [][]int{{0, 99}, {0, 10, 50, 99}, {49}, {99}} {
		tr := &trajectory{points: points, known: map[int]float64{}}
		for _, i := range known {
			tr.objective(i)
		}
		if i, seconds := tr.first(1. / 50); i != 49 || seconds != 49 {
			t.Errorf("known %v: point %d at %v s, want 49", known, i, seconds)
		}
		if i, seconds := tr.first(1. / 200); i != -1 || seconds != -1 {
			t.Errorf("known %v: point %d at %v s for what is not reached", known, i, seconds)
		}
	}
}

// TestFirstOfSeries takes the faster of two separate fits that reach the goal.
func TestFirstOfSeries(t *testing.T) {
	f := []float64{3, 1.5, 1}
	points := []point{{Seconds: 1, Objective: &f[0]}, {Seconds: 9, Objective: &f[1]}, {Seconds: 4, Objective: &f[2]}}
	tr := &trajectory{p: &problem{}, points: points, known: map[int]float64{}}
	tr.spread()
	if i, seconds := tr.first(2); i != 1 || seconds != 4 {
		t.Errorf("point %d at %v s, want 1 at 4 s", i, seconds)
	}
}
