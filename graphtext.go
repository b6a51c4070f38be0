package softmax

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"example.com/softmax/internal/design"
	"example.com/softmax/internal/onnx"
)

// A graph cannot cut a text into words, so that its input of a text is what the
// text was cut into: words, characters, or the buckets of hashed terms; one
// row a text, filled up with what is no term.

// Portable says what another program has to do before it can run the model's
// graph: "full" for nothing, "from tokens" if it has to cut texts into words
// or characters, "from features" if it has to hash categories or terms.
func (m *Model) Portable() string {
	portable := "full"
	for _, in := range m.design.Inputs {
		if in.Buckets > 0 {
			return "from features"
		}
		for _, t := range in.Terms {
			if portable = "from tokens"; t.Buckets > 0 {
				return "from features"
			}
		}
	}
	return portable
}

// text adds the features of a text input.
func (b *graphBuilder) text(d *design.Design, i int) string {
	in := &d.Inputs[i]
	var blocks []string
	for t := range in.Terms {
		blocks = append(blocks, b.terms(d, i, t))
	}
	if len(blocks) == 1 {
		return blocks[0]
	}
	name := fmt.Sprintf("%stext/%d", inner, i)
	return b.normalise(b.node("Concat", "", name, blocks, intAttribute("axis", 1)), name)
}

// terms adds the counts of one sort of terms, their weights and their norm.
func (b *graphBuilder) terms(d *design.Design, i, t int) string {
	terms := &d.Inputs[i].Terms[t]
	name := termsName(i, t)
	input := d.Inputs[i].Name + "/words"
	if terms.Chars {
		input = d.Inputs[i].Name + "/characters"
	}
	count := int64(terms.Features())
	attributes := []onnx.Attribute{{Name: "mode", Value: "TF"}, intAttribute("max_skip_count", 0)}
	elem := onnx.String
	if terms.Buckets > 0 {
		elem = onnx.Int64
		places := make([]int64, count)
		for j := range places {
			places[j] = int64(j)
		}
		attributes = append(attributes, intAttribute("min_gram_length", 1), intAttribute("max_gram_length", 1),
			onnx.Attribute{Name: "ngram_counts", Value: []int64{0}}, onnx.Attribute{Name: "ngram_indexes", Value: places}, onnx.Attribute{Name: "pool_int64s", Value: places})
	} else {
		pool, starts, places := pooled(terms)
		attributes = append(attributes, intAttribute("min_gram_length", int64(terms.Low)), intAttribute("max_gram_length", int64(terms.High)),
			onnx.Attribute{Name: "ngram_counts", Value: starts}, onnx.Attribute{Name: "ngram_indexes", Value: places}, onnx.Attribute{Name: "pool_strings", Value: pool})
	}
	tokens := b.inputOf(input, elem, onnx.Dim{Name: "T"})
	counts := b.double(b.node("TfIdfVectorizer", "", name, []string{tokens}, attributes...), name+"/double")
	idf := b.constant(onnx.Tensor{Name: name + "/idf", Dims: []int64{1, count}, Float64s: terms.IDF})
	x := counts
	if !d.Options.Text.PlainCounts {
		// (1 + log max(c, 1)) min(c, 1)
		one := b.once(onnx.Tensor{Name: tensorOne, Dims: []int64{1}, Float64s: []float64{1}})
		logs := b.node("Log", "", name+"/log", []string{b.node("Max", "", name+"/atleast", []string{counts, one})})
		x = b.node("Mul", "", name+"/frequency", []string{
			b.node("Add", "", name+"/sublinear", []string{logs, one}), b.node("Min", "", name+"/present", []string{counts, one})})
	}
	return b.normalise(b.node("Mul", "", name+"/weighted", []string{x, idf}), name)
}

