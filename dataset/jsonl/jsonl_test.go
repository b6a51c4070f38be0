package jsonl

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"slices"
	"strings"
	"testing"

	"example.com/softmax/dataset"
	"example.com/softmax/dataset/datasettest"
	"example.com/softmax/dataset/record"
)

const valid = `{"n":1,"x":2.5,"c":"red","v":[1,2],"t":true,"label":"a"}
{"c":null,"n":255,"v":[3,-4e1],"label":7,"x":null}
  { "label" : "a" , "x":-1E-2, "n" : 0, "v":[null , 5.5],"c":"bl\u00fce\n","t":false} ` + "\r\n\n"

func want(t *testing.T) *dataset.Dataset {
	nan := math.NaN()
	d, err := dataset.New("", []dataset.Column{
		{Name: "n", Width: 1, Bytes: []uint8{1, 255, 0}},
		{Name: "x", Width: 1, Float64s: []float64{2.5, nan, -0.01}},
		{Name: "c", Kind: dataset.Categorical, Width: 1, Codes: []int32{1, -1, 0}, Levels: []string{"blüe\n", "red"}},
		{Name: "v", Width: 2, Float64s: []float64{1, 2, 3, -40, nan, 5.5}},
		{Name: "t", Kind: dataset.Categorical, Width: 1, Codes: []int32{1, -1, 0}, Levels: []string{"false", "true"}},
	}, dataset.NewLabel("label", []string{"a", "7", "a"}), nil)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func read(r io.Reader) (*dataset.Dataset, error) { return Read(r, record.Options{}) }

func TestConformance(t *testing.T) {
	datasettest.Test(t, datasettest.Format{Read: read, Valid: []byte(valid), Want: want(t), Lines: true})
}

// FuzzJSONL compares with encoding/json what it takes for JSON.
func FuzzJSONL(f *testing.F) {
	for _, line := range strings.Split(valid, "\n") {
		f.Add([]byte(line))
	}
	f.Add([]byte(`{"a":01}`))
	f.Add([]byte(`{"a":"\ud800"} x`))
	f.Add([]byte(`[{"a":1}]`))
	f.Fuzz(func(t *testing.T, text []byte) {
		d := datasettest.Check(t, read, text)
		line := bytes.Trim(text, " \t\r")
		if bytes.ContainsAny(text, "\n") || bytes.HasPrefix(line, []byte("\xef\xbb\xbf")) || bytes.Contains(text, []byte("NaN")) {
			return
		}
		var object map[string]any
		if valid := json.Unmarshal(line, &object) == nil && object != nil; d != nil && !valid {
			t.Fatalf("%q was read, but is no JSON object", text)
		}
		if d == nil {
			return
		}
		for _, c := range d.Columns {
			if v, ok := object[c.Name].(float64); ok && c.Kind == dataset.Numeric && c.Number(0, 0) != v {
				t.Errorf("%q: %v, want %v", text, c.Number(0, 0), v)
			}
		}
	})
}

func TestErrors(t *testing.T) {
	for _, test := range []struct {
		text, want string
		cause      error
	}{
		{"", "no rows", dataset.ErrNoRows},
		{"\n {}", "there is no such column|no label|no columns", nil},
		{`{"a":1,"y":"b"}` + "\n" + `{"a":{"b":1},"y":"b"}`, `row 2, column "a": bad format: a nested value`, dataset.ErrFormat},
		{`{"a":[[1]],"y":"b"}`, `row 1, column "a": bad format: a nested value`, dataset.ErrFormat},
		{`{"a":["x"],"y":"b"}`, `row 1, column "a": bad format: a nested value`, dataset.ErrFormat},
		{`{"a":[1,2],"y":"b"}` + "\n" + `{"a":[1],"y":"b"}`, `row 2, column "a": wrong number of fields: 1 numbers where record 1 has 2`, dataset.ErrRagged},
		{`{"a":1,"y":"b"}` + "\n" + `{"a":"x","y":"b"}`, `row 2, column "a": not a number: the string "x" where record 1 has a number`, dataset.ErrNumber},
		{`{"a":"x","y":"b"}` + "\n" + `{"a":1,"y":"b"}`, `row 2, column "a": bad column: a number where record 1 has a string`, dataset.ErrColumn},
		{`{"a":1e999,"y":"b"}`, `row 1, column "a": infinite value`, dataset.ErrInfinite},
		{`{"a":1,"a":2}`, `row 1, column "a": bad column: it comes twice`, dataset.ErrColumn},
		{`{"a":1`, `row 1, column "a": bad format: no JSON at byte 7`, dataset.ErrFormat},
		{`{"a":1} {"a":2}`, `row 1: bad format: no JSON at byte 9`, dataset.ErrFormat},
		{`[1]`, `row 1: bad format: an array`, dataset.ErrFormat},
		{`x,y`, `row 1: bad format: no JSON at byte 1`, dataset.ErrFormat},
		{`{"":1}`, `row 1: bad column: a column without a name`, dataset.ErrColumn},
		{`{"x":1,"label":[1]}`, `row 1, column "label": bad column: an array where one value`, dataset.ErrColumn},
		{`{"x":1,"label":1e20}` + "\n" + `{"x":1,"y":2}`, "", nil},
		{`{"x":1,"y":1e20}`, `column "y": not a number: 1e+20 has too many digits`, dataset.ErrNumber},
	} {
		d, err := read(strings.NewReader(test.text))
		if test.cause == nil {
			continue
		}
		if placed := (*dataset.Error)(nil); !errors.As(err, &placed) || !errors.Is(err, test.cause) || !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("%s: %v, error %v, want %s", test.text, d, err, test.want)
		}
	}
}

