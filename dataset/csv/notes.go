package csv

import (
	"fmt"
	"strings"

	"example.com/softmax/dataset"
	"example.com/softmax/dataset/record"
)

const (
	// fewRows are too few to judge a column by.
	fewRows = 100
	// almostAll is the share of numbers from which a categorical column looks
	// like a numeric one with mistakes.
	almostAll = 0.99
)

// notes says what looks like a mistake in a column of words.
func (c *column) notes() (notes []string) {
	if c.spelled > 0 {
		notes = append(notes, fmt.Sprintf("Column %q: %d cells that say NA or NaN are taken for missing values.", c.name, c.spelled))
	}
	if c.store != inCodes || c.role == record.Label {
		return notes
	}
	rows := make([]int, len(c.levels.Names))
	present, numbers, blanks := 0, 0, 0
	for _, k := range c.codes {
		if k >= 0 {
			rows[k]++
			present++
		}
	}
	var words []string
	for k, level := range c.levels.Names {
		if _, class := classify([]byte(level), nil); class == isNumber {
			numbers += rows[k]
		} else if likeMissing(level) {
			blanks += rows[k]
			words = append(words, level)
		}
	}
	switch {
	case c.word.line == 0:
	case blanks > 0 && numbers+blanks == present && numbers >= blanks:
		notes = append(notes, fmt.Sprintf(
			"Column %q is read as categorical because of %s in %d of its %d cells; the others are numbers: if that stands for a missing value, read it so with --na %s, or settle it with --categorical %s.",
			c.name, strings.Join(words, " or "), blanks, present, dataset.Argument(strings.Join(words, ",")), dataset.Argument(c.name)))
	case present >= fewRows && float64(numbers) >= almostAll*float64(present):
		notes = append(notes, fmt.Sprintf(
			"Column %q is read as categorical because row %d has %s, but %d of its %d values are numbers: correct or empty such cells, or settle it with --numeric or --categorical %s.",
			c.name, c.word.line, c.word.cell, numbers, present, dataset.Argument(c.name)))
	}
	return notes
}

// likeMissing reports whether a word in a column of numbers is likely to say that
// there is none.
func likeMissing(word string) bool {
	switch strings.ToLower(strings.Trim(word, " \t<>#")) {
	case "n/a", "na", "n.a.", "nan", "null", "none", "nil", "?", "-", "--", ".", "missing", "unknown":
		return true
	}
	return false
}
