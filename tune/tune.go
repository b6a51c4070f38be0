// Package tune chooses the strength of the penalty by cross-validation, with
// the whole curve to look at: softmax.Fit does the same by itself, on fewer
// penalties and folds, and stops when it has seen enough.
//
//	r, err := tune.CrossValidate(ctx, ds, softmax.Config{}, tune.Options{Folds: 10})
//	cfg := softmax.Config{L2: r.Chosen(tune.OneStandardError).Lambda}
//	model, report, err := softmax.Fit(ctx, ds, cfg)
package tune

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"example.com/softmax"
	"example.com/softmax/dataset"
)

// Options say what to try. The zero value tries ten folds and four penalties
// to the decade.
type Options struct {
	// Lambdas are the penalties to try, all above 0; nil for PerDecade of them
	// to the decade from 1 down to 1/100 of 1/(sum of the weights).
	Lambdas   []float64
	PerDecade int // 0: 4
	// Folds is how many parts the rows are dealt to; 0: 10. They are stratified
	// by class, and dealt by Config.Seed.
	Folds int
	// GroupBy names a column whose equal values keep rows in the same fold; it
	// is not a feature then.
	GroupBy string
	// Tried is called after every penalty; it may be nil.
	Tried func(softmax.PathPoint)
}

// Rule says which penalty of a curve to choose.
type Rule string

const (
	// Least is the penalty of least held-out loss.
	Least Rule = "least"
	// OneStandardError is the largest penalty whose loss is within one standard
	// error of the least: the simplest model that may be as good (Breiman et
	// al., 1984, Classification and Regression Trees, 3.4.3).
	OneStandardError Rule = "one-se"
)

// Result is the curve of a cross-validation.
type Result struct {
	Folds    int
	Rows     int                 // held out, in all folds together
	Points   []softmax.PathPoint // from the largest penalty down
	Baseline float64             // as in softmax.Selection
	Fold     []int               // of each row of the dataset; -1 for rows never held out
	// Data is what was fitted: the dataset without the column GroupBy.
	Data *dataset.Dataset
}

// CrossValidate scores penalties on held-out rows. Should ctx end, it returns
// the points so far with ctx's error. The error wraps softmax.ErrConfig where
// the Options make no sense, or is one of softmax.Fit.
func CrossValidate(ctx context.Context, ds *dataset.Dataset, cfg softmax.Config, opt Options) (*Result, error) {
	if opt.Folds == 0 {
		opt.Folds = 10
	}
	if opt.PerDecade == 0 {
		opt.PerDecade = 4
	}
	if opt.Folds < 2 || opt.PerDecade < 1 {
		return nil, fmt.Errorf("%w: %d folds, %d penalties to the decade; at least 2 and 1 are needed", softmax.ErrConfig, opt.Folds, opt.PerDecade)
	}
	if err := ds.Validate(); err != nil {
		return nil, err
	}
	r := &Result{Data: ds}
	var groups []int
	if opt.GroupBy != "" {
		at := slices.IndexFunc(ds.Columns, func(c dataset.Column) bool { return c.Name == opt.GroupBy })
		if at < 0 {
			return nil, &dataset.Error{File: ds.Source, Err: fmt.Errorf("%w: there is no column %q to group by", dataset.ErrColumn, opt.GroupBy)}
		}
		groups = ds.Columns[at].Groups()
		data := *ds
		data.Columns = slices.Delete(slices.Clone(ds.Columns), at, at+1)
		r.Data = &data
	}
	r.Fold = r.Data.Folds(opt.Folds, cfg.Seed, groups)
	cv, err := softmax.CrossValidate(r.Data, cfg, r.Fold, groups)
	if err != nil {
		return nil, err
	}
	r.Folds, r.Rows, r.Baseline = opt.Folds, cv.Rows(), cv.Baseline()
	lambdas := slices.Clone(opt.Lambdas)
	if lambdas == nil {
		lambdas = grid(opt.PerDecade, cv.SumOfWeights())
	}
	slices.SortFunc(lambdas, func(a, b float64) int { return -cmp.Compare(a, b) })
	for _, lambda := range lambdas {
		if !(lambda > 0) || math.IsInf(lambda, 1) {
			return nil, fmt.Errorf("%w: a penalty of %v; all must be above 0", softmax.ErrConfig, lambda)
		}
	}
	for _, lambda := range lambdas {
		p, err := cv.At(ctx, lambda)
		if err != nil {
			return r, err
		}
		r.Points = append(r.Points, p)
		if opt.Tried != nil {
			opt.Tried(p)
		}
	}
	return r, nil
}

// grid is perDecade penalties to the decade, from 1 down to 1 / (100 sum).
func grid(perDecade int, sum float64) []float64 {
	var lambdas []float64
	least := min(1, max(1e-12, 1/(100*sum)))
	for i := 0; ; i++ {
		lambda := math.Pow(10, -float64(i)/float64(perDecade))
		if i%perDecade == 0 {
			lambda = math.Pow10(-i / perDecade)
		}
		if lambda < least {
			return lambdas
		}
		lambdas = append(lambdas, lambda)
	}
}

// Chosen is the point that the rule chooses; there must be points. Of equal
// losses the larger penalty counts as the less.
func (r *Result) Chosen(rule Rule) softmax.PathPoint {
	best := r.Points[0]
	for _, p := range r.Points {
		if p.Loss < best.Loss {
			best = p
		}
	}
	if rule == OneStandardError {
		for _, p := range r.Points {
			if p.Loss <= best.Loss+best.LossError {
				return p
			}
		}
	}
	return best
}
