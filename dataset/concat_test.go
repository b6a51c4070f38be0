package dataset

import (
	"reflect"
	"strings"
	"testing"
)

// TestConcat: the parts of a set, put together again, are the set.
func TestConcat(t *testing.T) {
	d := example(t)
	got, err := Concat(d.Subset([]int{0}), d.Subset([]int{1, 2}))
	if err != nil {
		t.Fatal(err)
	}
	if got.Rows() != 3 || !reflect.DeepEqual(got.Label, d.Label) || !reflect.DeepEqual(got.Weights, d.Weights) {
		t.Errorf("label %+v, weights %v", got.Label, got.Weights)
	}
	for j := range d.Columns {
		want, have := &d.Columns[j], &got.Columns[j]
		if have.Kind != want.Kind || have.Width != want.Width || have.Height != want.Height {
			t.Errorf("%+v, want %+v", have, want)
			continue
		}
		for i := range 3 {
			switch {
			case have.Kind == Text:
				if have.Texts[i] != want.Texts[i] {
					t.Errorf("%s: %q", have.Name, have.Texts)
				}
			case have.Missing(i) != want.Missing(i):
				t.Errorf("%s, row %d: missing %v", have.Name, i, have.Missing(i))
			case have.Kind == Categorical:
				if !have.Missing(i) && have.Levels[have.Codes[i]] != want.Levels[want.Codes[i]] {
					t.Errorf("%s: %v of %q", have.Name, have.Codes, have.Levels)
				}
			case !have.Missing(i):
				for k := range have.Width {
					if have.Number(i, k) != want.Number(i, k) {
						t.Errorf("%s[%d,%d]: %v, want %v", have.Name, i, k, have.Number(i, k), want.Number(i, k))
					}
				}
			}
		}
	}
}

func categories(levels ...string) Column {
	l := NewLabel("", levels)
	return Column{Name: "c", Kind: Categorical, Width: 1, Levels: l.Classes, Codes: l.Codes}
}

func TestConcatMerges(t *testing.T) {
	part := func(source string, label []string, columns ...Column) *Dataset {
		d, err := New(source, columns, NewLabel("y", label), nil)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	blank := Column{Name: "c", Width: 1, Float64s: []float64{nan}}
	a := part("a", []string{"10", "2"}, categories("red", "blue"), Column{Name: "n", Width: 1, Bytes: []uint8{1, 2}})
	b := part("b", []string{"1"}, Column{Name: "n", Width: 1, Float64s: []float64{-1}}, categories("green"))
	c := part("c", []string{"2"}, blank, Column{Name: "n", Width: 1, Bytes: []uint8{3}})
	got, err := Concat(c, a, b)
	if err != nil {
		t.Fatal(err)
	}
	if want := (Column{Name: "c", Kind: Categorical, Width: 1, Levels: []string{"blue", "green", "red"}, Codes: []int32{-1, 2, 0, 1}}); !reflect.DeepEqual(got.Columns[0], want) {
		t.Errorf("%+v, want %+v", got.Columns[0], want)
	}
	if want := []float64{3, 1, 2, -1}; !reflect.DeepEqual(got.Columns[1].Float64s, want) {
		t.Errorf("%+v", got.Columns[1])
	}
	if want := (&Label{Name: "y", Classes: []string{"1", "2", "10"}, Codes: []int32{1, 2, 1, 0}}); !reflect.DeepEqual(got.Label, want) {
		t.Errorf("%+v", got.Label)
	}
	// A block of nothing but missing values may have another width.
	for _, order := range [][2]int{{0, 1}, {1, 0}} {
		blocks := []*Dataset{
			part("wide", []string{"1"}, Column{Name: "v", Width: 3, Float64s: []float64{nan, nan, nan}}),
			part("single", []string{"1"}, Column{Name: "v", Width: 1, Bytes: []uint8{7}}),
		}
		got, err := Concat(blocks[order[0]], blocks[order[1]])
		if err != nil {
			t.Fatal(err)
		}
		if c := &got.Columns[0]; c.Width != 1 || c.Number(order[1], 0) != 7 || !c.Missing(1-order[1]) {
			t.Errorf("%+v", c)
		}
	}
	for want, other := range map[string]*Dataset{
		`b, column "n": bad column: it lacks this column of a`:               part("b", []string{"1"}, categories("red")),
		`a, column "z": bad column: it lacks this column of b`:               part("b", []string{"1"}, categories("red"), Column{Name: "n", Width: 1, Bytes: []uint8{1}}, Column{Name: "z", Width: 1, Bytes: []uint8{1}}),
		`b, column "c": bad column: numeric here and categorical in a`:       part("b", []string{"1"}, Column{Name: "c", Width: 1, Bytes: []uint8{1}}, Column{Name: "n", Width: 1, Bytes: []uint8{1}}),
		`b, column "n": bad column: a block of 2 numbers here and of 1 in a`: part("b", []string{"1"}, categories("red"), Column{Name: "n", Width: 2, Bytes: []uint8{1, 2}}),
		`b: no label column: it and a do not both have one`:                  {Source: "b", Columns: a.Subset([]int{0}).Columns, rows: 1},
		`b, column "z": no label column: the label, which is "y" in a`:       {Source: "b", Columns: a.Subset([]int{0}).Columns, rows: 1, Label: NewLabel("z", []string{"1"})},
		`b: bad weight: it and a do not both have weights`:                   {Source: "b", Columns: a.Subset([]int{0}).Columns, rows: 1, Label: NewLabel("y", []string{"1"}), Weights: []float64{1}},
	} {
		if _, err := Concat(a, other); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}
