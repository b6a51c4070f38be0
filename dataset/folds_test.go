package dataset_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"example.com/softmax/dataset"
)

// labelled makes a dataset of n rows whose classes are drawn with the given
// odds, and a column "g" of groups, each of a few rows.
func labelled(t *testing.T, n int, odds []int, seed uint64) *dataset.Dataset {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 1))
	labels, groups := make([]string, n), make([]float64, n)
	var urn []int
	for k, o := range odds {
		urn = append(urn, slices.Repeat([]int{k}, o)...)
	}
	g := 0
	for i := range labels {
		labels[i] = fmt.Sprint(urn[rng.IntN(len(urn))])
		if rng.IntN(4) == 0 {
			g++
		}
		groups[i] = float64(g)
	}
	ds, err := dataset.New("", []dataset.Column{{Name: "g", Width: 1, Float64s: groups}}, dataset.NewLabel("y", labels), nil)
	if err != nil {
		t.Fatal(err)
	}
	return ds
}

// TestFolds: every row of a class that can be held out is in one fold; every
// class is spread to within one row, the folds' sizes to within one a class;
// the seed alone decides.
func TestFolds(t *testing.T) {
	for _, k := range []int{2, 5, 10} {
		ds := labelled(t, 997, []int{50, 30, 15, 4, 1}, uint64(k))
		fold := ds.Folds(k, 7, nil)
		counts := make([][]int, len(ds.Label.Classes))
		sizes := make([]int, k)
		for c := range counts {
			counts[c] = make([]int, k)
		}
		for i, f := range fold {
			counts[ds.Label.Codes[i]][f]++
			sizes[f]++
		}
		for c, n := range counts {
			if slices.Max(n)-slices.Min(n) > 1 {
				t.Errorf("%d folds: class %d has %v rows in them", k, c, n)
			}
		}
		if slices.Max(sizes)-slices.Min(sizes) > 1 {
			t.Errorf("%d folds have %v rows", k, sizes)
		}
		if !slices.Equal(fold, ds.Folds(k, 7, nil)) {
			t.Error("the same seed deals differently")
		}
		if slices.Equal(fold, ds.Folds(k, 8, nil)) {
			t.Error("another seed deals the same")
		}
	}
}

// TestFoldsOfGroups: a group is in one fold, and classes are spread within what
// whole groups allow.
func TestFoldsOfGroups(t *testing.T) {
	const k = 5
	ds := labelled(t, 2000, []int{6, 3, 1}, 3)
	fold := ds.Folds(k, 1, ds.Columns[0].Groups())
	of := make(map[float64]int)
	var counts [3][k]int
	for i, f := range fold {
		g := ds.Columns[0].Float64s[i]
		if before, ok := of[g]; ok && before != f {
			t.Fatalf("group %v is in folds %d and %d", g, before, f)
		}
		of[g] = f
		counts[ds.Label.Codes[i]][f]++
	}
	for c, n := range counts {
		if low, high := slices.Min(n[:]), slices.Max(n[:]); high-low > 20 {
			t.Errorf("class %d: %v", c, n)
		}
	}
}

// TestFoldsKeepRareClasses: what has one row, or one group, is never held out.
func TestFoldsKeepRareClasses(t *testing.T) {
	ds, err := dataset.New("", []dataset.Column{{Name: "g", Width: 1, Float64s: []float64{1, 1, 2, 2, 3, 4, 5}}},
		dataset.NewLabel("y", []string{"a", "a", "b", "c", "b", "a", ""}), nil)
	if err != nil {
		t.Fatal(err)
	}
	ds.Label.Codes[6] = -1
	rows, groups := ds.Folds(2, 0, nil), ds.Folds(2, 0, ds.Columns[0].Groups())
	for i, want := range []bool{true, true, true, false, true, true, false} {
		if got := rows[i] >= 0; got != want {
			t.Errorf("row %d can be held out: %v", i, got)
		}
	}
	// Group 2 has the only c, and goes with it.
	for i, want := range []bool{true, true, false, false, true, true, false} {
		if got := groups[i] >= 0; got != want {
			t.Errorf("row %d can be held out by groups: %v", i, got)
		}
	}
	if groups[0] != groups[1] {
		t.Error("a group is parted")
	}
}

// TestFoldsOfTargets: several classes a row are spread too.
func TestFoldsOfTargets(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	X, Y := make([][]float64, 600), make([][]float64, 600)
	for i := range X {
		X[i], Y[i] = []float64{1}, make([]float64, 4)
		for k := range Y[i] {
			if rng.IntN(2+3*k) == 0 {
				Y[i][k] = 1
			}
		}
	}
	ds, err := dataset.FromTargets(X, Y, []string{"a", "b", "c", "d"})
	if err != nil {
		t.Fatal(err)
	}
	var counts [4][3]float64
	for i, f := range ds.Folds(3, 5, nil) {
		for k, v := range Y[i] {
			counts[k][f] += v
		}
	}
	for k, n := range counts {
		if slices.Max(n[:])-slices.Min(n[:]) > 12 {
			t.Errorf("class %d: %v", k, n)
		}
	}
}
