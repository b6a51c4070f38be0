package softmax

import (
	"context"

	"example.com/softmax/dataset"
	"example.com/softmax/internal/train"
)

// FitPath fits a model to ds at each of the penalties lambdas, each from where
// the one before ended: quickest from large ones down. Like those of a
// CrossValidation, whose path on all rows this is, the fits end on the solver's
// estimate of Config.Tol, and nothing is proved about them: Origin.Stop is
// Selected. Config.L2 is not used.
func FitPath(ctx context.Context, ds *dataset.Dataset, cfg Config, lambdas []float64) ([]*Model, error) {
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	f := &fit{cfg: cfg, report: &Report{}}
	if err := f.prepare(ds); err != nil {
		return nil, err
	}
	path := train.NewPath([]train.Problem{f.problem(0)}, f.pathOptions())
	var models []*Model
	for _, lambda := range lambdas {
		fits, err := path.Fit(ctx, lambda)
		if err != nil {
			return nil, err
		}
		m := f.model(fits[0].Theta)
		m.origin = f.origin(lambda)
		m.origin.Stop, m.origin.Solver, m.origin.Objective = Selected, Solver(fits[0].Solver), fits[0].Final.Objective
		m.origin.GapReason = "the fit served to choose a penalty"
		models = append(models, m)
	}
	return models, nil
}

// pathOptions are those of fits that serve to choose a penalty.
func (f *fit) pathOptions() train.Options {
	opt := f.cfg.options()
	opt.MaxIter, opt.MaxTime = 0, 0
	return opt
}
