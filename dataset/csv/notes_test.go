package csv

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"example.com/softmax/dataset"
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
		{"one word among numbers", column(200, except(7, "five")), Options{}, []string{
			`Column "a" is read as categorical because row 9 has "five", but 199 of its 200 values are numbers: correct or empty such cells, or settle it with --numeric or --categorical a.`}},
		{"missing after a fashion", column(4, func(i int) string { return []string{"1", "?", "N/A", "2.5"}[i] }), Options{}, []string{
			`Column "a" is read as categorical because of ? or N/A in 2 of its 4 cells; the others are numbers: if that stands for a missing value, read it so with --na '?,N/A', or settle it with --categorical a.`}},
		{"missing among categories", column(4, func(i int) string { return []string{"red", "?", "N/A", "2.5"}[i] }), Options{}, nil},
		{"mostly a category", column(4, func(i int) string { return []string{"none", "none", "none", "1"}[i] }), Options{}, nil},
		{"declared missing", column(200, except(7, " N/A ")), Options{Missing: []string{"N/A"}}, nil},
		{"declared missing in words", column(3, func(i int) string { return []string{"red", "?", "blue"}[i] }), Options{Missing: []string{"?"}}, nil},
		{"the first of them", column(200, except(0, "zero")), Options{}, []string{
			`Column "a" is read as categorical because row 2 has "zero", but 199 of its 200 values are numbers: correct or empty such cells, or settle it with --numeric or --categorical a.`}},
		{"said to be categorical", column(200, except(7, "?")), Options{Categorical: []string{"a"}}, nil},
		{"too few rows", column(50, except(7, "five")), Options{}, nil},
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
			if a := d.Column("a"); test.opt.Missing != nil && (!a.Missing(7%d.Rows()) || strings.Contains(test.text, "red") != (a.Kind == dataset.Categorical)) {
				t.Errorf("column %+v", a)
			}
			if !slices.Equal(d.Notes, test.want) {
				t.Errorf("notes %q, want %q", d.Notes, test.want)
			}
		})
	}
}
