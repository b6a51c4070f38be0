package libsvm

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/softmax/dataset"
	"example.com/softmax/dataset/datasettest"
	"example.com/softmax/dataset/source"
)

// set makes the dataset that a test expects, of the rows' pairs.
func set(t *testing.T, width int, label *dataset.Label, targets *dataset.Targets, rows ...map[int]float64) *dataset.Dataset {
	t.Helper()
	s := &dataset.Sparse{Starts: []int{0}}
	for _, row := range rows {
		for j := range width {
			if v, ok := row[j]; ok {
				s.Index, s.Values = append(s.Index, int32(j)), append(s.Values, v)
			}
		}
		s.Starts = append(s.Starts, len(s.Index))
	}
	d, err := dataset.New("", []dataset.Column{{Name: "x", Width: width, Sparse: s}}, label, nil)
	if err != nil {
		t.Fatal(err)
	}
	d.Targets = targets
	if err := d.Validate(); err != nil {
		t.Fatal(err)
	}
	return d
}

func classesOf(labels ...string) *dataset.Label { return dataset.NewLabel("label", labels) }

type row = map[int]float64

func TestRead(t *testing.T) {
	for _, test := range []struct {
		name, text string
		opt        Options
		want       *dataset.Dataset
	}{
		{"plain", "2 1:1 3:2.5\n10 2:-3e2\n", Options{},
			set(t, 3, classesOf("2", "10"), nil, row{0: 1, 2: 2.5}, row{1: -300})},
		{"words for labels, CRLF, blanks, comments, no last newline", "\ufeff# a comment\r\ncat \t 1:1  # 2:2\r\n\r\n\ndog", Options{},
			set(t, 1, classesOf("cat", "dog"), nil, row{0: 1}, row{})},
		{"out of order", "a 5:5 2:2 4:4 1:1\nb 3:3\n", Options{},
			set(t, 5, classesOf("a", "b"), nil, row{0: 1, 1: 2, 3: 4, 4: 5}, row{2: 3})},
		{"zero-based", "a 0:1 2:3\n", Options{ZeroBased: true},
			set(t, 3, classesOf("a"), nil, row{0: 1, 2: 3})},
		{"at least so wide", "a 1:1\n", Options{Width: 4},
			set(t, 4, classesOf("a"), nil, row{0: 1})},
		{"missing and zero", "a 1:NaN 2:nan 3:NA 4:0 5:-0\n", Options{},
			set(t, 5, classesOf("a"), nil, row{0: nan, 1: nan, 2: nan, 3: 0, 4: math.Copysign(0, -1)})},
		{"long numbers", "a 1:123456789012345 2:1234567890123456 3:0.1234567890123456789 00000000004:00000000000000000007\n", Options{},
			set(t, 4, classesOf("a"), nil, row{0: 123456789012345, 1: 1234567890123456, 2: 0.1234567890123456789, 3: 7})},
		{"several labels", "3,1 1:1\n 2:1\n1 1:2\n3,3 1:1\n", Options{},
			set(t, 2, nil, &dataset.Targets{Classes: []string{"1", "3"}, Values: []float64{1, 1, 0, 0, 1, 0, 0, 1}}, row{0: 1}, row{1: 1}, row{0: 2}, row{0: 1})},
		{"no labels", "1:1\n2:2\n", Options{LabelOptional: true}, set(t, 2, nil, nil, row{0: 1}, row{1: 2})},
		{"some labels", "1:1\na 2:2\n", Options{LabelOptional: true}, set(t, 2, classesOf("", "a"), nil, row{0: 1}, row{1: 2})},
		{"queries", "a qid:7 1:1\n", Options{}, noted(set(t, 1, classesOf("a"), nil, row{0: 1}), "Query numbers (qid:) are ignored.")},
	} {
		t.Run(test.name, func(t *testing.T) {
			d, err := Read(strings.NewReader(test.text), test.opt)
			if err != nil {
				t.Fatal(err)
			}
			if diff := datasettest.Diff(test.want, d); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func noted(d *dataset.Dataset, notes ...string) *dataset.Dataset {
	d.Notes = notes
	return d
}

func TestErrors(t *testing.T) {
	for _, test := range []struct {
		text  string
		cause error
		row   int
		says  string
	}{
		{"", dataset.ErrNoRows, 0, ""},
		{"# nothing\n\n", dataset.ErrNoRows, 0, ""},
		{"a\nb\n", dataset.ErrNoColumns, 0, "no line has an index"},
		{"a 1:1\n\n2:1\n", dataset.ErrNoLabel, 3, "begins with an index"},
		{"a 1:1 3:2 1:5\n", dataset.ErrFormat, 1, "index 1 comes twice"},
		{"a 2:1 2:1\n", dataset.ErrFormat, 1, "index 2 comes twice"},
		{"a 1:1\nb 0:1\n", dataset.ErrFormat, 2, `"0:1": indices count from 1; or read the file as zero-based`},
		{"a 2147483646:1 2147483647:1\n", dataset.ErrTooLarge, 1, "indices go up to 2147483646"},
		{"a 99999999999999999999999999:1\n", dataset.ErrTooLarge, 1, "indices go up to"},
		{"a 1:1e400\n", dataset.ErrInfinite, 1, `"1e400" as the value of index 1`},
		{"a 1:-inf\n", dataset.ErrInfinite, 1, `"-inf" as the value of index 1`},
		{"a 1:\n", dataset.ErrNumber, 1, `"" as the value of index 1`},
		{"a 1: 2\n", dataset.ErrNumber, 1, `"" as the value of index 1`},
		{"a 1:0x10\n", dataset.ErrNumber, 1, `"0x10" as the value of index 1`},
		{"a 1:1:1\n", dataset.ErrNumber, 1, `"1:1" as the value of index 1`},
		{"a b 1:1\n", dataset.ErrFormat, 1, `"b" where an index:value is wanted`},
		{"a -1:1\n", dataset.ErrFormat, 1, `"-1:1" where`},
		{"a :1\n", dataset.ErrFormat, 1, `":1" where`},
		{"a 5\n", dataset.ErrFormat, 1, `"5" where`},
		{"a 1.5:1\n", dataset.ErrFormat, 1, `"1.5:1" where`},
		{"1, 1:1\n", dataset.ErrFormat, 1, "empty label"},
		{"a,b,c\n" + strings.Repeat("d 1:"+strings.Repeat("y", 99), 2), dataset.ErrNumber, 2, `yyyy"...`},
	} {
		_, err := Read(strings.NewReader(test.text), Options{Name: "file.svm"})
		placed := (*dataset.Error)(nil)
		if !errors.As(err, &placed) || !errors.Is(err, test.cause) || placed.File != "file.svm" || placed.Row != test.row || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%.40q: error %v, want row %d and %q", test.text, err, test.row, test.says)
		}
	}
}

// A text of many lines, each of a class of its own, must not make a square.
func TestManyClassesAtOnce(t *testing.T) {
	var text bytes.Buffer
	for i := range 100_000 {
		fmt.Fprintf(&text, "%d,%d 1:1\n", i, i+1)
	}
	if d := datasettest.Check(t, func(r io.Reader) (*dataset.Dataset, error) { return Read(r, Options{}) }, text.Bytes()); d != nil {
		t.Errorf("read as %d rows of %d classes", d.Rows(), len(d.Targets.Classes))
	}
}

func TestLongLine(t *testing.T) {
	line := strings.Repeat(" ", 8<<20)
	d, err := Read(strings.NewReader("a"+line+"1:1\nb 2:2\n"), Options{})
	if err != nil || d.Rows() != 2 || d.Columns[0].Number(0, 0) != 1 {
		t.Errorf("%v, error %v", d, err)
	}
	if _, err := Read(io.MultiReader(strings.NewReader("a"), strings.NewReader(strings.Repeat(line, 9))), Options{}); !errors.Is(err, dataset.ErrTooLarge) {
		t.Errorf("error %v, want %v", err, dataset.ErrTooLarge)
	}
}

func TestConformance(t *testing.T) {
	read := func(r io.Reader) (*dataset.Dataset, error) { return Read(r, Options{}) }
	t.Run("label", func(t *testing.T) {
		// A width of a thousand million takes no memory.
		want, err := dataset.New("", []dataset.Column{{Name: "x", Width: 1e9, Sparse: &dataset.Sparse{
			Starts: []int{0, 3, 4, 4}, Index: []int32{0, 2, 1e9 - 1, 1}, Values: []float64{2, .5, 1e-3, nan},
		}}}, classesOf("cat", "dog", "cat"), nil)
		if err != nil {
			t.Fatal(err)
		}
		datasettest.Test(t, datasettest.Format{
			Read:  read,
			Valid: []byte("cat 3:0.5 1:2 1000000000:1e-3 # first\ndog qid:1 2:nan\r\n\ncat"),
			Want:  noted(want, "Query numbers (qid:) are ignored."),
			Lines: true,
			Cell:  func(text string) string { return text + " 1:1\n" },
		})
	})
	t.Run("targets", func(t *testing.T) {
		datasettest.Test(t, datasettest.Format{
			Read:  read,
			Valid: []byte("b,a 1:1\n 2:2\n10 1:12 2:1\n"),
			Want: set(t, 2, nil, &dataset.Targets{Classes: []string{"10", "a", "b"}, Values: []float64{0, 1, 1, 0, 0, 0, 1, 0, 0}},
				row{0: 1}, row{1: 2}, row{0: 12, 1: 1}),
			Lines: true,
			Cell:  func(text string) string { return "a 1:" + text + "\n" },
		})
	})
}

// What is written is read as the same numbers and labels.
func TestWrite(t *testing.T) {
	sparse := dataset.Column{Name: "s", Width: 3, Sparse: &dataset.Sparse{Starts: []int{0, 1, 1, 3}, Index: []int32{2, 0, 1}, Values: []float64{.1, nan, -1e300}}}
	dense := dataset.Column{Name: "d", Width: 2, Float64s: []float64{1, 0, 0, 0, 1e15, 1. / 3}}
	pixels := dataset.Column{Name: "p", Kind: dataset.Pixels, Width: 1, Height: 1, Bytes: []uint8{0, 0, 255}}
	for _, test := range []struct {
		label   *dataset.Label
		targets *dataset.Targets
		want    string
	}{
		{classesOf("a", "b", "a"), nil, "a 3:0.1 4:1 6:0\nb\na 1:NaN 2:-1e+300 4:1e+15 5:0.3333333333333333 6:255\n"},
		{classesOf("a", "", "a"), nil, "a 3:0.1 4:1 6:0\n6:0\na 1:NaN 2:-1e+300 4:1e+15 5:0.3333333333333333 6:255\n"},
		{nil, nil, "3:0.1 4:1 6:0\n6:0\n1:NaN 2:-1e+300 4:1e+15 5:0.3333333333333333 6:255\n"},
		{nil, &dataset.Targets{Classes: []string{"a", "b"}, Values: []float64{1, 1, 0, 0, 0, 1}}, "a,b 3:0.1 4:1 6:0\n6:0\nb 1:NaN 2:-1e+300 4:1e+15 5:0.3333333333333333 6:255\n"},
	} {
		d, err := dataset.New("", []dataset.Column{sparse, dense, pixels}, test.label, nil)
		if err != nil {
			t.Fatal(err)
		}
		d.Targets = test.targets
		var text bytes.Buffer
		if err := Write(&text, d); err != nil {
			t.Fatal(err)
		}
		if text.String() != test.want {
			t.Errorf("%q, want %q", text.String(), test.want)
		}
		got, err := Read(&text, Options{LabelOptional: true})
		if err != nil {
			t.Fatal(err)
		}
		if got.Columns[0].Width != 6 {
			t.Errorf("width %d, want 6", got.Columns[0].Width)
		}
		for i := range 3 {
			for j := range 6 {
				c, at := &sparse, j
				if j >= 5 {
					c, at = &pixels, 0
				} else if j >= 3 {
					c, at = &dense, j-3
				}
				if got, want := got.Columns[0].Number(i, j), c.Number(i, at); got != want && (got == got || want == want) {
					t.Errorf("row %d, %d: %v, want %v", i, j, got, want)
				}
			}
		}
		got.Columns = d.Columns
		if diff := datasettest.Diff(d, got); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	}
}

func TestUnwritable(t *testing.T) {
	x := dataset.Column{Name: "x", Width: 1, Bytes: []uint8{1}}
	for says, d := range map[string]*dataset.Dataset{
		`column "c": bad format: it is categorical`:    {Columns: []dataset.Column{{Name: "c", Kind: dataset.Categorical}}},
		`column "c": bad format: it is text`:           {Columns: []dataset.Column{{Name: "c", Kind: dataset.Text}}},
		"no columns of data":                           {},
		"too large: 2147483647 numbers":                {Columns: []dataset.Column{{Name: "c", Width: math.MaxInt32}}},
		"hold no weights":                              {Columns: []dataset.Column{x}, Weights: []float64{1}},
		`the class "a b"`:                              {Columns: []dataset.Column{x}, Label: classesOf("a b")},
		`the class "1:1"`:                              {Columns: []dataset.Column{x}, Label: classesOf("1:1")},
		`row 1, column "b": bad format: a target of 2`: {Columns: []dataset.Column{x}, Targets: &dataset.Targets{Classes: []string{"a", "b"}, Values: []float64{0, 2}}},
	} {
		err := Write(io.Discard, d)
		if placed := (*dataset.Error)(nil); !errors.As(err, &placed) || !strings.Contains(err.Error(), says) {
			t.Errorf("error %v, want %s", err, says)
		}
	}
}

func FuzzLIBSVM(f *testing.F) {
	f.Add([]byte("cat 3:0.5 1:2 1000000000:1e-3 # first\ndog qid:1 2:nan\r\n\ncat"), false)
	f.Add([]byte("1,2 0:1 5:2.5\n 1:1\n"), true)
	f.Fuzz(func(t *testing.T, text []byte, zeroBased bool) {
		opt := Options{ZeroBased: zeroBased, LabelOptional: true}
		d := datasettest.Check(t, func(r io.Reader) (*dataset.Dataset, error) { return Read(r, opt) }, text)
		if d == nil || d.Columns[0].Width > maxIndex || bytes.Contains(text, []byte("\ufeff")) {
			return // the latter is lost at the beginning of a file
		}
		// Written and read again it is the same.
		var again bytes.Buffer
		if err := Write(&again, d); err != nil {
			t.Fatalf("%v: it was read", err)
		}
		e, err := Read(&again, Options{LabelOptional: true})
		if err != nil {
			t.Fatal(err)
		}
		if e.Rows() != d.Rows() || e.Columns[0].Width != d.Columns[0].Width {
			t.Fatalf("%d rows, %d wide, want %d, %d", e.Rows(), e.Columns[0].Width, d.Rows(), d.Columns[0].Width)
		}
		for i := range d.Rows() {
			index, values := d.Columns[0].Sparse.Row(i)
			for at, j := range index {
				if v := e.Columns[0].Number(i, int(j)); v != values[at] && (v == v || values[at] == values[at]) {
					t.Fatalf("row %d, %d: %v, want %v", i, j, v, values[at])
				}
			}
		}
	})
}

// BenchmarkRead reads the word counts of 20 newsgroups, unpacked before.
func BenchmarkRead(b *testing.B) {
	dir := os.Getenv("SOFTMAX_DATA")
	if dir == "" {
		b.Skip("SOFTMAX_DATA is not set to the folder of data sets")
	}
	s, err := source.Open(filepath.Join(dir, "20newsgroups/train.counts.svm.gz"))
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	text, err := io.ReadAll(s)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Read(bytes.NewReader(text), Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

// The published sizes.
func TestNewsgroups(t *testing.T) {
	dir := os.Getenv("SOFTMAX_DATA")
	if dir == "" {
		t.Skip("SOFTMAX_DATA is not set to the folder of data sets")
	}
	for name, want := range map[string][2]int{"train": {11314, 1712970}, "test": {7532, 1086698}} {
		s, err := source.Open(filepath.Join(dir, "20newsgroups", name+".counts.svm.gz"))
		if err != nil {
			t.Fatal(err)
		}
		d, err := Read(s, Options{Name: s.Name()})
		s.Close()
		if err != nil {
			t.Fatal(err)
		}
		c := d.Columns[0]
		if d.Rows() != want[0] || len(c.Sparse.Values) != want[1] || c.Width != 55648 || len(d.Label.Classes) != 20 {
			t.Errorf("%s: %d rows, %d numbers, %d wide, %d classes", name, d.Rows(), len(c.Sparse.Values), c.Width, len(d.Label.Classes))
		}
	}
}

// TestBlocks: a file read in blocks has the rows that it has as a whole.
func TestBlocks(t *testing.T) {
	const text = "a 1:1\nb 3:2\n# no row\na 2:5 1:0\nc\n"
	opt := Options{Width: 3}
	want, err := Read(strings.NewReader(text), opt)
	if err != nil {
		t.Fatal(err)
	}
	for n := 1; n < 6; n++ {
		r := NewReader(strings.NewReader(text), opt)
		var blocks []*dataset.Dataset
		for {
			d, err := r.Read(n)
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			blocks = append(blocks, d)
		}
		got, err := dataset.Concat(blocks...)
		if err != nil || len(blocks) != (4+n-1)/n {
			t.Fatal(err, len(blocks))
		}
		got.Source = ""
		if diff := datasettest.Diff(want, got); diff != "" {
			t.Errorf("blocks of %d (-whole +blocks):\n%s", n, diff)
		}
	}
}
