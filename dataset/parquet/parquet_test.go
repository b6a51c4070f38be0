//go:build parquet

package parquet

import (
	"bytes"
	"errors"
	"io"
	"math"
	"slices"
	"strings"
	"testing"

	"example.com/softmax/dataset"
	"example.com/softmax/dataset/datasettest"
	"example.com/softmax/dataset/record"
	"github.com/parquet-go/parquet-go"
)

func read(r io.Reader) (*dataset.Dataset, error) { return Read(r, record.Options{Weight: "weight"}) }

func example(t testing.TB) *dataset.Dataset {
	nan := math.NaN()
	d, err := dataset.New("", []dataset.Column{
		{Name: "z", Width: 1, Bytes: []uint8{1, 255, 0}},
		{Name: "x", Width: 1, Float64s: []float64{2.5, nan, -0.01}},
		{Name: "c", Kind: dataset.Categorical, Width: 1, Codes: []int32{1, -1, 0}, Levels: []string{"blüe\n", "red"}},
	}, dataset.NewLabel("label", []string{"a", "7", ""}), []float64{1, 2, 0.5})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func encoded(t testing.TB, d *dataset.Dataset) []byte {
	var b bytes.Buffer
	if err := Write(&b, d); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestConformance is the round trip, too.
func TestConformance(t *testing.T) {
	d := example(t)
	datasettest.Test(t, datasettest.Format{Read: read, Valid: encoded(t, d), Want: d})
}

func FuzzParquet(f *testing.F) {
	f.Add(encoded(f, example(f)))
	f.Fuzz(func(t *testing.T, data []byte) { datasettest.Check(t, read, data) })
}

// file is a file of the rows of a struct.
func file[T any](t *testing.T, rows ...T) io.Reader {
	var b bytes.Buffer
	w := parquet.NewGenericWriter[T](&b)
	if _, err := w.Write(rows); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return &b
}

func TestTypes(t *testing.T) {
	type row struct {
		A bool
		B int32
		C int64
		D uint64
		E float32
		F float64
		G string
		H int64 `parquet:",decimal(2:18)"`
		I *int64
		Y int64
	}
	seven := int64(7)
	d, err := Read(file(t,
		row{true, -1, -2, 1 << 63, 0.5, 0.1, "u", 1234, &seven, 1<<53 + 1},
		row{false, 300, 2, 3, 0.25, 0.2, "v", -5, nil, 1}), record.Options{Label: "Y"})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string][]float64{
		"B": {-1, 300}, "C": {-2, 2}, "D": {1 << 63, 3}, "E": {0.5, 0.25}, "F": {0.1, 0.2}, "H": {12.34, -0.05}, "I": {7, math.NaN()},
	} {
		c := d.Column(name)
		for i, v := range want {
			if got := c.Number(i, 0); got != v && !(got != got && v != v) {
				t.Errorf("%s: %v, want %v", name, got, v)
			}
		}
	}
	if !slices.Equal(d.Column("A").Levels, []string{"false", "true"}) || !slices.Equal(d.Column("G").Levels, []string{"u", "v"}) {
		t.Errorf("%+v", d.Columns)
	}
	if !slices.Equal(d.Label.Classes, []string{"1", "9007199254740993"}) {
		t.Errorf("classes %q", d.Label.Classes)
	}
}

func TestNested(t *testing.T) {
	type row struct {
		A float64
		B struct{ C, D int64 }
		E []int64
		Y string
	}
	text := func() io.Reader { return file(t, row{A: 1, E: []int64{1, 2}, Y: "u"}, row{A: 2, Y: "v"}) }
	for _, test := range []struct {
		drop []string
		want string
	}{
		{nil, `x, column "B": bad format: a nested column; leave it out with --drop B`},
		{[]string{"B"}, `x, column "E": bad format: a repeated column; leave it out with --drop E`},
	} {
		if _, err := Read(text(), record.Options{Name: "x", Drop: test.drop}); !errors.Is(err, dataset.ErrFormat) || err.Error() != test.want {
			t.Errorf("error %v, want %s", err, test.want)
		}
	}
	d, err := Read(text(), record.Options{Inputs: map[string]dataset.Kind{"A": dataset.Numeric}, Label: "Y"})
	if err != nil || d.Rows() != 2 || len(d.Columns) != 1 || d.Columns[0].Number(1, 0) != 2 {
		t.Errorf("%+v, %v", d, err)
	}
}

func TestBlocks(t *testing.T) {
	d := example(t)
	r, err := NewReader(bytes.NewReader(encoded(t, d)), record.Options{Weight: "weight"})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []int{2, 1} {
		if got, err := r.Read(2); err != nil || got.Rows() != want {
			t.Fatalf("%+v, %v", got, err)
		}
	}
	if _, err := r.Read(2); err != io.EOF {
		t.Errorf("error %v", err)
	}
}

func TestWriteErrors(t *testing.T) {
	d, err := dataset.New("", []dataset.Column{{Name: "s", Width: 9, Sparse: &dataset.Sparse{Starts: []int{0, 0}}}}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := Write(io.Discard, d); !errors.Is(err, dataset.ErrColumn) || !strings.HasPrefix(err.Error(), `column "s": bad column: Parquet files do not hold a sparse`) {
		t.Errorf("error %v", err)
	}
}
