package objective

import (
	"math"
	"sync"
)

// sparseBlock makes H of a matrix with sparse features: by pairs of the values
// that a row has. Every row of H is summed by one goroutine, in the order of the
// rows of X. Shifts are left out of the sums and brought in at the end, with
// the intercepts' rows: all intercepts must be in the block if a shift is not 0.
func (o *Objective) sparseBlock(b *Block, s *curvatureSample) {
	m := len(b.Coordinates)
	of := make([][]int32, o.X.D()+1) // coordinates in the block of each feature
	for a, j := range b.feature {
		of[j] = append(of[j], int32(a))
	}
	var wg sync.WaitGroup
	for t := range o.workers {
		// Rows of the lower triangle, of equal area.
		lo := int(float64(m) * math.Sqrt(float64(t)/float64(len(o.workers))))
		hi := int(float64(m) * math.Sqrt(float64(t+1)/float64(len(o.workers))))
		if t == len(o.workers)-1 {
			hi = m
		}
		wg.Go(func() { o.sparseRows(b, s, of, lo, hi) })
	}
	wg.Wait()
	o.shiftBlock(b)
}

// sparseRows makes rows lo up to hi of the lower triangle.
func (o *Objective) sparseRows(b *Block, s *curvatureSample, of [][]int32, lo, hi int) {
	k, m, d := o.K, len(b.Coordinates), o.X.D()
	coupled := IsShiftInvariant(o.Loss)
	byClass := make([][]term, k)
	var terms []term
	for at, i := range s.rows {
		for q := range byClass {
			byClass[q] = byClass[q][:0]
		}
		p := s.p[at*k:][:k]
		add := func(j int, x float32) {
			for _, a := range of[j] {
				q := b.class[a]
				byClass[q] = append(byClass[q], term{a, x, x * p[q]})
			}
		}
		row := o.X.V.Slice(int(i), int(i)+1)
		for j, v := range row.U8 {
			if v != 0 {
				add(j, float32(float64(v)*o.X.Scale[j]))
			}
		}
		for j, v := range row.F32 {
			if v != 0 {
				add(j, float32(float64(v)*o.X.Scale[j]))
			}
		}
		index, values := o.X.S.Row(int(i))
		for e, j := range index {
			j := int(j) + o.X.V.D
			if len(of[j]) == 0 {
				continue
			}
			v := o.X.Scale[j]
			if values != nil {
				v *= values[e]
			}
			add(j, float32(v))
		}
		add(d, 1)
		terms = terms[:0]
		for q := range byClass {
			before := len(terms)
			terms = append(terms, byClass[q]...)
			mine := terms[before:]
			c := s.w[at] * within(p[q])
			for e, t := range mine {
				if int(t.at) < lo || int(t.at) >= hi {
					continue
				}
				h := b.H[int(t.at)*m:][:m]
				if coupled {
					u := s.w[at] * t.u
					for _, v := range terms[:before] {
						h[v.at] -= u * v.u
					}
				}
				cx := c * t.x
				for _, v := range mine[:e+1] {
					h[v.at] += cx * v.x
				}
			}
		}
	}
}

// A term is a value of a row in the block: x_ij, and p_ik x_ij.
type term struct {
	at   int32
	x, u float32
}

// shiftBlock replaces columns v s by (v - m) s: with t = m s and 0 for the
// intercept of the same class,
//
//	H_ab - t_a H_0b - t_b H_a0 + t_a t_b H_00.
func (o *Objective) shiftBlock(b *Block) {
	m, d := len(b.Coordinates), o.X.D()
	t := make([]float32, m)
	shifted := false
	for a, j := range b.feature {
		if j < d {
			t[a] = float32(o.X.Shift[j] * o.X.Scale[j])
			shifted = shifted || t[a] != 0
		}
	}
	if !shifted {
		return
	}
	at := func(a, e int) float32 { return b.H[max(a, e)*m+min(a, e)] }
	intercept := func(a int) int { return b.first[b.class[a]+1] - 1 }
	// The intercepts' rows are read to the last, and stay as they are but for
	// the columns that are shifted: those last.
	for a := range m {
		if b.feature[a] == d {
			continue
		}
		for e := range a + 1 {
			if b.feature[e] == d {
				continue
			}
			b.H[a*m+e] += -t[a]*at(intercept(a), e) - t[e]*at(a, intercept(e)) + t[a]*t[e]*at(intercept(a), intercept(e))
		}
	}
	for a := range m {
		for e := range a + 1 {
			switch {
			case b.feature[a] == d && b.feature[e] < d:
				b.H[a*m+e] -= t[e] * at(a, intercept(e))
			case b.feature[e] == d && b.feature[a] < d:
				b.H[a*m+e] -= t[a] * at(intercept(a), e)
			}
		}
	}
}
