package objective

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"example.com/softmax/internal/kernel"
	"example.com/softmax/internal/matrix"
)

// A sample is a random problem and a point.
type sample struct {
	Problem
	theta []float64
	rng   *rand.Rand
}

// newSample draws n x d bytes or floats with labels, weights (some of them 0)
// half of the time, and a point of a size at which nothing saturates.
func newSample(seed uint64, n, d, k int) sample {
	rng := rand.New(rand.NewPCG(seed, uint64(n*d*k)))
	s := sample{rng: rng}
	s.X = dense(randomMatrix(rng, n, d), d)
	if seed%2 == 0 {
		s.X.V = kernel.Rows{D: d, U8: make([]uint8, n*d)}
		for i := range s.X.V.U8 {
			s.X.V.U8[i] = uint8(rng.IntN(2) * rng.IntN(4))
		}
	}
	labels := make([]int32, n)
	for i := range labels {
		labels[i] = int32(rng.IntN(k))
	}
	s.Loss, s.K, s.Lambda = CrossEntropy{Labels: labels}, k, 0.03
	if seed%4 < 2 {
		s.Weights = make([]float64, n)
		for i := range s.Weights {
			s.Weights[i] = float64(rng.IntN(3)) * rng.Float64()
		}
		s.Weights[0] = 1
	}
	s.theta = make([]float64, (d+1)*k)
	for i := range s.theta {
		s.theta[i] = rng.NormFloat64() / float64(d)
	}
	return s
}

// Small samples too are cut into parts, and shared by threads.
func init() { partWork, threadWork = 1, 1 }

func (s sample) new(threads int) *Objective { return New(context.Background(), s.Problem, threads) }

// naive returns f and the logits' residuals, weighted, by the formula.
func (s sample) naive(theta []float64) (f float64, residual [][]float64, p [][]float64) {
	d, k := s.X.D(), s.K
	row := make([]float64, d)
	var sum float64
	for i := range s.X.N() {
		w := 1.0
		if s.Weights != nil {
			w = s.Weights[i]
		}
		sum += w
		s.X.Row(row, i)
		z := append([]float64(nil), theta[d*k:]...)
		for j, x := range row {
			for q := range z {
				z[q] += x * theta[j*k+q]
			}
		}
		y := s.Loss.(CrossEntropy).Labels[i]
		zy := z[y]
		var lse float64
		for _, v := range z {
			lse += math.Exp(v)
		}
		f += w * (math.Log(lse) - zy)
		r, pi := make([]float64, k), make([]float64, k)
		for q := range z {
			pi[q] = math.Exp(z[q]) / lse
			r[q] = w * pi[q]
		}
		r[y] -= w
		residual, p = append(residual, r), append(p, pi)
	}
	for i := range residual {
		for q := range residual[i] {
			residual[i][q] /= sum
		}
	}
	f /= sum
	for _, v := range theta[:d*k] {
		f += s.Lambda / 2 * v * v
	}
	return f, residual, p
}

func forSamples(t *testing.T, test func(t *testing.T, s sample)) {
	for seed, shape := range [][3]int{{1, 1, 2}, {7, 3, 2}, {63, 2, 3}, {64, 5, 4}, {65, 9, 3}, {200, 4, 7}, {700, 12, 5}, {130, 1, 30}} {
		s := newSample(uint64(seed), shape[0], shape[1], shape[2])
		t.Run(fmt.Sprintf("n=%d/d=%d/K=%d/weights=%v", shape[0], shape[1], shape[2], s.Weights != nil), func(t *testing.T) { test(t, s) })
	}
}

func near(t *testing.T, what string, got, want, within float64) {
	t.Helper()
	if !(math.Abs(got-want) <= within) {
		t.Errorf("%s: %.17g, want %.17g within %g", what, got, want, within)
	}
}

// TestValueGrad against the formulas and, for the gradient, differences.
func TestValueGrad(t *testing.T) {
	forSamples(t, func(t *testing.T, s sample) {
		d, k := s.X.D(), s.K
		o := s.new(3)
		grad := make([]float64, o.Dim())
		f, err := o.ValueGrad(s.theta, grad)
		if err != nil {
			t.Fatal(err)
		}
		want, residual, _ := s.naive(s.theta)
		near(t, "f", f, want, 1e-13*want)
		row := make([]float64, d)
		g := make([]float64, o.Dim())
		for i, r := range residual {
			s.X.Row(row, i)
			for j, x := range append(row, 1) {
				for q := range k {
					g[j*k+q] += x * r[q]
				}
			}
		}
		for i := range g {
			if i < d*k {
				g[i] += s.Lambda * s.theta[i]
			}
			near(t, fmt.Sprintf("gradient %d", i), grad[i], g[i], 1e-13)
		}
		for range 5 {
			const step = 1e-5
			at := s.rng.IntN(o.Dim())
			trial := append([]float64(nil), s.theta...)
			trial[at] += step
			up, _, _ := s.naive(trial)
			trial[at] -= 2 * step
			down, _, _ := s.naive(trial)
			near(t, "difference", grad[at], (up-down)/(2*step), 1e-8)
		}
		if o.Passes() != 1 || o.Examples() != s.X.N() {
			t.Errorf("%v passes, %d examples", o.Passes(), o.Examples())
		}
	})
}

