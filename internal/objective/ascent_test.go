package objective

import (
	"context"
	"fmt"
	"math"
	"testing"

	"example.com/softmax/internal/linalg"
)

// TestAscent: the dual objective never falls and stays below f with its small
// penalty of b, theta is the point that belongs to Q, and both reach the
// optimum, where the gradient of that f is 0.
func TestAscent(t *testing.T) {
	for seed, c := range []struct {
		d, dense, k int
		smoothing   float64
		factor      float64 // of one row: its norm must not matter
	}{
		{6, 0, 3, 0, 1}, {6, 2, 2, 0, 1}, {9, 4, 5, 0.1, 1}, {6, 6, 3, 0, 1}, {7, 1, 4, 0, 300},
	} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			s := newSample(uint64(seed), 90, c.d, c.k)
			clear(s.X.Shift)
			s.Lambda = 1 // or the end would take long
			loss := s.Loss.(CrossEntropy)
			loss.Smoothing = c.smoothing
			s.Loss = loss
			s = s.stored(c.dense)
			for at := range s.X.S.Values[:s.X.S.Starts[1]] {
				s.X.S.Values[at] *= c.factor
			}
			o := s.new(1)
			grad := make([]float64, o.Dim())
			gW, gb := o.Split(grad)
			W, b := o.Split(s.theta)
			a := o.NewAscent(s.theta)
			y, before := make([]float64, c.k), math.Inf(-1)
			for range 600 {
				share, err := a.Epoch(s.theta)
				if err != nil || !(share >= 0 && share <= 1) {
					t.Fatal(share, err)
				}
				var dual float64
				belongs := make([]float64, len(W))
				for i := range s.X.N() {
					q := a.q[i*c.k:][:c.k]
					dual += o.weight(i) / o.norm * loss.Entropy(q)
					row := make([]float64, c.d)
					s.X.AddRow(row, 1, i)
					loss.Target(y, i)
					for j, v := range row {
						v *= s.X.Scale[j]
						for m := range y {
							belongs[j*c.k+m] += o.weight(i) * v * (y[m] - q[m]) / (s.Lambda * o.norm)
						}
					}
				}
				linalg.Axpy(belongs, -1, W)
				if off := math.Sqrt(linalg.Dot(belongs, belongs)); off > 1e-9 {
					t.Fatalf("W is %g from the point that belongs to Q", off)
				}
				penalty := s.Lambda / 2 * linalg.Dot(b, b) / a.intercept
				dual -= penalty + s.Lambda/2*linalg.Dot(W, W)
				f, err := o.ValueGrad(s.theta, grad)
				if err != nil || dual < before-1e-12 || dual > f+penalty+1e-12 {
					t.Fatalf("dual %v after %v, objective %v, %v", dual, before, f+penalty, err)
				}
				before = dual
			}
			linalg.Axpy(gb, s.Lambda/a.intercept, b)
			if norm := math.Sqrt(linalg.Dot(gW, gW) + linalg.Dot(gb, gb)); norm > 1e-8 {
				t.Errorf("the gradient's norm is %g at the end", norm)
			}
		})
	}
}

func TestCanAscend(t *testing.T) {
	s := newSample(1, 20, 4, 3)
	clear(s.X.Shift)
	if CanAscend(s.Problem) {
		t.Error("no sparse features, and it can")
	}
	s = s.stored(2)
	s.X.Shift[1] = 1 // of a dense feature
	if !CanAscend(s.Problem) {
		t.Error("a loss of softmax over sparse features, and it cannot")
	}
	for name, p := range map[string]func(*sample){
		"centred":     func(s *sample) { s.X.Shift[2] = 1 },
		"unpenalised": func(s *sample) { s.Lambda = 0 },
		"lasso":       func(s *sample) { s.L1 = 1 },
		"factors":     func(s *sample) { s.Factors = make([]float64, s.X.D()) },
		"sigmoid":     func(s *sample) { s.Loss = Sigmoids{} },
	} {
		s := newSample(1, 20, 4, 3).stored(2)
		clear(s.X.Shift)
		if p(&s); CanAscend(s.Problem) {
			t.Errorf("%s, and it can", name)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	o := New(ctx, s.Problem, 1)
	a := o.NewAscent(s.theta)
	if cancel(); ctx.Err() == nil {
		t.Fatal("not cancelled")
	}
	if _, err := a.Epoch(s.theta); err != context.Canceled {
		t.Errorf("a cancelled epoch returns %v", err)
	}
}
