package metrics

import (
	"cmp"
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// An Area is that under the curves of the classes, and its averages as
// scikit-learn defines them for ROC curves; for precision-recall curves they are
// the same. A class that does not occur in the truth has no
// curve, and is in no average.
type Area struct {
	// PerClass sets each class, with its probability as the score, against all
	// others (one-vs-rest); NaN for a class that has no curve.
	PerClass []float64
	// Macro is their mean, Weighted that with the classes' weights in the truth.
	Macro, Weighted float64
	// PairMacro and PairWeighted average over the pairs of classes that occur
	// (one-vs-one). The area of a pair is the mean of two, over the examples of
	// these classes: one class against the other by its probability, and the
	// other against the one by that one's. PairWeighted gives a pair the weight
	// that its classes have in the truth.
	PairMacro, PairWeighted float64
}

// Areas returns the areas under the ROC curves and under the
// precision-recall curves of n x K probabilities:
//
//   - roc: the probability that an example of the class has a higher score than
//     one of the others, ties counting one half (J. A. Hanley and B. J. McNeil,
//     The meaning and use of the area under a ROC curve, Radiology 143, 1982;
//     for pairs D. J. Hand and R. J. Till, Machine Learning 45, 2001). Where
//     there is nothing but one class there is no curve.
//   - pr: the average precision, sum_g (R_g - R_{g-1}) P_g, with R_g and P_g the
//     recall and the precision if all scores down to the g-th greatest are
//     taken for the class, without interpolation. It is 1 where there is nothing
//     but one class.
//
// Examples of unknown class and rows with a NaN are left out. With two classes
// the two of PerClass differ only by ties that rounding makes near 1.
//
// Each column is sorted once: time n K log n for all pairs together, memory n
// values for each thread beside the caller's n K. The result is the same for
// any number of threads.
func Areas(truth []int32, p []float64, K int, w []float64) (roc, pr Area) {
	c := &curves{truth: truth, p: p, K: K, w: w, rows: scored(truth, p, K, w)}
	c.countClasses()
	each := make([][2]classArea, K)
	var next atomic.Int64
	var threads sync.WaitGroup
	for range min(K, runtime.GOMAXPROCS(0)) {
		threads.Go(func() {
			s := &sweep{curves: c, order: make([]scoredRow, len(c.rows)), below: make([]sum, K), wins: make([]sum, K), precision: make([]sum, K)}
			for a := int(next.Add(1)) - 1; a < K; a = int(next.Add(1)) - 1 {
				each[a][0], each[a][1] = s.class(a)
			}
		})
	}
	threads.Wait()
	return c.average(each, 0), c.average(each, 1)
}

// curves is the data of all classes.
type curves struct {
	truth  []int32
	p      []float64
	K      int
	w      []float64
	rows   []int
	weight []float64 // of each class
	occur  int       // the number of classes that do
}

func (c *curves) countClasses() {
	sums := make([]sum, c.K)
	for _, i := range c.rows {
		sums[c.truth[i]].add(weight(c.w, i))
	}
	c.weight = make([]float64, c.K)
	for k := range sums {
		if c.weight[k] = sums[k].value(); c.weight[k] > 0 {
			c.occur++
		}
	}
}

// A classArea is the area of one class against all others, and the sum of its
// areas against each: plain, and by the weight of the pair.
type classArea struct{ rest, pairs, weightedPairs float64 }

// average makes an Area of what the classes have in each[.][kind].
func (c *curves) average(each [][2]classArea, kind int) Area {
	area := Area{PerClass: make([]float64, c.K)}
	var macro, weighted mean
	var pairs, weightedPairs, weights sum
	for a, v := range each {
		area.PerClass[a] = v[kind].rest
		if !math.IsNaN(v[kind].rest) {
			macro.add(v[kind].rest, 1)
			weighted.add(v[kind].rest, c.weight[a])
		}
		pairs.add(v[kind].pairs)
		weightedPairs.add(v[kind].weightedPairs)
		weights.add(float64(c.weight[a] * float64(2*c.occur-2))) // in so many ordered pairs
	}
	area.Macro, area.Weighted = macro.value(), weighted.value()
	area.PairMacro = pairs.value() / float64(c.occur*(c.occur-1))
	area.PairWeighted = weightedPairs.value() / weights.value()
	return area
}

// A sweep goes through the examples from the highest score of a class down.
type sweep struct {
	*curves
	order []scoredRow
	// Of each class: the weight seen so far, the weight of the pairs that the
	// swept class has won, and the precisions against it.
	below, wins, precision []sum
}

type scoredRow struct {
	score float64
	row   int
}

// class sweeps by the probability of class a.
func (s *sweep) class(a int) (roc, pr classArea) {
	if s.weight[a] == 0 {
		return classArea{rest: math.NaN()}, classArea{rest: math.NaN()}
	}
	for j, i := range s.rows {
		s.order[j] = scoredRow{s.p[i*s.K+a], i}
	}
	slices.SortFunc(s.order, func(x, y scoredRow) int {
		return cmp.Or(cmp.Compare(y.score, x.score), cmp.Compare(x.row, y.row))
	})
	clear(s.below)
	clear(s.wins)
	clear(s.precision)
	var seen, others, precision sum // of class a, of the rest, against the rest
	for lo, hi := 0, 0; lo < len(s.order); lo = hi {
		var tied sum // weight of class a in the group of equal scores
		for hi = lo; hi < len(s.order) && s.order[hi].score == s.order[lo].score; hi++ {
			if i := s.order[hi].row; int(s.truth[i]) == a {
				tied.add(weight(s.w, i))
			}
		}
		ahead := seen.value() + tied.value()/2
		for _, r := range s.order[lo:hi] {
			if b := int(s.truth[r.row]); b != a {
				wb := weight(s.w, r.row)
				s.wins[b].add(float64(wb * ahead))
				s.below[b].add(wb)
				others.add(wb)
			}
		}
		if tied.value() == 0 {
			continue
		}
		seen.add(tied.value())
		hit := seen.value()
		precision.add(tied.value() * hit / (hit + others.value()))
		for b := range s.below {
			s.precision[b].add(tied.value() * hit / (hit + s.below[b].value()))
		}
	}
	wa := s.weight[a]
	var wins sum
	for b, wb := range s.weight {
		if b == a || wb == 0 {
			continue
		}
		wins.add(s.wins[b].value())
		won, found := s.wins[b].value()/(wa*wb), s.precision[b].value()/wa
		roc.pairs += won
		roc.weightedPairs += float64(won * (wa + wb))
		pr.pairs += found
		pr.weightedPairs += float64(found * (wa + wb))
	}
	roc.rest = wins.value() / (wa * others.value())
	pr.rest = precision.value() / wa
	return roc, pr
}