func TestOptions(t *testing.T) {
	const text = `{"id":1,"k":3.0,"s":"5","w":2,"y":10,"note":"a b"}` + "\n" + `{"id":2,"k":4,"s":"6","w":0.5,"y":9,"note":""}` + "\n"
	d, err := Read(strings.NewReader(text), record.Options{Label: "-2", Weight: "w", Drop: []string{"id"}, Categorical: []string{"k"}, Text: []string{"note"}})
	if err != nil {
		t.Fatal(err)
	}
	if c := d.Column("k"); !slices.Equal(c.Levels, []string{"3", "4"}) || d.Column("id") != nil || d.Column("note").Kind != dataset.Text {
		t.Errorf("%+v", d.Columns)
	}
	if !slices.Equal(d.Label.Classes, []string{"9", "10"}) || d.Label.Name != "y" || !slices.Equal(d.Weights, []float64{2, 0.5}) {
		t.Errorf("label %+v, weights %v", d.Label, d.Weights)
	}
	for want, opt := range map[string]record.Options{
		`column "z": no label column: the file has no such column; it has "id", "k"`: {Label: "z"},
		`column "z": bad column: the file has no such column`:                        {Weight: "z"},
		`row 1, column "s": not a number: the string "5"`:                            {Numeric: []string{"s"}},
		`column "y": bad column: it cannot be both dropped and the label`:            {Label: "y", Drop: []string{"y"}},
		`column "note": bad column: it cannot be both text and the label`:            {Label: "note", Text: []string{"note"}},
	} {
		if _, err := Read(strings.NewReader(text), opt); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%+v: error %v, want %s", opt, err, want)
		}
	}
	if d, err := Read(strings.NewReader(text), record.Options{Text: []string{"note"}}); err != nil || d.Label.Name != "y" {
		t.Errorf("the last column but the text as the label: %v", err)
	}
	if d, err := Read(strings.NewReader(text), record.Options{LabelOptional: true}); err != nil || d.Label != nil || len(d.Columns) != 6 {
		t.Errorf("without a label: %v", err)
	}
}

// TestSparse: keys of which every line has another would need memory in the
// square of the text.
func TestSparse(t *testing.T) {
	var b strings.Builder
	for i := range 30000 {
		b.WriteString(`{"k` + strings.Repeat("x", i%7) + string(rune('a'+i%26)) + string(rune(0x4e00+i%20000)) + `":1}` + "\n")
	}
	if _, err := read(strings.NewReader(b.String())); !errors.Is(err, dataset.ErrTooLarge) {
		t.Errorf("error %v", err)
	}
}

func TestText(t *testing.T) {
	const text = `{"t":"the quick brown fox jumps","label":1}` + "\n" + `{"label":2}` + "\n" + `{"t":"over the lazy dog and more","label":1}` + "\n"
	d, err := read(strings.NewReader(text))
	if err != nil || d.Columns[0].Kind != dataset.Text || !slices.Equal(d.Columns[0].Texts, []string{"the quick brown fox jumps", "", "over the lazy dog and more"}) {
		t.Errorf("%+v, %v", d, err)
	}
	if d, err = Read(strings.NewReader(text), record.Options{Categorical: []string{"t"}}); err != nil || d.Columns[0].Kind != dataset.Categorical {
		t.Errorf("said to be categories: %+v, %v", d, err)
	}
}

func TestBlocks(t *testing.T) {
	const text = `{"a":1,"y":"u","v":[1,2]}` + "\n" + `{"y":"v","a":2,"v":[3,4]}` + "\n" + `{"y":"u","new":5}` + "\n"
	r := NewReader(strings.NewReader(text), record.Options{Label: "y"})
	whole, err := r.Read(2)
	if err != nil || whole.Rows() != 2 {
		t.Fatal(whole, err)
	}
	last, err := r.Read(2)
	if err != nil {
		t.Fatal(err)
	}
	if last.Rows() != 1 || !last.Column("a").Missing(0) || last.Column("v").Width != 2 || last.Column("new").Number(0, 0) != 5 || last.Label.Codes[0] != 0 {
		t.Errorf("%+v", last)
	}
	if _, err := r.Read(2); err != io.EOF {
		t.Errorf("error %v, want io.EOF", err)
	}
}

func TestWrite(t *testing.T) {
	d := want(t)
	d.Weights = []float64{1, 0.1, 3}
	var b bytes.Buffer
	if err := Write(&b, d); err != nil {
		t.Fatal(err)
	}
	got, err := Read(&b, record.Options{Weight: "weight"})
	if err != nil {
		t.Fatal(err)
	}
	if diff := datasettest.Diff(d, got); diff != "" {
		t.Errorf("(-written +read):\n%s", diff)
	}
	many, err := dataset.FromTargets([][]float64{{1}, {2}}, [][]float64{{1, 0}, {0.5, 1}}, []string{"b", "a"})
	if err != nil {
		t.Fatal(err)
	}
	many.Columns[0].Compact()
	if err := Write(&b, many); err != nil {
		t.Fatal(err)
	}
	if got, err = read(&b); err != nil || datasettest.Diff(many, got) != "" {
		t.Errorf("%v, (-written +read):\n%s", err, datasettest.Diff(many, got))
	}
	many.Columns[0].Name = "label:a"
	if err := Write(&b, many); !errors.Is(err, dataset.ErrColumn) {
		t.Errorf("two keys of a name: error %v", err)
	}
}

func BenchmarkRead(b *testing.B) {
	text := []byte(strings.Repeat(`{"a":0.123456,"b":-12.5,"c":"red","d":1234567,"e":"some words","label":"x"}`+"\n", 10000))
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, err := read(bytes.NewReader(text)); err != nil {
			b.Fatal(err)
		}
	}
}
