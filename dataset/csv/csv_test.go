package csv

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"

	"example.com/softmax/dataset"
	"example.com/softmax/dataset/datasettest"
)

var nan = math.NaN()

// set makes the dataset that a test expects.
func set(t *testing.T, label *dataset.Label, weights []float64, columns ...dataset.Column) *dataset.Dataset {
	t.Helper()
	for i := range columns {
		columns[i].Width = 1
	}
	d, err := dataset.New("", columns, label, weights)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func integers(name string, v ...uint8) dataset.Column {
	return dataset.Column{Name: name, Bytes: v}
}

func numbers(name string, v ...float64) dataset.Column {
	return dataset.Column{Name: name, Float64s: v}
}

// words is a categorical column of the given cells; the levels come first,
// separated by "|".
func words(name, levels string, codes ...int32) dataset.Column {
	return dataset.Column{Name: name, Kind: dataset.Categorical, Levels: strings.Split(levels, "|"), Codes: codes}
}

func texts(name string, v ...string) dataset.Column {
	return dataset.Column{Name: name, Kind: dataset.Text, Texts: v}
}

func classes(name string, labels ...string) *dataset.Label { return dataset.NewLabel(name, labels) }

func TestRead(t *testing.T) {
	for _, test := range []struct {
		name, text string
		opt        Options
		want       *dataset.Dataset
	}{
		{"numbers", "a,b,label\n1,2.5,x\n255,-3e2,y\n", Options{},
			set(t, classes("label", "x", "y"), nil, integers("a", 1, 255), numbers("b", 2.5, -300))},
		{"last column is the label", "a,b\n1,10\n2,9\n", Options{},
			set(t, classes("b", "10", "9"), nil, integers("a", 1, 2))},
		{"label in front", "label,a\nx,1\ny,2\n", Options{},
			set(t, classes("label", "x", "y"), nil, integers("a", 1, 2))},
		{"label by name", "a,b,label\n1,2,3\n", Options{Label: "a"},
			set(t, classes("a", "1"), nil, integers("b", 2), integers("label", 3))},
		{"label by number", "a,b,c\n1,2,3\n", Options{Label: "2"},
			set(t, classes("b", "2"), nil, integers("a", 1), integers("c", 3))},
		{"label by number from the end", "a,b,c\n1,2,3\n", Options{Label: "-3"},
			set(t, classes("a", "1"), nil, integers("b", 2), integers("c", 3))},
		{"a name before a number", "1,2,3\n4,5,6\n", Options{Label: "3"},
			set(t, classes("3", "6"), nil, integers("1", 4), integers("2", 5))},
		{"label may be absent", "a,b\n1,2\n", Options{LabelOptional: true},
			set(t, nil, nil, integers("a", 1), integers("b", 2))},
		{"named label may be absent", "a,label\n1,2\n", Options{LabelOptional: true, Label: "y"},
			set(t, nil, nil, integers("a", 1), integers("label", 2))},
		{"optional label present", "a,label\n1,2\n", Options{LabelOptional: true},
			set(t, classes("label", "2"), nil, integers("a", 1))},
		{"missing labels", "a,label\n1,\n2,x\n3,NA\n", Options{}, noted(
			set(t, classes("label", "", "x", ""), nil, integers("a", 1, 2, 3)),
			`Column "label": 1 cells that say NA or NaN are taken for missing values.`)},
		{"weight and drop", "id,a,w,label\n7,1,2,x\n8,2,0.5,y\n", Options{Weight: "w", Drop: []string{"id"}},
			set(t, classes("label", "x", "y"), []float64{2, .5}, integers("a", 1, 2))},
		{"default label is not dropped or the weight", "a,b,w,id\n1,x,2,7\n", Options{Weight: "w", Drop: []string{"id"}},
			set(t, classes("b", "x"), []float64{2}, integers("a", 1))},
		{"missing numbers", "a,b,c,label\n,1,NA,x\n2,nan,NaN,y\n3, ,,z\n", Options{},
			set(t, classes("label", "x", "y", "z"), nil, numbers("a", nan, 2, 3), numbers("b", 1, nan, nan), numbers("c", nan, nan, nan))},
		{"bytes turn to floats late", "a,label\n1,x\n2,x\n256,x\n4,x\n", Options{},
			set(t, classes("label", "x", "x", "x", "x"), nil, numbers("a", 1, 2, 256, 4))},
		{"integers however written", "a,b,label\n007,+5,x\n 8 ,2.0,x\n1e2,0000000000000000000000001,x\n", Options{},
			set(t, classes("label", "x", "x", "x"), nil, integers("a", 7, 8, 100), integers("b", 5, 2, 1))},
		{"minus zero is no byte", "a,label\n0,x\n-0,x\n", Options{},
			set(t, classes("label", "x", "x"), nil, numbers("a", 0, math.Copysign(0, -1)))},
		{"levels in order, blanks kept", "a,label\nz,x\n,y\nB,y\n z,x\n", Options{},
			set(t, classes("label", "x", "y", "y", "x"), nil, words("a", " z|B|z", 2, -1, 1, 0))},
		{"numbers turn to levels as written", "a,b,label\n1.0,,x\n01,,x\n1,q,x\n\"a\"\"b\",,x\n", Options{},
			set(t, classes("label", "x", "x", "x", "x"), nil, words("a", "01|1|1.0|a\"b", 2, 0, 1, 3), words("b", "q", -1, -1, 0, -1))},
		{"told types", "zip,code,label\n00501,,x\n10001,7,x\n", Options{Categorical: []string{"zip"}, Numeric: []string{"code"}},
			set(t, classes("label", "x", "x"), nil, words("zip", "00501|10001", 0, 1), numbers("code", nan, 7))},
		{"infinity as a word among words", "a,label\ninf,x\nred,x\n", Options{},
			set(t, classes("label", "x", "x"), nil, words("a", "inf|red", 0, 1))},
		{"not decimal", "a,b,c,label\n0x10,1_000,1-2,x\n", Options{},
			set(t, classes("label", "x"), nil, words("a", "0x10", 0), words("b", "1_000", 0), words("c", "1-2", 0))},
		{"quotes", "\"a\",\"b,\"\"b\"\"\",label\r\n\"1\",\"two\nlines, \"\"quoted\"\"\",\"x\"\r\n2,three \"3\",x\r\n", Options{},
			set(t, classes("label", "x", "x"), nil, integers("a", 1, 2), words("b,\"b\"", "three \"3\"|two\nlines, \"quoted\"", 1, 0))},
		{"byte order mark, CRLF, empty lines, no last newline", "\xef\xbb\xbf\r\na,label\r\n\r\n1,x\r\n\n2,y", Options{},
			set(t, classes("label", "x", "y"), nil, integers("a", 1, 2))},
		{"CRLF in quotes at the end", "a,label\n1,\"x\"\r", Options{},
			set(t, classes("label", "x"), nil, integers("a", 1))},
		{"empty quoted line is a row", "a\n\"\"\n1\n", Options{LabelOptional: true},
			set(t, nil, nil, numbers("a", nan, 1))},
		{"line end in a name", "\"a\r\nb\",label\r\n1,x\r\n", Options{},
			set(t, classes("label", "x"), nil, integers("a\r\nb", 1))},
		{"tabs", "a\tlabel\n1,5\tx\n", Options{Delimiter: '\t'},
			set(t, classes("label", "x"), nil, words("a", "1,5", 0))},
		{"no header", "1,2,x\n3,4,y\n", Options{NoHeader: true, Drop: []string{"column 2"}},
			set(t, classes("column 3", "x", "y"), nil, integers("column 1", 1, 3))},
		{"no header, read again", "1,x\nred,y\n", Options{NoHeader: true},
			set(t, classes("column 2", "x", "y"), nil, words("column 1", "1|red", 0, 1))},
		{"names", " a ,,label\n1,2,x\n", Options{},
			set(t, classes("label", "x"), nil, integers("a", 1), integers("column 2", 2))},
		{"told texts", "t,label\nNA,x\n1,y\n\"a \"\"b\"\"\nc\",y\n z ,x\n", Options{Text: []string{"t"}}, noted(
			set(t, classes("label", "x", "y", "y", "x"), nil, texts("t", "", "1", "a \"b\"\nc", " z ")),
			`Column "t": 1 cells that say NA or NaN are taken for missing values.`)},
		{"a text is no label", "y,t\n1,a\n", Options{Text: []string{"t"}, Drop: nil, Label: "y"},
			set(t, classes("y", "1"), nil, texts("t", "a"))},
		{"the last that is no text is the label", "a,y,t\n1,2,b\n", Options{Text: []string{"t"}},
			set(t, classes("y", "2"), nil, integers("a", 1), texts("t", "b"))},
		{"texts by their looks", "t,s,w,label\n" + "the quick brown fox jumps,the quick brown fox,thequickbrownfoxjumpsover,x\n" + ",a b,thequickbrownfoxjumpsunder,x\n" + "over the lazy dog and more,c d,the-lazy-dog-and-even-more,x\n", Options{},
			set(t, classes("label", "x", "x", "x"), nil, texts("t", "the quick brown fox jumps", "", "over the lazy dog and more"),
				words("s", "a b|c d|the quick brown fox", 2, 0, 1), words("w", "the-lazy-dog-and-even-more|thequickbrownfoxjumpsover|thequickbrownfoxjumpsunder", 1, 2, 0))},
		{"texts that come again are categories", "t,label\n" + strings.Repeat("the quick brown fox jumps,x\n", 2), Options{},
			set(t, classes("label", "x", "x"), nil, words("t", "the quick brown fox jumps", 0, 0))},
		{"said to be categorical, whatever their looks", "t,label\nthe quick brown fox jumps,x\n", Options{Categorical: []string{"t"}},
			set(t, classes("label", "x"), nil, words("t", "the quick brown fox jumps", 0))},
		{"collection of texts", "b\t\"x\" says\\n\\tit\\\\n\\r\\q\\\r\n\r\na\t\"\n", Options{TSV: true},
			set(t, classes("label", "b", "a"), nil, texts("text", "\"x\" says\n\tit\\n\r\\q\\", "\""))},
		{"collection of three columns", "b\tb:1\tx\na\ta\\\\2\ty\n", Options{TSV: true},
			set(t, classes("label", "b", "a"), nil, words("column 2", "a\\2|b:1", 1, 0), texts("text", "x", "y"))},
		{"collection, label by number", "1\t2\tx\n3\t4\ty\n", Options{TSV: true, Label: "1", Drop: []string{"column 2"}},
			set(t, classes("label", "1", "3"), nil, texts("text", "x", "y"))},
		{"collection, read again", "b\t1\tx\na\tr\\\\\ty\n", Options{TSV: true},
			set(t, classes("label", "b", "a"), nil, words("column 2", "1|r\\", 0, 1), texts("text", "x", "y"))},
		{"texts alone", "one\ntwo\n", Options{TSV: true, LabelOptional: true},
			set(t, nil, nil, texts("text", "one", "two"))},
		{"TSV with a header", "\n\"t\"\tlabel\n\"a\\n\tb\"\tx\n", Options{TSV: true},
			set(t, classes("label", "x"), nil, words("t", "a\\n\tb", 0))},
		{"TSV with a named column", "a\ty\n1\tx\n", Options{TSV: true, Label: "y"},
			set(t, classes("y", "x"), nil, integers("a", 1))},
		{"Latin-1", "a,label\ncaf\xe9,x\n", Options{},
			set(t, classes("label", "x"), nil, words("a", "caf\xe9", 0))},
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
		name, text string
		opt        Options
		cause      error
		row        int
		column     string
		says       string
	}{
		{"empty", "", Options{}, dataset.ErrNoRows, 0, "", "empty"},
		{"blank", "\n\r\n", Options{}, dataset.ErrNoRows, 0, "", "empty"},
		{"only a header", "a,b\n", Options{}, dataset.ErrNoRows, 0, "", "header"},
		{"only a label", "label\nx\n", Options{}, dataset.ErrNoColumns, 1, "", "besides"},
		{"wrong delimiter", "a;b;label\n1;2;x\n", Options{}, dataset.ErrNoColumns, 1, "", "is the delimiter ';', not ','? Then --delimiter ';' reads it"},
		{"wrong delimiter, named label", "a;b\n1;2\n", Options{Label: "b"}, dataset.ErrNoLabel, 0, "b", "is the delimiter ';'"},
		{"impossible delimiter", "a\n1\n", Options{Delimiter: '"'}, dataset.ErrFormat, 0, "", "delimiter"},
		{"short row", "a,b,label\n1,2,x\n1,2\n", Options{}, dataset.ErrRagged, 3, "", "2 where the first line has 3"},
		{"long row", "a,label\n1,\"two\nlines\"\n1,2,3\n", Options{}, dataset.ErrRagged, 4, "", "3 where the first line has 2"},
		{"names twice", "a,b,a\n", Options{}, dataset.ErrColumn, 1, "a", "columns 1 and 3"},
		{"generated name twice", "column 2,\n", Options{}, dataset.ErrColumn, 1, "column 2", "columns 1 and 2"},
		{"no such label", "a,b\n1,2\n", Options{Label: "species"}, dataset.ErrNoLabel, 0, "species", `it has "a", "b"`},
		{"no such label number", "a,b\n1,2\n", Options{Label: "3"}, dataset.ErrNoLabel, 0, "3", "no such column"},
		{"label number 0", "a,b\n1,2\n", Options{Label: "0"}, dataset.ErrNoLabel, 0, "0", "no such column"},
		{"no such weight", "a,b\n1,2\n", Options{Weight: "w"}, dataset.ErrColumn, 0, "w", "no such column"},
		{"no such column of many", "a,b,c,d,e,f,g,h,i\n", Options{Drop: []string{"1"}}, dataset.ErrColumn, 0, "1", `"h", ...`},
		{"label is the weight", "a,b\n1,2\n", Options{Label: "a", Weight: "a"}, dataset.ErrColumn, 0, "a", "both the weight and the label"},
		{"a text for a label", "text\n", Options{TSV: true}, dataset.ErrNoLabel, 0, "label", `it has "text"`},
		{"label is a text", "a,b\n1,2\n", Options{Label: "a", Text: []string{"a"}}, dataset.ErrColumn, 0, "a", "both text and the label"},
		{"collection, short row", "a\tb\nc\n", Options{TSV: true}, dataset.ErrRagged, 2, "", "1 where the first line has 2"},
		{"collection, NUL", "a\tb\nc\x00\n", Options{TSV: true}, dataset.ErrFormat, 2, "", "NUL"},
		{"label is dropped", "a,b\n1,2\n", Options{Label: "a", Drop: []string{"a"}}, dataset.ErrColumn, 0, "a", "both dropped and the label"},
		{"both types", "a,b\n1,2\n", Options{Numeric: []string{"a"}, Categorical: []string{"a"}}, dataset.ErrColumn, 0, "a", "both numeric and categorical"},
		{"word in a numeric column", "a,b,label\n1,2,x\n3,\"two, or so\",y\n", Options{Numeric: []string{"b"}}, dataset.ErrNumber, 3, "b", `"two, or so"`},
		{"long word", "a,label\n" + strings.Repeat("y", 99) + ",x\n", Options{Numeric: []string{"a"}}, dataset.ErrNumber, 2, "a", `yyyy"...`},
		{"infinite", "a,label\n1,x\n-Infinity,x\n", Options{}, dataset.ErrInfinite, 3, "a", "-Infinity"},
		{"infinite, said to be numeric", "a,label\n+inf,x\n", Options{Numeric: []string{"a"}}, dataset.ErrInfinite, 2, "a", "+inf"},
		{"too large to be finite", "a,label\n1e309,x\n", Options{}, dataset.ErrInfinite, 2, "a", "1e309"},
		{"weight missing", "a,w,label\n1,2,x\n1,,x\n", Options{Weight: "w"}, dataset.ErrWeight, 3, "w", `""`},
		{"weight negative", "a,w,label\n1,-2,x\n", Options{Weight: "w"}, dataset.ErrWeight, 2, "w", `"-2"`},
		{"weight infinite", "a,w,label\n1,inf,x\n", Options{Weight: "w"}, dataset.ErrWeight, 2, "w", `"inf"`},
		{"weights all 0", "a,w,label\n1,0,x\n", Options{Weight: "w"}, dataset.ErrWeight, 0, "", "all are 0"},
		{"quote left open", "a,label\n1,x\n\"2,y\n3,z\n", Options{}, dataset.ErrFormat, 3, "", "field 1 is not closed"},
		{"text after a quote", "a,label\n1,x\n2,\"y\"y\n", Options{}, dataset.ErrFormat, 3, "", "field 2 goes on"},
		{"NUL", "a,label\n1,x\n2,\x00\n", Options{}, dataset.ErrFormat, 3, "", "not text"},
		{"UTF-16", "\xff\xfea\x00,\x00b\x00\n\x00", Options{}, dataset.ErrFormat, 1, "", "UTF-16"},
		{"old Macintosh", "a,label\r1,x\r", Options{NoHeader: true}, dataset.ErrFormat, 0, "", "CR alone"},
		{"too many columns", strings.Repeat(",", maxColumns), Options{}, dataset.ErrTooLarge, 1, "", "columns"},
		{"too many quoted columns", `""` + strings.Repeat(",", maxColumns), Options{}, dataset.ErrTooLarge, 1, "", "columns"},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.opt.Name = "file.csv"
			_, err := Read(strings.NewReader(test.text), test.opt)
			var placed *dataset.Error
			if !errors.As(err, &placed) || !errors.Is(err, test.cause) {
				t.Fatalf("error %v, want one that is a *dataset.Error and wraps %q", err, test.cause)
			}
			if placed.File != "file.csv" || placed.Row != test.row || placed.Column != test.column || !strings.Contains(err.Error(), test.says) {
				t.Errorf("error %q, want row %d, column %q and %q", err, test.row, test.column, test.says)
			}
		})
	}
}

