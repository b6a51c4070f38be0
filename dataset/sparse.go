package dataset

import (
	"fmt"
	"math"
	"slices"
)

// Sparse holds a block of numbers most of which are 0, by rows ("CSR"): row i
// has Values[Starts[i]:Starts[i+1]] at the positions Index[Starts[i]:Starts[i+1]],
// and 0 elsewhere. The positions of a row ascend strictly. A value of NaN is
// missing; a stored 0 is the same as none.
type Sparse struct {
	Starts []int     // rows + 1 of them, the first is 0
	Index  []int32   // at least 0 and below the column's Width
	Values []float64 // one for each of Index
}

// Rows is the number of rows.
func (s *Sparse) Rows() int { return max(0, len(s.Starts)-1) }

// Row returns the positions and values of row i, which are not copied.
func (s *Sparse) Row(i int) (index []int32, values []float64) {
	lo, hi := s.Starts[i], s.Starts[i+1]
	return s.Index[lo:hi:hi], s.Values[lo:hi:hi]
}

// Number returns number j of row i.
func (s *Sparse) Number(i, j int) float64 {
	index, values := s.Row(i)
	if at, ok := slices.BinarySearch(index, int32(j)); ok {
		return values[at]
	}
	return 0
}

func (s *Sparse) pick(rows []int) *Sparse {
	out := &Sparse{Starts: make([]int, 1, len(rows)+1)}
	for _, i := range rows {
		index, values := s.Row(i)
		out.Index = append(out.Index, index...)
		out.Values = append(out.Values, values...)
		out.Starts = append(out.Starts, len(out.Index))
	}
	return out
}

func (d *Dataset) validateSparse(c *Column) error {
	s := c.Sparse
	if c.Kind != Numeric {
		return d.fault(0, c.Name, fmt.Errorf("%w: sparse numbers are of kind %v, not %v", ErrColumn, Numeric, c.Kind))
	}
	if len(s.Starts) == 0 || s.Starts[0] != 0 || s.Starts[s.Rows()] != len(s.Index) || len(s.Index) != len(s.Values) {
		return d.fault(0, c.Name, fmt.Errorf("%w: its storage does not fit its kind and width", ErrColumn))
	}
	for i := range s.Rows() {
		if s.Starts[i] > s.Starts[i+1] {
			return d.fault(i+1, c.Name, fmt.Errorf("%w: the row starts after its end", ErrColumn))
		}
	}
	for i := range s.Rows() {
		index, values := s.Row(i)
		for at, j := range index {
			switch {
			case j < 0 || int(j) >= c.Width:
				return d.fault(i+1, c.Name, fmt.Errorf("%w: position %d of %d", ErrColumn, j, c.Width))
			case at > 0 && index[at-1] >= j:
				return d.fault(i+1, c.Name, fmt.Errorf("%w: position %d does not ascend", ErrColumn, j))
			case math.IsInf(values[at], 0):
				return d.fault(i+1, c.ComponentName(int(j)), ErrInfinite)
			}
		}
	}
	return nil
}
