package preprocess

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Text says how a column of text becomes numbers.
//
// A text is put in lower case and cut into words: the longest runs of letters,
// marks and digits (the Unicode categories L, M and N). Its terms are runs of
// words, written with one space between them, and runs of characters within a
// word that has a space put before and behind it. A term that comes c times
// in a text has the value (1 + ln c) idf there, idf = 1 + ln((1 + n)/(1 + m))
// with m of the n training texts having it, by weight. The values of word
// terms are then scaled to a sum of squares of 1, those of character terms
// likewise, and where there are both the whole again.
type Text struct {
	// Words is the least and greatest number of words in a term, "1-2"; empty
	// stands for DefaultWords.
	Words NGrams `json:"words,omitempty"`
	// Chars is the same for characters; empty stands for DefaultChars.
	Chars NGrams `json:"chars,omitempty"`
	// KeepCase leaves capital letters as they are.
	KeepCase bool `json:"keep_case,omitempty"`
	// PlainCounts makes the value c idf.
	PlainCounts bool `json:"plain_counts,omitempty"`
	// MinDocuments is the weighted count of training texts below which a term
	// that has fewer is left out. 0 stands for 2, or where an example's weight
	// lies below 1 for no limit.
	MinDocuments float64 `json:"min_documents,omitempty"`
	// MaxDocuments leaves out terms that a greater share of the training
	// texts, by weight, has. 0 stands for 1: no limit.
	MaxDocuments float64 `json:"max_documents,omitempty"`
}

// NGrams is a range of lengths such as "1-2", one length such as "3", or
// NGramsOff.
type NGrams string

const (
	// NGramsOff takes no such terms.
	NGramsOff NGrams = "off"
	// DefaultWords and DefaultChars are what an empty NGrams stands for.
	DefaultWords NGrams = "1-2"
	DefaultChars NGrams = "off"
)

// maxLength of a term in words or characters.
const maxLength = 20

// Range returns the least and greatest length, 0 and 0 if it is off.
func (g NGrams) Range() (low, high int, err error) {
	if g == NGramsOff {
		return 0, 0, nil
	}
	from, to, two := strings.Cut(string(g), "-")
	if !two {
		to = from
	}
	low, err1 := strconv.Atoi(from)
	high, err2 := strconv.Atoi(to)
	if err1 != nil || err2 != nil || low < 1 || high < low || high > maxLength {
		return 0, 0, fmt.Errorf("%q: it must be a range of lengths such as 1-2, from 1 to %d, or %s", string(g), maxLength, NGramsOff)
	}
	return low, high, nil
}

// Lengths returns the ranges of word and character terms, with the defaults
// filled in.
func (t Text) Lengths() (words, chars [2]int, err error) {
	if t.Words == "" {
		t.Words = DefaultWords
	}
	if t.Chars == "" {
		t.Chars = DefaultChars
	}
	if words[0], words[1], err = t.Words.Range(); err != nil {
		return words, chars, fmt.Errorf("words %w", err)
	}
	if chars[0], chars[1], err = t.Chars.Range(); err != nil {
		return words, chars, fmt.Errorf("chars %w", err)
	}
	return words, chars, nil
}

func (t Text) validate() error {
	words, chars, err := t.Lengths()
	switch {
	case err != nil:
		return err
	case words[0] == 0 && chars[0] == 0:
		return fmt.Errorf("text has neither words nor chars")
	case !(t.MinDocuments >= 0) || math.IsInf(t.MinDocuments, 0):
		return fmt.Errorf("min_documents is %v: it must be positive, or 0 for the default", t.MinDocuments)
	case !(t.MaxDocuments >= 0 && t.MaxDocuments <= 1):
		return fmt.Errorf("max_documents is %v: it must lie between 0 and 1", t.MaxDocuments)
	}
	return nil
}