// What a model wants of a file is found by name behind a header of any length;
// the rest is left out, but for the label.
func TestInputs(t *testing.T) {
	var header, row strings.Builder
	for j := range 150_000 {
		fmt.Fprintf(&header, "column%d,", j)
		row.WriteString("1,")
	}
	if header.Len() < 3<<19 {
		t.Fatalf("a header of %d bytes", header.Len())
	}
	text := header.String() + "zip,y\n" + row.String() + "8001,b\n"
	inputs := map[string]dataset.Kind{"column149999": dataset.Numeric, "zip": dataset.Categorical}
	for label, opt := range map[string]Options{
		"y":       {Inputs: inputs, Label: "y"},
		"the y":   {Inputs: inputs}, // the last column, though the model has no use for it
		"last":    {Inputs: inputs, Label: "-1", Weight: "w", Drop: []string{"id"}, RolesOptional: true},
		"":        {Inputs: inputs, LabelOptional: true},
		"unknown": {Inputs: map[string]dataset.Kind{"other": dataset.Numeric}},
	} {
		r, err := NewReader(strings.NewReader(text), opt)
		if err != nil {
			t.Fatalf("%s: %v", label, err)
		}
		d, err := r.Read(-1)
		if err != nil {
			t.Fatalf("%s: %v", label, err)
		}
		if label == "unknown" {
			if len(d.Columns) != 150_001 || len(d.Left) != 0 {
				t.Errorf("%d columns where the file has none of those wanted", len(d.Columns))
			}
			continue
		}
		left := 149_999
		if label == "" {
			left++
		}
		if len(d.Columns) != 2 || len(d.Left) != left || d.Columns[1].Kind != dataset.Categorical || (d.Label != nil) != (label != "") {
			t.Errorf("%q: %d columns, %d left out, label %v", label, len(d.Columns), len(d.Left), d.Label)
		}
	}
}

