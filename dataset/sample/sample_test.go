package sample

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"example.com/softmax/dataset"
	"example.com/softmax/dataset/source"
)

func TestFashion(t *testing.T) {
	for _, test := range []struct {
		read   func() (*dataset.Dataset, error)
		ofEach int
		first  []int32
	}{
		// The first labels of the original files; none of the ten classes is
		// full so early.
		{FashionTrain, 600, []int32{9, 0, 0, 3, 0, 2, 7, 2, 5, 5}},
		{FashionTest, 100, []int32{9, 2, 1, 1, 6, 1, 4, 6, 5, 7}},
	} {
		d, err := test.read()
		if err != nil {
			t.Fatal(err)
		}
		count := make([]int, 10)
		for _, k := range d.Label.Codes {
			count[k]++
		}
		if !slices.Equal(count, slices.Repeat([]int{test.ofEach}, 10)) || d.Rows() != 10*test.ofEach {
			t.Errorf("%s: %d rows, %v of the classes, want %d of each", d.Source, d.Rows(), count, test.ofEach)
		}
		if !slices.Equal(d.Label.Classes, []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}) {
			t.Errorf("%s: classes %q", d.Source, d.Label.Classes)
		}
		if got := d.Label.Codes[:10]; !slices.Equal(got, test.first) {
			t.Errorf("%s: labels %v, want %v", d.Source, got, test.first)
		}
		if c := d.Columns[0]; c.Kind != dataset.Pixels || c.Width != 784 || c.Height != 28 {
			t.Errorf("%s: %v of width %d, height %d", d.Source, c.Kind, c.Width, c.Height)
		}
	}
}

func TestPenguins(t *testing.T) {
	d, err := Penguins()
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"Adelie", "Chinstrap", "Gentoo"}; d.Rows() != 344 || !slices.Equal(d.Label.Classes, want) || len(d.Notes) > 0 {
		t.Errorf("%d rows of classes %q, notes %q", d.Rows(), d.Label.Classes, d.Notes)
	}
	var columns []string
	missing := 0
	for _, c := range d.Columns {
		columns = append(columns, c.Name+" "+c.Kind.String())
		for i := range d.Rows() {
			if c.Missing(i) {
				missing++
			}
		}
	}
	if want := []string{"island categorical", "bill_length_mm numeric", "bill_depth_mm numeric", "flipper_length_mm numeric",
		"body_mass_g numeric", "sex categorical", "year numeric"}; !slices.Equal(columns, want) {
		t.Errorf("columns %q, want %q", columns, want)
	}
	if missing != 19 {
		t.Errorf("%d values are missing, want 19", missing)
	}
}

// The files are what make.go makes. Their contents are compared, not the files:
// another version of gzip may pack them otherwise.
func TestFilesAreCurrent(t *testing.T) {
	if os.Getenv("SOFTMAX_DATA") == "" {
		t.Skip("SOFTMAX_DATA is not set to the folder of data sets")
	}
	dir := t.TempDir()
	if out, err := exec.Command("go", "run", "make.go", "-o", dir).CombinedOutput(); err != nil {
		t.Fatalf("go run make.go: %v\n%s", err, out)
	}
	entries, err := files.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		have, err := open(e.Name())
		if err != nil {
			t.Fatal(err)
		}
		made, err := source.Open(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		defer made.Close()
		got, gotErr := io.ReadAll(have)
		want, wantErr := io.ReadAll(made)
		if gotErr != nil || wantErr != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is not what go generate makes (%v, %v)", e.Name(), gotErr, wantErr)
		}
	}
}
