package design

import (
	"cmp"
	"math"
	"runtime"
	"slices"
	"sync"

	"example.com/softmax/dataset"
	"example.com/softmax/internal/linalg"
	"example.com/softmax/preprocess"
)

// addText learns the terms of a text column and adds its features.
func (d *Design) addText(c *dataset.Column, weights []float64) {
	in := Input{Name: c.Name, Kind: dataset.Text, Width: 1, First: d.D(), Sparse: true}
	words, chars, _ := d.Options.Text.Lengths() // valid, or Validate had said so
	for sort, length := range [][2]int{words, chars} {
		if length[0] == 0 {
			continue
		}
		t := Terms{Chars: sort == 1, Low: length[0], High: length[1]}
		if slices.Contains(d.Options.Hash, c.Name) {
			t.Buckets = cmp.Or(d.Options.Buckets, preprocess.DefaultBuckets)
		}
		d.learnTerms(&t, c.Texts, weights)
		d.addFeatures(t.Features(), false)
		in.Terms = append(in.Terms, t)
	}
	d.Inputs = append(d.Inputs, in)
}

// learnTerms finds the terms that are in enough texts and not too many, and
// their idf.
//
// Most terms are in one text only, so that a table of all of them would be many
// times larger than that of those to keep. Hence texts are first counted by
// the terms' hashes, and only terms whose hash has enough are collected. (Two
// that share one of 64 bits would each have the count of both; of ten million
// terms that befalls one pair in 400,000 fits.) Every count is added up in the
// order of the texts, whatever the number of threads.
func (d *Design) learnTerms(t *Terms, texts []string, weights []float64) {
	hash := func(term []byte) uint64 {
		if t.Buckets > 0 {
			return uint64(Bucket(term, t.Buckets))
		}
		return Hash(term)
	}
	hashes := make([][]uint64, len(texts)) // of each text, different ones
	d.eachText(texts, func(i int, z *Tokenizer) {
		var hs []uint64
		z.Each(t, func(term []byte) { hs = append(hs, hash(term)) })
		slices.Sort(hs)
		hashes[i] = slices.Clone(slices.Compact(hs))
	})
	count := d.countTexts(hashes, weights)

	total := float64(len(texts))
	if weights != nil {
		total = 0
		for _, w := range weights {
			total += w
		}
	}
	idf := func(texts float64) float64 { return 1 + math.Log((1+total)/(1+texts)) }
	if t.Buckets > 0 {
		t.IDF = make([]float64, t.Buckets)
		for b := range t.IDF {
			t.IDF[b] = idf(count[b%len(count)][uint64(b)])
		}
		return
	}
	least, most := leastCount(d.Options.Text.MinDocuments, weights), total
	if share := d.Options.Text.MaxDocuments; share > 0 {
		most = share * total
	}
	for _, counts := range count {
		for h, n := range counts {
			if n < least || n > most {
				delete(counts, h)
			}
		}
	}
	kept := func(h uint64) (n float64, ok bool) {
		n, ok = count[h%uint64(len(count))][h]
		return n, ok
	}
	var mu sync.Mutex
	found := make(map[string]bool)
	d.eachText(texts, func(i int, z *Tokenizer) {
		z.Each(t, func(term []byte) {
			if _, ok := kept(Hash(term)); !ok {
				return
			}
			mu.Lock()
			if !found[string(term)] {
				found[string(term)] = true
			}
			mu.Unlock()
		})
	})
	for term := range found {
		t.Vocabulary = append(t.Vocabulary, term)
	}
	slices.Sort(t.Vocabulary)
	for _, term := range t.Vocabulary {
		n, _ := kept(Hash([]byte(term)))
		t.IDF = append(t.IDF, idf(n))
	}
	t.Index()
}

// countTexts returns the weight of the texts that have each hash h, in the table
// of number h modulo the count of tables.
func (d *Design) countTexts(hashes [][]uint64, weights []float64) []map[uint64]float64 {
	tables := make([]map[uint64]float64, 16)
	linalg.Parallel(runtime.GOMAXPROCS(0), len(tables), func(s int) {
		table := make(map[uint64]float64)
		for i, hs := range hashes {
			for _, h := range hs {
				if h%uint64(len(tables)) == uint64(s) {
					table[h] += weightOf(weights, i)
				}
			}
		}
		tables[s] = table
	})
	return tables
}

// eachText calls visit for every text, read by a tokenizer, on all threads.
func (d *Design) eachText(texts []string, visit func(i int, z *Tokenizer)) {
	parts := runtime.GOMAXPROCS(0)
	linalg.Parallel(parts, parts, func(p int) {
		z := &Tokenizer{KeepCase: d.Options.Text.KeepCase}
		for i := len(texts) * p / parts; i < len(texts)*(p+1)/parts; i++ {
			z.Read(texts[i])
			visit(i, z)
		}
	})
}
