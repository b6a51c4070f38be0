package lab

import (
	"context"
	"math"
	"math/rand/v2"

	"example.com/softmax"
	"example.com/softmax/dataset"
	"example.com/softmax/dataset/sample"
	"example.com/softmax/internal/chart"
	"example.com/softmax/internal/special"
)

// Likelihood is about what the least cross-entropy is besides: the greatest
// joint probability of the labels, the least divergence from them, and with a
// penalty the most probable parameters.
type Likelihood struct {
	// Joint is the joint probability of all training labels under a model
	// fitted without penalty.
	Joint struct {
		N    int     `json:"n"`
		Loss float64 `json:"loss"` // mean cross-entropy as the fit reports it
		// The logarithm of the product of all p_y three ways: -N Loss, the sum
		// of the log p_y, and the product itself, multiplied out with an
		// exponent of its own.
		MinusNLoss float64 `json:"minus_n_loss"`
		SumOfLogs  float64 `json:"sum_of_logs"`
		Product    float64 `json:"product"`
		// The number of examples after which the product is 0, in float64 and
		// float32; 0 if it never is.
		Zero64 int `json:"zero64"`
		Zero32 int `json:"zero32"`
		// The decimal logarithm of the product of the first i+1.
		Log10 []float64 `json:"log10"`
	} `json:"joint"`
	Splits []Split `json:"splits"`
	// CoefficientShift is the largest difference between the coefficients of
	// the fits to penguins one by one and to penguins in groups.
	CoefficientShift float64          `json:"coefficient_shift"`
	Posterior        []PosteriorPoint `json:"posterior"`
}

// A Split is the mean cross-entropy of a fit as entropy plus divergence.
type Split struct {
	Labels       string  `json:"labels"` // hard, smoothed, annotators, single, grouped
	Rows         int     `json:"rows"`
	CrossEntropy float64 `json:"cross_entropy"`
	Entropy      float64 `json:"entropy"`
	Divergence   float64 `json:"divergence"`
}

const smoothing = 0.1 // of which the page speaks

func runLikelihood(ctx context.Context, opt Options) *Likelihood {
	if opt.Train == nil {
		opt.Train, _ = opt.data()
	}
	train, penguins := labelled(opt.Train), must(sample.Penguins())
	r := &Likelihood{}
	cfg := softmax.Config{Solver: softmax.SGDSolver, L2: softmax.NoPenalty, Seed: opt.Seed, Threads: opt.Threads}
	smooth := cfg
	smooth.LabelSmoothing = smoothing
	r.joint(r.split(ctx, "hard", train, cfg), train)
	r.split(ctx, "smoothed", train, smooth)
	r.split(ctx, "annotators", annotated(train, opt.Seed), cfg)
	r.penguins(ctx, penguins)
	r.Posterior = posterior(ctx, penguins)
	return r
}

// annotated replaces each label by the shares of five annotators' answers, of
// whom each gives a class at random one time in ten.
func annotated(ds *dataset.Dataset, seed uint64) *dataset.Dataset {
	const annotators, careless = 5, 0.1
	random := rand.New(rand.NewPCG(seed, 11))
	k := len(ds.Label.Classes)
	values := make([]float64, ds.Rows()*k)
	for i, code := range ds.Label.Codes {
		for range annotators {
			answer := int(code)
			if random.Float64() < careless {
				answer = random.IntN(k)
			}
			if code >= 0 {
				values[i*k+answer] += 1.0 / annotators
			} else {
				values[i*k] = math.NaN()
			}
		}
	}
	soft := *ds
	soft.Label, soft.Targets = nil, dataset.NewTargets(ds.Label.Classes, values)
	return &soft
}

// joint multiplies the probabilities of all labels.
func (r *Likelihood) joint(model *fitted, ds *dataset.Dataset) {
	j := &r.Joint
	j.N, j.Loss, j.MinusNLoss = model.report.Rows, model.report.Loss, model.report.LogLikelihood
	product64, product32 := 1.0, float32(1)
	mantissa, exponent := 1.0, 0
	eachRow(model, ds, func(y, logp []float64, w float64) {
		l := -w * special.CrossEntropyDist(logp, y)
		p := math.Exp(l)
		product64 *= p
		product32 *= float32(p)
		var e int
		mantissa, e = math.Frexp(mantissa * p)
		exponent += e
		j.SumOfLogs += l
		j.Log10 = append(j.Log10, j.SumOfLogs/math.Ln10)
		if product64 == 0 && j.Zero64 == 0 {
			j.Zero64 = len(j.Log10)
		}
		if product32 == 0 && j.Zero32 == 0 {
			j.Zero32 = len(j.Log10)
		}
	})
	j.Product = math.Log(mantissa) + float64(exponent)*math.Ln2
}

