package kernel

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// Gather gives the bits of Products for the same row with its zeros.
func TestGather(t *testing.T) { atLevels(t, testGather) }

func testGather(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for k := range 60 {
		for _, d := range []int{1, 2, 7, 40} {
			for _, ones := range []bool{false, true} {
				w, z := randomVector(rng, d*k, 2, false), randomVector(rng, k, 3, false)
				var index []int32
				var values []float64
				row := make([]float64, d)
				for j := range d {
					if rng.IntN(3) > 0 {
						continue
					}
					row[j] = 1
					index = append(index, int32(j))
					if !ones {
						row[j] = rng.NormFloat64()
						values = append(values, row[j])
					}
				}
				want, generic := slices.Clone(z), slices.Clone(z)
				Products(want, row, w)
				gatherGeneric(generic, index, values, w)
				Gather(z, index, values, w)
				for q := range z {
					if z[q] != want[q] || generic[q] != want[q] {
						t.Errorf("%d x %d: entry %d is %g and %g, want %g", d, k, q, z[q], generic[q], want[q])
					}
				}
				if after := z[: k+1 : k+1][k]; !math.IsNaN(after) {
					t.Errorf("%d x %d: wrote behind the logits", d, k)
				}
			}
		}
	}
}

// Transpose and Scatter against the matrix written out.
func TestTranspose(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for _, ones := range []bool{false, true} {
		const n, d, k = 30, 7, 5
		s := &Sparse{D: d, Starts: []int{0}}
		var full [n][d]float64
		for i := range n {
			for j := range d {
				if rng.IntN(2) == 0 {
					continue
				}
				full[i][j] = 1
				s.Index = append(s.Index, int32(j))
				if !ones {
					full[i][j] = rng.NormFloat64()
					s.Values = append(s.Values, full[i][j])
				}
			}
			s.Starts = append(s.Starts, len(s.Index))
		}
		lo, hi := 3, n-2
		r := randomVector(rng, n*k, 0, false)
		got, want := make([]float64, d*k), make([]float64, d*k)
		turned := s.Transpose(lo, hi)
		if turned.N() != d || turned.D != hi-lo {
			t.Fatalf("%d x %d", turned.N(), turned.D)
		}
		for j := range d {
			index, values := turned.Row(j)
			Gather(got[j*k:][:k], index, values, r[lo*k:])
		}
		for i := lo; i < hi; i++ {
			s.Scatter(want, r[i*k:][:k], i)
		}
		if !slices.Equal(got, want) {
			t.Errorf("by columns %v, by rows %v", got, want)
		}
		for j := range d {
			for q := range k {
				var sum float64
				for i := lo; i < hi; i++ {
					sum += full[i][j] * r[i*k+q]
				}
				if math.Abs(sum-got[j*k+q]) > 1e-12 {
					t.Errorf("feature %d, class %d: %g, want %g", j, q, got[j*k+q], sum)
				}
			}
		}
	}
}
