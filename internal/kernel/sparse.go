package kernel

// Sparse is a matrix most of whose entries are 0, by rows ("CSR"): row i has
// Values[Starts[i]:Starts[i+1]] at the columns Index[Starts[i]:Starts[i+1]],
// which ascend, and 0 elsewhere. Values is nil if all of them are 1.
type Sparse struct {
	D      int // columns
	Starts []int
	Index  []int32
	Values []float64
}

// N is the number of rows.
func (s *Sparse) N() int { return len(s.Starts) - 1 }

// Row returns the columns and values of row i; values is nil for ones.
func (s *Sparse) Row(i int) (index []int32, values []float64) {
	lo, hi := s.Starts[i], s.Starts[i+1]
	if s.Values != nil {
		values = s.Values[lo:hi:hi]
	}
	return s.Index[lo:hi:hi], values
}

// Transpose returns the transpose of rows lo up to hi: its row j is column j.
func (s *Sparse) Transpose(lo, hi int) *Sparse {
	from, to := s.Starts[lo], s.Starts[hi]
	t := &Sparse{D: hi - lo, Starts: make([]int, s.D+1), Index: make([]int32, to-from)}
	if s.Values != nil {
		t.Values = make([]float64, to-from)
	}
	for _, j := range s.Index[from:to] {
		t.Starts[j+1]++
	}
	for j := range s.D {
		t.Starts[j+1] += t.Starts[j]
	}
	next := append([]int(nil), t.Starts...)
	for i := lo; i < hi; i++ {
		index, values := s.Row(i)
		for at, j := range index {
			t.Index[next[j]] = int32(i - lo)
			if values != nil {
				t.Values[next[j]] = values[at]
			}
			next[j]++
		}
	}
	return t
}

var one = [1]float64{1}

// Scatter adds x' r to g, for the row x of number i: g is D x K row-major with
// K = len(r).
func (s *Sparse) Scatter(g, r []float64, i int) {
	index, values := s.Row(i)
	for at, j := range index {
		x := one[:]
		if values != nil {
			x = values[at:][:1]
		}
		Products(g[int(j)*len(r):][:len(r)], x, r)
	}
}

// Gather adds to z the sum of those rows of w that index names, each times its
// number of x (1 if x is nil): the logits of a sparse row where w is D x K
// row-major with K = len(z). As in Products, the sums run in order and every
// product is fused with the sum it goes to: the bits are those of the same row
// with its zeros.
func Gather(z []float64, index []int32, x, w []float64) {
	if len(z) > 0 && len(index) > 0 {
		gather(z, index, x, w)
	}
}

func gatherGeneric(z []float64, index []int32, x, w []float64) {
	k := len(z)
	for at, j := range index {
		a := 1.0
		if x != nil {
			a = x[at]
		}
		fused(z, a, w[int(j)*k:][:k])
	}
}
