package softmax

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"example.com/softmax/dataset"
)

// TestDataErrors: what Fit cannot use is refused, with its place.
func TestDataErrors(t *testing.T) {
	good := func() *dataset.Dataset { return recipe{n: 10, d: 2, k: 2}.problem(newRand(13)).dataset(t, columns) }
	for _, c := range []struct {
		name   string
		change func(ds *dataset.Dataset)
		want   error
		row    int
		column string
	}{
		{"no label", func(ds *dataset.Dataset) { ds.Label = nil }, dataset.ErrNoLabel, 0, ""},
		{"no columns", func(ds *dataset.Dataset) { ds.Columns = nil }, dataset.ErrNoColumns, 0, ""},
		{"infinity", func(ds *dataset.Dataset) { ds.Columns[1].Float64s[3] = math.Inf(-1) }, dataset.ErrInfinite, 4, "x01"},
		{"all labels missing", func(ds *dataset.Dataset) {
			for i := range ds.Label.Codes {
				ds.Label.Codes[i] = -1
			}
		}, dataset.ErrNoRows, 0, ""},
		{"one class", func(ds *dataset.Dataset) { clear(ds.Label.Codes) }, ErrOneClass, 0, ""},
		{"weights that leave one class", func(ds *dataset.Dataset) {
			for _, c := range ds.Label.Codes {
				ds.Weights = append(ds.Weights, float64(c))
			}
		}, ErrOneClass, 0, ""},
		{"a negative weight", func(ds *dataset.Dataset) { ds.Weights = []float64{1, 1, 1, 1, 1, -1, 1, 1, 1, 1} }, dataset.ErrWeight, 6, ""},
		{"no weight", func(ds *dataset.Dataset) { ds.Weights = make([]float64, 10) }, dataset.ErrWeight, 0, ""},
		{"too few weights", func(ds *dataset.Dataset) { ds.Weights = []float64{1} }, dataset.ErrWeight, 0, ""},
		{"a class code too large", func(ds *dataset.Dataset) { ds.Label.Codes[2] = 2 }, dataset.ErrColumn, 3, "class"},
		{"columns of two lengths", func(ds *dataset.Dataset) { ds.Columns[1].Float64s = ds.Columns[1].Float64s[1:] }, dataset.ErrColumn, 0, "x01"},
		{"two columns of one name", func(ds *dataset.Dataset) { ds.Columns[1].Name = "x00" }, dataset.ErrColumn, 0, "x00"},
		{"a name in Latin-1", func(ds *dataset.Dataset) { ds.Columns[1].Name = "gr\xf6\xdfe" }, dataset.ErrColumn, 0, "gr\xf6\xdfe"},
		{"a class in Latin-1", func(ds *dataset.Dataset) { ds.Label.Classes[1] = "gr\xfcn" }, dataset.ErrColumn, 0, "class"},
	} {
		ds := good()
		c.change(ds)
		m, r, err := Fit(context.Background(), ds, Config{C: 1})
		if !errors.Is(err, c.want) || m != nil || r != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		var place *dataset.Error
		if errors.As(err, &place) != (c.want != ErrOneClass) || place != nil && (place.Row != c.row || place.Column != c.column || place.File != "random") {
			t.Errorf("%s: error %+v, want row %d, column %q", c.name, err, c.row, c.column)
		}
	}
}

// TestVectorErrors: a feature vector that does not fit, and what is in it.
func TestVectorErrors(t *testing.T) {
	m, _ := mustFit(t, mixed(t, 100), Config{C: 1})
	x := func(at int, v float64) []float64 {
		x := make([]float64, len(m.Features()))
		x[at] = v
		return x
	}
	for _, c := range []struct {
		x    []float64
		want error
		says string
	}{
		{nil, ErrInput, "0 values for 10 features"},
		{make([]float64, 11), ErrInput, "11 values"},
		{x(1, math.NaN()), ErrMissing, `"label"`},
		{x(3, math.Inf(1)), dataset.ErrInfinite, `"right"`},
		{x(2, 1e308), ErrInput, "overflow"},
		{x(0, -1e300), nil, ""},
	} {
		p, err := m.Probabilities(c.x)
		if !errors.Is(err, c.want) || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%v: %v, want one that says %q", c.x, err, c.says)
		}
		if err != nil && len(c.x) == 10 && !math.IsNaN(p[0]) {
			t.Errorf("%v: probabilities %v beside an error", c.x, p)
		}
		if _, perr := m.Predict(c.x); (perr == nil) != (err == nil) {
			t.Errorf("%v: Predict: %v", c.x, perr)
		}
	}
	if err := m.LogitsInto(make([]float64, 2), make([]float64, 10)); !errors.Is(err, ErrInput) || !strings.Contains(err.Error(), "2 outputs for 3 classes") {
		t.Errorf("too little room: %v", err)
	}
	row := func(name string, v any) Row {
		r := Row{"colour": "red", "size": 1.5, "label": 1, "taste": "sour", "block": []float64{1, 2}}
		r[name] = v
		return r
	}
	for _, r := range []Row{
		nil, {"size": 1}, row("colour", 3), row("size", "big"), row("size", []float64{1, 2}), row("size", complex(3, 0)), row("size", true),
		row("block", 1.0), row("block", []float64{1}), row("block", []string{"a", "b"}),
	} {
		if _, err := m.Encode(r); !errors.Is(err, ErrInput) {
			t.Errorf("%v: %v", r, err)
		}
	}
}

