package idx

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// The published sizes, and class counts, of known sets.
func TestKnownSets(t *testing.T) {
	dir := os.Getenv("SOFTMAX_DATA")
	if dir == "" {
		t.Skip("SOFTMAX_DATA is not set to the folder of data sets")
	}
	for _, test := range []struct {
		name   string
		split  Split
		counts []int
	}{
		{"fashion-mnist", Train, slices.Repeat([]int{6000}, 10)},
		{"fashion-mnist", Test, slices.Repeat([]int{1000}, 10)},
		{"mnist", Train, []int{5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949}},
		{"mnist", Test, []int{980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009}},
	} {
		d, err := ReadDir(filepath.Join(dir, test.name), test.split)
		if err != nil {
			t.Fatal(err)
		}
		counts := make([]int, len(d.Label.Classes))
		for _, k := range d.Label.Codes {
			counts[k]++
		}
		if !slices.Equal(counts, test.counts) {
			t.Errorf("%s %s: %v of the classes, want %v", test.name, test.split, counts, test.counts)
		}
		if c := d.Columns[0]; c.Width != 784 || c.Height != 28 {
			t.Errorf("%s %s: width %d, height %d", test.name, test.split, c.Width, c.Height)
		}
	}
}
