package softmax

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"example.com/softmax/dataset"
	"example.com/softmax/internal/special"
	"example.com/softmax/internal/train"
)

// A CrossValidation scores penalties on rows that the fits have not seen: each
// fold is held out once, and a model is fitted to all other rows, with columns
// preprocessed by what those rows say. From one penalty to the next the fits
// continue where they were, so it is quickest from large ones down.
//
// Fits end when the solver estimates the objective to be within Config.Tol of
// its optimum; nothing is said to be proved about them, as they serve to choose.
type CrossValidation struct {
	cfg    Config
	parts  []part
	path   *train.Path
	whole  *fit // to all rows, once it is prepared
	groups []int
	data   *dataset.Dataset
	// weights of the rows held out; nil for 1 each.
	weights []float64
}

// A part is a fold.
type part struct {
	fit  *fit  // to the other rows
	rows []int // that are held out
	held *dataset.Dataset
}

// A PathPoint is a penalty with the scores of the held-out rows.
type PathPoint struct {
	Lambda float64
	Mix    float64 // the share of Config.L1 or Group in Lambda; 0 for L2 alone
	// Loss is the weighted mean, over the rows held out, of the model's loss
	// function without label smoothing: the log-loss but for the Loss Squared.
	Loss, LossError float64
	// Accuracy is NaN where rows do not have one class each.
	Accuracy, AccuracyError float64
	FoldLoss                []float64 // Loss of each fold
	// Means over the fits: the loss of the rows fitted, with label smoothing, the
	// coefficients that are not 0, and the features that have one.
	TrainLoss, NonZero, FeaturesUsed float64
}

// CrossValidate prepares folds of ds: fold has the number of each row, 0 and
// up, or -1 for a row that is never held out (dataset.Folds makes such). groups
// tells rows that are not independent of each other, or is nil; standard errors
// take them into account. The path is of Config.L1 or Group, if one of them is
// ChoosePenalty, with Config.Mix, and else of L2, which is not used.
func CrossValidate(ds *dataset.Dataset, cfg Config, fold, groups []int) (*CrossValidation, error) {
	if len(fold) != ds.Rows() || groups != nil && len(groups) != ds.Rows() {
		return nil, fmt.Errorf("%w: %d folds and %d groups for %d rows", ErrConfig, len(fold), len(groups), ds.Rows())
	}
	if err := cfg.validatePath(); err != nil {
		return nil, err
	}
	cv := &CrossValidation{cfg: cfg, whole: &fit{cfg: cfg, report: &Report{}}, data: ds, groups: groups, weights: ds.Weights}
	if cfg.weighsClasses() && !cfg.PriorCorrection {
		cv.weights = make([]float64, ds.Rows())
	}
	for k := range slices.Max(append(slices.Clone(fold), -1)) + 1 {
		p := part{fit: &fit{cfg: cfg, report: &Report{}}}
		var others []int
		for i, f := range fold {
			if f == k {
				p.rows = append(p.rows, i)
			} else {
				others = append(others, i)
			}
		}
		if len(p.rows) == 0 {
			continue
		}
		if err := p.fit.prepare(ds.Subset(others)); err != nil {
			return nil, fmt.Errorf("without fold %d: %w", k+1, err)
		}
		p.held = ds.Subset(p.rows)
		if cfg.weighsClasses() && !cfg.PriorCorrection {
			p.fit.weighHeld(cv.weights, ds, p.rows)
		}
		cv.parts = append(cv.parts, p)
	}
	if len(cv.parts) == 0 {
		return nil, fmt.Errorf("%w: no row is held out", ErrConfig)
	}
	return cv.WithMix(cfg.mix())
}

// WithMix begins a path on the same folds with a penalty of which L1 or Group
// has the share mix (Config.WithMix).
func (cv *CrossValidation) WithMix(mix float64) (*CrossValidation, error) {
	c := *cv
	c.cfg = cv.cfg.WithMix(mix)
	if err := c.cfg.validate(); err != nil {
		return nil, err
	}
	opt, unit := c.cfg.pathOptions(), c.cfg.unit()
	var problems []train.Problem
	for _, p := range c.parts {
		problems = append(problems, p.fit.problem(unit))
	}
	together := len(problems)
	if unit.Smooth() { // else each keeps the working set that it is at
		together = min(together, opt.Threads)
	}
	if err := c.parts[0].fit.checkMemory(train.Memory(problems[0], opt) * float64(together)); err != nil {
		return nil, err
	}
	c.path = train.NewPath(problems, opt)
	return &c, nil
}

// Mix is the share of Config.L1 or Group in the penalty.
func (cv *CrossValidation) Mix() float64 { return cv.cfg.mix() }

// Range is from where to where a path goes. That of L2 goes from 1 down to
// 1/100 of 1/(sum of the weights), where the penalty weighs less than a
// hundredth of one row. With L1 or Group it goes from the least penalty at which
// a fit to all rows has no coefficient but 0 down to 1e-4 of it, or 1e-2 where
// there are no more rows than features, as glmnet's do (Friedman, Hastie and
// Tibshirani, 2010, J. Stat. Software 33).
func (cv *CrossValidation) Range(ctx context.Context) (most, least float64, err error) {
	if !cv.cfg.sparse() {
		return 1, min(1, max(leastLambda, 1/(leastShare*cv.sumOfWeights()))), nil
	}
	if cv.whole.matrix == nil {
		if err := cv.whole.prepare(cv.data); err != nil {
			return 0, 0, err
		}
	}
	if most, err = train.Largest(ctx, cv.whole.problem(cv.cfg.unit()), cv.cfg.pathOptions()); err != nil {
		return 0, 0, err
	}
	if !(most > leastLambda) {
		return 0, 0, fmt.Errorf("%w: no coefficient is other than 0 at any penalty on L1 or Group", ErrConfig)
	}
	share := 1e-4
	if cv.whole.report.Rows <= cv.whole.report.Features {
		share = 1e-2
	}
	return most, max(leastLambda, share*most), nil
}

