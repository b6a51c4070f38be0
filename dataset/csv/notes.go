package csv

import (
	"fmt"
	"strconv"

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
	number := make([]bool, len(c.levels.Names))
	for k, level := range c.levels.Names {
		_, class := classify([]byte(level))
		number[k] = class == isNumber
	}
	present, numbers := 0, 0
	for _, k := range c.codes {
		if k >= 0 {
			present++
			if number[k] {
				numbers++
			}
		}
	}
	if present >= fewRows && c.word.line > 0 && float64(numbers) >= almostAll*float64(present) {
		notes = append(notes, fmt.Sprintf(
			"Column %q is read as categorical because row %d has %s, but %d of its %d values are numbers: correct or empty such cells, or settle it with --numeric or --categorical %[1]s.",
			c.name, c.word.line, c.word.cell, numbers, present))
	}
	return notes
}

// quote shows a cell in a message, the beginning of it if it is long.
func quote(cell []byte) string {
	const most = 40
	if len(cell) > most {
		return strconv.Quote(string(cell[:most])) + "..."
	}
	return strconv.Quote(string(cell))
}
