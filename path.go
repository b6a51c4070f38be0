package softmax

import (
	"context"
	"fmt"

	"example.com/softmax/dataset"
	"example.com/softmax/internal/train"
)

// FitPath fits a model to ds at each of the penalties lambdas, each from where
// the one before ended: quickest from large ones down. The fits are those of a
// CrossValidation, whose path on all rows this is: Origin.Stop is Selected.
func FitPath(ctx context.Context, ds *dataset.Dataset, cfg Config, lambdas []float64) ([]*Model, error) {
	if err := cfg.validatePath(); err != nil {
		return nil, err
	}
	f := &fit{cfg: cfg, report: &Report{}}
	if err := f.prepare(ds); err != nil {
		return nil, err
	}
	path := train.NewPath([]train.Problem{f.problem(cfg.unit())}, cfg.pathOptions())
	var models []*Model
	for _, lambda := range lambdas {
		fits, err := path.Fit(ctx, lambda)
		if err != nil {
			return nil, err
		}
		m := f.model(fits[0].Theta)
		m.origin = f.origin(cfg.unit().Times(lambda))
		m.origin.Stop, m.origin.Solver, m.origin.Objective = Selected, Solver(fits[0].Solver), fits[0].Final.Objective
		m.origin.GapReason = "the fit served to choose a penalty"
		models = append(models, m)
	}
	return models, nil
}

// pathOptions are those of fits that serve to choose a penalty.
func (c *Config) pathOptions() train.Options {
	opt := c.options()
	opt.MaxIter, opt.MaxTime = 0, 0
	return opt
}

// validatePath is validate for a Config whose penalty is that of a path.
func (c *Config) validatePath() error {
	if c.L1 > 0 || c.Group > 0 {
		return fmt.Errorf("%w: L1 is %v and Group %v; what a path is of must be ChoosePenalty", ErrConfig, c.L1, c.Group)
	}
	return c.validate()
}
