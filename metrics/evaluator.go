package metrics

// An Evaluator computes, in one pass over batches of examples, the scores that
// take one example at a time. Beside the Confusion it needs constant memory. How
// the examples are cut into batches does not matter.
type Evaluator struct {
	classes   int
	ks        []int
	rows      int
	unknown   int
	right     mean
	loss      mean
	square    mean // of the losses
	topK      []mean
	confusion *Confusion
}

// A Score is what an Evaluator found.
type Score struct {
	// Rows is the number of examples, Unknown how many of them are of a class
	// that the model does not know, whatever their weights.
	Rows, Unknown int
	// Accuracy and its standard error sqrt(p (1-p) / n), n the sum of the
	// weights.
	Accuracy, AccuracyError float64
	// LogLoss, its standard error (the population standard deviation of the
	// losses over sqrt(n)) and LogLikelihood are over the examples of known
	// class. The standard error of an infinite log-loss is NaN.
	LogLoss, LogLossError, LogLikelihood float64
	// TopK holds the top-k accuracy for each k asked for.
	TopK map[int]float64
	// Confusion goes on counting if the Evaluator does.
	Confusion *Confusion
}

// NewEvaluator returns an Evaluator of predictions among the given number of
// classes, with top-k accuracy for each of ks.
func NewEvaluator(classes int, ks ...int) *Evaluator {
	return &Evaluator{classes: classes, ks: ks, topK: make([]mean, len(ks)), confusion: NewConfusion(classes)}
}

// Add scores a batch: the true classes, the logits (len(truth) x classes) and
// the weights. Predicted is the argmax of the logits.
func (e *Evaluator) Add(truth []int32, logits []float64, w []float64) {
	K := e.classes
	checkLogits(truth, logits, K, w)
	e.rows += len(truth)
	for i, y := range truth {
		o, wi := logits[i*K:(i+1)*K], weight(w, i)
		pred := argmax(o)
		e.confusion.add(y, pred, wi)
		e.right.addIf(y == pred, wi)
		if y < 0 {
			e.unknown++
			continue
		}
		loss := crossEntropy(o, y)
		e.loss.add(loss, wi)
		e.square.add(loss*loss, wi)
		before := rank(o, y)
		for j, k := range e.ks {
			e.topK[j].addIf(before < k, wi)
		}
	}
}

// Score returns the scores of all examples added so far.
func (e *Evaluator) Score() Score {
	accuracy, loss := e.right.value(), e.loss.value()
	s := Score{
		Rows:          e.rows,
		Unknown:       e.unknown,
		Accuracy:      accuracy,
		AccuracyError: standardError(accuracy, accuracy, e.right.weight.value()),
		LogLoss:       loss,
		LogLossError:  standardError(loss, e.square.value(), e.loss.weight.value()),
		LogLikelihood: 0 - e.loss.total.value(),
		TopK:          make(map[int]float64, len(e.ks)),
		Confusion:     e.confusion,
	}
	for j, k := range e.ks {
		s.TopK[k] = e.topK[j].value()
	}
	return s
}
