package lab

import (
	"cmp"
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"example.com/softmax"
	"example.com/softmax/dataset"
	"example.com/softmax/internal/chart"
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

func runSeveral(ctx context.Context, opt Options) *Several {
	train, test := opt.data()
	r := &Several{Composed: train.Targets == nil}
	if r.Composed {
		random := rand.New(rand.NewPCG(opt.Seed, 9))
		train, test = compose(train, 4000, random), compose(test, 1000, random)
	}
	for _, ds := range []*dataset.Dataset{train, test} {
		if ds.Targets == nil || slices.ContainsFunc(ds.Targets.Values, func(v float64) bool { return v != 0 && v != 1 && v == v }) {
			fail("%s: this experiment needs targets of 0 and 1, or images with one label each to compose", cmp.Or(ds.Source, "the data"))
		}
	}
	for _, p := range [][]float64{{0.4, 0.4, 0.2, 0}, {0.4, 0.4, 0.1, 0.1}, {0.5, 0.5, 0, 0}, {1, 1, 1, 1}} {
		present := 0 - math.Log(p[0]) - math.Log(p[1])
		r.Cases = append(r.Cases, SeveralCase{p, present, Number(present - math.Log(1-p[2]) - math.Log(1-p[3]))})
	}
	for i, loss := range []softmax.Loss{softmax.CrossEntropy, softmax.Sigmoids} {
		model := fit(ctx, train, test, softmax.Config{
			Loss: loss, L2: 1e-3, Tol: 1e-2, Stop: softmax.StopEstimate, Seed: opt.Seed, Threads: opt.Threads,
		})
		r.Train = model.report.Rows
		r.Models[i] = r.measure(loss, judge(bind(model.Model, model.report, train)), judge(model))
	}
	return r
}

// judged are the complete rows of a set as a model sees them, row-major.
type judged struct {
	k                int
	truth, p, losses []float64
}

func judge(model *fitted) *judged {
	truth, losses := must(model.test.Truth()), must(model.test.Losses())
	j := &judged{k: len(model.Classes())}
	for i, o := range model.outputs {
		if math.IsNaN(losses[i]) {
			continue
		}
		if model.LossFunction() == softmax.Sigmoids {
			for q, v := range o {
				o[q] = special.Sigmoid(v)
			}
		} else {
			special.Softmax(o, o)
		}
		j.truth, j.p, j.losses = append(j.truth, truth.Targets[i*j.k:][:j.k]...), append(j.p, o...), append(j.losses, losses[i])
	}
	return j
}

// score is of the sets of classes whose p is above the threshold; 1 stands for
// the most probable class alone.
func (j *judged) score(threshold float64) SeveralScore {
	above := make([]float64, len(j.p))
	for i, p := range j.p {
		above[i] = p - threshold
	}
	if threshold == 1 {
		for i := range j.losses {
			above[i*j.k+special.Argmax(j.p[i*j.k:][:j.k])] = 1
		}
	}
	e := metrics.NewMultiLabel(j.k)
	e.Add(j.truth, above, j.losses, nil)
	s := e.Score()
	return SeveralScore{s.SubsetAccuracy, s.HammingLoss, s.Micro.F1, s.Macro.F1}
}

// descending are the indices of p from the greatest.
func descending(p []float64) []int {
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(p[b], p[a]) })
	return order
}

// curve returns recall and precision of all decisions at each distinct p, from
// the greatest.
func (j *judged) curve() (at, recall, precision []float64) {
	order := descending(j.p)
	var right, all float64
	for _, y := range j.truth {
		all += y
	}
	for i, o := range order {
		right += j.truth[o]
		if i+1 == len(order) || j.p[order[i+1]] < j.p[o] {
			at, recall, precision = append(at, j.p[o]), append(recall, right/all), append(precision, right/float64(i+1))
		}
	}
	return at, recall, precision
}

