package csv

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"example.com/softmax/dataset"
	"example.com/softmax/dataset/datasettest"
)

// TestWrite: what is written is read again as it was.
func TestWrite(t *testing.T) {
	for name, test := range map[string]struct {
		text string
		opt  Options
	}{
		"all kinds":  {"n,\"f,1\",c,w,label\n1,2.5,\"a \"\"b\"\"\r\nc\",2,x\n0,,,1,\n255,-1e-300, red,0.1,\"y,z\"\n", Options{Weight: "w"}},
		"targets":    {"n,label:a,label:b\n1,0,1\n2,0.5,\n", Options{}},
		"one column": {"a\n1\n\"\"\n3.5\n", Options{LabelOptional: true}},
	} {
		for _, delimiter := range []byte{',', '\t'} {
			d, err := Read(strings.NewReader(test.text), test.opt)
			if err != nil {
				t.Fatal(err)
			}
			if delimiter == '\t' && d.Label == nil && d.Targets == nil {
				if err := Write(io.Discard, d, delimiter); !errors.Is(err, dataset.ErrColumn) {
					t.Errorf("%s: error %v", name, err)
				}
				continue
			}
			var b bytes.Buffer
			if err := Write(&b, d, delimiter); err != nil {
				t.Fatal(err)
			}
			opt := Options{Delimiter: delimiter, TSV: delimiter == '\t', LabelOptional: test.opt.LabelOptional}
			if d.Weights != nil {
				opt.Weight = "weight"
			}
			got, err := Read(bytes.NewReader(b.Bytes()), opt)
			if err != nil {
				t.Fatal(name, err)
			}
			if diff := datasettest.Diff(d, got); diff != "" {
				t.Errorf("%s, %q (-written +read):\n%s", name, b.String(), diff)
			}
		}
	}
}

func TestWriteErrors(t *testing.T) {
	for _, test := range []struct {
		columns []dataset.Column
		want    string
	}{
		{[]dataset.Column{words("c", "NA", 0)}, `column "c": bad column: the value "NA" would be read as missing`},
		{[]dataset.Column{words("c", "a\x00", 0)}, `column "c": bad column: the value "a\x00" holds a NUL`},
		{[]dataset.Column{integers(" c", 0)}, `column " c": bad column: a name with blanks`},
		{[]dataset.Column{{Name: "b", Width: 2, Bytes: []uint8{1, 2}}, integers("b[1]", 0)}, `column "b[1]": bad column: two columns of this name`},
		{[]dataset.Column{{Name: "s", Width: 1 << 20, Sparse: &dataset.Sparse{Starts: []int{0, 0}}}}, `column "s": bad column: a sparse block of 1048576 numbers`},
	} {
		for j := range test.columns {
			test.columns[j].Width = max(test.columns[j].Width, 1)
		}
		d, err := dataset.New("", test.columns, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := Write(io.Discard, d, ','); !errors.Is(err, dataset.ErrColumn) || !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("error %v, want %s", err, test.want)
		}
	}
}

// TestBlocks: a file read in blocks has the rows that it has as a whole.
func TestBlocks(t *testing.T) {
	var text strings.Builder
	text.WriteString("n,f,c,t,label\n")
	for i := range 1000 {
		text.WriteString([]string{"1,2.5,red,,x\n", "255,1,\"blue\n\",a text,y\n", ",7,red,1,x\n", "300,,,\"a \"\"b\"\"\",\n"}[i%4])
	}
	opt := Options{Numeric: []string{"n", "f"}, Categorical: []string{"c"}, Text: []string{"t"}}
	want, err := Read(strings.NewReader(text.String()), opt)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{1, 7, 64, 333, 1000, 5000} {
		r, err := NewReader(strings.NewReader(text.String()), opt)
		if err != nil {
			t.Fatal(err)
		}
		var blocks []*dataset.Dataset
		for {
			d, err := r.Read(n)
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if d.Rows() != min(n, 1000-n*len(blocks)) {
				t.Fatalf("block %d of %d rows", len(blocks), d.Rows())
			}
			blocks = append(blocks, d)
		}
		got, err := dataset.Concat(blocks...)
		if err != nil {
			t.Fatal(err)
		}
		got.Source = want.Source
		if diff := datasettest.Diff(want, got); diff != "" {
			t.Fatalf("blocks of %d (-whole +blocks):\n%s", n, diff)
		}
	}
	// What a later block holds is checked as in a whole file.
	r, err := NewReader(strings.NewReader("a,b\n1,x\n2,y\nz,x\n"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Read(2); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Read(2); !errors.Is(err, dataset.ErrNumber) || !strings.HasPrefix(err.Error(), `row 4, column "a"`) {
		t.Errorf("error %v", err)
	}
}

// A column is text or not for all blocks, as the first one has it.
func TestBlocksOfText(t *testing.T) {
	const long = "the quick brown fox jumps"
	r, err := NewReader(strings.NewReader("a,b,label\n"+long+",red,x\n"+"no,"+long+",y\n"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 2 {
		d, err := r.Read(1)
		if err != nil {
			t.Fatal(err)
		}
		if a, b := d.Columns[0], d.Columns[1]; a.Kind != dataset.Text || a.Texts[0] != []string{long, "no"}[i] || b.Kind != dataset.Categorical {
			t.Errorf("block %d: %+v, %+v", i, a, b)
		}
	}
}
