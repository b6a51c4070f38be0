package objective

import (
	"math"
	"slices"
	"sync"

	"example.com/softmax/internal/kernel"
	"example.com/softmax/internal/linalg"
)

// A Block is some coordinates of theta with the Hessian of f's smooth part in
// them, in float32: a model of f near a point.
type Block struct {
	Coordinates []int // in theta, ordered by class, then feature
	H           []float32
	feature     []int // of each coordinate; d for the intercept
	class       []int
	first       []int // K+1: where each class begins
}

// columnRows is how many rows of the block's columns are made at a time.
const columnRows = 2048

// SetBlock orders the coordinates, given ascending, and writes the Hessian at
// theta, from every stride-th row:
//
//	H = sum over k of X_k' diag(c_kk) X_k - B'B off the classes' own blocks
//
// with X_k the block's columns of class k and, for softmax, rows of B
// sqrt(w_i/S) p_ik x_ij: its curvature is p_k (1 - p_k) within a class and
// -p_k p_m between two. So two kinds of symmetric products do, of which the one
// with all m columns has n m^2 / 2 terms, K times fewer than the sum over pairs
// of classes seems to ask for.
func (o *Objective) SetBlock(b *Block, theta []float64, coordinates []int, stride int, level kernel.Level) error {
	b.order(coordinates, o.X.D(), o.K)
	s, err := o.sampleCurvature(theta, stride)
	if err != nil {
		return err
	}
	m := len(b.Coordinates)
	b.H = slices.Grow(b.H[:0], m*m)[:m*m]
	clear(b.H)
	if o.X.S != nil {
		o.sparseBlock(b, s)
	} else {
		o.denseBlock(b, s, level)
	}
	for a := range m {
		row := b.H[a*m:][:m]
		if j := b.feature[a]; j < o.X.D() {
			row[a] += float32(o.Lambda * o.Factor(j))
		}
		for e := range a {
			b.H[e*m+a] = row[e]
		}
	}
	return nil
}

// order sorts by class and notes where each begins.
func (b *Block) order(coordinates []int, d, k int) {
	b.Coordinates = slices.Clone(coordinates)
	slices.SortStableFunc(b.Coordinates, func(a, c int) int { return a%k - c%k })
	b.feature, b.class, b.first = b.feature[:0], b.class[:0], make([]int, k+1)
	for _, c := range b.Coordinates {
		b.feature = append(b.feature, c/k)
		b.class = append(b.class, c%k)
		b.first[c%k+1]++
	}
	for q := range k {
		b.first[q+1] += b.first[q]
	}
}

// A curvatureSample is rows with their probabilities and shares of the weight.
type curvatureSample struct {
	rows []int32
	p    []float32 // rows x K
	w    []float32 // sums to the total weight / S
}

func (o *Objective) sampleCurvature(theta []float64, stride int) (*curvatureSample, error) {
	s := &curvatureSample{}
	var sum float64
	for i := 0; i < o.X.N(); i += stride {
		if w := o.weight(i); w > 0 {
			s.rows = append(s.rows, int32(i))
			s.w = append(s.w, float32(w))
			sum += w
		}
	}
	for i := range s.w {
		s.w[i] *= float32(o.sum / o.norm / sum)
	}
	k := o.K
	s.p = make([]float32, len(s.rows)*k)
	o.prepare(theta)
	o.passes += 1 / float64(stride)
	dual := o.Loss.(Dual)
	err := o.parallel(func(w *worker, p *part) {
		first, _ := slices.BinarySearch(s.rows, int32(p.lo))
		last, _ := slices.BinarySearch(s.rows, int32(p.hi))
		y := make([]float64, k)
		for lo := first; lo < last; lo += o.block() {
			rows := s.rows[lo:min(lo+o.block(), last)]
			z := w.z[:len(rows)*k]
			o.logitsOf(w, z, rows)
			for at, i := range rows {
				zi := z[at*k:][:k]
				o.Loss.Residual(zi, int(i))
				dual.Target(y, int(i))
				for q, r := range zi {
					s.p[(lo+at)*k+q] = float32(r + y[q])
				}
			}
		}
	})
	return s, err
}

// within is the curvature c_kk of softmax and sigmoids alike.
func within(p float32) float32 { return max(0, p*(1-p)) }

// denseBlock makes H of a matrix without sparse features.
func (o *Objective) denseBlock(b *Block, s *curvatureSample, level kernel.Level) {
	m, k, d := len(b.Coordinates), o.K, o.X.D()
	threads := len(o.workers)
	most := 0
	for q := range k {
		most = max(most, b.first[q+1]-b.first[q])
	}
	own := make([][]float32, k)
	for q := range own {
		size := b.first[q+1] - b.first[q]
		own[q] = make([]float32, size*size)
	}
	coupled := IsShiftInvariant(o.Loss)
	rows := min(columnRows, len(s.rows))
	x := make([]float32, rows*d)
	var all []float32
	if coupled {
		all = make([]float32, rows*m)
	}
	minus, order := slices.Repeat([]float32{-1}, rows), make([]int32, rows)
	for i := range order {
		order[i] = int32(i)
	}
	var product linalg.Syrk
	for lo := 0; lo < len(s.rows); lo += rows {
		n := min(rows, len(s.rows)-lo)
		o.spread(n, func(first, last int) {
			for i := first; i < last; i++ {
				o.denseRow(x[i*d:][:d], int(s.rows[lo+i]))
				if !coupled {
					continue
				}
				p, root := s.p[(lo+i)*k:][:k], float32(math.Sqrt(float64(s.w[lo+i])))
				bi := all[i*m:][:m]
				for q := range k {
					v := root * p[q]
					for at := b.first[q]; at < b.first[q+1]; at++ {
						if j := b.feature[at]; j < d {
							bi[at] = v * x[i*d+j]
						} else {
							bi[at] = v
						}
					}
				}
			}
		})
		if coupled {
			product.Add(level, b.H, all, m, order[:n], minus[:n], threads)
		}
		o.spread(k, func(first, last int) {
			var product linalg.Syrk
			columns, c := make([]float32, n*most), make([]float32, n)
			for q := first; q < last; q++ {
				features := b.feature[b.first[q]:b.first[q+1]]
				if len(features) == 0 {
					continue
				}
				for i := range n {
					c[i] = s.w[lo+i] * within(s.p[(lo+i)*k+q])
					to, from := columns[i*len(features):][:len(features)], x[i*d:][:d]
					for at, j := range features {
						if j < d {
							to[at] = from[j]
						} else {
							to[at] = 1
						}
					}
				}
				product.Add(level, own[q], columns, len(features), order[:n], c, 1)
			}
		})
	}
	for q := range k {
		size := b.first[q+1] - b.first[q]
		for a := range size {
			at := (b.first[q] + a) * m
			copy(b.H[at+b.first[q]:][:a+1], own[q][a*size:][:a+1])
		}
	}
}

// denseRow writes row i of X in float32.
func (o *Objective) denseRow(dst []float32, i int) {
	row := o.X.V.Slice(i, i+1)
	for j, v := range row.U8 {
		dst[j] = float32((float64(v) - o.X.Shift[j]) * o.X.Scale[j])
	}
	for j, v := range row.F32 {
		dst[j] = float32((float64(v) - o.X.Shift[j]) * o.X.Scale[j])
	}
}

// spread splits 0..n among the workers.
func (o *Objective) spread(n int, visit func(lo, hi int)) {
	var wg sync.WaitGroup
	for i := range o.workers {
		wg.Go(func() { visit(n*i/len(o.workers), n*(i+1)/len(o.workers)) })
	}
	wg.Wait()
}
