package main

import "strings"

// didYouMean is the end of a message that names the words nearest to one that
// is not known; empty if none is near.
func didYouMean(word string, known []string) string {
	near := nearest(word, known)
	if len(near) == 0 {
		return ""
	}
	return "; did you mean " + strings.Join(near, " or ") + "?"
}

// nearest returns the words that are fewest edits away, if they are few, or
// else those that begin with the word.
func nearest(word string, known []string) []string {
	var near []string
	least := 1 + len(strings.TrimLeft(word, "-"))/3
	for _, k := range known {
		switch d := edits(strings.ToLower(word), strings.ToLower(k)); {
		case d < least:
			near, least = []string{k}, d
		case d == least:
			near = append(near, k)
		}
	}
	if near == nil {
		for _, k := range known {
			if strings.HasPrefix(k, word) {
				near = append(near, k)
			}
		}
	}
	return near
}

// edits is the Levenshtein distance of two words in bytes.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0]++
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
