package dataset

import (
	"errors"
	"io/fs"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
)

var (
	nan = math.NaN()
	inf = math.Inf(1)
)

// example is a valid dataset of three rows with every kind of column. A test
// that changes it calls Validate.
func example(t *testing.T) *Dataset {
	t.Helper()
	d, err := New("example", []Column{
		{Name: "bytes", Width: 1, Bytes: []uint8{0, 7, 255}},
		{Name: "block", Width: 2, Float32s: []float32{0, 1, 10, 11, 20, float32(nan)}},
		{Name: "named", Width: 2, Float64s: []float64{0, 1, 10, 11, nan, 21}, Components: []string{"re", "im"}},
		{Name: "color", Kind: Categorical, Width: 1, Codes: []int32{1, -1, 0}, Levels: []string{"blue", "red"}},
		{Name: "words", Width: 1000, Sparse: &Sparse{Starts: []int{0, 2, 2, 3}, Index: []int32{3, 999, 0}, Values: []float64{1.5, -2, nan}}},
		{Name: "note", Kind: Text, Width: 1, Texts: []string{"hello world", "", "x"}},
		{Name: "image", Kind: Pixels, Width: 6, Height: 2, Bytes: []byte("abcdefghijklmnopqr")},
	}, NewLabel("class", []string{"10", "9", ""}), []float64{1, 0, 2.5})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestColumn(t *testing.T) {
	d := example(t)
	if d.Rows() != 3 || d.Column("absent") != nil {
		t.Errorf("%d rows, column absent: %v", d.Rows(), d.Column("absent"))
	}
	for _, test := range []struct {
		column  string
		row, j  int
		name    string
		number  float64
		missing bool
	}{
		{"bytes", 2, 0, "bytes", 255, false},
		{"block", 1, 1, "block[1]", 11, false},
		{"block", 2, 0, "block[0]", 20, true},
		{"named", 1, 1, "im", 11, false},
		{"named", 2, 1, "im", 21, true},
		{"words", 0, 999, "words[999]", -2, false},
		{"words", 0, 4, "words[4]", 0, false},
		{"words", 2, 1, "words[1]", 0, true},
		{"image", 1, 5, "image[1,2]", 'l', false},
	} {
		c := d.Column(test.column)
		if name, v, missing := c.ComponentName(test.j), c.Number(test.row, test.j), c.Missing(test.row); name != test.name || v != test.number || missing != test.missing {
			t.Errorf("%s row %d, %d: %q, %v, missing %v; want %q, %v, %v", test.column, test.row, test.j, name, v, missing, test.name, test.number, test.missing)
		}
	}
	if c := d.Column("color"); c.Missing(0) || !c.Missing(1) {
		t.Errorf("color: missing %v, %v; want false, true", c.Missing(0), c.Missing(1))
	}
}

func TestKindString(t *testing.T) {
	for kind, want := range map[Kind]string{Numeric: "numeric", Categorical: "categorical", Pixels: "pixels", Text: "text", 9: "Kind(9)"} {
		if kind.String() != want {
			t.Errorf("%s, want %s", kind, want)
		}
	}
}

func TestValidate(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*Dataset)
		want   string // "" if it is valid
		cause  error
	}{
		{"nothing", func(*Dataset) {}, "", nil},
		{"no label", func(d *Dataset) { d.Label = nil }, "", nil},
		{"no columns", func(d *Dataset) { d.Columns = nil }, "", nil},
		{"name twice", func(d *Dataset) { d.Columns[1].Name = "bytes" }, `column "bytes": bad column: two columns`, ErrColumn},
		{"rows", func(d *Dataset) { d.Columns[1].Float32s = make([]float32, 8) }, `column "block": bad column: 4 rows where the set has 3`, ErrColumn},
		{"part of a row", func(d *Dataset) { d.Columns[1].Float32s = make([]float32, 5) }, `column "block": bad column: its storage`, ErrColumn},
		{"no storage", func(d *Dataset) { d.Columns[0].Bytes = nil }, `column "bytes": bad column: its storage`, ErrColumn},
		{"two storages", func(d *Dataset) { d.Columns[0].Float32s = make([]float32, 3) }, `column "bytes": bad column: its storage`, ErrColumn},
		{"levels and numbers", func(d *Dataset) { d.Columns[3].Bytes = make([]uint8, 1) }, `column "color": bad column: its storage`, ErrColumn},
		{"numbers and levels", func(d *Dataset) { d.Columns[0].Codes = make([]int32, 1) }, `column "bytes": bad column: its storage`, ErrColumn},
		{"width 0", func(d *Dataset) { d.Columns[0].Width = 0 }, `column "bytes": bad column: its storage`, ErrColumn},
		{"too few names", func(d *Dataset) { d.Columns[2].Components = []string{"re"}; d.Columns[2].Float64s[1] = inf }, `column "named": bad column: 1 component names for a width of 2`, ErrColumn},
		{"level out of range", func(d *Dataset) { d.Columns[3].Codes[2] = 2 }, `row 3, column "color": bad column: level code 2 of 2 levels`, ErrColumn},
		{"level below -1", func(d *Dataset) { d.Columns[3].Codes[0] = -2 }, `row 1, column "color"`, ErrColumn},
		{"level twice", func(d *Dataset) { d.Columns[3].Levels[1] = d.Columns[3].Levels[0] }, `column "color": bad column: the level`, ErrColumn},
		{"no such kind", func(d *Dataset) { d.Columns[0].Kind = 9 }, `column "bytes": bad column: there is no Kind(9)`, ErrColumn},
		{"pixels as floats", func(d *Dataset) { d.Columns[1].Kind = Pixels }, `column "block": bad column: 2 pixels`, ErrColumn},
		{"sparse storage", func(d *Dataset) { d.Columns[4].Sparse.Starts[3] = 2 }, `column "words": bad column: its storage`, ErrColumn},
		{"sparse starts", func(d *Dataset) { d.Columns[4].Sparse.Starts[2] = 1 }, `row 2, column "words": bad column: the row starts`, ErrColumn},
		{"sparse rows", func(d *Dataset) { d.Columns[4].Sparse.Starts = d.Columns[4].Sparse.Starts[:3] }, `column "words": bad column: 2 rows where the set has 3`, ErrColumn},
		{"sparse position", func(d *Dataset) { d.Columns[4].Sparse.Index[1] = 1000 }, `row 1, column "words": bad column: position 1000 of 1000`, ErrColumn},
		{"sparse order", func(d *Dataset) { d.Columns[4].Sparse.Index[0] = 999 }, `row 1, column "words": bad column: position 999 does not`, ErrColumn},
		{"sparse infinite", func(d *Dataset) { d.Columns[4].Sparse.Values[1] = inf }, `row 1, column "words[999]": infinite`, ErrInfinite},
		{"sparse and dense", func(d *Dataset) { d.Columns[4].Bytes = make([]uint8, 3000) }, `column "words": bad column: its storage`, ErrColumn},
		{"text and numbers", func(d *Dataset) { d.Columns[5].Bytes = make([]uint8, 3) }, `column "note": bad column: its storage`, ErrColumn},
		{"texts missing", func(d *Dataset) { d.Columns[5].Texts = d.Columns[5].Texts[:2] }, `column "note": bad column: 2 rows where the set has 3`, ErrColumn},
		{"image height", func(d *Dataset) { d.Columns[6].Height = 4 }, `column "image": bad column: 6 pixels do not make an image of height 4`, ErrColumn},
		{"infinite float32", func(d *Dataset) { d.Columns[1].Float32s[3] = float32(inf) }, `row 2, column "block[1]": infinite`, ErrInfinite},
		{"infinite float64", func(d *Dataset) { d.Columns[2].Float64s[0] = -inf }, `row 1, column "re": infinite`, ErrInfinite},
		{"labels", func(d *Dataset) { d.Label.Codes = d.Label.Codes[:2] }, `column "class": bad column: 2 labels for 3 rows`, ErrColumn},
		{"class out of range", func(d *Dataset) { d.Label.Codes[1] = 2 }, `row 2, column "class": bad column: class code 2 of 2 classes`, ErrColumn},
		{"class twice", func(d *Dataset) { d.Label.Classes[1] = d.Label.Classes[0] }, `column "class": bad column: the class`, ErrColumn},
		{"class order", func(d *Dataset) { slices.Reverse(d.Label.Classes) }, `column "class": bad column: the classes are not in the order`, ErrColumn},
		{"weights", func(d *Dataset) { d.Weights = []float64{1} }, "bad weight: 1 weights for 3 rows", ErrWeight},
		{"negative weight", func(d *Dataset) { d.Weights[1] = -1 }, "row 2: bad weight: -1", ErrWeight},
		{"NaN weight", func(d *Dataset) { d.Weights[1] = nan }, "row 2: bad weight: NaN", ErrWeight},
		{"infinite weight", func(d *Dataset) { d.Weights[1] = inf }, "row 2: bad weight: +Inf", ErrWeight},
		{"weights 0", func(d *Dataset) { clear(d.Weights) }, "bad weight: all are 0", ErrWeight},
		{"weights too large", func(d *Dataset) { d.Weights = []float64{math.MaxFloat64, math.MaxFloat64, 0} }, "bad weight: their sum overflows", ErrWeight},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := example(t)
			test.change(d)
			err := d.Validate()
			if test.want == "" {
				if err != nil {
					t.Errorf("error %v", err)
				}
				return
			}
			if placed := (*Error)(nil); !errors.As(err, &placed) || !errors.Is(err, test.cause) || !strings.HasPrefix(err.Error(), "example, "+test.want) && !strings.HasPrefix(err.Error(), "example: "+test.want) {
				t.Errorf("error %v, want %q", err, test.want)
			}
		})
	}
}

