package dataset

import (
	"slices"
	"strings"
)

// Levels are distinct texts with codes in the order of their appearance, in which
// readers collect categories and classes. The zero value has none.
type Levels struct {
	Names []string
	code  map[string]int32
}

// Find returns the code of a text.
func (l *Levels) Find(text []byte) (code int32, ok bool) {
	code, ok = l.code[string(text)]
	return code, ok
}

// Code returns the code of a text, a new one if it has none.
func (l *Levels) Code(text []byte) int32 {
	if k, ok := l.code[string(text)]; ok {
		return k
	}
	return l.add(string(text))
}

func (l *Levels) add(name string) int32 {
	if l.code == nil {
		l.code = make(map[string]int32)
	}
	k := int32(len(l.Names))
	l.code[name] = k
	l.Names = append(l.Names, name)
	return k
}

// Coded returns the names in the order in which sort puts them, and the codes of
// rows, -1 for none, for that order: codes itself, which it changes.
func (l *Levels) Coded(codes []int32, sort func([]string)) ([]string, []int32) {
	names := slices.Clone(l.Names)
	sort(names)
	rank := make([]int32, len(names))
	for k, name := range names {
		rank[l.code[name]] = int32(k)
	}
	for i, k := range codes {
		if k >= 0 {
			codes[i] = rank[k]
		}
	}
	return names, codes
}

// Texts are the texts of the rows with the given codes, empty where there is none.
func (l *Levels) Texts(codes []int32) []string {
	texts := make([]string, len(codes))
	for i, k := range codes {
		if k >= 0 {
			texts[i] = l.Names[k]
		}
	}
	return texts
}

// textBytes is the average length from which distinct values are text.
const textBytes = 20

// LikeText reports whether the levels, in rows with the given codes, look like text
// rather than categories: they are more than half of the rows that have one, of
// over 20 bytes on average, and more than half of them have a blank.
func (l *Levels) LikeText(codes []int32) bool {
	size, blanks := 0, 0
	for _, s := range l.Names {
		size += len(s)
		if strings.IndexByte(s, ' ') >= 0 {
			blanks++
		}
	}
	present := 0
	for _, k := range codes {
		if k >= 0 {
			present++
		}
	}
	n := len(l.Names)
	return 2*n > present && size > textBytes*n && 2*blanks > n
}
