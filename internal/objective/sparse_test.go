package objective

import (
	"fmt"
	"testing"

	"example.com/softmax/internal/kernel"
	"example.com/softmax/internal/matrix"
)

// stored returns the problem with the same matrix, of which only the first
// dense features are stored densely.
func (s sample) stored(dense int) sample {
	n, d := s.X.N(), s.X.D()
	x := &matrix.Matrix{V: kernel.Rows{D: dense}, S: &kernel.Sparse{D: d - dense, Starts: []int{0}}, Shift: s.X.Shift, Scale: s.X.Scale}
	for i := range n {
		row := make([]float64, d)
		s.X.AddRow(row, 1, i)
		for j, v := range row {
			switch {
			case j < dense && s.X.V.U8 != nil:
				x.V.U8 = append(x.V.U8, uint8(v))
			case j < dense:
				x.V.F32 = append(x.V.F32, float32(v))
			case v != 0:
				x.S.Index = append(x.S.Index, int32(j-dense))
				x.S.Values = append(x.S.Values, v)
			}
		}
		x.S.Starts = append(x.S.Starts, len(x.S.Index))
	}
	s.X = x
	return s
}

// evaluations are what an Objective computes of X, by name.
func (s sample) evaluations(t *testing.T, o *Objective) map[string][]float64 {
	t.Helper()
	dim := o.Dim()
	grad, batchGrad, curvature := make([]float64, dim), make([]float64, dim), make([]float64, s.K*s.K)
	var batch []int32
	for i := 0; i < s.X.N(); i += 2 {
		batch = append(batch, int32(s.X.N()-1-i))
	}
	cert, err := NewCertificate(o)
	if err != nil {
		t.Fatal(err)
	}
	f, err := o.ValueGrad(s.theta, grad)
	cert.Add(s.theta, grad, f)
	loss, err2 := o.BatchGrad(s.theta, batchGrad, batch)
	accuracy, err3 := o.Accuracy(s.theta)
	err4 := o.MeanCurvature(s.theta, curvature)
	for _, err := range []error{err, err2, err3, err4} {
		if err != nil {
			t.Fatal(err)
		}
	}
	all := map[string][]float64{
		"value": {f}, "gradient": grad, "loss of a batch": {loss}, "gradient of a batch": batchGrad, "accuracy": {accuracy},
		"mean curvature": curvature, "lower bound": {cert.Lower()}, "mean": cert.xbar, "cross": cert.cross,
		"squares": s.X.Squares(s.Weights, 1), "gram": s.X.Gram(s.Weights, 1),
	}
	if dim <= 64 {
		h := make([]float64, dim*dim)
		if err := o.Hessian(s.theta, h); err != nil {
			t.Fatal(err)
		}
		all["Hessian"] = h
	}
	return all
}

// TestStorage: sparse, mixed and dense matrices of the same values are the same
// matrix, in one run of rows or several; the bits of each do not depend on the
// number of threads.
func TestStorage(t *testing.T) {
	forSamples(t, func(t *testing.T, s sample) {
		want := s.evaluations(t, s.new(2))
		for _, dense := range []int{0, s.X.D() / 2} {
			s := s.stored(dense)
			for _, residuals := range []int{maxRun, 1} {
				var one map[string][]float64
				for _, threads := range []int{1, 3} {
					o := s.new(threads)
					o.plan(residuals)
					got := s.evaluations(t, o)
					for what := range want {
						for i := range want[what] {
							if got[what][i] == want[what][i] {
								continue // infinities, too
							}
							near(t, fmt.Sprintf("%s with %d dense features, %d threads", what, dense, threads), got[what][i], want[what][i], 1e-12)
						}
						if one != nil && !equal(got[what], one[what]) {
							t.Errorf("%s: %d threads give other bits than one", what, threads)
						}
					}
					one = got
				}
			}
		}
	})
}
