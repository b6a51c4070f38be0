// Package tune chooses the strength of the penalty by cross-validation, with
// the whole curve to look at: softmax.Fit does the same by itself, on fewer
// penalties and folds, and stops when it has seen enough.
//
//	r, err := tune.CrossValidate(ctx, ds, softmax.Config{}, tune.Options{Folds: 10})
//	cfg := softmax.Config{}.WithPenalty(r.Chosen(tune.OneStandardError))
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

// Options say what to try. The zero value tries ten folds and the path of
// softmax.Config's penalty.
type Options struct {
	// Lambdas are the penalties to try, all above 0; nil for PerDecade of them
	// to the decade over softmax.CrossValidation.Range, until the path is over:
	// ten in a row have lost more than one standard error of the least held-out
	// loss, or the loss of the rows fitted has fallen to a thousandth of what it
	// was at the start.
	Lambdas []float64
	// PerDecade 0 is 4, and with L1 or Group as many as make 100 in all.
	PerDecade int
	// Mixes are shares of L1 or Group in the penalty (softmax.Config.WithMix), of
	// which each has a path of its own; nil for that of the Config.
	Mixes []float64
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
	// error of the least, of those of several mixes the one with the fewest
	// coefficients other than 0: the simplest model that may be as good (Breiman
	// et al., 1984, Classification and Regression Trees, 3.4.3).
	OneStandardError Rule = "one-se"
)

// Result is the curve of a cross-validation.
type Result struct {
	Folds    int
	Rows     int                 // held out, in all folds together
	Points   []softmax.PathPoint // of every mix from the largest penalty down
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
	if opt.Folds < 2 || opt.PerDecade < 0 {
		return nil, fmt.Errorf("%w: %d folds, %d penalties to the decade; at least 2 and 1 are needed", softmax.ErrConfig, opt.Folds, opt.PerDecade)
	}
	for _, lambda := range opt.Lambdas {
		if !(lambda > 0) || math.IsInf(lambda, 1) {
			return nil, fmt.Errorf("%w: a penalty of %v; all must be above 0", softmax.ErrConfig, lambda)
		}
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
	paths := []*softmax.CrossValidation{cv}
	if opt.Mixes != nil {
		paths = nil
		for _, mix := range slices.Compact(slices.Sorted(slices.Values(opt.Mixes))) {
			path, err := cv.WithMix(mix)
			if err != nil {
				return nil, err
			}
			paths = append(paths, path)
		}
	}
	for _, path := range paths {
		if err := r.walk(ctx, path, opt); err != nil {
			return r, err
		}
	}
	return r, nil
}

// walk adds the points of a path.
func (r *Result) walk(ctx context.Context, path *softmax.CrossValidation, opt Options) error {
	lambdas := slices.Clone(opt.Lambdas)
	if lambdas == nil {
		most, least, err := path.Range(ctx)
		if err != nil {
			return err
		}
		lambdas = grid(most, least, opt.PerDecade, path.Mix())
	}
	slices.SortFunc(lambdas, func(a, b float64) int { return -cmp.Compare(a, b) })
	first := len(r.Points)
	for _, lambda := range lambdas {
		p, err := path.At(ctx, lambda)
		if err != nil {
			return err
		}
		r.Points = append(r.Points, p)
		if opt.Tried != nil {
			opt.Tried(p)
		}
		if opt.Lambdas == nil && over(r.Points[first:]) {
			break
		}
	}
	return nil
}

const (
	hopeless   = 10   // points in a row that are worse than the best end a path
	fitted     = 1e-3 // and so does this share of the loss at its start
	sparsePath = 100  // points of a path of L1 or Group
	perDecade  = 4    // of one of L2
)

// over reports whether no good can come of smaller penalties.
func over(points []softmax.PathPoint) bool {
	best := least(points)
	for i := len(points) - 1; points[i].Loss > best.Loss+best.LossError; i-- {
		if len(points)-i == hopeless {
			return true
		}
	}
	return points[len(points)-1].TrainLoss < fitted*points[0].TrainLoss
}

// grid is the penalties from most down to least.
func grid(most, least float64, density int, mix float64) []float64 {
	step := 1 / float64(cmp.Or(density, perDecade))
	if mix > 0 && density == 0 {
		step = math.Log10(most/least) / (sparsePath - 1)
	}
	var lambdas []float64
	for i := 0; ; i++ {
		tens := step * float64(i)
		lambda := most * math.Pow(10, -tens)
		if tens == math.Trunc(tens) {
			lambda = most * math.Pow10(-int(tens))
		}
		if lambda < least*(1-1e-12) {
			return lambdas
		}
		lambdas = append(lambdas, lambda)
	}
}

// least is the first of the points with the least loss.
func least(points []softmax.PathPoint) softmax.PathPoint {
	best := points[0]
	for _, p := range points {
		if p.Loss < best.Loss {
			best = p
		}
	}
	return best
}

// Chosen is the point that the rule chooses; there must be points. Of equal
// losses the larger penalty counts as the less.
func (r *Result) Chosen(rule Rule) softmax.PathPoint {
	best := least(r.Points)
	var simple []softmax.PathPoint // the first of each mix
	for _, p := range r.Points {
		if p.Loss <= best.Loss+best.LossError && (len(simple) == 0 || simple[len(simple)-1].Mix != p.Mix) {
			simple = append(simple, p)
		}
	}
	if rule == Least || len(simple) == 0 { // as where no row could be scored
		return best
	}
	return slices.MinFunc(simple, func(a, b softmax.PathPoint) int { return cmp.Compare(a.NonZero, b.NonZero) })
}
