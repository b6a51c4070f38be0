package csv

import (
	"bytes"
	"strings"
)

// textBytes is the average length from which distinct values are text.
const textBytes = 20

// isText is the rule of the package comment.
func (c *column) isText() bool {
	if c.store != inCodes || c.role != "" || c.fixed {
		return false
	}
	size, blanks, present := 0, 0, 0
	for _, level := range c.levels {
		size += len(level)
		if strings.IndexByte(level, ' ') >= 0 {
			blanks++
		}
	}
	for _, k := range c.codes {
		if k >= 0 {
			present++
		}
	}
	n := len(c.levels)
	return 2*n > present && size > textBytes*n && 2*blanks > n
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
