package csv

import "bytes"

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
