package lab

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"example.com/softmax/dataset/sample"
)

// within fails the test if a number is farther from what is wanted than allowed.
func within(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !near(got, want, tolerance) {
		t.Errorf("%s: %.12g, want %.12g within %g", what, got, want, tolerance)
	}
}

var ordinal = once(runOrdinal)

func TestOrdinal(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes seconds")
	}
	r, err := ordinal()
	if err != nil {
		t.Fatal(err)
	}
	type found struct {
		Numberings int     `json:"numberings"`
		OneHot     float64 `json:"one_hot"`
		Mean       float64 `json:"mean"`
		Deviation  float64 `json:"deviation"`
		Given      float64 `json:"given"`
		Highest    float64 `json:"highest"`
		Lowest     float64 `json:"lowest"`
	}
	var want struct{ Unordered, Ordered found }
	readGolden(t, "ordinal", &want)
	for _, c := range []struct {
		name string
		got  Numbered
		want found
	}{{"unordered", r.Unordered, want.Unordered}, {"ordered", r.Ordered, want.Ordered}} {
		s := c.got.Rounding
		if !s.Exhaustive || s.Numberings != c.want.Numberings {
			t.Errorf("%s: %d numberings, exhaustive %v, want %d", c.name, s.Numberings, s.Exhaustive, c.want.Numberings)
		}
		within(t, c.name+" one output a class", c.got.OneHot, c.want.OneHot, 1e-12)
		within(t, c.name+" mean", s.Mean, c.want.Mean, 1e-6)
		within(t, c.name+" deviation", s.Deviation, c.want.Deviation, 1e-6)
		within(t, c.name+" given", s.Given, c.want.Given, 1e-12)
		within(t, c.name+" highest", s.Highest, c.want.Highest, 1e-12)
		within(t, c.name+" lowest", s.Lowest, c.want.Lowest, 1e-12)
		// Both fits are proved to be within 1e-13 of the one optimum.
		if c.got.Changed != 0 || c.got.Moved > 1e-7 {
			t.Errorf("%s: renumbering changed %d predictions of softmax regression, moved probabilities by %g", c.name, c.got.Changed, c.got.Moved)
		}
	}
	// The chapter's sentence, and its condition.
	if u := r.Unordered; u.Rounding.Highest > 0.5 || u.OneHot < 0.75 || u.Softmax < 0.8 {
		t.Errorf("unordered: best numbering %v, one output a class %v, softmax %v", u.Rounding.Highest, u.OneHot, u.Softmax)
	}
	if o := r.Ordered; o.Rounding.Given < o.Rounding.Mean+2*o.Rounding.Deviation || o.Rounding.Given < o.Softmax-0.05 {
		t.Errorf("ordered: given %v of mean %v, deviation %v; softmax %v", o.Rounding.Given, o.Rounding.Mean, o.Rounding.Deviation, o.Softmax)
	}
	shows(t, "ordinal", r, "3628800", percent1(r.Unordered.Rounding.Highest), percent1(r.Unordered.OneHot), percent1(r.Unordered.Softmax), percent1(r.Ordered.Rounding.Given))
}

// TestNumberings compares the tree of numberings with rounding one by one.
func TestNumberings(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for k := 3; k <= 6; k++ {
		const rows = 40
		a, truth := make([][]float64, rows), make([]int, rows)
		for i := range truth {
			a[i], truth[i] = make([]float64, k), r.IntN(k+1)-1 // -1 is a class that training did not see
			left := 1.
			for c := range k - 1 {
				a[i][c] = r.NormFloat64()
				left -= a[i][c]
			}
			a[i][k-1] = left // the outputs sum to 1
		}
		n := &numberings{}
		n.load(a, truth)
		s := n.spread(context.Background(), Options{Threads: 3})
		right := func(number []int) (count int) {
			for i, y := range truth {
				f := 0.
				for c, v := range number {
					f += float64(v) * a[i][c]
				}
				if y >= 0 && int(min(max(math.Round(f), 1), float64(k))) == number[y] {
					count++
				}
			}
			return count
		}
		var counts []int
		var try func(number []int)
		try = func(number []int) {
			if len(number) == k {
				counts = append(counts, right(number))
				return
			}
			for v := 1; v <= k; v++ {
				if !slices.Contains(number, v) {
					try(append(number[:len(number):len(number)], v))
				}
			}
		}
		try(nil)
		share := make([]float64, rows+1)
		for _, c := range counts {
			share[c] += 1 / float64(len(counts))
		}
		if s.Numberings != len(counts) {
			t.Fatalf("%d classes: %d numberings, want %d", k, s.Numberings, len(counts))
		}
		for c := range share {
			within(t, fmt.Sprint(k, " classes, share of ", c), s.Share[c], share[c], 1e-12)
		}
		if most, least := slices.Max(counts), slices.Min(counts); right(s.Best) != most || right(s.Worst) != least || s.Highest != float64(most)/rows || s.Lowest != float64(least)/rows {
			t.Errorf("%d classes: %v has %d right and %v %d, want %d and %d", k, s.Best, right(s.Best), s.Worst, right(s.Worst), most, least)
		}
		tally := newTally(n)
		n.random(context.Background(), tally, 1, 100_000)
		for c, times := range tally.times {
			within(t, fmt.Sprint(k, " classes, random, ", c), float64(times)/100_000, share[c], 0.01)
		}
	}
}

func TestOrdinalEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := run(ctx, runOrdinal, Options{}); err != context.Canceled {
		t.Errorf("error %v of a cancelled run", err)
	}
	penguins, err := sample.Penguins()
	if err != nil {
		t.Fatal(err)
	}
	var two []int // the rows of two species
	for i, code := range penguins.Label.Codes {
		if code < 2 {
			two = append(two, i)
		}
	}
	weighted := *penguins
	weighted.Weights = slices.Repeat([]float64{1}, penguins.Rows())
	for _, c := range []struct {
		opt  Options
		want string
	}{
		{Options{Train: penguins}, "test data"},
		{Options{Train: penguins.Subset(two), Test: penguins}, "2 classes"},
		{Options{Train: &weighted, Test: penguins}, "weights"},
		{Options{Train: penguins, Test: penguins.Subset([]int{3})}, "no complete"},
	} {
		if _, err := run(context.Background(), runOrdinal, c.opt); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want one of %q", err, c.want)
		}
	}
}
