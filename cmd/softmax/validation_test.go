package main

import (
	"slices"
	"testing"

	"example.com/softmax/dataset"
)

func TestSplit(t *testing.T) {
	l := &dataset.Label{Name: "y", Classes: []string{"a", "b", "c"}}
	for i := range 100 {
		l.Codes = append(l.Codes, []int32{0, 0, 0, 1, -1}[i%5])
	}
	l.Codes = append(l.Codes, 2) // a class of one row
	kept, held := split(l, 0.25, 1)
	counts := func(rows []int) [4]int {
		var n [4]int
		for _, i := range rows {
			n[l.Codes[i]+1]++
		}
		return n
	}
	if got, want := counts(held), [4]int{0, 15, 5, 0}; got != want {
		t.Errorf("held out of no label, a, b, c: %v, want %v", got, want)
	}
	if got, want := counts(kept), [4]int{20, 45, 15, 1}; got != want {
		t.Errorf("kept of no label, a, b, c: %v, want %v", got, want)
	}
	if !slices.IsSorted(kept) || !slices.IsSorted(held) {
		t.Error("the parts are not in the order of the rows")
	}
	if _, again := split(l, 0.25, 1); !slices.Equal(again, held) {
		t.Error("the same seed gives another split")
	}
	if _, other := split(l, 0.25, 2); slices.Equal(other, held) {
		t.Error("another seed gives the same split")
	}
}