// An error of the reader that says its own place is not placed once more.
func TestReaderError(t *testing.T) {
	cause := &dataset.Error{File: "file.csv.gz", Err: dataset.ErrTruncated}
	r, w := io.Pipe()
	w.CloseWithError(cause)
	if _, err := Read(r, Options{Name: "file.csv.gz"}); err != error(cause) {
		t.Errorf("error %v, want %v", err, cause)
	}
}

func TestOpenQuoteIsBounded(t *testing.T) {
	r := io.MultiReader(strings.NewReader("a,label\n\"1,x\n"), endless(strings.Repeat("y,z\n", 1000)))
	if _, err := Read(r, Options{}); !errors.Is(err, dataset.ErrTooLarge) {
		t.Errorf("error %v, want %v", err, dataset.ErrTooLarge)
	}
}

// endless returns a text repeated for ever.
func endless(text string) io.Reader { return &repeated{text: text} }

type repeated struct {
	text string
	at   int
}

func (r *repeated) Read(p []byte) (n int, err error) {
	for n < len(p) {
		m := copy(p[n:], r.text[r.at:])
		n += m
		r.at = (r.at + m) % len(r.text)
	}
	return n, nil
}

func TestNoProgress(t *testing.T) {
	if _, err := Read(idle{}, Options{}); !errors.Is(err, io.ErrNoProgress) {
		t.Errorf("error %v, want %v", err, io.ErrNoProgress)
	}
}