// TestBatchGrad: a batch of all rows is the whole, in any order, and one of
// some rows is the objective of those rows alone.
func TestBatchGrad(t *testing.T) {
	forSamples(t, func(t *testing.T, s sample) {
		o := s.new(2)
		all, want := make([]float64, o.Dim()), make([]float64, o.Dim())
		f, err := o.ValueGrad(s.theta, want)
		if err != nil {
			t.Fatal(err)
		}
		W, _ := o.Split(s.theta)
		loss := f - s.Lambda/2*dot(W, W)
		var batch []int32
		for _, i := range s.rng.Perm(s.X.N()) {
			batch = append(batch, int32(i))
		}
		got, err := o.BatchGrad(s.theta, all, batch)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "loss", got, loss, 1e-13)
		for i := range all {
			near(t, "gradient", all[i], want[i], 1e-13)
		}

		part := batch[:(len(batch)+1)/2]
		sub := s
		sub.X = &matrix.Matrix{V: kernel.Rows{D: s.X.D()}, Shift: s.X.Shift, Scale: s.X.Scale}
		sub.Weights = nil
		var labels []int32
		var sum float64
		for _, i := range part {
			row := s.X.V.Slice(int(i), int(i)+1)
			sub.X.V.U8, sub.X.V.F32 = append(sub.X.V.U8, row.U8...), append(sub.X.V.F32, row.F32...)
			labels = append(labels, s.Loss.(CrossEntropy).Labels[i])
			if s.Weights != nil {
				sub.Weights = append(sub.Weights, s.Weights[i])
			}
			sum += o.weight(int(i))
		}
		sub.Loss = CrossEntropy{Labels: labels}
		got, err = o.BatchGrad(s.theta, all, part)
		if err != nil {
			t.Fatal(err)
		}
		if sum == 0 {
			near(t, "loss without weight", got, 0, 0)
			return
		}
		f, err = sub.new(1).ValueGrad(s.theta, want)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "loss of a part", got, f-s.Lambda/2*dot(W, W), 1e-13)
		for i := range all {
			near(t, "gradient of a part", all[i], want[i], 1e-13)
		}
	})
}

// TestThreads: the same bits for any number of them, also where partial
// gradients are added up by several.
func TestThreads(t *testing.T) {
	for _, shape := range [][3]int{{1000, 6, 4}, {70, 1200, 30}, {5000, 2, 2}} {
		s := newSample(3, shape[0], shape[1], shape[2])
		var f, batchLoss float64
		var grad, batchGrad, curvature []float64
		for _, threads := range []int{1, 2, 7, 100} {
			o := s.new(threads)
			g, b, c := make([]float64, o.Dim()), make([]float64, o.Dim()), make([]float64, s.K*s.K)
			v, err := o.ValueGrad(s.theta, g)
			if err != nil {
				t.Fatal(err)
			}
			var batch []int32
			for i := range s.X.N() / 2 {
				batch = append(batch, int32(s.X.N()-1-i))
			}
			l, err := o.BatchGrad(s.theta, b, batch)
			if err != nil {
				t.Fatal(err)
			}
			if err := o.MeanCurvature(s.theta, c); err != nil {
				t.Fatal(err)
			}
			if threads == 1 {
				f, batchLoss, grad, batchGrad, curvature = v, l, g, b, c
				continue
			}
			if v != f || l != batchLoss || !equal(g, grad) || !equal(b, batchGrad) || !equal(c, curvature) {
				t.Errorf("%v: %d threads give other bits than one", shape, threads)
			}
		}
	}
}

func equal(a, b []float64) bool {
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return len(a) == len(b)
}

func TestAccuracy(t *testing.T) {
	forSamples(t, func(t *testing.T, s sample) {
		o := s.new(2)
		got, err := o.Accuracy(s.theta)
		if err != nil {
			t.Fatal(err)
		}
		_, _, p := s.naive(s.theta)
		var right float64
		for i, pi := range p {
			best := true
			y := s.Loss.(CrossEntropy).Labels[i]
			for _, v := range pi {
				best = best && v <= pi[y]
			}
			if best {
				right += o.weight(i)
			}
		}
		near(t, "accuracy", got, right/o.Sum(), 1e-14)
	})
}

// TestCancelled: a context that ends is the error of every pass.
func TestCancelled(t *testing.T) {
	s := newSample(1, 100, 3, 3)
	ctx, cancel := context.WithCancel(context.Background())
	o := New(ctx, s.Problem, 2)
	cancel()
	grad := make([]float64, o.Dim())
	_, err1 := o.ValueGrad(s.theta, grad)
	_, err2 := o.BatchGrad(s.theta, grad, []int32{0})
	_, err3 := o.Accuracy(s.theta)
	err4 := o.Hessian(s.theta, make([]float64, o.Dim()*o.Dim()))
	_, err5 := NewCertificate(o)
	_, err6 := o.MinimizeIntercept(s.theta, grad, 1e-16)
	_, err7 := o.Sample(s.theta, 10)
	for i, err := range []error{err1, err2, err3, err4, err5, err6, err7} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%d: %v", i+1, err)
		}
	}
	o.SetContext(context.Background())
	if _, err := o.ValueGrad(s.theta, grad); err != nil {
		t.Errorf("with a new context: %v", err)
	}
}
