package metrics

// Brier is the mean squared distance of the probabilities from the truth,
//
//	sum_i w_i sum_k (p_ik - [truth_i = k])^2 / sum_i w_i
//
// between 0 and 2, over the examples of known class (G. W. Brier, Verification
// of forecasts expressed in terms of probability, Monthly Weather Review 78,
// 1950). With two classes it is twice what scikit-learn's brier_score_loss
// says, which looks at one of them.
func Brier(truth []int32, p []float64, K int, w []float64) float64 {
	var m mean
	for _, i := range scored(truth, p, K, w) {
		var distance float64
		for k, v := range p[i*K : (i+1)*K] {
			if k == int(truth[i]) {
				v--
			}
			distance += float64(v * v)
		}
		m.add(distance, weight(w, i))
	}
	return m.value()
}