// measure judges a model by the rows it knows and by those of the test.
func (r *Several) measure(loss softmax.Loss, known, j *judged) (m SeveralModel) {
	at, recall, precision := known.curve()
	var best float64
	for i := 0; i+1 < len(at); i++ {
		if f := 2 * recall[i] * precision[i] / (recall[i] + precision[i]); f > best {
			best, m.Threshold = f, (at[i]+at[i+1])/2
		}
	}
	own := 1.
	if m.Loss = loss; loss == softmax.Sigmoids {
		own = 0.5
	}
	m.Own, m.Tuned = j.score(own), j.score(m.Threshold)
	_, recall, precision = j.curve()
	for i := 0; i < len(recall); i += max(1, len(recall)/500) {
		m.Recall, m.Precision = append(m.Recall, recall[i]), append(m.Precision, precision[i])
	}

	// What goes by the number of labels.
	n := float64(len(j.losses))
	sums := make([]SeveralSum, j.k+1)
	r.Test, r.Cardinality = len(j.losses), 0
	for i, l := range j.losses {
		truth, p := j.truth[i*j.k:][:j.k], j.p[i*j.k:][:j.k]
		labels, sum := 0, 0.0
		for q := range p {
			labels += int(truth[q])
			sum += p[q]
		}
		sums[labels].Examples++
		sums[labels].Mean += sum
		m.TestLoss += l / n
		r.Cardinality += float64(labels) / n
		if labels > 0 && loss != softmax.Sigmoids {
			m.Floor += float64(labels) * math.Log(float64(labels)) / n
		}
		for _, q := range descending(p)[:labels] {
			m.PrecisionAtM += truth[q] / float64(labels)
		}
	}
	m.PrecisionAtM /= max(1, n-float64(sums[0].Examples))
	for labels, s := range sums {
		if s.Examples > 0 {
			m.Sums = append(m.Sums, SeveralSum{labels, s.Examples, s.Mean / float64(s.Examples)})
		}
	}
	return m
}

// compose puts images side by side: each half of an image shows, three times in
// four, one of ds shrunk to half its width, and nothing else. So the garments
// do not overlap, they keep their height, and there are as many pixels as before.
func compose(ds *dataset.Dataset, n int, random *rand.Rand) *dataset.Dataset {
	if len(ds.Columns) != 1 || ds.Columns[0].Kind != dataset.Pixels || ds.Label == nil || slices.Contains(ds.Label.Codes, -1) {
		fail("without targets this experiment needs images with one label each, to put them together")
	}
	c := &ds.Columns[0]
	line := c.Width / c.Height
	half := line / 2
	if half == 0 || ds.Rows() == 0 {
		fail("%d images %d pixels wide cannot be put together", ds.Rows(), line)
	}
	pixels := make([]uint8, n*c.Width)
	k := len(ds.Label.Classes)
	values := make([]float64, n*k)
	for i := range n {
		for side := range 2 {
			if random.IntN(4) == 0 {
				continue
			}
			from := random.IntN(ds.Rows())
			values[i*k+int(ds.Label.Codes[from])] = 1
			for at := range c.Height * half {
				row, column := at/half, at%half
				source := c.Bytes[from*c.Width+row*line+2*column:]
				pixels[i*c.Width+row*line+side*(line-half)+column] = uint8((int(source[0]) + int(source[1])) / 2)
			}
		}
	}
	image := dataset.Column{Name: c.Name, Kind: dataset.Pixels, Width: c.Width, Height: c.Height, Bytes: pixels}
	composed := must(dataset.New(ds.Source, []dataset.Column{image}, nil, nil))
	composed.Targets = dataset.NewTargets(ds.Label.Classes, values)
	return composed
}

// drawings show precision against recall.
func (r *Several) drawings(words [][]string) []drawing {
	var series []chart.Series
	for _, m := range r.Models {
		series = append(series, chart.Series{X: m.Recall, Y: m.Precision})
	}
	return []drawing{lines(words[0], linear, linear, series...)}
}
