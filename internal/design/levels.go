package design

import (
	"cmp"
	"slices"
	"strings"

	"example.com/softmax/dataset"
	"example.com/softmax/preprocess"
)

// denseLevels is how many features a categorical input may have and still be
// stored as one byte or float32 each.
const denseLevels = 128

// addCategories learns the levels of the categorical columns and crosses, and
// adds those of few levels before those of many.
func (d *Design) addCategories(ds *dataset.Dataset) {
	var inputs []Input
	var columns []*dataset.Column
	least := leastCount(d.Options.Rare, ds.Weights)
	learn := func(in Input, c *dataset.Column) {
		in.Kind, in.Width = dataset.Categorical, 1
		if slices.Contains(d.Options.Hash, in.Name) {
			in.Buckets = cmp.Or(d.Options.Buckets, preprocess.DefaultBuckets)
		} else {
			in.Levels, in.Rare = levelsOf(c, ds.Weights, least)
		}
		in.Sparse = in.Features() > denseLevels
		inputs, columns = append(inputs, in), append(columns, c)
	}
	for i := range ds.Columns {
		if c := &ds.Columns[i]; c.Kind == dataset.Categorical {
			learn(Input{Name: c.Name}, c)
		}
	}
	for _, name := range d.Options.Cross {
		a, b, _ := preprocess.Parts(name)
		learn(Input{Name: name, Parts: []string{a, b}}, cross(name, ds.Column(a), ds.Column(b)))
	}
	for _, sparse := range []bool{false, true} {
		for i, in := range inputs {
			if in.Sparse == sparse {
				in.First = d.D()
				d.addFeatures(in.Features(), in.Features() == 1)
				if in.Buckets > 0 {
					d.silenceUnused(&in, columns[i])
				}
				d.Inputs = append(d.Inputs, in)
			}
		}
	}
}

// leastCount is the weighted count below which a level or term is rare: what is
// given, or 2 where the weights can be counts of rows.
func leastCount(given float64, weights []float64) float64 {
	switch {
	case given > 0:
		return given
	case given < 0 || slices.ContainsFunc(weights, func(w float64) bool { return w < 1 }):
		return 0
	}
	return 2
}

// levelsOf returns the levels that occur, ascending: those of at least the
// given weight, and the others.
func levelsOf(c *dataset.Column, weights []float64, least float64) (levels, rare []string) {
	count := make(map[string]float64, len(c.Levels))
	for code, n := range codeWeights(c, weights) {
		if n > 0 {
			count[levelName(c, code-1)] += n
		}
	}
	for l, n := range count {
		if n < least {
			rare = append(rare, l)
		} else {
			levels = append(levels, l)
		}
	}
	slices.Sort(levels)
	slices.Sort(rare)
	return levels, rare
}

// codeWeights returns the weight of the rows with each code, that of -1 first.
func codeWeights(c *dataset.Column, weights []float64) []float64 {
	count := make([]float64, 1+len(c.Levels))
	for i, code := range c.Codes {
		count[1+code] += weightOf(weights, i)
	}
	return count
}

// levelName is the level of a code, empty for -1.
func levelName(c *dataset.Column, code int) string {
	if code < 0 {
		return ""
	}
	return c.Levels[code]
}

// silenceUnused gives scale 0 to the buckets that no training row is in.
func (d *Design) silenceUnused(in *Input, c *dataset.Column) {
	used := make([]bool, in.Buckets)
	for code, n := range codeWeights(c, nil) {
		if n > 0 {
			used[Bucket(levelName(c, code-1), in.Buckets)] = true
		}
	}
	for b, ok := range used {
		if !ok {
			d.Scale[in.First+b] = 0
		}
	}
}

// find returns which of the input's features a level has, -1 for none, and
// whether training saw the level.
func (in *Input) find(l string, unseen preprocess.Unseen) (feature int, known bool) {
	if in.Buckets > 0 {
		return Bucket(l, in.Buckets), true
	}
	if at, ok := slices.BinarySearch(in.Levels, l); ok {
		return at, true
	}
	if _, ok := slices.BinarySearch(in.Rare, l); ok {
		return len(in.Levels), true
	}
	if unseen == preprocess.UnseenOther && len(in.Rare) > 0 {
		return len(in.Levels), false
	}
	return -1, false
}

// cross returns the categorical column of pairs of a and b.
func cross(name string, a, b *dataset.Column) *dataset.Column {
	c := &dataset.Column{Name: name, Kind: dataset.Categorical, Width: 1, Codes: make([]int32, len(a.Codes))}
	code := make(map[[2]int32]int32)
	for i := range a.Codes {
		pair := [2]int32{a.Codes[i], b.Codes[i]}
		at, ok := code[pair]
		if !ok {
			at = int32(len(c.Levels))
			code[pair] = at
			c.Levels = append(c.Levels, Pair(levelName(a, int(pair[0])), levelName(b, int(pair[1]))))
		}
		c.Codes[i] = at
	}
	return c
}

// Pair is the level of a cross: the two levels with a colon between them, and a
// backslash before each colon and backslash of their own.
func Pair(a, b string) string { return escapePart.Replace(a) + ":" + escapePart.Replace(b) }

var escapePart = strings.NewReplacer(`\`, `\\`, `:`, `\:`)

// Split takes a Pair apart. ok is false for what no Pair is.
func Split(pair string) (a, b string, ok bool) {
	var parts [2][]byte
	at := 0
	for i := 0; i < len(pair); i++ {
		switch {
		case pair[i] == ':' && at == 1:
			return "", "", false
		case pair[i] == ':':
			at = 1
			continue
		case pair[i] == '\\' && i+1 < len(pair):
			i++
		}
		parts[at] = append(parts[at], pair[i])
	}
	a, b = string(parts[0]), string(parts[1])
	return a, b, Pair(a, b) == pair
}
