package csv

import (
	"fmt"
	"strconv"
	"strings"

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
			"Column %q is read as categorical because of %s in %d of its %d cells; the others are numbers: if that stands for a missing value, read it so with --na %s, or settle it with --categorical %[1]s.",
			c.name, strings.Join(words, " or "), blanks, present, shellWord(strings.Join(words, ","))))
	case present >= fewRows && float64(numbers) >= almostAll*float64(present):
		notes = append(notes, fmt.Sprintf(
			"Column %q is read as categorical because row %d has %s, but %d of its %d values are numbers: correct or empty such cells, or settle it with --numeric or --categorical %[1]s.",
			c.name, c.word.line, c.word.cell, numbers, present))
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

// shellWord quotes what a shell would take for a pattern or two words.
func shellWord(s string) string {
	if strings.ContainsAny(s, "?<># \t") {
		return "'" + s + "'"
	}
	return s
}

// quote shows a cell in a message, the beginning of it if it is long.
func quote(cell []byte) string {
	const most = 40
	if len(cell) > most {
		return strconv.Quote(string(cell[:most])) + "..."
	}
	return strconv.Quote(string(cell))
}
