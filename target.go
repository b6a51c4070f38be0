package softmax

import (
	"fmt"
	"math"

	"example.com/softmax/dataset"
	"example.com/softmax/internal/objective"
)

// target is what the rows of a fit are to be fitted to.
type target struct {
	kind    Loss
	classes []string
	loss    objective.Loss
	weights []float64 // nil for 1 each; with the mass of each row's target as a factor
	norm    float64   // sum of the weights without that factor
	mass    float64   // mean of that factor
	shares  []float64 // mean target of each class
	// classWeights are factors of weights and norm; nil for 1 each.
	classWeights []float64
}

// targetOf makes the target of the rows of a dataset, which all have a label
// and a weight above 0.
func (f *fit) targetOf(ds *dataset.Dataset) (*target, error) {
	if ds.Label != nil {
		return f.fromLabel(ds)
	}
	return f.fromTargets(ds)
}

// fromLabel keeps the classes that occur.
func (f *fit) fromLabel(ds *dataset.Dataset) (*target, error) {
	l := ds.Label
	t := &target{kind: f.cfg.Loss, weights: ds.Weights, mass: 1}
	weight := make([]float64, len(l.Classes))
	for i, code := range l.Codes {
		w := weightOf(ds.Weights, i)
		weight[code] += w
		t.norm += w
	}
	code := make([]int32, len(l.Classes))
	for k, w := range weight {
		if w > 0 {
			code[k] = int32(len(t.classes))
			t.classes = append(t.classes, l.Classes[k])
			t.shares = append(t.shares, w/t.norm)
		}
	}
	if len(t.classes) < 2 {
		return nil, fmt.Errorf("%w: all %d rows used are %q", ErrOneClass, ds.Rows(), t.classes[0])
	}
	labels := l.Codes
	if len(t.classes) < len(l.Classes) {
		labels = make([]int32, len(l.Codes))
		for i, c := range l.Codes {
			labels[i] = code[c]
		}
	}
	if err := f.weighClasses(t, ds, labels); err != nil {
		return nil, err
	}
	switch s := f.cfg.LabelSmoothing; t.kind {
	case "", CrossEntropy:
		t.kind, t.loss = CrossEntropy, objective.CrossEntropy{Labels: labels, Smoothing: s}
		smooth(t.shares, s, 1/float64(len(t.classes)))
	case Squared:
		t.loss = objective.Squared{Labels: labels}
	case Sigmoids:
		y := make([]float64, len(labels)*len(t.classes))
		for i, c := range labels {
			y[i*len(t.classes)+int(c)] = 1
		}
		t.loss = objective.Sigmoids{Y: smooth(y, s, 0.5)}
		smooth(t.shares, s, 0.5)
	}
	return t, nil
}

// smooth moves the share s of every entry to the value even.
func smooth(y []float64, s, even float64) []float64 {
	if s > 0 {
		for i := range y {
			y[i] = float64((1-s)*y[i]) + float64(s*even)
		}
	}
	return y
}

// fromTargets sorts out what kind of targets there are.
func (f *fit) fromTargets(ds *dataset.Dataset) (*target, error) {
	if f.cfg.weighsClasses() {
		return nil, fmt.Errorf("%w: class weights need one class a row", ErrConfig)
	}
	kind := f.cfg.Loss
	distributions, yesNo := true, true
	all := ds.Targets
	for i := range ds.Rows() {
		var sum float64
		for _, v := range all.Row(i) {
			sum += v
			yesNo = yesNo && v <= 1
		}
		distributions = distributions && math.Abs(sum-1) <= 1e-9
	}
	switch {
	case kind == Squared:
		return nil, fmt.Errorf("%w: the loss %q needs one class a row", ErrConfig, Squared)
	case kind == Sigmoids && !yesNo:
		return nil, fmt.Errorf("%w: the loss %q needs targets of at most 1", ErrConfig, Sigmoids)
	case kind == "" && (distributions || !yesNo):
		kind = CrossEntropy
	case kind == "":
		kind = Sigmoids
	}
	t := &target{kind: kind, mass: 1}
	total := make([]float64, len(all.Classes))
	for i := range ds.Rows() {
		w := weightOf(ds.Weights, i)
		t.norm += w
		for k, v := range all.Row(i) {
			total[k] += float64(w * v)
		}
	}
	var keep []int
	for k, sum := range total {
		share := sum / t.norm
		if sum == 0 || kind == Sigmoids && share >= 1 {
			f.warn("class", nil, fmt.Sprintf("The target %q has the same value in all rows and was left out.", all.Classes[k]))
			continue
		}
		keep = append(keep, k)
		t.classes = append(t.classes, all.Classes[k])
		t.shares = append(t.shares, share)
	}
	if len(keep) == 0 || kind == CrossEntropy && len(keep) < 2 {
		return nil, fmt.Errorf("%w: %d of %d targets vary", ErrOneClass, len(keep), len(all.Classes))
	}
	y := make([]float64, 0, ds.Rows()*len(keep))
	for i := range ds.Rows() {
		row := all.Row(i)
		for _, k := range keep {
			y = append(y, row[k])
		}
	}
	s := f.cfg.LabelSmoothing
	if kind == Sigmoids {
		t.weights = ds.Weights
		t.loss = objective.Sigmoids{Y: smooth(y, s, 0.5)}
		smooth(t.shares, s, 0.5)
		return t, nil
	}
	t.normalise(y, ds)
	even := 1 / float64(len(keep))
	t.loss = objective.SoftCrossEntropy{Y: smooth(y, s, even)}
	smooth(t.shares, s, even)
	return t, nil
}

// normalise makes every row of y a distribution and its mass a factor of the
// row's weight: -sum y_k log p_k is m times the cross-entropy of y / m.
func (t *target) normalise(y []float64, ds *dataset.Dataset) {
	k := len(t.classes)
	t.weights = make([]float64, ds.Rows())
	var sum float64
	for i := range t.weights {
		row := y[i*k:][:k]
		var mass float64
		for _, v := range row {
			mass += v
		}
		t.weights[i] = weightOf(ds.Weights, i) * mass
		sum += t.weights[i]
		for q := range row {
			if mass > 0 {
				row[q] /= mass
			} else {
				row[q] = 1 / float64(k) // of weight 0
			}
		}
	}
	t.mass = sum / t.norm
	for q := range t.shares {
		t.shares[q] /= t.mass
	}
}

func weightOf(weights []float64, i int) float64 {
	if weights == nil {
		return 1
	}
	return weights[i]
}