type idle struct{}

func (idle) Read([]byte) (int, error) { return 0, nil }

// The types are settled once so much text was read.
func TestSettled(t *testing.T) {
	red := strings.Repeat("red", 200)
	line := "1,,1," + red + ",x\n"
	rows := 2*typing/len(line) + 1
	read := func(last string, opt Options) (*dataset.Dataset, error) {
		opt.Name = "long.csv"
		return Read(io.MultiReader(
			strings.NewReader("a,b,c,d,label\nred,,1,"+red+",x\n"),
			io.LimitReader(endless(line), int64((rows-2)*len(line))),
			strings.NewReader(last)), opt)
	}
	d, err := read("2,red,2.5,,y\n", Options{})
	if err != nil {
		t.Fatal(err)
	}
	if d.Rows() != rows {
		t.Fatalf("%d rows, want %d", d.Rows(), rows)
	}
	want := set(t, classes("label", "x", "x", "y"), nil,
		words("a", "1|2|red", 2, 0, 1), words("b", "red", -1, -1, 0), numbers("c", 1, 1, 2.5), words("d", red, 0, 0, -1))
	want.Source, want.Notes = "long.csv", d.Notes
	if diff := datasettest.Diff(want, d.Subset([]int{0, 1, rows - 1})); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if _, err := read("2,red,2.5\n", Options{}); !errors.Is(err, dataset.ErrRagged) {
		t.Errorf("error %v, want %v", err, dataset.ErrRagged)
	}
	_, err = read("2,,three,,y\n", Options{})
	if placed := (*dataset.Error)(nil); !errors.As(err, &placed) || !errors.Is(err, dataset.ErrNumber) || placed.Row != rows+1 || placed.Column != "c" {
		t.Errorf("error %v, want %v in row %d, column c", err, dataset.ErrNumber, rows+1)
	}
	if _, err := read("2,,inf,,y\n", Options{}); !errors.Is(err, dataset.ErrInfinite) {
		t.Errorf("error %v, want %v", err, dataset.ErrInfinite)
	}
}

