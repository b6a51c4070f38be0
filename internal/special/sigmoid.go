package special

import "math"

// Sigmoid returns 1 / (1 + exp(-z)) = softmax(0, z)_1.
func Sigmoid(z float64) float64 {
	e := exp(-math.Abs(z))
	if z < 0 {
		return e / (1 + e)
	}
	return 1 / (1 + e)
}

// Softplus returns log(1 + exp(z)) = lse(0, z).
func Softplus(z float64) float64 {
	return math.Max(z, 0) + math.Log1p(exp(-math.Abs(z)))
}

// BinaryCrossEntropy returns -y log p - (1-y) log(1-p) with p = Sigmoid(z), in
// nats, for a target y in [0, 1]: the loss of one of K independent sigmoids. Like
// CrossEntropy it adds non-negative terms only, where Softplus(z) - y*z cancels.
func BinaryCrossEntropy(z, y float64) float64 {
	l := math.Log1p(exp(-math.Abs(z)))
	against := y // the target's share of the class that the logit's sign denies
	if z >= 0 {
		against = 1 - y
	}
	if against == 0 { // also where |z| is infinite
		return l
	}
	return l + float64(against*math.Abs(z))
}
