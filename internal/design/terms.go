package design

import (
	"cmp"
	"math"
	"runtime"
	"slices"
	"sync"
	"unicode"
	"unicode/utf8"

	"example.com/softmax/dataset"
	"example.com/softmax/preprocess"
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

// A Tokenizer cuts texts into words and terms. It may be used again and again,
// but by one goroutine at a time.
type Tokenizer struct {
	KeepCase bool

	text   []byte // the words, with one space before, between and behind them
	words  [][2]int
	starts []int // of the characters of a word
}

// Read takes the words of a text: the longest runs of letters, marks and digits,
// in lower case by the simple mapping of Unicode.
func (z *Tokenizer) Read(text string) {
	z.text, z.words = append(z.text[:0], ' '), z.words[:0]
	start := 1
	end := func() {
		if len(z.text) > start {
			z.words = append(z.words, [2]int{start, len(z.text)})
			z.text = append(z.text, ' ')
			start = len(z.text)
		}
	}
	for _, r := range text {
		switch {
		case !inWord(r):
			end()
		case z.KeepCase:
			z.text = utf8.AppendRune(z.text, r)
		default:
			z.text = utf8.AppendRune(z.text, unicode.ToLower(r))
		}
	}
	end()
}

func inWord(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
	}
	return unicode.In(r, unicode.L, unicode.M, unicode.N)
}

// Words returns the words.
func (z *Tokenizer) Words() []string {
	words := make([]string, len(z.words))
	for i, w := range z.words {
		words[i] = string(z.text[w[0]:w[1]])
	}
	return words
}

// Each calls visit for every term of the text, which visit may not keep.
func (z *Tokenizer) Each(t *Terms, visit func(term []byte)) {
	for i, w := range z.words {
		if !t.Chars {
			for n := t.Low; n <= t.High && i+n <= len(z.words); n++ {
				visit(z.text[w[0]:z.words[i+n-1][1]])
			}
			continue
		}
		z.starts = z.starts[:0]
		for at := w[0] - 1; at <= w[1]; at++ {
			if utf8.RuneStart(z.text[at]) {
				z.starts = append(z.starts, at)
			}
		}
		z.starts = append(z.starts, w[1]+1)
		for n := t.Low; n <= t.High; n++ {
			for c := 0; c+n < len(z.starts); c++ {
				visit(z.text[z.starts[c]:z.starts[c+n]])
			}
		}
	}
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
	var wg sync.WaitGroup
	next := make(chan int)
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for s := range next {
				table := make(map[uint64]float64)
				for i, hs := range hashes {
					for _, h := range hs {
						if h%uint64(len(tables)) == uint64(s) {
							table[h] += weightOf(weights, i)
						}
					}
				}
				tables[s] = table
			}
		})
	}
	for s := range tables {
		next <- s
	}
	close(next)
	wg.Wait()
	return tables
}

// eachText calls visit for every text, read by a tokenizer, on all threads.
func (d *Design) eachText(texts []string, visit func(i int, z *Tokenizer)) {
	var wg sync.WaitGroup
	parts := runtime.GOMAXPROCS(0)
	for p := range parts {
		wg.Go(func() {
			z := &Tokenizer{KeepCase: d.Options.Text.KeepCase}
			for i := len(texts) * p / parts; i < len(texts)*(p+1)/parts; i++ {
				z.Read(texts[i])
				visit(i, z)
			}
		})
	}
	wg.Wait()
}
