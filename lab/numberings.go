package lab

import (
	"context"
	"math"
	"math/rand/v2"
	"sync"

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

// work is about how many outputs are rounded at most.
const work = 4_000_000_000

// load takes the outputs for the test set, and returns the accuracy of argmax.
func (n *numberings) load(a []float64, truth []int32) float64 {
	n.rows, n.a, n.first = len(truth), make([][]float64, n.k), make([]int, n.k+1)
	right := 0
	for c := range n.k {
		for i, t := range truth {
			if int(t) != c {
				continue
			}
			z := a[i*n.k:][:n.k]
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

// sums sets dst = f + v a_c.
func (n *numberings) sums(dst, f []float64, c, v int) {
	a, w := n.a[c][:len(dst)], float64(v)
	for i, y := range f[:len(dst)] {
		dst[i] = y + float64(w*a[i])
	}
}

// spread tries all numberings, or as many random ones as it has time for.
func (n *numberings) spread(ctx context.Context, opt Options) (Spread, error) {
	t := newTally(n)
	given := make([]int, n.k)
	for c := range given {
		given[c] = c + 1
	}
	t.add(n.outputs(given), given, 0)
	s := Spread{Given: float64(t.most) / float64(n.rows)}
	count := 1.
	for c := 2; c <= n.k; c++ {
		count *= float64(c)
	}
	s.Exhaustive = count/2*float64(n.rows) <= work
	var err error
	if s.Exhaustive {
		err = n.all(ctx, t, opt.threads())
	} else {
		err = n.random(ctx, t, opt.Seed)
	}
	if err != nil {
		return s, err
	}
	for _, times := range t.times {
		s.Numberings += times
	}
	s.Share = make([]float64, len(t.times))
	var square float64
	for right, times := range t.times {
		s.Share[right] = float64(times) / float64(s.Numberings)
		accuracy := float64(right) / float64(n.rows)
		s.Mean += s.Share[right] * accuracy
		square += s.Share[right] * accuracy * accuracy
	}
	s.Deviation = math.Sqrt(max(0, square-s.Mean*s.Mean))
	s.Highest, s.Best = float64(t.most)/float64(n.rows), t.best
	s.Lowest, s.Worst = float64(t.least)/float64(n.rows), t.worst
	return s, nil
}

// outputs sums what a numbering gives to all but the last two classes.
func (n *numberings) outputs(number []int) []float64 {
	f := make([]float64, len(n.a[0]))
	for c := range n.k - 2 {
		n.sums(f, f, c, number[c])
	}
	return f
}

// all tries every numbering. A numbering and its reverse give the same, since
// the outputs of an example sum to 1; so the first class's number runs to the
// middle only, and counts twice below it.
func (n *numberings) all(ctx context.Context, t *tally, threads int) error {
	tallies := make([]*tally, (n.k+1)/2)
	next := make(chan int)
	var wg sync.WaitGroup
	for range threads {
		wg.Go(func() {
			for i := range next {
				tallies[i] = n.beginningWith(i + 1)
			}
		})
	}
	for i := range tallies {
		if ctx.Err() == nil {
			next <- i
		}
	}
	close(next)
	wg.Wait()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	for _, one := range tallies {
		t.merge(one)
	}
	return nil
}

// beginningWith tries the numberings in which the first class has number v.
func (n *numberings) beginningWith(v int) *tally {
	t := &tree{numberings: n, tally: newTally(n), number: make([]int, n.k), used: make([]bool, n.k+1), times: 2}
	if 2*v == n.k+1 {
		t.times = 1
	}
	for range n.k - 1 {
		t.f = append(t.f, make([]float64, len(n.a[0])))
	}
	t.number[0], t.used[v] = v, true
	t.sums(t.f[1], t.f[0], 0, v)
	t.branch(1)
	return t.tally
}

func (n *numberings) random(ctx context.Context, t *tally, seed uint64) error {
	r := rand.New(rand.NewPCG(seed, 1))
	for range max(1, min(work/(n.rows*n.k), 100_000)) {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		number := r.Perm(n.k)
		for c := range number {
			number[c]++
		}
		t.add(n.outputs(number), number, 1)
	}
	return nil
}

// A tree of numberings: a node at depth c has numbers for the classes before c.
type tree struct {
	*numberings
	tally  *tally
	number []int
	used   []bool
	f      [][]float64 // f[c] is the sum of what the classes before c add
	times  int
}

// branch tries all numbers that are left for class c and those after it.
func (t *tree) branch(c int) {
	for v := 1; v <= t.k; v++ {
		if t.used[v] {
			continue
		}
		t.number[c], t.used[v] = v, true
		if c == t.k-2 {
			last := 1
			for t.used[last] {
				last++
			}
			t.number[c+1] = last
			t.tally.add(t.f[c], t.number, t.times)
		} else {
			t.sums(t.f[c+1], t.f[c], c, v)
			t.branch(c + 1)
		}
		t.used[v] = false
	}
}

// A tally of numberings by how many predictions are right.
type tally struct {
	n           *numberings
	times       []int
	most, least int
	best, worst []int
}

func newTally(n *numberings) *tally {
	return &tally{n: n, times: make([]int, n.rows+1), most: -1, least: n.rows + 1}
}

// add counts a numbering, given the sums over all but its last two classes.
func (t *tally) add(f []float64, number []int, times int) {
	right := t.n.right(f, number)
	t.times[right] += times
	if right > t.most {
		t.most, t.best = right, append([]int(nil), number...)
	}
	if right < t.least {
		t.least, t.worst = right, append([]int(nil), number...)
	}
}

func (t *tally) merge(o *tally) {
	for right, times := range o.times {
		t.times[right] += times
	}
	if o.most > t.most {
		t.most, t.best = o.most, o.best
	}
	if o.least < t.least {
		t.least, t.worst = o.least, o.worst
	}
}
