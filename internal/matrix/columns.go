package matrix

import "example.com/softmax/internal/kernel"

// Columns returns the matrix of the given features, in ascending order.
func (x *Matrix) Columns(features []int) *Matrix {
	c := &Matrix{Shift: make([]float64, len(features)), Scale: make([]float64, len(features))}
	dense := 0
	for at, j := range features {
		c.Shift[at], c.Scale[at] = x.Shift[j], x.Scale[j]
		if j < x.V.D {
			dense++
		}
	}
	c.V.D = dense
	if dense > 0 {
		n := x.V.N()
		if x.V.U8 != nil {
			c.V.U8 = gather(x.V.U8, n, x.V.D, features[:dense])
		} else {
			c.V.F32 = gather(x.V.F32, n, x.V.D, features[:dense])
		}
	}
	if x.S != nil {
		c.S = sparseColumns(x.S, x.V.D, features[dense:])
	}
	return c
}

func gather[T uint8 | float32](v []T, n, d int, features []int) []T {
	c := make([]T, n*len(features))
	for i := range n {
		from, to := v[i*d:][:d], c[i*len(features):][:len(features)]
		for at, j := range features {
			to[at] = from[j]
		}
	}
	return c
}

// sparseColumns takes the features, which begin at first, of s.
func sparseColumns(s *kernel.Sparse, first int, features []int) *kernel.Sparse {
	c := &kernel.Sparse{D: len(features), Starts: make([]int, 1, s.N()+1)}
	to := make([]int32, s.D) // 1 + the number in c
	for at, j := range features {
		to[j-first] = int32(at + 1)
	}
	for i := range s.N() {
		index, values := s.Row(i)
		for at, j := range index {
			if to[j] == 0 {
				continue
			}
			c.Index = append(c.Index, to[j]-1)
			if values != nil {
				c.Values = append(c.Values, values[at])
			}
		}
		c.Starts = append(c.Starts, len(c.Index))
	}
	if s.Values != nil && c.Values == nil {
		c.Values = []float64{} // none stored, but not all of them 1
	}
	return c
}
