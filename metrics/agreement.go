package metrics

import "math"

// BalancedAccuracy is the mean recall of the known classes that occur in the
// truth, each counting alike; NaN if none does.
func (c *Confusion) BalancedAccuracy() float64 {
	var m mean
	for _, s := range c.PerClass() {
		if s.Support > 0 {
			m.add(s.Recall, 1)
		}
	}
	return m.value()
}

// MatthewsCorrelation is the correlation between true and predicted class
// (J. Gorodkin, Comparing two K-category assignments by a K-category
// correlation coefficient, Computational Biology and Chemistry 28, 2004):
//
//	(n r - t.p) / sqrt((n^2 - t.t) (n^2 - p.p))
//
// with n the sum of all counts, r that of the right ones, and t and p the
// counts of each class in truth and prediction. It is 0 where one of them is
// constant. The classes that the model does not know are one class more.
func (c *Confusion) MatthewsCorrelation() float64 {
	m := c.margins()
	n := m.total
	return ratio(float64(n*m.right)-m.both, math.Sqrt((float64(n*n)-m.truth)*(float64(n*n)-m.pred)))
}

// CohenKappa is the accuracy above that of chance, as a part of what is to be
// had above chance (J. Cohen, A coefficient of agreement for nominal scales,
// Educational and Psychological Measurement 20, 1960):
//
//	(r/n - t.p/n^2) / (1 - t.p/n^2)
//
// in the symbols of MatthewsCorrelation. It is NaN where truth and prediction
// are one and the same class throughout.
func (c *Confusion) CohenKappa() float64 {
	m := c.margins()
	n := m.total
	return (float64(n*m.right) - m.both) / (float64(n*n) - m.both)
}

// margins are n, r, t.p, t.t and p.p of a Confusion.
type margins struct{ total, right, both, truth, pred float64 }

func (c *Confusion) margins() margins {
	truth, pred := make([]sum, c.classes+1), make([]sum, c.classes+1) // the last for the unknown
	var total, right, both, tt, pp sum
	for _, pair := range c.sorted() {
		y := int(pair.Truth)
		if y < 0 {
			y = c.classes
		}
		truth[y].add(pair.Count)
		pred[pair.Pred].add(pair.Count)
		total.add(pair.Count)
		if y == int(pair.Pred) {
			right.add(pair.Count)
		}
	}
	for k := range truth {
		t, p := truth[k].value(), pred[k].value()
		both.add(float64(t * p))
		tt.add(float64(t * t))
		pp.add(float64(p * p))
	}
	return margins{total.value(), right.value(), both.value(), tt.value(), pp.value()}
}
