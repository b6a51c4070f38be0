package metrics

import (
	"math"
	"testing"
)

func TestAgreementAtTheEdges(t *testing.T) {
	for _, c := range []struct {
		name                    string
		truth, pred             []int32
		matthews, kappa, recall float64
	}{
		{"none", nil, nil, 0, nan, nan},
		{"all right", []int32{0, 1, 2}, []int32{0, 1, 2}, 1, 1, 1},
		{"all wrong", []int32{0, 1}, []int32{1, 0}, -1, -1, 0},
		{"constant prediction", []int32{0, 1, 1}, []int32{1, 1, 1}, 0, 0, 0.5},
		{"one class", []int32{1, 1}, []int32{1, 1}, 0, nan, 1},
		// scikit-learn says so of a class -1, but for a balanced accuracy of 2/3:
		// it has a recall of 0 there.
		{"unknown class", []int32{0, 1, -1}, []int32{0, 1, 1}, 3 / math.Sqrt(24), 0.5, 1},
		{"absent class predicted", []int32{0, 0, 1}, []int32{0, 2, 1}, 3 / math.Sqrt(24), 0.5, 0.75},
	} {
		m := NewConfusion(3)
		m.Add(c.truth, c.pred, nil)
		for what, v := range map[string][2]float64{
			"MatthewsCorrelation": {m.MatthewsCorrelation(), c.matthews},
			"CohenKappa":          {m.CohenKappa(), c.kappa},
			"BalancedAccuracy":    {m.BalancedAccuracy(), c.recall},
		} {
			if !same(v[0], v[1]) {
				near(t, c.name+": "+what, v[0], v[1])
			}
		}
	}
}
