package lab

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"example.com/softmax"
	"example.com/softmax/dataset"
	"example.com/softmax/internal/special"
	"example.com/softmax/metrics"
)

// Several is about examples with several labels: the chapter's loss, -sum of
// log p_j over the classes that are present, with one softmax, beside
// independent sigmoids, of which absent classes pay too.
type Several struct {
	// Composed says that the examples are images put together here, of no, one
	// or two garments each.
	Composed    bool    `json:"composed"`
	Train       int     `json:"train"`
	Test        int     `json:"test"`
	Cardinality float64 `json:"cardinality"` // mean number of labels of a test example
	// Cases are probabilities of four classes, of which the first two are
	// present, with the losses that each reading makes of them.
	Cases []SeveralCase `json:"cases"`
	// Models are the softmax and the sigmoids.
	Models [2]SeveralModel `json:"models"`
}

// A SeveralCase is a vector of probabilities with its losses.
type SeveralCase struct {
	P []float64 `json:"p"`
	// Present is -sum of log p_j over the present classes, All also counts
	// -log(1 - p_j) of the absent ones.
	Present float64 `json:"present"`
	All     Number  `json:"all"`
}

// A SeveralModel is what one loss makes of the examples. All is measured on the
// test set but the Threshold.
type SeveralModel struct {
	Loss softmax.Loss `json:"loss"`
	// TestLoss is the mean loss, Floor the least it could be: the mean of
	// m log m for the softmax of an example with m labels, else 0.
	TestLoss float64 `json:"test_loss"`
	Floor    float64 `json:"floor"`
	// Own is with the model's own rule: the most probable class, or the classes
	// above 1/2. Tuned is with the classes above Threshold, the one of greatest
	// micro-averaged F1 on the training set.
	Own       SeveralScore `json:"own"`
	Tuned     SeveralScore `json:"tuned"`
	Threshold float64      `json:"threshold"`
	// PrecisionAtM is the share of true labels among the m most probable
	// classes of an example with m labels, over the examples with any.
	PrecisionAtM float64 `json:"precision_at_m"`
	// Sums are what an example's probabilities sum to, by number of labels.
	Sums []SeveralSum `json:"sums"`
	// Recall and Precision of the decisions above a threshold, for falling
	// thresholds.
	Recall    []float64 `json:"recall"`
	Precision []float64 `json:"precision"`
}

// A SeveralScore is the quality of sets of labels.
type SeveralScore struct {
	SubsetAccuracy float64 `json:"subset_accuracy"`
	HammingLoss    float64 `json:"hamming_loss"`
	MicroF1        float64 `json:"micro_f1"`
	MacroF1        float64 `json:"macro_f1"`
}

// A SeveralSum is over the examples with M labels.
type SeveralSum struct {
	M        int     `json:"m"`
	Examples int     `json:"examples"`
	Mean     float64 `json:"mean"`
}