func TestNew(t *testing.T) {
	if d, err := New("", nil, NewLabel("y", []string{"a", "b"}), nil); err != nil || d.Rows() != 2 {
		t.Errorf("a label alone: %v, %v", d, err)
	}
	if d, err := New("", nil, nil, nil); err != nil || d.Rows() != 0 {
		t.Errorf("nothing: %v, %v", d, err)
	}
	if _, err := New("", []Column{{Name: "a", Width: 1}}, nil, nil); !errors.Is(err, ErrColumn) {
		t.Errorf("a column without storage: error %v", err)
	}
}

func TestFromRows(t *testing.T) {
	X := [][]float64{{1, 2}, {3, nan}}
	d, err := FromRows(X, []string{"b", "a"})
	if err != nil {
		t.Fatal(err)
	}
	X[0][0] = 99
	if c := d.Columns[0]; d.Rows() != 2 || c.Width != 2 || c.Number(0, 0) != 1 || c.Number(1, 0) != 3 || !c.Missing(1) {
		t.Errorf("%d rows, %+v", d.Rows(), c)
	}
	if want := []int32{1, 0}; !reflect.DeepEqual(d.Label.Codes, want) {
		t.Errorf("codes %v, want %v", d.Label.Codes, want)
	}
	if d, err := FromRows(X, nil); err != nil || d.Label != nil {
		t.Errorf("without labels: %v, %v", d, err)
	}
	for _, test := range []struct {
		X      [][]float64
		labels []string
		cause  error
		want   string
	}{
		{nil, nil, ErrNoRows, "no rows of data"},
		{[][]float64{{}}, nil, ErrNoColumns, "row 1: no columns of data"},
		{[][]float64{{1}, {1, 2}}, nil, ErrRagged, "row 2: wrong number of fields: 2 values where the first row has 1"},
		{[][]float64{{1}, {inf}}, nil, ErrInfinite, `row 2, column "x": infinite value`},
		{[][]float64{{1}}, []string{"a", "b"}, ErrColumn, `column "label": bad column: 2 labels for 1 rows`},
	} {
		if _, err := FromRows(test.X, test.labels); !errors.Is(err, test.cause) || err.Error() != test.want {
			t.Errorf("%v: error %v, want %s", test.X, err, test.want)
		}
	}
}

