package metrics

import (
	"cmp"
	"fmt"
	"slices"
)

// Confusion counts how often each true class was predicted as each class. It
// keeps the non-zero counts only, at most one for each example, so that
// 100,000 classes are as little trouble as ten.
type Confusion struct {
	classes int
	cells   map[cell]sum
}

type cell struct{ truth, pred int32 }

// A Pair is one non-zero count of a Confusion: the examples of class Truth
// that were predicted as Pred.
type Pair struct {
	Truth, Pred int32
	// Count is their number, by weight.
	Count float64
	// Share is Count as a part of all examples of class Truth.
	Share float64
}

// NewConfusion returns an empty Confusion of the given number of classes.
func NewConfusion(classes int) *Confusion {
	return &Confusion{classes: classes, cells: make(map[cell]sum)}
}

// Add counts a batch of examples.
func (c *Confusion) Add(truth, pred []int32, w []float64) {
	checkPredictions(truth, pred, w)
	for i, y := range truth {
		c.add(y, pred[i], weight(w, i))
	}
}

func (c *Confusion) add(truth, pred int32, w float64) {
	if truth < -1 || int(truth) >= c.classes || pred < 0 || int(pred) >= c.classes {
		panic(fmt.Sprintf("metrics: class %d predicted as %d, of %d classes", truth, pred, c.classes))
	}
	if w == 0 {
		return
	}
	s := c.cells[cell{truth, pred}]
	s.add(w)
	c.cells[cell{truth, pred}] = s
}

// Classes is the number of classes, K.
func (c *Confusion) Classes() int { return c.classes }

// Matrix returns the counts as K rows of K: row = true class, column =
// predicted class. Examples of unknown class are in no row. It is meant for
// few classes: its size is K^2.
func (c *Confusion) Matrix() [][]float64 {
	rows := make([][]float64, c.classes)
	for i := range rows {
		rows[i] = make([]float64, c.classes)
	}
	for at, s := range c.cells {
		if at.truth >= 0 {
			rows[at.truth][at.pred] = s.value()
		}
	}
	return rows
}

// Pairs returns the non-zero counts in the order of the matrix. Examples of
// unknown class are left out.
func (c *Confusion) Pairs() []Pair {
	pairs := c.sorted()
	known := slices.IndexFunc(pairs, func(p Pair) bool { return p.Truth >= 0 })
	if known < 0 {
		return nil
	}
	pairs = pairs[known:]
	support := make([]sum, c.classes)
	for _, p := range pairs {
		support[p.Truth].add(p.Count)
	}
	for i := range pairs {
		pairs[i].Share = pairs[i].Count / support[pairs[i].Truth].value()
	}
	return pairs
}

// sorted returns all counts, those of unknown class first, without Share. The
// order fixes the rounding of the sums over them.
func (c *Confusion) sorted() []Pair {
	pairs := make([]Pair, 0, len(c.cells))
	for at, s := range c.cells {
		pairs = append(pairs, Pair{Truth: at.truth, Pred: at.pred, Count: s.value()})
	}
	slices.SortFunc(pairs, comparePairs)
	return pairs
}

// MostConfused returns the n greatest counts off the diagonal, the greatest
// first; fewer if there are fewer.
func (c *Confusion) MostConfused(n int) []Pair {
	pairs := slices.DeleteFunc(c.Pairs(), func(p Pair) bool { return p.Truth == p.Pred })
	slices.SortFunc(pairs, func(a, b Pair) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), comparePairs(a, b))
	})
	return pairs[:min(n, len(pairs))]
}

func comparePairs(a, b Pair) int {
	return cmp.Or(cmp.Compare(a.Truth, b.Truth), cmp.Compare(a.Pred, b.Pred))
}
