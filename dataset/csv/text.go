package csv

import (
	"bytes"

	"example.com/softmax/dataset"
)

// isText reports whether the levels are texts that nobody called categories.
func (c *column) isText() bool {
	if c.store != inCodes || c.role != "" || c.fixed {
		return false
	}
	present := 0
	for _, k := range c.codes {
		if k >= 0 {
			present++
		}
	}
	return dataset.LikeText(c.levels, present)
}

// becomeText makes the levels of a column its texts.
func (c *column) becomeText() {
	c.texts = make([]string, len(c.codes))
	for i, k := range c.codes {
		if k >= 0 {
			c.texts[i] = c.levels[k]
		}
	}
	c.store, c.codes, c.levels, c.code = inTexts, nil, nil, nil
}

// appendUnescaped appends a cell with the characters for which escapes stand.
// A backslash before any other character is one.
func appendUnescaped(to, cell []byte) []byte {
	for {
		at := bytes.IndexByte(cell, '\\')
		if at < 0 || at+1 == len(cell) {
			return append(to, cell...)
		}
		to = append(to, cell[:at]...)
		switch next := cell[at+1]; next {
		case '\\':
			to = append(to, '\\')
		case 'n':
			to = append(to, '\n')
		case 't':
			to = append(to, '\t')
		case 'r':
			to = append(to, '\r')
		default:
			to = append(to, '\\', next)
		}
		cell = cell[at+2:]
	}
}