// Rows counts the rows that are held out, one fold after another.
func (cv *CrossValidation) Rows() (n int) {
	for _, p := range cv.parts {
		n += len(p.rows)
	}
	return n
}

// At fits every fold's model with the penalty of strength lambda > 0 and scores
// the rows held out.
func (cv *CrossValidation) At(ctx context.Context, lambda float64) (PathPoint, error) {
	fits, err := cv.path.Fit(ctx, lambda)
	if err != nil {
		return PathPoint{}, err
	}
	return cv.score(lambda, fits)
}

// score scores a fit of each fold's model.
func (cv *CrossValidation) score(lambda float64, fits []*train.Result) (PathPoint, error) {
	n := cv.data.Rows()
	losses, hits := slices.Repeat([]float64{math.NaN()}, n), slices.Repeat([]float64{math.NaN()}, n)
	for q, p := range cv.parts {
		b, err := p.fit.model(fits[q].Theta).Bind(p.held)
		if err != nil {
			return PathPoint{}, err
		}
		truth, err := b.Truth()
		if err != nil {
			return PathPoint{}, err
		}
		k := len(b.m.classes)
		b.batches(func(lo, hi int, logits []float64) {
			for i := lo; i < hi; i++ {
				z := logits[(i-lo)*k:][:k]
				loss := b.m.lossOf(truth, i, z)
				if loss == loss && truth.Codes != nil {
					hits[p.rows[i]] = 0
					if int(truth.Codes[i]) == special.Argmax(z) {
						hits[p.rows[i]] = 1
					}
				}
				if !math.IsInf(loss, 1) { // else of a class that is not in the other folds
					losses[p.rows[i]] = loss
				}
			}
		})
	}
	point := PathPoint{Lambda: lambda, Mix: cv.cfg.mix()}
	point.Loss, point.LossError = cv.mean(losses, nil)
	point.Accuracy, point.AccuracyError = cv.mean(hits, nil)
	each := float64(len(cv.parts))
	for q, p := range cv.parts {
		loss, _ := cv.mean(losses, p.rows)
		point.FoldLoss = append(point.FoldLoss, loss)
		k := len(p.fit.target.classes)
		nonZero, features := countWeights(fits[q].Theta[:p.fit.design.D()*k], k)
		point.TrainLoss += fits[q].Loss / each
		point.NonZero += float64(nonZero) / each
		point.FeaturesUsed += float64(features) / each
	}
	return point, nil
}

// mean returns the weighted mean of the values that are not NaN, of some rows
// or, for nil, of all, and its standard error: that of independent rows, or of
// independent groups of them (Liang and Zeger, 1986, Biometrika 73). Models are
// taken as given; how they vary with the training rows is left out, as by
// Breiman et al. (1984, Classification and Regression Trees, 11.5).
func (cv *CrossValidation) mean(values []float64, rows []int) (mean, err float64) {
	if rows == nil {
		for i := range values {
			rows = append(rows, i)
		}
	}
	rows = slices.DeleteFunc(slices.Clone(rows), func(i int) bool { return math.IsNaN(values[i]) })
	var sum, square float64
	for _, i := range rows {
		w := weightOf(cv.weights, i)
		sum += w
		mean += w * values[i]
	}
	mean /= sum
	if cv.groups == nil {
		for _, i := range rows {
			square += weightOf(cv.weights, i) * (values[i] - mean) * (values[i] - mean)
		}
		return mean, math.Sqrt(square) / sum
	}
	slices.SortStableFunc(rows, func(i, j int) int { return cmp.Compare(cv.groups[i], cv.groups[j]) })
	var group float64
	for at, i := range rows {
		group += weightOf(cv.weights, i) * (values[i] - mean)
		if at+1 == len(rows) || cv.groups[rows[at+1]] != cv.groups[i] {
			square += group * group
			group = 0
		}
	}
	return mean, math.Sqrt(square) / sum
}

// sumOfWeights is that of the labelled rows.
func (cv *CrossValidation) sumOfWeights() (sum float64) {
	for i := range cv.data.Rows() {
		if cv.data.Label == nil || cv.data.Label.Codes[i] >= 0 {
			sum += weightOf(cv.data.Weights, i)
		}
	}
	return sum
}

// Baseline is the accuracy on the held-out rows of always predicting the class
// that is most frequent in the others; NaN where rows do not have one class.
func (cv *CrossValidation) Baseline() float64 {
	if cv.data.Label == nil {
		return math.NaN()
	}
	hits := slices.Repeat([]float64{math.NaN()}, cv.data.Rows())
	for _, p := range cv.parts {
		t := p.fit.target
		most := slices.Index(cv.data.Label.Classes, t.classes[slices.Index(t.shares, slices.Max(t.shares))])
		for _, i := range p.rows {
			if hits[i] = 0; int(cv.data.Label.Codes[i]) == most {
				hits[i] = 1
			}
		}
	}
	mean, _ := cv.mean(hits, nil)
	return mean
}
