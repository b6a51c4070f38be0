package csv

import (
	"os"
	"path/filepath"
	"testing"

	"example.com/softmax/dataset"
	"example.com/softmax/dataset/source"
)

// The published sizes of known sets.
func TestKnownSets(t *testing.T) {
	dir := os.Getenv("SOFTMAX_DATA")
	if dir == "" {
		t.Skip("SOFTMAX_DATA is not set to the folder of data sets")
	}
	for _, test := range []struct {
		name                        string
		rows                        int
		numeric, bytes, categorical int // columns
		classes                     int
		missing, notes              int
	}{
		{"letter/train", 16000, 16, 16, 0, 26, 0, 0},
		{"letter/test", 4000, 16, 16, 0, 26, 0, 0},
		{"shuttle/train", 43500, 9, 2, 0, 7, 0, 0},
		{"shuttle/test", 14500, 9, 2, 0, 7, 0, 0},
		{"iris/iris", 150, 4, 0, 0, 3, 0, 0},
		{"digits8x8/digits8x8", 1797, 64, 64, 0, 10, 0, 0},
		{"adult/train", 32561, 6, 3, 8, 2, 4262, 0},
		{"adult/test", 16281, 6, 3, 8, 2, 2203, 0},
		{"penguins/penguins", 344, 5, 0, 2, 3, 19, 0},
		{"mushroom/mushroom", 8124, 0, 0, 22, 2, 2480, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, err := source.Open(filepath.Join(dir, test.name+".csv.gz"))
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			d, err := Read(s, Options{Name: s.Name()})
			if err != nil {
				t.Fatal(err)
			}
			got := test
			got.rows, got.classes, got.notes = d.Rows(), len(d.Label.Classes), len(d.Notes)
			got.numeric, got.bytes, got.categorical, got.missing = 0, 0, 0, 0
			for _, c := range d.Columns {
				if c.Kind == dataset.Numeric {
					got.numeric++
				} else {
					got.categorical++
				}
				if c.Bytes != nil {
					got.bytes++
				}
				for i := range d.Rows() {
					if c.Missing(i) {
						got.missing++
					}
				}
			}
			if got != test {
				t.Errorf("%+v, want %+v; notes %q", got, test, d.Notes)
			}
		})
	}
}
