package kernel

// exactRows is the block of the float64 passes, whose losses are summed by
// themselves; with plain Go, x and z of a block stay in the nearest caches
// between forward and backward.
const exactRows = 64

// An exactEngine makes the float64 passes in plain Go: the reference.
type exactEngine struct {
	d, k int
	u, c []float64
}

func (e *exactEngine) prepare(u, c []float64) bool {
	e.u, e.c = u, c
	return true
}

func (e *exactEngine) noise() float64             { return 0 }
func (e *exactEngine) gradLen() int               { return e.d * e.k }
func (e *exactEngine) unpack(g, packed []float64) { copy(g, packed) }
func (e *exactEngine) scratch() scratch           { return &exactScratch{exactEngine: e} }

type exactScratch struct {
	*exactEngine
	z []float64 // of a block
}

func (s *exactScratch) crossEntropy(x Rows, labels []int32, w, g, rsum []float64) (sums Sums) {
	if s.z == nil {
		s.z = make([]float64, exactRows*s.k)
	}
	for lo := 0; lo < x.N(); lo += exactRows {
		hi := min(lo+exactRows, x.N())
		z, rows := s.z[:(hi-lo)*s.k], x.Slice(lo, hi)
		Forward(z, rows, s.u, s.c)
		sums.Loss += residuals(z, labels[lo:hi], slice(w, lo, hi), rsum)
		Backward(g, rows, z)
	}
	return sums
}

// slice is w[lo:hi], or nil for nil.
func slice(w []float64, lo, hi int) []float64 {
	if w == nil {
		return nil
	}
	return w[lo:hi]
}

func (s *exactScratch) logits(x Rows, z []float64) { Forward(z, x, s.u, s.c) }

func (s *exactScratch) addGrad(x Rows, r, g []float64) (square float64) {
	Backward(g, x, r)
	return 0
}