// normalise divides rows by their norms, but for rows of zeros.
func (b *graphBuilder) normalise(x, name string) string {
	axis := b.once(onnx.Tensor{Name: tensorAxis, Dims: []int64{1}, Int64s: []int64{1}})
	// No norm of other rows is as small: idf is at least 1.
	tiny := b.once(onnx.Tensor{Name: tensorTiny, Dims: []int64{1}, Float64s: []float64{1e-300}})
	squares := b.node("ReduceSum", "", name+"/sum", []string{b.node("Mul", "", name+"/squares", []string{x, x}), axis})
	norm := b.node("Max", "", name+"/norm", []string{b.node("Sqrt", "", name+"/root", []string{squares}), tiny})
	return b.node("Div", "", name+"/unit", []string{x, norm})
}

// tokensOf takes a term apart: words at the spaces between them, or characters.
func tokensOf(t *design.Terms, term string) []string {
	if !t.Chars {
		return strings.Split(term, " ")
	}
	return strings.Split(term, "")
}

// pooled lists the tokens of all terms, the shorter terms first, with the place
// in the list where terms of 1, 2, ... tokens begin, and the terms' features in
// the order of the list.
func pooled(t *design.Terms) (pool []string, starts, features []int64) {
	byLength := make([][]int64, t.High+1)
	for j, term := range t.Vocabulary {
		n := len(tokensOf(t, term))
		byLength[n] = append(byLength[n], int64(j))
	}
	for n := 1; n <= t.High; n++ {
		starts = append(starts, int64(len(pool)))
		for _, j := range byLength[n] {
			features = append(features, j)
			pool = append(pool, tokensOf(t, t.Vocabulary[j])...)
		}
	}
	return pool, starts, features
}

// read reads terms off the graph.
func (f *fileTerms) read(g *onnx.Model, input, at int) (*design.Terms, error) {
	t := &design.Terms{Chars: f.Of == ofCharacters, Low: f.Low, High: f.High, Buckets: f.Buckets}
	name := termsName(input, at)
	bad := errors.New("its terms are not what the file says")
	idf := initializer(g, name+"/idf")
	if f.Low < 1 || f.High < f.Low || f.High > 1000 || f.Buckets < 0 || !t.Chars && f.Of != ofWords || idf == nil || len(idf.Dims) != 2 {
		return nil, bad
	}
	var err error
	if t.IDF, err = floats(g, name+"/idf", 1, idf.Dims[1]); err != nil {
		return nil, err
	}
	if t.Buckets > 0 {
		if t.Buckets != len(t.IDF) {
			return nil, bad
		}
		return t, nil
	}
	pool, _ := attributeOf(g, name, "pool_strings").([]string)
	starts, _ := attributeOf(g, name, "ngram_counts").([]int64)
	features, _ := attributeOf(g, name, "ngram_indexes").([]int64)
	t.Vocabulary = make([]string, len(features))
	if len(starts) != t.High || len(features) != len(t.IDF) {
		return nil, bad
	}
	between := " "
	if t.Chars {
		between = ""
	}
	for n := range starts {
		end := int64(len(pool))
		if n+1 < len(starts) {
			end = starts[n+1]
		}
		length := int64(n + 1)
		if starts[n] < 0 || end < starts[n] || end > int64(len(pool)) || (end-starts[n])%length != 0 {
			return nil, bad
		}
		for from := starts[n]; from < end; from += length {
			if len(features) == 0 || features[0] < 0 || features[0] >= int64(len(t.Vocabulary)) {
				return nil, bad
			}
			term := strings.Join(pool[from:from+length], between)
			if len(tokensOf(t, term)) != int(length) {
				return nil, bad
			}
			t.Vocabulary[features[0]] = term
			features = features[1:]
		}
	}
	if len(features) > 0 || !slices.IsSorted(t.Vocabulary) || len(slices.Compact(slices.Clone(t.Vocabulary))) < len(t.Vocabulary) {
		return nil, bad
	}
	t.Index()
	return t, nil
}

func termsName(input, t int) string { return fmt.Sprintf("%sterms/%d/%d", inner, input, t) }
