package metrics

import "fmt"

// MultiLabel scores predictions of several yes-or-no labels per example: the
// shape of truth and logits is n x K row-major, a label is predicted where its
// logit is above 0, that is its probability sigmoid(logit) above 1/2, and true
// where truth is above 1/2.
type MultiLabel struct {
	labels                   int
	rows                     int
	subset, hamming, loss    mean
	right, predicted, actual []sum
}

// A MultiLabelScore is what a MultiLabel found.
type MultiLabelScore struct {
	Rows int
	// SubsetAccuracy is the share of examples with every label right.
	SubsetAccuracy float64
	// HammingLoss is the share of labels that are wrong.
	HammingLoss float64
	// LogLoss is the mean over examples of the sum over labels of
	// -y log p - (1-y) log(1-p), in nats.
	LogLoss float64
	// PerLabel scores each label by itself; Micro counts all decisions
	// together, Macro is the plain mean over labels.
	PerLabel     []ClassScore
	Micro, Macro ClassScore
}

// NewMultiLabel returns an evaluator for the given number of labels.
func NewMultiLabel(labels int) *MultiLabel {
	return &MultiLabel{labels: labels, right: make([]sum, labels), predicted: make([]sum, labels), actual: make([]sum, labels)}
}

// Add scores a batch; losses are the examples' losses and w their weights, nil
// for 1 each. It panics if the lengths disagree.
func (e *MultiLabel) Add(truth, logits, losses, w []float64) {
	k, n := e.labels, len(losses)
	if len(truth) != n*k || len(logits) != n*k {
		panic(fmt.Sprintf("metrics: %d targets and %d logits are not %d rows of %d", len(truth), len(logits), n, k))
	}
	checkWeights(n, w)
	e.rows += n
	for i := range n {
		wi := weight(w, i)
		wrong := 0
		for j := range k {
			yes, said := truth[i*k+j] > 0.5, logits[i*k+j] > 0
			if yes != said {
				wrong++
			}
			if yes {
				e.actual[j].add(wi)
			}
			if said {
				e.predicted[j].add(wi)
			}
			if yes && said {
				e.right[j].add(wi)
			}
		}
		e.subset.addIf(wrong == 0, wi)
		e.hamming.add(float64(wrong)/float64(k), wi)
		e.loss.add(losses[i], wi)
	}
}

// Score returns the scores of all examples added so far.
func (e *MultiLabel) Score() MultiLabelScore {
	s := MultiLabelScore{Rows: e.rows, SubsetAccuracy: e.subset.value(), HammingLoss: e.hamming.value(), LogLoss: e.loss.value()}
	var right, predicted, actual sum
	for j := range e.labels {
		c := newClassScore(e.right[j].value(), e.predicted[j].value(), e.actual[j].value())
		s.PerLabel = append(s.PerLabel, c)
		right.add(e.right[j].value())
		predicted.add(c.Predicted)
		actual.add(c.Support)
		s.Macro.Precision += c.Precision / float64(e.labels)
		s.Macro.Recall += c.Recall / float64(e.labels)
		s.Macro.F1 += c.F1 / float64(e.labels)
	}
	s.Micro = newClassScore(right.value(), predicted.value(), actual.value())
	s.Macro.Predicted, s.Macro.Support = s.Micro.Predicted, s.Micro.Support
	return s
}
