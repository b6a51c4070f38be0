package csv

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestNotes(t *testing.T) {
	// column is a text of n rows with the column a, of the given cells.
	column := func(n int, cell func(i int) string) string {
		var text strings.Builder
		text.WriteString("a,label\n")
		for i := range n {
			fmt.Fprintf(&text, "%s,x\n", cell(i))
		}
		return text.String()
	}
	except := func(row int, word string) func(int) string {
		return func(i int) string {
			if i == row {
				return word
			}
			return fmt.Sprint(i % 50)
		}
	}
	for _, test := range []struct {
		name, text string
		opt        Options
		want       []string
	}{
		{"one word among numbers", column(200, except(7, "?")), Options{}, []string{
			`Column "a" is read as categorical because row 9 has "?", but 199 of its 200 values are numbers: correct or empty such cells, or settle it with --numeric or --categorical a.`}},
		{"the first of them", column(200, except(0, "unknown")), Options{}, []string{
			`Column "a" is read as categorical because row 2 has "unknown", but 199 of its 200 values are numbers: correct or empty such cells, or settle it with --numeric or --categorical a.`}},
		{"said to be categorical", column(200, except(7, "?")), Options{Categorical: []string{"a"}}, nil},
		{"too few rows", column(50, except(7, "?")), Options{}, nil},
		{"many words", column(200, func(i int) string { return []string{"1", "2", "three"}[i%3] }), Options{}, nil},
		{"distinct labels", column(200, func(i int) string { return fmt.Sprint("id", i) }), Options{Label: "a"}, nil},
		{"missing in words", column(3, func(i int) string { return []string{"red", "NA", " NaN"}[i] }), Options{}, []string{
			`Column "a": 2 cells that say NA or NaN are taken for missing values.`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			d, err := Read(strings.NewReader(test.text), test.opt)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(d.Notes, test.want) {
				t.Errorf("notes %q, want %q", d.Notes, test.want)
			}
		})
	}
}
