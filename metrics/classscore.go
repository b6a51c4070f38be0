package metrics

// A ClassScore says how well one class is recognised, or an average of
// several.
type ClassScore struct {
	// Precision is the share of the class among the examples predicted as it.
	Precision float64
	// Recall is the share of the class's examples predicted as it.
	Recall float64
	// F1 is the harmonic mean of the two.
	F1 float64
	// Support is the number of the class's examples, Predicted that of the
	// examples predicted as it, both by weight; in an average, their sums.
	Support, Predicted float64
}

// newClassScore makes the score of right examples among predicted and support.
func newClassScore(right, predicted, support float64) ClassScore {
	return ClassScore{
		Precision: ratio(right, predicted),
		Recall:    ratio(right, support),
		F1:        ratio(2*right, predicted+support),
		Support:   support,
		Predicted: predicted,
	}
}

func ratio(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return a / b
}

// PerClass returns the score of each class.
func (c *Confusion) PerClass() []ClassScore {
	right, predicted, support := make([]sum, c.classes), make([]sum, c.classes), make([]sum, c.classes)
	for _, p := range c.sorted() {
		predicted[p.Pred].add(p.Count)
		if p.Truth >= 0 {
			support[p.Truth].add(p.Count)
		}
		if p.Truth == p.Pred {
			right[p.Pred].add(p.Count)
		}
	}
	scores := make([]ClassScore, c.classes)
	for k := range scores {
		scores[k] = newClassScore(right[k].value(), predicted[k].value(), support[k].value())
	}
	return scores
}

// Accuracy is the share of the counts on the diagonal.
func (c *Confusion) Accuracy() float64 {
	right, predicted, _ := c.totals()
	return right / predicted
}

// Micro takes precision and recall over all examples at once. Where no true
// class is unknown, precision, recall and F1 are all the accuracy.
func (c *Confusion) Micro() ClassScore { return newClassScore(c.totals()) }

func (c *Confusion) totals() (right, predicted, support float64) {
	var r, p, s sum
	for _, pair := range c.sorted() {
		p.add(pair.Count)
		if pair.Truth >= 0 {
			s.add(pair.Count)
		}
		if pair.Truth == pair.Pred {
			r.add(pair.Count)
		}
	}
	return r.value(), p.value(), s.value()
}

// Macro is the mean over the classes that occur, true or predicted, each
// counting alike (scikit-learn's average='macro').
func (c *Confusion) Macro() ClassScore {
	return c.average(func(s ClassScore) float64 {
		if s.Support == 0 && s.Predicted == 0 {
			return 0
		}
		return 1
	})
}

// Weighted is the mean over the classes, each counting as its support
// (scikit-learn's average='weighted').
func (c *Confusion) Weighted() ClassScore {
	return c.average(func(s ClassScore) float64 { return s.Support })
}

// average is the mean of the class scores, each with the weight given.
func (c *Confusion) average(weight func(ClassScore) float64) ClassScore {
	var precision, recall, f1, support, predicted, weights sum
	for _, s := range c.PerClass() {
		w := weight(s)
		weights.add(w)
		precision.add(float64(w * s.Precision))
		recall.add(float64(w * s.Recall))
		f1.add(float64(w * s.F1))
		support.add(s.Support)
		predicted.add(s.Predicted)
	}
	n := weights.value()
	return ClassScore{
		Precision: ratio(precision.value(), n),
		Recall:    ratio(recall.value(), n),
		F1:        ratio(f1.value(), n),
		Support:   support.value(),
		Predicted: predicted.value(),
	}
}