func runSeveral(ctx context.Context, opt Options) (*Several, error) {
	train, test, err := opt.data()
	if err != nil {
		return nil, err
	}
	r := &Several{Composed: train.Targets == nil}
	if r.Composed {
		random := rand.New(rand.NewPCG(opt.Seed, 9))
		if train, err = compose(train, 4000, random); err != nil {
			return nil, err
		}
		if test, err = compose(test, 1000, random); err != nil {
			return nil, err
		}
	}
	for _, ds := range []*dataset.Dataset{train, test} {
		if ds.Targets == nil || slices.ContainsFunc(ds.Targets.Values, func(v float64) bool { return v != 0 && v != 1 && v == v }) {
			return nil, fmt.Errorf("%s: this experiment needs targets of 0 and 1, or images with one label each to compose", cmp.Or(ds.Source, "the data"))
		}
	}
	for _, p := range [][]float64{{0.4, 0.4, 0.2, 0}, {0.4, 0.4, 0.1, 0.1}, {0.5, 0.5, 0, 0}, {1, 1, 1, 1}} {
		c := SeveralCase{P: p, Present: 0 - math.Log(p[0]) - math.Log(p[1])}
		c.All = Number(c.Present - math.Log(1-p[2]) - math.Log(1-p[3]))
		r.Cases = append(r.Cases, c)
	}
	for i, loss := range []softmax.Loss{softmax.CrossEntropy, softmax.Sigmoids} {
		model, report, err := softmax.Fit(ctx, train, softmax.Config{
			Loss: loss, L2: 1e-3, Tol: 1e-2, Stop: softmax.StopEstimate, Seed: opt.Seed, Threads: opt.Threads,
		})
		if err != nil {
			return nil, err
		}
		r.Train = report.Rows
		if r.Models[i], err = r.measure(model, train, test); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// judged are the complete rows of a set as a model sees them, row-major.
type judged struct {
	k      int
	truth  []float64
	p      []float64
	losses []float64
}

func judge(model *softmax.Model, ds *dataset.Dataset) (*judged, error) {
	bound, err := model.Bind(ds)
	if err != nil {
		return nil, err
	}
	truth, err := bound.Truth()
	if err != nil {
		return nil, err
	}
	losses, err := bound.Losses()
	if err != nil {
		return nil, err
	}
	k := len(model.Classes())
	p := make([]float64, bound.Rows()*k)
	bound.Logits(p, 0, bound.Rows())
	j := &judged{k: k}
	for i, l := range losses {
		if math.IsNaN(l) {
			continue
		}
		z := p[i*k:][:k]
		if model.LossFunction() == softmax.Sigmoids {
			for q, v := range z {
				z[q] = special.Sigmoid(v)
			}
		} else {
			special.Softmax(z, z)
		}
		j.truth, j.p, j.losses = append(j.truth, truth.Targets[i*k:][:k]...), append(j.p, z...), append(j.losses, l)
	}
	if len(j.losses) == 0 {
		return nil, errors.New("no example is complete")
	}
	return j, nil
}

// score is of the sets of classes whose p is above the threshold.
func (j *judged) score(threshold float64) SeveralScore {
	above := make([]float64, len(j.p))
	for i, p := range j.p {
		above[i] = p - threshold
	}
	return j.scoreOf(above)
}

func (j *judged) scoreOf(above []float64) SeveralScore {
	e := metrics.NewMultiLabel(j.k)
	e.Add(j.truth, above, j.losses, nil)
	s := e.Score()
	return SeveralScore{s.SubsetAccuracy, s.HammingLoss, s.Micro.F1, s.Macro.F1}
}

// curve returns recall and precision of all decisions at each distinct p, from
// the greatest.
func (j *judged) curve() (at, recall, precision []float64) {
	order := make([]int, len(j.p))
	var all float64
	for i := range order {
		order[i] = i
		all += j.truth[i]
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(j.p[b], j.p[a]) })
	var right float64
	for i, o := range order {
		right += j.truth[o]
		if i+1 == len(order) || j.p[order[i+1]] < j.p[o] {
			at = append(at, j.p[o])
			recall, precision = append(recall, right/all), append(precision, right/float64(i+1))
		}
	}
	return at, recall, precision
}

// measure judges a fitted model.
func (r *Several) measure(model *softmax.Model, train, test *dataset.Dataset) (SeveralModel, error) {
	m := SeveralModel{Loss: model.LossFunction()}
	known, err := judge(model, train)
	if err != nil {
		return m, err
	}
	unknown, err := judge(model, test)
	if err != nil {
		return m, err
	}
	at, recall, precision := known.curve()
	var best float64
	for i := 0; i+1 < len(at); i++ {
		if f := 2 * recall[i] * precision[i] / (recall[i] + precision[i]); f > best {
			best, m.Threshold = f, (at[i]+at[i+1])/2
		}
	}
	m.Tuned = unknown.score(m.Threshold)
	if m.Loss == softmax.Sigmoids {
		m.Own = unknown.score(0.5)
	} else {
		m.Own = unknown.scoreOf(unknown.argmax())
	}
	r.summarise(&m, unknown)
	_, recall, precision = unknown.curve()
	step := max(1, len(recall)/500)
	for i := 0; i < len(recall); i += step {
		m.Recall, m.Precision = append(m.Recall, recall[i]), append(m.Precision, precision[i])
	}
	return m, nil
}

// argmax is positive at the most probable class of each row.
func (j *judged) argmax() []float64 {
	out := make([]float64, len(j.p))
	for i := range j.losses {
		row := out[i*j.k:][:j.k]
		for q := range row {
			row[q] = -1
		}
		row[special.Argmax(j.p[i*j.k:][:j.k])] = 1
	}
	return out
}

// summarise fills in what goes by the number of labels.
func (r *Several) summarise(m *SeveralModel, j *judged) {
	n := float64(len(j.losses))
	sums := make([]SeveralSum, j.k+1)
	var labelled float64
	r.Test, r.Cardinality = len(j.losses), 0
	for i, l := range j.losses {
		truth, p := j.truth[i*j.k:][:j.k], j.p[i*j.k:][:j.k]
		labels, sum := 0, 0.0
		order := make([]int, j.k)
		for q := range order {
			order[q] = q
			labels += int(truth[q])
			sum += p[q]
		}
		s := &sums[labels]
		s.Examples++
		s.Mean += sum
		m.TestLoss += l / n
		r.Cardinality += float64(labels) / n
		if labels == 0 {
			continue
		}
		labelled++
		if m.Loss != softmax.Sigmoids {
			m.Floor += float64(labels) * math.Log(float64(labels)) / n
		}
		slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(p[b], p[a]) })
		for _, q := range order[:labels] {
			m.PrecisionAtM += truth[q] / float64(labels)
		}
	}
	m.PrecisionAtM /= max(1, labelled)
	for labels, s := range sums {
		if s.Examples > 0 {
			m.Sums = append(m.Sums, SeveralSum{labels, s.Examples, s.Mean / float64(s.Examples)})
		}
	}
}
