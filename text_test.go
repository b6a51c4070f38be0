package softmax

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/softmax/dataset"
	"example.com/softmax/internal/design"
	"example.com/softmax/preprocess"
)

// texts is a dataset of n short texts in three languages, with a number.
func texts(t testing.TB, n int) *dataset.Dataset {
	t.Helper()
	r := rand.New(rand.NewPCG(6, 6))
	words := map[string][]string{
		"de": {"der", "die", "Straße", "über", "ist", "ein", "ÄRGER", "2024"},
		"en": {"the", "a", "is", "street", "over", "Anger", "don't", "2024"},
		"ja": {"これ", "は", "通り", "です", "怒り", "２０２４", "a", "が"},
	}
	labels, column := make([]string, n), dataset.Column{Name: "text", Kind: dataset.Text, Width: 1}
	number := dataset.Column{Name: "number", Width: 1}
	for i := range n {
		labels[i] = []string{"de", "en", "ja"}[r.IntN(3)]
		var text []string
		for range r.IntN(12) {
			text = append(text, words[labels[i]][r.IntN(8)])
		}
		column.Texts = append(column.Texts, strings.Join(text, []string{" ", ", ", "\n\t", " - "}[r.IntN(4)]))
		number.Float64s = append(number.Float64s, float64(len(text)))
	}
	ds, err := dataset.New("texts", []dataset.Column{column, number}, dataset.NewLabel("language", labels), nil)
	if err != nil {
		t.Fatal(err)
	}
	return ds
}

var textOptions = map[string]preprocess.Options{
	"words":             {},
	"characters":        {Text: preprocess.Text{Words: preprocess.NGramsOff, Chars: "2-3"}},
	"both":              {Text: preprocess.Text{Words: "2", Chars: "1-2", KeepCase: true, MaxDocuments: 0.9}},
	"plain":             {Text: preprocess.Text{PlainCounts: true, MinDocuments: 4}},
	"hashed":            {Text: preprocess.Text{Chars: "3"}, Hash: []string{"text"}, Buckets: 50},
	"hashed characters": {Text: preprocess.Text{Words: preprocess.NGramsOff, Chars: "2-4"}, Hash: []string{"text"}, Buckets: 50},
}

// TestText: a model of texts predicts the same bits for a row alone, in a batch,
// and when saved and loaded; and no other bits on other numbers of threads.
func TestText(t *testing.T) {
	ds := texts(t, 120)
	ds.Columns[0].Texts[3], ds.Columns[0].Texts[4] = "", "nothing of this was there \xff"
	for name, opt := range textOptions {
		t.Run(name, func(t *testing.T) {
			cfg := Config{Preprocess: opt}
			m, _ := mustFit(t, ds, cfg)
			p := predictAll(t, m, ds)
			k := len(m.Classes())
			for i, s := range ds.Columns[0].Texts {
				one := must(m.RowProbabilities(Row{"text": s, "number": ds.Columns[1].Float64s[i]}))
				if !slices.Equal(one, p.Probabilities[i*k:][:k]) {
					t.Fatalf("row %d alone: %v, in the batch %v", i, one, p.Probabilities[i*k:][:k])
				}
			}
			path := filepath.Join(t.TempDir(), "m.onnx")
			if err := m.Save(path); err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(predictAll(t, must(Load(path)), ds).Probabilities, p.Probabilities) {
				t.Error("the loaded model predicts otherwise")
			}
			cfg.Threads = 3
			again, _ := mustFit(t, ds, cfg)
			sameBytes(t, m, again)
		})
	}
}

// TestTextWeights: weight 2 is the text twice, in the vocabulary and its
// weights, too.
func TestTextWeights(t *testing.T) {
	ds := texts(t, 80)
	var rows []int
	for i := range ds.Rows() {
		ds.Weights = append(ds.Weights, float64(1+i%3))
		rows = append(rows, slices.Repeat([]int{i}, 1+i%3)...)
	}
	twice := ds.Subset(rows)
	twice.Weights = nil
	for name, opt := range textOptions {
		cfg := tight
		cfg.Preprocess = opt
		a, ra := mustFit(t, ds, cfg)
		b, rb := mustFit(t, twice, cfg)
		if !slices.Equal(a.Features(), b.Features()) {
			t.Errorf("%s: other features", name)
		}
		sameModel(t, name, a, b, 1e-6)
		sameObjective(t, name, ra, rb, 1e-8)
	}
}

// textFeeds makes the graph's inputs of a text: what the texts were cut into,
// each row filled up.
func textFeeds(in *design.Input, opt preprocess.Text, texts []string) (tensors []value) {
	z := design.Tokenizer{KeepCase: opt.KeepCase}
	for i := range in.Terms {
		terms := &in.Terms[i]
		rows, longest := make([][]string, len(texts)), 1
		for r, text := range texts {
			z.Read(text)
			switch {
			case terms.Buckets > 0:
				z.Each(terms, func(term []byte) { rows[r] = append(rows[r], fmt.Sprint(design.Bucket(term, terms.Buckets))) })
			case terms.Chars:
				for _, word := range z.Words() {
					rows[r] = append(append(append(append(rows[r], " "), strings.Split(word, "")...), " "), "")
				}
			default:
				rows[r] = z.Words()
			}
			longest = max(longest, len(rows[r]))
		}
		v, fill := value{Type: "string"}, `""`
		if terms.Buckets > 0 {
			v.Type, fill = "int64", "-1"
		}
		var cells []string
		for _, row := range rows {
			for at := range longest {
				switch {
				case at >= len(row):
					cells = append(cells, fill)
				case terms.Buckets > 0:
					cells = append(cells, row[at])
				default:
					cells = append(cells, string(must(json.Marshal(row[at]))))
				}
			}
		}
		v.Dims, v.Data = []int{len(texts), longest}, []byte("["+strings.Join(cells, ",")+"]")
		tensors = append(tensors, v)
	}
	return tensors
}
