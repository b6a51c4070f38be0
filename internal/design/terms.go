package design

import (
	"math"
	"slices"
)

// Terms are the terms of one sort that a text input has features for: runs of
// Low to High words, or of characters within a word. preprocess.Text says how
// they become numbers.
type Terms struct {
	Chars     bool
	Low, High int
	// Vocabulary are the terms, ascending bytewise; nil if they are hashed into
	// Buckets features.
	Vocabulary []string
	Buckets    int
	IDF        []float64 // one for each feature

	index map[string]int32 // of the vocabulary
}

// Features is their count.
func (t *Terms) Features() int { return max(len(t.Vocabulary), t.Buckets) }

// Index makes t ready to look terms up.
func (t *Terms) Index() {
	t.index = make(map[string]int32, len(t.Vocabulary))
	for j, term := range t.Vocabulary {
		t.index[term] = int32(j)
	}
}

// find returns the feature of a term, -1 for none.
func (t *Terms) find(term []byte) int32 {
	if t.Buckets > 0 {
		return int32(Bucket(term, t.Buckets))
	}
	if j, ok := t.index[string(term)]; ok {
		return j
	}
	return -1
}

// Text sets the features of a text input.
func (d *Design) Text(v *Vector, in *Input, text string) {
	v.tokenizer.KeepCase = d.Options.Text.KeepCase
	v.tokenizer.Read(text)
	first, from, blocks := in.First, len(v.Values), 0
	for i := range in.Terms {
		t := &in.Terms[i]
		v.terms = v.terms[:0]
		v.tokenizer.Each(t, func(term []byte) {
			if j := t.find(term); j >= 0 {
				v.terms = append(v.terms, j)
			}
		})
		slices.Sort(v.terms)
		block := len(v.Values)
		for at := 0; at < len(v.terms); {
			j, count := v.terms[at], 0
			for ; at < len(v.terms) && v.terms[at] == j; at++ {
				count++
			}
			v.set(first+int(j), d.frequency(count)*t.IDF[j])
		}
		if len(v.Values) > block {
			blocks++
			normalise(v.Values[block:])
		}
		first += t.Features()
	}
	if blocks > 1 {
		normalise(v.Values[from:])
	}
}

// frequency is what a term that comes so often counts, before its idf.
func (d *Design) frequency(count int) float64 {
	if d.Options.Text.PlainCounts {
		return float64(count)
	}
	return 1 + math.Log(float64(count))
}

func normalise(values []float64) {
	squares := 0.0
	for _, v := range values {
		squares += float64(v * v)
	}
	norm := math.Sqrt(squares)
	for i := range values {
		values[i] /= norm
	}
}
