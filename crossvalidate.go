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
// its optimum; nothing is proved about them, as they serve to choose.
type CrossValidation struct {
	parts  []part
	path   *train.Path
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
	// Loss is the weighted mean, over the rows held out, of the model's loss
	// function without label smoothing: the log-loss but for the Loss Squared.
	Loss, LossError float64
	// Accuracy is NaN where rows do not have one class each.
	Accuracy, AccuracyError float64
	FoldLoss                []float64 // Loss of each fold
}

// CrossValidate prepares folds of ds: fold has the number of each row, 0 and
// up, or -1 for a row that is never held out (dataset.Folds makes such). groups
// tells rows that are not independent of each other, or is nil; standard errors
// take them into account. Config.L2 is not used.
func CrossValidate(ds *dataset.Dataset, cfg Config, fold, groups []int) (*CrossValidation, error) {
	if len(fold) != ds.Rows() || groups != nil && len(groups) != ds.Rows() {
		return nil, fmt.Errorf("%w: %d folds and %d groups for %d rows", ErrConfig, len(fold), len(groups), ds.Rows())
	}
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	cv := &CrossValidation{data: ds, groups: groups, weights: ds.Weights}
	if cfg.weighsClasses() && !cfg.PriorCorrection {
		cv.weights = make([]float64, ds.Rows())
	}
	var problems []train.Problem
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
		problems = append(problems, p.fit.problem(0))
	}
	if len(cv.parts) == 0 {
		return nil, fmt.Errorf("%w: no row is held out", ErrConfig)
	}
	first := cv.parts[0].fit
	opt := first.pathOptions()
	if err := first.checkMemory(train.Memory(problems[0], opt) * float64(min(len(problems), opt.Threads))); err != nil {
		return nil, err
	}
	cv.path = train.NewPath(problems, opt)
	return cv, nil
}

// Rows counts the rows that are held out, one fold after another.
func (cv *CrossValidation) Rows() (n int) {
	for _, p := range cv.parts {
		n += len(p.rows)
	}
	return n
}

// At fits every fold's model with the penalty lambda > 0 and scores the rows
// held out.
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
	point := PathPoint{Lambda: lambda}
	point.Loss, point.LossError = cv.mean(losses, nil)
	point.Accuracy, point.AccuracyError = cv.mean(hits, nil)
	for _, p := range cv.parts {
		loss, _ := cv.mean(losses, p.rows)
		point.FoldLoss = append(point.FoldLoss, loss)
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

// SumOfWeights is that of the labelled rows.
func (cv *CrossValidation) SumOfWeights() (sum float64) {
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
