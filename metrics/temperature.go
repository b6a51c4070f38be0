package metrics

import (
	"errors"
	"fmt"
	"math"
)

// A Temperature is the T > 0 by which logits are to be divided so that
// softmax(o/T) has the least log-loss: above 1 for a model that is too sure of
// itself. It changes no prediction (C. Guo, G. Pleiss, Y. Sun and K. Q.
// Weinberger, On calibration of modern neural networks, ICML 2017).
type Temperature struct {
	T float64
	// LogLoss is that at T, Before that at 1, of the examples fitted on.
	LogLoss, Before float64
	Iterations      int
}

// ErrNoTemperature is that no T > 0 has the least log-loss.
var ErrNoTemperature = errors.New("no temperature minimises the log-loss")

// FitTemperature finds the temperature on examples that the model was not
// trained on. Examples of unknown class, rows with a NaN and those of weight 0
// are left out; classes with a logit of -Inf stay impossible. Where all logits
// of a row are equal for every row, every T is as good, and T is 1.
//
// The log-loss is convex in 1/T (log-sum-exp is, and the rest is linear); in
// log T it need not be. So the root of its derivative by 1/T is found by
// Newton's method inside a bracket, to rounding.
//
// The error is ErrNoTemperature, with the reason, if the loss falls for ever as
// T falls to 0 (every example is predicted right) or rises to +Inf (the true
// classes' logits are no greater than the mean), if a true class has
// probability 0, or if there is no example.
func FitTemperature(truth []int32, logits []float64, K int, w []float64) (Temperature, error) {
	f := scaledLoss{truth, logits, K, w, scored(truth, logits, K, w)}
	if len(f.rows) == 0 {
		return Temperature{}, fmt.Errorf("%w: there is no example of a known class", ErrNoTemperature)
	}
	if i := f.infinite(); i >= 0 {
		return Temperature{}, fmt.Errorf("%w: in row %d a logit is +Inf or that of the true class -Inf", ErrNoTemperature, i+1)
	}
	before := f.at(1)
	start, wrong := f.at(0), f.worst()
	switch {
	case start.slope == 0 && wrong == 0: // flat
		return Temperature{1, before.loss, before.loss, 0}, nil
	case wrong == 0:
		return Temperature{}, fmt.Errorf("%w: every example is predicted right, so it falls as T falls to 0; fit on more examples", ErrNoTemperature)
	case start.slope >= 0:
		return Temperature{}, fmt.Errorf("%w: the logits of the true classes are no greater than the mean, so it falls as T grows; the model is no better than chance here", ErrNoTemperature)
	}
	t := Temperature{T: 1, Before: before.loss}
	low, high := 0.0, math.Inf(1) // of 1/T
	inverse, last, now := 1.0, math.Inf(1), before
	for done := false; !done && t.Iterations < 1000; {
		t.Iterations++
		if now.slope < 0 {
			low = inverse
		} else {
			high = inverse
		}
		next := inverse - now.slope/now.curvature
		switch near := math.Abs(next-inverse) <= 1e-9*inverse; {
		case near && now.curvature <= math.MaxFloat64:
			done = true // convergence is quadratic: this step is the last
		case !(next > low && next < high && math.Abs(now.slope) <= last/2): // Newton's method is lost
			next = middle(low, high)
		}
		last, inverse = math.Abs(now.slope), next
		now = f.at(inverse)
	}
	t.T, t.LogLoss = 1/inverse, now.loss
	return t, nil
}

// middle halves a bracket of positive numbers in the logarithm.
func middle(low, high float64) float64 {
	switch {
	case low == 0:
		return high / 16
	case math.IsInf(high, 1):
		return low * 16
	}
	return math.Sqrt(low) * math.Sqrt(high)
}

// scaledLoss is the log-loss as a function of 1/T.
type scaledLoss struct {
	truth  []int32
	logits []float64
	K      int
	w      []float64
	rows   []int
}

// A point has the value of the log-loss and its derivatives by 1/T.
type point struct{ loss, slope, curvature float64 }

// at computes them: with p = softmax(o/T) the slope of a row is the mean of o
// under p less the logit of the true class, the curvature the variance of o.
func (f scaledLoss) at(inverse float64) point {
	var loss, slope, curvature mean
	for _, i := range f.rows {
		o := f.logits[i*f.K : (i+1)*f.K]
		m := argmax(o)
		var rest, first, second float64 // sums over the classes but m, of distances below o_m
		for k, v := range o {
			if k == int(m) || math.IsInf(v, -1) {
				continue
			}
			distance := o[m] - v
			e := math.Exp(-inverse * distance)
			rest += e
			first += float64(e * distance)
			second += float64(e * distance * distance)
		}
		mean := first / (1 + rest)
		w, below := weight(f.w, i), o[m]-o[f.truth[i]]
		loss.add(float64(inverse*below)+math.Log1p(rest), w)
		slope.add(below-mean, w)
		curvature.add(second/(1+rest)-float64(mean*mean), w)
	}
	return point{loss.value(), slope.value(), curvature.value()}
}

// infinite is the first row whose loss is infinite or NaN at every T, or -1.
func (f scaledLoss) infinite() int {
	for _, i := range f.rows {
		o := f.logits[i*f.K : (i+1)*f.K]
		if math.IsInf(o[argmax(o)], 0) || math.IsInf(o[f.truth[i]], 0) {
			return i
		}
	}
	return -1
}

// worst is the greatest distance of a true class's logit below the row's
// greatest: 0 if no prediction is wrong.
func (f scaledLoss) worst() (distance float64) {
	for _, i := range f.rows {
		o := f.logits[i*f.K : (i+1)*f.K]
		distance = max(distance, o[argmax(o)]-o[f.truth[i]])
	}
	return distance
}