func TestConformance(t *testing.T) {
	t.Run("table", func(t *testing.T) {
		text := "n,f,c,\"w\"\"\",label\n" + "0,1.5,red,1,x\n" + "255,,\"b,\r\n\",2,y\r\n" + "\n17,-0.25,NA,0,x"
		want := set(t, classes("label", "x", "y", "x"), []float64{1, 2, 0},
			integers("n", 0, 255, 17), numbers("f", 1.5, nan, -.25), words("c", "b,\r\n|red", 1, 0, -1))
		want.Source = "three.csv"
		want.Notes = []string{`Column "c": 1 cells that say NA or NaN are taken for missing values.`}
		datasettest.Test(t, datasettest.Format{
			Read: func(r io.Reader) (*dataset.Dataset, error) {
				return Read(r, Options{Name: "three.csv", Weight: `w"`})
			},
			Valid: []byte(text),
			Want:  want,
			Lines: true,
			Cell:  func(text string) string { return "w\",n,label\n1," + text + ",x\n" },
		})
	})
	t.Run("collection", func(t *testing.T) {
		datasettest.Test(t, datasettest.Format{
			Read:  func(r io.Reader) (*dataset.Dataset, error) { return Read(r, Options{TSV: true, LabelOptional: true}) },
			Valid: []byte("b\t1\tone \\n\"two\r\na\t2.5\t\n\nb\t\t\\\\"),
			Want:  set(t, classes("label", "b", "a", "b"), nil, numbers("column 2", 1, 2.5, nan), texts("text", "one \n\"two", "", "\\")),
			Lines: true,
			Cell:  func(text string) string { return "a\t" + text + "\n" },
		})
	})
}