// TestRowNumbers: numbers of every type are the same number.
func TestRowNumbers(t *testing.T) {
	m, _ := mustFit(t, mixed(t, 100), Config{C: 1})
	encode := func(size, block any) []float64 {
		t.Helper()
		x, err := m.Encode(Row{"colour": "red", "size": size, "label": 1, "taste": "sour", "block": block})
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	type age int16
	want := encode(3.0, []float64{1, 2})
	for _, size := range []any{3, int8(3), int16(3), int32(3), int64(3), uint(3), uint8(3), uint16(3), uint32(3), uint64(3), float32(3), age(3)} {
		if got := encode(size, []int64{1, 2}); !slices.Equal(got, want) {
			t.Errorf("%T: %v, want %v", size, got, want)
		}
	}
	for _, block := range []any{[]float32{1, 2}, []int{1, 2}, []uint8{1, 2}, []uint16{1, 2}, [2]int32{1, 2}} {
		if got := encode(3, block); !slices.Equal(got, want) {
			t.Errorf("%T: %v, want %v", block, got, want)
		}
	}
}

// TestRowErrors says what is wrong with a row.
func TestRowErrors(t *testing.T) {
	m, _ := mustFit(t, mixed(t, 100), Config{C: 1})
	row := Row{"colour": 3, "size": 1.5, "label": 1, "taste": "sour", "block": []float64{1, 2}}
	says := func(want string) {
		t.Helper()
		if _, err := m.Encode(row); !errors.Is(err, ErrInput) || !strings.HasSuffix(err.Error(), ": "+want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	says(`"colour" is 3 (int) where the model needs a category as a string`)
	row["colour"], row["block"] = "red", make([]float64, 1000)
	says(`"block" is 1000 values ([]float64) where the model needs 2 numbers`)
	row["block"], row["size"] = []int{1, 2}, "big"
	says(`"size" is "big" (string) where the model needs a number`)
	delete(row, "size")
	delete(row, "taste")
	says(`it lacks "size", "taste", which the model needs`)
	row["Size"], row["flavour"] = 1, "sour"
	says(`it lacks "size", "taste", which the model needs; it has "Size", "flavour", which the model does not know`)
}

// TestBindErrors names what is missing or of the wrong kind.
func TestBindErrors(t *testing.T) {
	m, _ := mustFit(t, mixed(t, 100), Config{C: 1})
	for name, c := range map[string]struct {
		change func(ds *dataset.Dataset)
		says   string
	}{
		"two missing": {func(ds *dataset.Dataset) { ds.Columns = ds.Columns[2:] }, `"size", "colour"`},
		"another kind": {func(ds *dataset.Dataset) {
			ds.Columns[0] = dataset.Column{Name: "colour", Width: 1, Bytes: make([]uint8, 5)}
		}, "numeric here and was categorical"},
		"the other kind": {func(ds *dataset.Dataset) { c := ds.Columns[0]; c.Name = "size"; ds.Columns[1] = c }, "categorical here and was numeric"},
		"another width": {func(ds *dataset.Dataset) {
			ds.Columns[4] = dataset.Column{Name: "block", Width: 1, Bytes: make([]uint8, 5)}
		}, "1 numbers a row where training had 2"},
		"not even valid":  {func(ds *dataset.Dataset) { ds.Columns[1].Float64s[0] = math.Inf(1) }, "infinite"},
		"nothing at all ": {func(ds *dataset.Dataset) { ds.Columns = nil }, "needs"},
	} {
		ds := mixed(t, 5)
		c.change(ds)
		_, err := m.Bind(ds)
		var place *dataset.Error
		if !errors.As(err, &place) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want one that says %q", name, err, c.says)
		}
	}
	block, _ := mustFit(t, recipe{n: 20, d: 3, k: 2}.problem(newRand(15)).dataset(t, block64), Config{C: 1})
	other, err := dataset.FromRows([][]float64{{1, 2, 3}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := block.Bind(other); err != nil {
		t.Errorf("a block of another name: %v", err)
	}
}
