package profile

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/softmax/dataset"
	"example.com/softmax/dataset/csv"
	"example.com/softmax/dataset/source"
)

func set(t *testing.T, label []string, columns ...dataset.Column) *dataset.Dataset {
	t.Helper()
	var l *dataset.Label
	if label != nil {
		l = dataset.NewLabel("y", label)
	}
	d, err := dataset.New("", columns, l, nil)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func categorical(name string, values ...string) dataset.Column {
	l := dataset.NewLabel("", values)
	return dataset.Column{Name: name, Kind: dataset.Categorical, Width: 1, Levels: l.Classes, Codes: l.Codes}
}

func numeric(name string, n int, f func(i int) float64) dataset.Column {
	c := dataset.Column{Name: name, Width: 1}
	for i := range n {
		c.Float64s = append(c.Float64s, f(i))
	}
	return c
}

func TestColumns(t *testing.T) {
	nan := math.NaN()
	p := Of(set(t, []string{"a", "b", "", "b"},
		categorical("c", "x", "y", "", "y"),
		dataset.Column{Name: "n", Width: 1, Float64s: []float64{3, nan, -1, 3}},
		dataset.Column{Name: "v", Width: 2, Bytes: []uint8{0, 1, 2, 3, 4, 5, 6, 7}},
		dataset.Column{Name: "s", Width: 5, Sparse: &dataset.Sparse{Starts: []int{0, 1, 1, 3, 3}, Index: []int32{4, 0, 1}, Values: []float64{10, -10, nan}}},
		dataset.Column{Name: "t", Kind: dataset.Text, Width: 1, Texts: []string{"a b", "", "c", "a b"}},
	))
	const want = `{c categorical 1 1 2 NaN NaN NaN [{y 2} {x 1}]}
{n numeric 1 1 2 -1 1.6666666666666667 3 []}
{v numeric 2 0 -1 0 3.5 7 []}
{s numeric 5 1 -1 -10 0 10 []}
{t text 1 0 3 NaN NaN NaN []}
&{y categorical 1 1 2 NaN NaN NaN [{b 2} {a 1}]}
`
	var got strings.Builder
	for _, c := range p.Columns {
		fmt.Fprintln(&got, c)
	}
	fmt.Fprintln(&got, p.Label)
	if got.String() != want || len(p.Warnings) > 0 || p.Rows != 4 {
		t.Errorf("%s\nwant\n%s\nwarnings %v", got.String(), want, p.Warnings)
	}
}

// kinds are the warnings of a profile in short.
func kinds(p *Profile) string {
	var all []string
	for _, w := range p.Warnings {
		all = append(all, w.Kind+" "+strings.Join(w.Columns, ","))
	}
	return strings.Join(all, "; ")
}

func TestWarnings(t *testing.T) {
	const n = 200
	rng := rand.New(rand.NewPCG(1, 2))
	noise := func(int) float64 { return rng.NormFloat64() }
	label, fine, names := make([]string, n), make([]string, n), make([]string, n)
	for i := range n {
		label[i], fine[i], names[i] = string(rune('a'+i%3)), fmt.Sprint(i%12), fmt.Sprint("row", i)
	}
	a, b := numeric("a", n, noise), numeric("b", n, noise)
	sum := numeric("sum", n, func(i int) float64 { return 3*a.Float64s[i] - b.Float64s[i]/1000 + 1e4 })
	almost := numeric("almost", n, func(i int) float64 { return a.Float64s[i] + 1e-3*rng.NormFloat64() })
	for _, test := range []struct {
		columns []dataset.Column
		want    string
	}{
		{[]dataset.Column{a, b, almost}, ""},
		{[]dataset.Column{a, b, sum}, "collinear sum,a,b"},
		{[]dataset.Column{sum, numeric("other", n, noise), b, a}, "collinear a,sum,b"},
		{[]dataset.Column{a, numeric("same", n, func(int) float64 { return 7 })}, "constant same"},
		{[]dataset.Column{categorical("name", names...)}, "id-like name"},
		{[]dataset.Column{numeric("row", n, func(i int) float64 { return float64(1000 - 2*i) })}, "id-like row"},
		{[]dataset.Column{numeric("shuffled", n, func(i int) float64 { return float64(i * 7 % n) })}, ""},
		{[]dataset.Column{categorical("fine", fine...)}, "label-determining fine"},
		{[]dataset.Column{numeric("code", n, func(i int) float64 { return float64(i % 6) })}, "label-determining code"},
		{[]dataset.Column{numeric("mixed", n, func(i int) float64 { return float64(i % 7) })}, ""},
		{[]dataset.Column{numeric("rare", n, func(i int) float64 { return float64(i / 2) })}, ""},
	} {
		if got := kinds(Of(set(t, label, test.columns...))); got != test.want {
			t.Errorf("%s: %q, want %q", test.columns[0].Name, got, test.want)
		}
	}
}

func TestDuplicates(t *testing.T) {
	train := set(t, []string{"p", "q", "q"}, categorical("c", "x", "y", ""), numeric("n", 3, func(i int) float64 { return float64(i) }))
	// The columns lie in another order and storage, the levels have other codes.
	test := set(t, []string{"q", "q", "p", "p"}, dataset.Column{Name: "n", Width: 1, Bytes: []uint8{1, 2, 1, 0}}, categorical("c", "y", "", "x", "a"))
	got := Duplicates(train, test)
	if len(got) != 1 || !strings.HasPrefix(got[0].Message, "2 of the 4 test rows") {
		t.Errorf("%v", got)
	}
	if got := Duplicates(train, test.Subset([]int{2, 3})); got != nil {
		t.Errorf("%v", got)
	}
}

// TestRealData: the columns and warnings of sets that are known well.
func TestRealData(t *testing.T) {
	folder := os.Getenv("SOFTMAX_DATA")
	if folder == "" {
		t.Skip("$SOFTMAX_DATA is not set")
	}
	for name, want := range map[string]string{
		"adult/train.csv.gz": "", "penguins/penguins.csv.gz": "", "mushroom/mushroom.csv.gz": "constant veil-type", "iris/iris.csv.gz": "",
		"trec/train.tsv.gz": "label-determining column 2",
	} {
		s, err := source.Open(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		d, err := csv.Read(s, csv.Options{Name: name, TSV: strings.Contains(name, ".tsv")})
		s.Close()
		if err != nil {
			t.Fatal(err)
		}
		p := Of(d)
		if got := kinds(p); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
		if strings.HasPrefix(name, "adult") {
			missing := slices.IndexFunc(p.Columns, func(c Column) bool { return c.Missing > 0 })
			if len(p.Columns) != 14 || missing < 0 || p.Columns[missing].Name != "workclass" || p.Columns[missing].Missing != 1836 {
				t.Errorf("%s: %d columns, %+v", name, len(p.Columns), p.Columns)
			}
		}
	}
}
