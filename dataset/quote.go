package dataset

import (
	"strconv"
	"strings"
	"unicode"
)

// Quoted shows a value in a message, the beginning of it if it is long.
func Quoted[T string | []byte](value T) string {
	const most = 40
	if len(value) > most {
		return strconv.Quote(string(value[:most])) + "..."
	}
	return strconv.Quote(string(value))
}

// Argument writes a word as a shell wants it, for messages that say what to type.
func Argument(word string) string {
	special := func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("_-./,:=+@%", r)
	}
	if word != "" && !strings.ContainsFunc(word, special) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