// eachRow visits the complete rows of the data that a model was fitted to:
// target, smoothed as in the fit, log-probabilities and weight.
func eachRow(model *fitted, ds *dataset.Dataset, visit func(y, logp []float64, w float64)) {
	truth := must(model.test.Truth())
	k, s := len(model.Classes()), model.Config().LabelSmoothing
	y, logp := make([]float64, k), make([]float64, k)
	for i, o := range model.outputs {
		w := ds.Weight(i)
		if truth.Missing[i] || o == nil || w == 0 {
			continue
		}
		if truth.Codes != nil {
			clear(y)
			y[truth.Codes[i]] = 1
		} else {
			copy(y, truth.Targets[i*k:])
		}
		for q := range y {
			y[q] = (1-s)*y[q] + s/float64(k)
		}
		special.LogSoftmax(logp, o)
		visit(y, logp, w)
	}
}

// split fits and computes the three terms by themselves.
func (r *Likelihood) split(ctx context.Context, labels string, ds *dataset.Dataset, cfg softmax.Config) *fitted {
	model := fit(ctx, ds, ds, cfg)
	s := Split{Labels: labels}
	var sum float64
	eachRow(model, ds, func(y, logp []float64, w float64) {
		s.Rows++
		sum += w
		s.CrossEntropy += w * special.CrossEntropyDist(logp, y)
		s.Entropy += w * special.Entropy(y)
		for k, v := range y {
			if v > 0 {
				s.Divergence += w * v * (math.Log(v) - logp[k])
			}
		}
	})
	s.CrossEntropy, s.Entropy, s.Divergence = s.CrossEntropy/sum, s.Entropy/sum, s.Divergence/sum
	r.Splits = append(r.Splits, s)
	return model
}

// penguins fits the species by island and sex, once with a row for each penguin
// and once with a row for each group and the shares of its species.
func (r *Likelihood) penguins(ctx context.Context, all *dataset.Dataset) {
	both := *all
	both.Columns = []dataset.Column{*all.Column("island"), *all.Column("sex")}
	single := complete(&both)

	k := len(single.Label.Classes)
	groups := make(map[[2]int32]int)
	var first []int // row of each group
	var weights, shares []float64
	for i, code := range single.Label.Codes {
		key := [2]int32{single.Columns[0].Codes[i], single.Columns[1].Codes[i]}
		g, known := groups[key]
		if !known {
			g = len(first)
			groups[key] = g
			first, weights, shares = append(first, i), append(weights, 0), append(shares, make([]float64, k)...)
		}
		weights[g]++
		shares[g*k+int(code)]++
	}
	for at := range shares {
		shares[at] /= weights[at/k]
	}
	grouped := single.Subset(first)
	grouped.Label, grouped.Weights, grouped.Targets = nil, weights, dataset.NewTargets(single.Label.Classes, shares)

	cfg := softmax.Config{C: 1, Tol: 1e-12}
	one, other := r.split(ctx, "single", single, cfg).Coefficients(), r.split(ctx, "grouped", grouped, cfg).Coefficients()
	for j, row := range one.W {
		for q, w := range row {
			r.CoefficientShift = max(r.CoefficientShift, math.Abs(w-other.W[j][q]))
		}
	}
}

// drawings show the joint probability of the first labels and how far each kind
// of number can follow it.
func (r *Likelihood) drawings(words [][]string) []drawing {
	j := &r.Joint
	var series [3]chart.Series
	for at, until := range []int{0, j.Zero64, j.Zero32} {
		if until == 0 {
			until = len(j.Log10) + 1
		}
		s := &series[at]
		for i := 0; i < until-1; i += max(1, len(j.Log10)/1000) {
			s.X, s.Y = append(s.X, float64(i+1)), append(s.Y, j.Log10[i])
		}
	}
	return []drawing{lines(words[0], linear, linear, series[:]...)}
}
