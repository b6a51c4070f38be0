package objective

import (
	"math"
	"slices"
)

// sparseBlock makes the rows of H from first on, of a matrix with sparse features,
// by pairs of the values that a row of X has. Every row of H is summed by one
// goroutine, in the order of the rows of X. Shifts are left out of the sums and
// brought in at the end, with the intercepts' rows: all intercepts must be in
// the block if a shift is not 0.
func (o *Objective) sparseBlock(b *Block, first int) {
	m := len(b.Coordinates)
	of := make([][]int32, o.X.D()+1) // coordinates in the block of each feature
	for a, j := range b.feature {
		of[j] = append(of[j], int32(a))
	}
	o.spread(128, func(begin, end int) {
		// Rows of equal area: the lower triangle, or all of the few new ones.
		cut := func(at int) int {
			share := float64(at) / 128
			if first == 0 {
				share = math.Sqrt(share)
			}
			return first + int(share*float64(m-first))
		}
		o.sparseRows(b, of, first, cut(begin), cut(end))
	})
	if o.shifted() {
		o.shiftBlock(b)
	}
}

// sparseRows makes rows lo up to hi. Where first is 0 classes follow each
// other, and all left of the diagonal is made; else the whole rows.
func (o *Objective) sparseRows(b *Block, of [][]int32, first, lo, hi int) {
	k, m, d, s := o.K, len(b.Coordinates), o.X.D(), b.sample
	coupled := IsShiftInvariant(o.Loss)
	byClass := make([][]term, k)
	var terms []term
	for at, i := range s.rows {
		for q := range byClass {
			byClass[q] = byClass[q][:0]
		}
		p := s.p[at*k:][:k]
		hits := 0
		add := func(j int, x float32) {
			for _, a := range of[j] {
				q := b.class[a]
				byClass[q] = append(byClass[q], term{a, x, x * p[q]})
				if int(a) >= lo && int(a) < hi {
					hits++
				}
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
		if hits == 0 {
			continue
		}
		terms = terms[:0]
		for q := range byClass {
			terms = append(terms, byClass[q]...)
		}
		begin := 0
		for q, mine := range byClass {
			end := begin + len(mine)
			c := s.w[at] * within(p[q])
			for e, t := range mine {
				if int(t.at) < lo || int(t.at) >= hi {
					continue
				}
				h := b.H[int(t.at)*m:][:m]
				before, after, own := terms[:begin], terms[end:], mine
				if first == 0 {
					after, own = nil, mine[:e+1]
				}
				if coupled {
					u := s.w[at] * t.u
					for _, v := range before {
						h[v.at] -= u * v.u
					}
					for _, v := range after {
						h[v.at] -= u * v.u
					}
				}
				cx := c * t.x
				for _, v := range own {
					h[v.at] += cx * v.x
				}
			}
			begin = end
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
	for a, j := range b.feature {
		if j < d {
			t[a] = float32(o.X.Shift[j] * o.X.Scale[j])
		}
	}
	at := func(a, e int) float32 { return b.H[max(a, e)*m+min(a, e)] }
	intercept := func(a int) int { return slices.Max(b.members[b.class[a]]) }
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
