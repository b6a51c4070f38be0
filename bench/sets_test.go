package main

import (
	"slices"
	"testing"
)

// TestGenerated holds generated sets to being the same every time, to having
// all classes, and to labels that depend on the features.
func TestGenerated(t *testing.T) {
	t.Setenv("BENCH_WORK", t.TempDir())
	read := generated(2000, 6, 3)
	train, test, err := read("a")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a", "b"} { // as kept, and drawn anew
		again, _, err := read(name)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(train.Columns[0].Float32s, again.Columns[0].Float32s) || !slices.Equal(train.Label.Codes, again.Label.Codes) {
			t.Error("two readings differ")
		}
	}
	if train.Rows() != 2000 || test.Rows() != 200 {
		t.Errorf("%d and %d rows", train.Rows(), test.Rows())
	}
	count := make([]int, 3)
	for _, c := range train.Label.Codes {
		count[c]++
	}
	if slices.Min(count) < 100 {
		t.Errorf("classes occur %v times", count)
	}
}
