package design

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"example.com/softmax/dataset"
	"example.com/softmax/preprocess"
)

// TestTokenizer: words and terms as preprocess.Text says.
func TestTokenizer(t *testing.T) {
	for _, c := range []struct {
		text     string
		keepCase bool
		words    string
	}{
		{"", false, ""}, {" ,.-", false, ""}, {"Don't STOP, 3.14!", false, "don t stop 3 14"}, {"Don't", true, "Don t"},
		{"ÄÖ\tΣΑΣ été e\u0301 x²", false, "äö σασ été e\u0301 x²"}, {"a\xffb\uFFFDc", false, "a b c"}, {"日本語 です。", false, "日本語 です"},
		{"snake_case under__score", false, "snake case under score"}, {"İ", false, "i"},
	} {
		z := Tokenizer{KeepCase: c.keepCase}
		z.Read("left over from before")
		z.Read(c.text)
		if got := strings.Join(z.Words(), " "); got != c.words {
			t.Errorf("%q: words %q, want %q", c.text, got, c.words)
		}
	}
	for _, c := range []struct {
		terms Terms
		want  string
	}{
		{Terms{Low: 1, High: 2}, "un|un été|été|été x|x"}, {Terms{Low: 3, High: 4}, "un été x"},
		{Terms{Chars: true, Low: 3, High: 4}, " un|un | un | ét|été|té | été|été | x "},
	} {
		var z Tokenizer
		z.Read("Un été; X")
		var got []string
		z.Each(&c.terms, func(term []byte) { got = append(got, string(term)) })
		if s := strings.Join(got, "|"); s != c.want {
			t.Errorf("%+v: %q, want %q", c.terms, s, c.want)
		}
	}
}

// TestTFIDF: values by the formula, worked out term by term.
func TestTFIDF(t *testing.T) {
	docs := []string{"a b a", "b c", "a", "", "c c c c"}
	weights := []float64{1, 2, 1, 3, 1}
	ds := newSet(t, weights, dataset.Column{Name: "t", Kind: dataset.Text, Width: 1, Texts: docs})
	for _, plain := range []bool{false, true} {
		d, err := Fit(ds, preprocess.Options{Text: preprocess.Text{Words: "1", PlainCounts: plain, MinDocuments: 2, MaxDocuments: 0.5}})
		if err != nil {
			t.Fatal(err)
		}
		in := &d.Inputs[0]
		if !slices.Equal(in.Terms[0].Vocabulary, []string{"a", "b", "c"}) { // in 2, 3 and 3 of 8
			t.Fatalf("vocabulary %q", in.Terms[0].Vocabulary)
		}
		texts := map[string]float64{"a": 2, "b": 3, "c": 3}
		b, err := d.Bind(ds)
		if err != nil {
			t.Fatal(err)
		}
		v := d.NewVector()
		for i, doc := range docs {
			want, norm := make([]float64, 3), 0.0
			for j, term := range []string{"a", "b", "c"} {
				if n := float64(strings.Count(doc, term)); n > 0 {
					if !plain {
						n = 1 + math.Log(n)
					}
					want[j] = n * (1 + math.Log(9/(1+texts[term])))
					norm += want[j] * want[j]
				}
			}
			b.Vector(v, i)
			x := make([]float64, 3)
			v.Full(x)
			for j := range x {
				if norm > 0 && math.Abs(x[j]-want[j]/math.Sqrt(norm)) > 1e-15 || norm == 0 && x[j] != 0 {
					t.Errorf("plain %v, text %q: %v, want %v / %v", plain, doc, x, want, math.Sqrt(norm))
				}
			}
		}
	}
	_, err := Fit(ds, preprocess.Options{Text: preprocess.Text{Words: "3"}})
	if err == nil {
		t.Error("a design without features")
	}
}

// TestVocabulary: the two ways of counting find the terms that counting all
// strings finds.
func TestVocabulary(t *testing.T) {
	var docs []string
	for i := range 300 {
		docs = append(docs, fmt.Sprintf("w%d w%d common %d", i%17, i%41, i))
	}
	ds := newSet(t, nil, dataset.Column{Name: "t", Kind: dataset.Text, Width: 1, Texts: docs})
	d, err := Fit(ds, preprocess.Options{Text: preprocess.Text{Words: "1-3", MinDocuments: 7, MaxDocuments: 0.9}})
	if err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	for _, doc := range docs {
		words, seen := strings.Fields(doc), map[string]bool{}
		for n := 1; n <= 3; n++ {
			for i := 0; i+n <= len(words); i++ {
				seen[strings.Join(words[i:i+n], " ")] = true
			}
		}
		for term := range seen {
			count[term]++
		}
	}
	var want []string
	for term, n := range count {
		if n >= 7 && n <= 270 {
			want = append(want, term)
		}
	}
	slices.Sort(want)
	if len(want) < 20 || !slices.Equal(d.Inputs[0].Terms[0].Vocabulary, want) {
		t.Errorf("%d terms, want %d", len(d.Inputs[0].Terms[0].Vocabulary), len(want))
	}
}
