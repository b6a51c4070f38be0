package objective

import (
	"math"
	"slices"

	"example.com/softmax/internal/kernel"
	"example.com/softmax/internal/linalg"
)

// A Block is some coordinates of theta with the Hessian of f's smooth part in
// them, in float32: a model of f near a point.
type Block struct {
	Coordinates []int // in theta
	H           []float32
	feature     []int   // of each coordinate; d for the intercept
	class       []int   // of each coordinate
	members     [][]int // of each class
	sample      *curvatureSample
}

// columnRows is how many rows of the block's columns are made at a time.
const columnRows = 2048

// SetBlock writes the Hessian at theta in the given coordinates, from every
// stride-th row:
//
//	H = sum over k of X_k' diag(c_kk) X_k - B'B off the classes' own blocks
//
// with X_k the block's columns of class k and, for softmax, rows of B
// sqrt(w_i/S) p_ik x_ij: its curvature is p_k (1 - p_k) within a class and
// -p_k p_m between two. So two kinds of symmetric products do, of which the one
// with all m columns has n m^2 / 2 terms, K times fewer than the sum over pairs
// of classes seems to ask for.
func (o *Objective) SetBlock(b *Block, theta []float64, coordinates []int, stride int, level kernel.Level) (err error) {
	*b = Block{H: b.H[:0], members: make([][]int, o.K)}
	if b.sample, err = o.sampleCurvature(theta, stride); err != nil {
		return err
	}
	o.ExtendBlock(b, coordinates, level)
	return nil
}

// ExtendBlock adds coordinates to a block, whose Hessian remains that of the
// point it was set at: only what is new is computed.
func (o *Objective) ExtendBlock(b *Block, coordinates []int, level kernel.Level) {
	d, k, first := o.X.D(), o.K, len(b.Coordinates)
	for q := range k {
		for _, c := range coordinates {
			if c%k == q {
				b.members[q] = append(b.members[q], len(b.Coordinates))
				b.Coordinates = append(b.Coordinates, c)
				b.feature = append(b.feature, c/k)
				b.class = append(b.class, q)
			}
		}
	}
	m := len(b.Coordinates)
	h := make([]float32, m*m)
	for a := range first {
		copy(h[a*m:], b.H[a*first:][:first])
	}
	b.H = h
	o.denseBlock(b, first, level)
	for a := first; a < m; a++ {
		row := b.H[a*m:][:m]
		if j := b.feature[a]; j < d {
			row[a] += float32(o.Lambda * o.Factor(j))
		}
		for e := range a {
			b.H[e*m+a] = row[e]
		}
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
	err := o.parallel(o.pass(), func(w *worker, p *part) {
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

// denseBlock makes the rows of H from first on, on and left of the diagonal, of
// a matrix without sparse features. Rows before it that share a block of rows of
// the product are made again.
func (o *Objective) denseBlock(b *Block, first int, level kernel.Level) {
	m, k, d, s := len(b.Coordinates), o.K, o.X.D(), b.sample
	threads := len(o.workers)
	var classes []int // those with new coordinates
	own := make([][]float32, k)
	for q, mine := range b.members {
		if len(mine) > 0 && mine[len(mine)-1] >= first {
			classes = append(classes, q)
			own[q] = make([]float32, len(mine)*len(mine))
		}
	}
	coupled := IsShiftInvariant(o.Loss)
	rows := min(columnRows, len(s.rows))
	x := make([]float32, rows*d)
	var all []float32
	from := first / linalg.RowBlock * linalg.RowBlock
	kept := slices.Clone(b.H[from*m : first*m])
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
		o.spread(n, func(begin, end int) {
			for i := begin; i < end; i++ {
				o.denseRow(x[i*d:][:d], int(s.rows[lo+i]))
				if !coupled {
					continue
				}
				p, root := s.p[(lo+i)*k:][:k], float32(math.Sqrt(float64(s.w[lo+i])))
				bi, xi := all[i*m:][:m], x[i*d:][:d]
				for a, j := range b.feature {
					v := root * p[b.class[a]]
					if j < d {
						v *= xi[j]
					}
					bi[a] = v
				}
			}
		})
		if coupled {
			product.AddFrom(level, b.H, all, m, from, order[:n], minus[:n], threads)
		}
		o.spread(len(classes), func(begin, end int) {
			var product linalg.Syrk
			var columns []float32
			c := make([]float32, n)
			for _, q := range classes[begin:end] {
				mine := b.members[q]
				columns = slices.Grow(columns[:0], n*len(mine))[:n*len(mine)]
				for i := range n {
					c[i] = s.w[lo+i] * within(s.p[(lo+i)*k+q])
					to, from := columns[i*len(mine):][:len(mine)], x[i*d:][:d]
					for at, a := range mine {
						if j := b.feature[a]; j < d {
							to[at] = from[j]
						} else {
							to[at] = 1
						}
					}
				}
				product.Add(level, own[q], columns, len(mine), order[:n], c, 1)
			}
		})
	}
	copy(b.H[from*m:], kept)
	for _, q := range classes {
		for at, a := range b.members[q] {
			if a >= first {
				for to, e := range b.members[q][:at+1] {
					b.H[a*m+e] = own[q][at*len(b.members[q])+to]
				}
			}
		}
	}
}

// denseRow writes row i of X in float32.
func (o *Objective) denseRow(dst []float32, i int) {
	row := o.X.V.Slice(i, i+1)
	shift, scale := o.X.Shift[:len(dst)], o.X.Scale[:len(dst)]
	for j, v := range row.U8 {
		dst[j] = float32((float64(v) - shift[j]) * scale[j])
	}
	for j, v := range row.F32 {
		dst[j] = float32((float64(v) - shift[j]) * scale[j])
	}
}

// spread splits 0..n among the workers.
func (o *Objective) spread(n int, visit func(lo, hi int)) {
	linalg.Parallel(len(o.workers), len(o.workers), func(i int) { visit(n*i/len(o.workers), n*(i+1)/len(o.workers)) })
}
