package design

import (
	"unicode"
	"unicode/utf8"
)

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
