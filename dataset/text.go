package dataset

import "strings"

// textBytes is the average length from which distinct values are text.
const textBytes = 20

// LikeText reports whether the distinct values of a column, of which so many rows
// have one, look like text rather than categories: they are more than half of the
// rows, of over 20 bytes on average, and more than half of them have a blank.
func LikeText(values []string, rows int) bool {
	size, blanks := 0, 0
	for _, s := range values {
		size += len(s)
		if strings.IndexByte(s, ' ') >= 0 {
			blanks++
		}
	}
	n := len(values)
	return 2*n > rows && size > textBytes*n && 2*blanks > n
}
