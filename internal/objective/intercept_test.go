package objective

import "testing"

// TestIntercept: the model without features has the classes' shares, and
// MinimizeIntercept leaves no gradient in b.
func TestIntercept(t *testing.T) {
	forSamples(t, func(t *testing.T, s sample) {
		o := s.new(2)
		shares := make([]float64, s.K)
		for i, y := range s.Loss.(CrossEntropy).Labels {
			shares[y] += o.weight(i) / o.Sum()
		}
		for _, v := range shares {
			if v == 0 {
				t.Skip("a class without weight has no finite intercept")
			}
		}
		theta, grad := make([]float64, o.Dim()), make([]float64, o.Dim())
		o.NullModel(theta, shares)
		if _, err := o.ValueGrad(theta, grad); err != nil {
			t.Fatal(err)
		}
		_, gb := o.Split(grad)
		near(t, "gradient of the null model", largest(gb), 0, 1e-15)
		if s.K > 4*(s.X.D()+1) {
			return // too many classes for its price
		}
		copy(theta, s.theta)
		before, err := o.ValueGrad(theta, grad)
		if err != nil {
			t.Fatal(err)
		}
		after, err := o.MinimizeIntercept(theta, grad, 1e-16)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "gradient at the best intercepts", largest(gb), 0, 1e-14)
		want, _, _ := s.naive(theta)
		near(t, "value at the best intercepts", after, want, 1e-13)
		if after > before || !equal(theta[:s.X.D()*s.K], s.theta[:s.X.D()*s.K]) {
			t.Errorf("from %v to %v, or W moved", before, after)
		}
		// What is left of it serves at another point, or is made anew.
		for i, v := range s.theta {
			theta[i] = -v
		}
		if _, err := o.MinimizeIntercept(theta, grad, 1e-16); err != nil {
			t.Fatal(err)
		}
		near(t, "gradient at the best intercepts of another point", largest(gb), 0, 1e-14)
	})
}
