package csv

import (
	"bytes"
	stdcsv "encoding/csv"
	"io"
	"slices"
	"strings"
	"testing"

	"example.com/softmax/dataset"
	"example.com/softmax/dataset/datasettest"
)

func FuzzCSV(f *testing.F) {
	for _, text := range []string{
		"a,b,label\n1,2.5,x\n255,-3e2,y\n",
		"a,label\n1,x\ninf,y\nred,\"y\"\"\nz\"\r\n",
		"\xef\xbb\xbflabel,a,w\n\nx,NA,1\n,1e400,0",
		"a\tlabel\n1\t2\n",
		"b\tb:1\tx\\n\"\na\ta\\\\2\ty\n",
		"t,label\nthe quick brown fox jumps,x\n",
	} {
		f.Add([]byte(text), byte(','), false, strings.Contains(text, "\t"))
	}
	f.Fuzz(func(t *testing.T, text []byte, delimiter byte, noHeader, tsv bool) {
		d := datasettest.Check(t, func(r io.Reader) (*dataset.Dataset, error) {
			return Read(r, Options{Delimiter: delimiter, NoHeader: noHeader, TSV: tsv})
		}, text)
		if d == nil {
			return
		}
		if d.Label == nil || len(d.Columns) == 0 || d.Rows() == 0 {
			t.Error("a dataset without label, columns or rows")
		}
		for _, c := range d.Columns {
			if c.Kind == dataset.Categorical && !slices.IsSorted(c.Levels) {
				t.Errorf("levels out of order: %q", c.Levels)
			}
		}
	})
}

// FuzzScanner compares the records with those of encoding/csv, where it has no
// objection; it turns CRLF into LF within quotes and keeps a last CR.
func FuzzScanner(f *testing.F) {
	f.Add([]byte("a,b\n\"c\",\"d\"\"e\nf\"\n\n,,\n"), byte(','))
	f.Add([]byte("12345678;1;1234567;12345678901;\n;;;;;;;;;;;;;;;;;;"), byte(';'))
	f.Fuzz(func(t *testing.T, text []byte, delimiter byte) {
		if bytes.ContainsAny(text, "\r\x00") || delimiter >= 0x80 {
			return
		}
		r := stdcsv.NewReader(bytes.NewReader(text))
		r.Comma, r.FieldsPerRecord = rune(delimiter), -1
		records, err := r.ReadAll()
		if err != nil {
			return
		}
		s := newScanner(bytes.NewReader(text), delimiter)
		s.keep = len(text)%2 == 0
		for _, want := range records {
			if err := s.scan(); err != nil {
				t.Fatalf("%v, want %q", err, want)
			}
			var got []string
			for j := range s.fields {
				got = append(got, string(s.field(j)))
			}
			if !slices.Equal(got, want) {
				t.Fatalf("record %q, want %q", got, want)
			}
		}
		if err := s.scan(); err != io.EOF {
			t.Fatalf("%v, want io.EOF", err)
		}
	})
}
