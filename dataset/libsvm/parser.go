package libsvm

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"

	"example.com/softmax/dataset"
	"example.com/softmax/dataset/source"
	"example.com/softmax/internal/decimal"
)

// A parser holds what was read so far.
type parser struct {
	opt   Options
	lines *source.Lines
	first int // the first index

	starts []int
	index  []int32
	values []float64
	width  int

	classes    dataset.Levels
	labels     []int32 // of all rows, one after the other
	ends       []int   // of each row's labels
	several    bool    // a row has more than one
	unlabelled int     // the first line without
	queries    bool
	bytes      int // read
}

func newParser(r io.Reader, opt Options) *parser {
	p := &parser{opt: opt, lines: source.NewLines(r), starts: []int{0}, first: 1}
	if opt.ZeroBased {
		p.first = 0
	}
	return p
}

// parse appends the row of a line, if it has one.
func (p *parser) parse(text []byte) error {
	p.bytes += len(text) + 1 // and its end
	if at := bytes.IndexByte(text, '#'); at >= 0 {
		text = text[:at]
	}
	text = skipBlanks(text)
	if len(text) == 0 {
		return nil
	}
	if end := tokenEnd(text); bytes.IndexByte(text[:end], ':') < 0 {
		if err := p.addLabels(text[:end]); err != nil {
			return err
		}
		text = text[end:]
	} else if p.unlabelled == 0 {
		p.unlabelled = p.lines.Number()
	}
	p.ends = append(p.ends, len(p.labels))
	if err := p.addNumbers(text); err != nil {
		return err
	}
	p.starts = append(p.starts, len(p.index))
	return nil
}

// addNumbers appends the pairs of a row.
func (p *parser) addNumbers(text []byte) error {
	start, last, ascending := len(p.index), -1, true
	for {
		if text = skipBlanks(text); len(text) == 0 {
			break
		}
		i, n := 0, 0
		for ; i < len(text) && text[i]-'0' <= 9 && n <= maxIndex; i++ {
			n = n*10 + int(text[i]-'0')
		}
		if i == 0 || i == len(text) || text[i] != ':' || n < p.first || n > maxIndex {
			token := text[:tokenEnd(text)]
			if bytes.HasPrefix(token, []byte("qid:")) {
				p.queries = true
				text = text[len(token):]
				continue
			}
			return p.badIndex(token, n)
		}
		j := n - p.first
		ascending = ascending && j > last
		last = j
		p.width = max(p.width, j+1)

		text = text[i+1:]
		v, size, err := value(text)
		if err != nil {
			return fmt.Errorf("%w of index %d", err, n)
		}
		text = text[size:]
		p.index = append(p.index, int32(j))
		p.values = append(p.values, v)
	}
	if !ascending {
		return p.sort(start)
	}
	return nil
}

// value reads the number at the beginning of text, up to a blank.
func value(text []byte) (v float64, size int, err error) {
	// Most are small integers.
	n := 0
	for size < min(len(text), 15) && text[size]-'0' <= 9 {
		n = n*10 + int(text[size]-'0')
		size++
	}
	if size > 0 && (size == len(text) || isBlank(text[size])) {
		return float64(n), size, nil
	}
	size = tokenEnd(text)
	word := text[:size]
	v, class := decimal.Parse(word)
	switch {
	case class == decimal.Number:
		return v, size, nil
	case class == decimal.TooLarge:
		return 0, 0, fmt.Errorf("%w: %s as the value", dataset.ErrInfinite, dataset.Quoted(word))
	}
	switch v, err := strconv.ParseFloat(string(word), 64); {
	case string(word) == "NA", err == nil && v != v:
		return nan, size, nil
	case err == nil && v-v != 0:
		return 0, 0, fmt.Errorf("%w: %s as the value", dataset.ErrInfinite, dataset.Quoted(word))
	}
	return 0, 0, fmt.Errorf("%w: %s as the value", dataset.ErrNumber, dataset.Quoted(word))
}

// sort puts the pairs of the row from start on in the order of their indices.
func (p *parser) sort(start int) error {
	type pair struct {
		index int32
		value float64
	}
	row := make([]pair, len(p.index)-start)
	for i := range row {
		row[i] = pair{p.index[start+i], p.values[start+i]}
	}
	slices.SortFunc(row, func(a, b pair) int { return cmp.Compare(a.index, b.index) })
	for i, pair := range row {
		if i > 0 && row[i-1].index == pair.index {
			return fmt.Errorf("%w: index %d comes twice", dataset.ErrFormat, int(pair.index)+p.first)
		}
		p.index[start+i], p.values[start+i] = pair.index, pair.value
	}
	return nil
}

func (p *parser) badIndex(token []byte, n int) error {
	number, _, colon := bytes.Cut(token, []byte(":"))
	_, err := strconv.ParseUint(string(number), 10, 64)
	switch {
	case !colon || err != nil && n <= maxIndex:
		return fmt.Errorf("%w: %s where an index:value is wanted", dataset.ErrFormat, dataset.Quoted(token))
	case n > maxIndex:
		return fmt.Errorf("%w: %s: indices go up to %d", dataset.ErrTooLarge, dataset.Quoted(token), maxIndex)
	}
	return fmt.Errorf("%w: %s: indices count from 1; or read the file as zero-based, and all that go with it", dataset.ErrFormat, dataset.Quoted(token))
}

func skipBlanks(text []byte) []byte {
	for len(text) > 0 && isBlank(text[0]) {
		text = text[1:]
	}
	return text
}

// tokenEnd is the length of what text has before the first blank.
func tokenEnd(text []byte) int {
	i := 0
	for i < len(text) && !isBlank(text[i]) {
		i++
	}
	return i
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }
