package lab

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"example.com/softmax/internal/linalg"
	"example.com/softmax/internal/special"
)

// Spread is how an accuracy depends on the numbering of the classes.
type Spread struct {
	// Numberings is how many were tried: all of them if Exhaustive, else
	// random ones.
	Numberings int  `json:"numberings"`
	Exhaustive bool `json:"exhaustive"`
	// Share[c] is the share of the numberings with c right predictions.
	Share     []float64 `json:"share"`
	Mean      float64   `json:"mean"`
	Deviation float64   `json:"deviation"`
	Given     float64   `json:"given"` // of the order of the data
	Highest   float64   `json:"highest"`
	Lowest    float64   `json:"lowest"`
	// Best and Worst hold the number, from 1, of each class in a numbering of
	// Highest and in one of Lowest.
	Best  []int `json:"best"`
	Worst []int `json:"worst"`
}

// numberings counts right predictions of least squares on class numbers.
type numberings struct {
	k     int
	first []int       // the examples of class c are first[c] up to first[c+1]
	a     [][]float64 // a[c][i], output c for example i
	rows  int         // with those of no known class
}

// load takes the outputs for the test set, and returns the accuracy of argmax.
func (n *numberings) load(a [][]float64, truth []int) float64 {
	n.k, n.rows = len(a[0]), len(a)
	n.a, n.first = make([][]float64, n.k), make([]int, n.k+1)
	right := 0
	for c := range n.k {
		for i, z := range a {
			if truth[i] != c {
				continue
			}
			if special.Argmax(z) == c {
				right++
			}
			for q, v := range z {
				n.a[q] = append(n.a[q], v)
			}
		}
		n.first[c+1] = len(n.a[c])
	}
	return float64(right) / float64(n.rows)
}

// right counts the examples whose output f + low a_(k-2) + high a_(k-1) is
// nearest to the number of their class. It has no branch that depends on the
// data, which would cost more than the arithmetic.
func (n *numberings) right(f []float64, number []int) (count int) {
	low, high := float64(number[n.k-2]), float64(number[n.k-1])
	for c, v := range number {
		from, to := n.first[c], n.first[c+1]
		above, below := float64(v)-0.5, float64(v)+0.5
		if v == 1 {
			above = math.Inf(-1)
		}
		if v == n.k {
			below = math.Inf(1)
		}
		fs, as, bs := f[from:to], n.a[n.k-2][from:to], n.a[n.k-1][from:to]
		for i, y := range fs {
			y += float64(low*as[i]) + float64(high*bs[i])
			count += int((math.Float64bits(above-y) & math.Float64bits(y-below)) >> 63)
		}
	}
	return count
}

// spread tries all numberings, or as many random ones as it has time for.
func (n *numberings) spread(ctx context.Context, opt Options) (s Spread) {
	const work = 4_000_000_000 // about how many outputs are rounded at most
	t := newTally(n)
	given := make([]int, n.k)
	count := 0.5 // numberings to try
	for c := range given {
		given[c] = c + 1
		count *= float64(c + 1)
	}
	n.try(t, given, 0)
	s.Given = float64(t.most) / float64(n.rows)
	if s.Exhaustive = count*float64(n.rows) <= work; s.Exhaustive {
		n.all(ctx, t, opt.threads())
	} else {
		n.random(ctx, t, opt.Seed, max(1, min(work/(n.rows*n.k), 100_000)))
	}
	check(ctx.Err())
	for _, times := range t.times {
		s.Numberings += times
	}
	var square float64
	for right, times := range t.times {
		share, accuracy := float64(times)/float64(s.Numberings), float64(right)/float64(n.rows)
		s.Share = append(s.Share, share)
		s.Mean += share * accuracy
		square += share * accuracy * accuracy
	}
	s.Deviation = math.Sqrt(max(0, square-s.Mean*s.Mean))
	s.Highest, s.Best = float64(t.most)/float64(n.rows), t.best
	s.Lowest, s.Worst = float64(t.least)/float64(n.rows), t.worst
	return s
}

// add sets dst = f + v a_c.
func (n *numberings) add(dst, f []float64, c, v int) {
	a, w := n.a[c][:len(dst)], float64(v)
	for i, y := range f[:len(dst)] {
		dst[i] = y + float64(w*a[i])
	}
}

// try counts one numbering.
func (n *numberings) try(t *tally, number []int, times int) {
	f := make([]float64, len(n.a[0]))
	for c, v := range number[:n.k-2] {
		n.add(f, f, c, v)
	}
	t.add(n.right(f, number), number, times)
}

func (n *numberings) random(ctx context.Context, t *tally, seed uint64, count int) {
	r := rand.New(rand.NewPCG(seed, 1))
	for i := 0; i < count && ctx.Err() == nil; i++ {
		number := r.Perm(n.k)
		for c := range number {
			number[c]++
		}
		n.try(t, number, 1)
	}
}

// all tries every numbering. A numbering and its reverse give the same, since
// the outputs of an example sum to 1; so the first class's number runs to the
// middle only, and counts twice below it.
func (n *numberings) all(ctx context.Context, t *tally, threads int) {
	tallies := make([]*tally, (n.k+1)/2)
	linalg.Parallel(threads, len(tallies), func(i int) {
		if ctx.Err() == nil {
			tallies[i] = n.beginningWith(i + 1)
		}
	})
	for _, one := range tallies {
		if one == nil {
			return // the context ended
		}
		for right, times := range one.times {
			t.times[right] += times
		}
		t.add(one.most, one.best, 0)
		t.add(one.least, one.worst, 0)
	}
}

// beginningWith tries the numberings in which the first class has number v: a
// tree, in which f[c] is the sum of what the classes before c add.
func (n *numberings) beginningWith(v int) *tally {
	t, times := newTally(n), 2
	if 2*v == n.k+1 {
		times = 1
	}
	number, used, f := make([]int, n.k), make([]bool, n.k+1), make([][]float64, n.k-1)
	for c := range f {
		f[c] = make([]float64, len(n.a[0]))
	}
	var give func(c, v int)
	give = func(c, v int) {
		number[c], used[v] = v, true
		if c < n.k-2 {
			n.add(f[c+1], f[c], c, v)
			for next := 1; next <= n.k; next++ {
				if !used[next] {
					give(c+1, next)
				}
			}
		} else {
			number[c+1] = 1 + slices.Index(used[1:], false)
			t.add(n.right(f[c], number), number, times)
		}
		used[v] = false
	}
	give(0, v)
	return t
}

// A tally of numberings by how many predictions are right.
type tally struct {
	times       []int
	most, least int
	best, worst []int
}

func newTally(n *numberings) *tally {
	return &tally{times: make([]int, n.rows+1), most: -1, least: n.rows + 1}
}

func (t *tally) add(right int, number []int, times int) {
	t.times[right] += times
	if right > t.most {
		t.most, t.best = right, slices.Clone(number)
	}
	if right < t.least {
		t.least, t.worst = right, slices.Clone(number)
	}
}