func TestSubset(t *testing.T) {
	d := example(t)
	s := d.Subset([]int{2, 0, 2})
	if err := s.Validate(); err != nil {
		t.Fatal(err)
	}
	if c := s.Column("image"); string(c.Bytes) != "mnopqrabcdefmnopqr" {
		t.Errorf("image %q", c.Bytes)
	}
	if c := s.Column("named"); c.Number(1, 1) != 1 || c.Number(2, 1) != 21 || c.Float32s != nil {
		t.Errorf("named %+v", c)
	}
	if c := s.Column("color"); !reflect.DeepEqual(c.Codes, []int32{0, 1, 0}) || !reflect.DeepEqual(c.Levels, d.Column("color").Levels) {
		t.Errorf("color %+v", c)
	}
	if !reflect.DeepEqual(s.Label.Codes, []int32{-1, 1, -1}) || !reflect.DeepEqual(s.Weights, []float64{2.5, 1, 2.5}) {
		t.Errorf("label %v, weights %v", s.Label.Codes, s.Weights)
	}
	s.Label.Codes[0], s.Column("bytes").Bytes[0] = 0, 9
	if d.Label.Codes[2] != -1 || d.Column("bytes").Bytes[2] != 255 {
		t.Error("a change of the subset changed the set")
	}
	if s := d.Subset(nil); s.Rows() != 0 || s.Validate() != nil {
		t.Errorf("of no rows: %d rows, %v", s.Rows(), s.Validate())
	}
}

func TestNewLabel(t *testing.T) {
	l := NewLabel("y", []string{"b", "", "a", "b"})
	if want := (&Label{Name: "y", Classes: []string{"a", "b"}, Codes: []int32{1, -1, 0, 1}}); !reflect.DeepEqual(l, want) {
		t.Errorf("%+v, want %+v", l, want)
	}
}

func TestSortClasses(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{"10 9 -1 1e1 2.5", "-1 2.5 9 10 1e1"},
		{"10 9 nine", "10 9 nine"},
		{"10 9 NaN", "10 9 NaN"},
		{"10 9 inf", "10 9 inf"},
		{"10 9 1e999", "10 1e999 9"},
		{"b a B é", "B a b é"},
	} {
		classes := strings.Fields(test.in)
		SortClasses(classes)
		if got := strings.Join(classes, " "); got != test.want {
			t.Errorf("%s: %s, want %s", test.in, got, test.want)
		}
	}
}

func TestError(t *testing.T) {
	for want, err := range map[string]*Error{
		"file does not exist":                          {Err: fs.ErrNotExist},
		"a.csv: file does not exist":                   {File: "a.csv", Err: fs.ErrNotExist},
		"a.csv, row 3: not a number":                   {File: "a.csv", Row: 3, Err: ErrNumber},
		`a.csv, row 3, column "x \"y\"": not a number`: {File: "a.csv", Row: 3, Column: `x "y"`, Err: ErrNumber},
		`column "x": bad column`:                       {Column: "x", Err: ErrColumn},
	} {
		if err.Error() != want {
			t.Errorf("%s, want %s", err, want)
		}
	}
}
