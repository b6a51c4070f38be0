// Package softmax fits, certifies, saves and runs softmax-regression models
// (multinomial logistic regression): for each class k a linear output
// o_k = x W_k + b_k, and the class probabilities softmax(o).
//
//	train, err := csv.Read(f, csv.Options{Label: "species"})
//	model, report, err := softmax.Fit(ctx, train, softmax.Config{})
//	p, err := model.Probabilities(x)
//	err = model.Save("species.onnx")
//
// Fit minimises the mean cross-entropy plus an L2 penalty on W, whose strength
// it chooses by cross-validation unless told. The Report it returns proves how
// far the result can be from the optimum, and the result is the same, bit for
// bit, for any number of threads.
//
// Data comes from the readers below package dataset or from slices
// (dataset.FromRows). Numeric columns are standardised inside, by algebra on
// the weights; coefficients and predictions are in raw units. Categorical
// columns become one feature a level, texts one a term, and what is missing is
// learned from: package preprocess has the choices. A model is saved as an ONNX
// file in float64 that any ONNX runtime runs; Load reads it back.
//
// docs/MATH.md derives what is computed, docs/NUMERICS.md says how exactly.
package softmax

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"example.com/softmax/dataset"
	"example.com/softmax/internal/design"
	"example.com/softmax/internal/matrix"
	"example.com/softmax/internal/objective"
	"example.com/softmax/internal/train"
	"example.com/softmax/preprocess"
)

// Fit trains a classifier for the label of ds.
//
// Rows without a label are left out, with a warning; rows of weight 0 take no
// part. Missing values are learned from as Config.Preprocess says. "Not converged" is no error but a status of
// the Report. If ctx ends before the fit does, Fit returns the best model so
// far together with ctx's error; if it ends while the penalty is being chosen,
// there is no such model yet, and the error is all that Fit returns.
//
// The error wraps ErrConfig, ErrOneClass, ErrMemory or ErrDiverged, or is a
// *dataset.Error.
func Fit(ctx context.Context, ds *dataset.Dataset, cfg Config) (*Model, *Report, error) {
	start := time.Now()
	if err := cfg.validate(); err != nil {
		return nil, nil, err
	}
	cfg.Preprocess = cfg.Preprocess.Clone()
	f := &fit{cfg: cfg, report: &Report{}}
	if err := f.prepare(ds); err != nil {
		return nil, nil, err
	}
	f.report.PrepareSeconds = time.Since(start).Seconds()
	return f.run(ctx)
}

// fit is the state of one call of Fit.
type fit struct {
	cfg    Config
	data   *dataset.Dataset // the rows that are used
	design *design.Design
	matrix *matrix.Matrix
	target *target
	report *Report
	// factors of the penalty, nil for 1 each
	factors []float64
	cv      *CrossValidation // on which the penalty was chosen, if Calibrate wants it again
}

// prepare chooses rows and classes and fits the design.
func (f *fit) prepare(ds *dataset.Dataset) error {
	if err := ds.Validate(); err != nil {
		return err
	}
	if ds.Label == nil && ds.Targets == nil {
		return &dataset.Error{File: ds.Source, Err: dataset.ErrNoLabel}
	}
	if err := checkText(ds); err != nil {
		return err
	}
	f.chooseRows(ds)
	if f.data.Rows() == 0 {
		return &dataset.Error{File: ds.Source, Err: fmt.Errorf("%w: none of %d has a label and a weight above 0%s", dataset.ErrNoRows, ds.Rows(), f.allValues(", and all values"))}
	}
	var err error
	if f.target, err = f.targetOf(f.data); err != nil {
		return err
	}
	if f.design, err = design.Fit(f.data, f.cfg.Preprocess); err != nil {
		return err
	}
	if d, k := f.design.D(), len(f.target.classes); f.cfg.Solver == Newton && (d+1)*k > train.NewtonLimit {
		return fmt.Errorf("%w: the solver %q is for up to %d parameters, and %d features with %d classes have %d; use %q", ErrConfig, Newton, train.NewtonLimit, d, k, (d+1)*k, LBFGS)
	}
	if f.factors, err = f.penaltyFactors(); err != nil {
		return err
	}
	r := f.report
	if err := f.checkMemory(f.design.MatrixBytes(f.data)); err != nil {
		return err
	}
	f.matrix = f.design.Matrix(f.data)
	r.Rows, r.Features = f.data.Rows(), f.design.D()
	if r.Dropped > 0 {
		f.warn("missing-values", nil, fmt.Sprintf("%d of %d rows have no label%s and were left out.", r.Dropped, ds.Rows(), f.allValues(" or a missing value")))
	}
	f.warnFeatures("constant", f.design.Constant, "has one value in all rows and got weight 0", "have one value in all rows and got weight 0")
	return nil
}

// allValues returns what is to be said where rows need all values.
func (f *fit) allValues(words string) string {
	if f.cfg.Preprocess.Missing == preprocess.MissingDrop {
		return words
	}
	return ""
}

// chooseRows keeps the rows of positive weight that have a label and, in sparse
// columns or where the options want it, all values.
func (f *fit) chooseRows(ds *dataset.Dataset) {
	complete := slices.Repeat([]bool{true}, ds.Rows())
	for i := range ds.Columns {
		c := &ds.Columns[i]
		if c.Bytes == nil && (c.Sparse != nil || f.cfg.Preprocess.Missing == preprocess.MissingDrop) {
			c.MarkMissing(complete)
		}
	}
	rows := make([]int, 0, ds.Rows())
	for i, ok := range complete {
		if ds.Weights != nil && ds.Weights[i] == 0 {
			continue
		}
		ok = ok && (ds.Label == nil || ds.Label.Codes[i] >= 0)
		if ok && (ds.Targets == nil || !ds.Targets.Missing(i)) {
			rows = append(rows, i)
		} else {
			f.report.Dropped++
		}
	}
	f.data = ds
	if len(rows) < ds.Rows() {
		f.data = ds.Subset(rows)
	}
}

// problem is what is to be minimised.
func (f *fit) problem(penalty objective.Penalty) train.Problem {
	penalty.Factors = f.factors
	return train.Problem{
		Problem: objective.Problem{
			X: f.matrix, Loss: f.target.loss, K: len(f.target.classes),
			Weights: f.target.weights, Norm: f.target.norm, Penalty: penalty,
		},
		Shares: f.target.shares,
	}
}

// run trains and reports.
func (f *fit) run(ctx context.Context) (*Model, *Report, error) {
	r := f.report
	penalty, source, err := f.penalty(ctx)
	if err != nil {
		return nil, nil, err
	}
	opt := f.cfg.options()
	if opt.MaxTime > 0 {
		opt.MaxTime = max(1, opt.MaxTime-time.Duration(r.SelectSeconds*float64(time.Second)))
	}
	var epoch *Iteration
	opt.OnEpoch = func(n int, loss float64, theta []float64) { epoch = f.scoreEpoch(loss, theta) }
	opt.OnIterate = func(it train.Iterate) {
		line := iteration(it)
		if epoch != nil {
			line.EpochLoss, line.ValidationAccuracy, line.ValidationLogLoss = epoch.EpochLoss, epoch.ValidationAccuracy, epoch.ValidationLogLoss
		}
		r.History = append(r.History, line)
		if f.cfg.Progress != nil {
			f.cfg.Progress(line)
		}
	}
	start := time.Now()
	problem := f.problem(penalty)
	if err := f.checkMemory(train.Memory(problem, opt)); err != nil {
		return nil, nil, err
	}
	res, err := train.Run(ctx, problem, opt)
	if res == nil {
		if errors.Is(err, train.ErrDiverged) {
			err = fmt.Errorf("%w: %w", ErrDiverged, err)
		}
		return nil, nil, err
	}
	r.FitSeconds = time.Since(start).Seconds()
	r.Lambda, r.LambdaSource, r.L1, r.Group = penalty.Lambda, source, penalty.L1, penalty.Group
	r.NonZero, r.FeaturesUsed = countWeights(res.Theta[:f.design.D()*len(f.target.classes)], len(f.target.classes))
	r.LossFunction, r.TargetMass = f.target.kind, f.target.mass
	r.Solver, r.SolverReason, r.Kernel, r.Threads = Solver(res.Solver), res.SolverReason, res.Kernel, opt.Threads
	r.Stop, r.Iterations = Stop(res.Stop), res.Iterations
	r.Objective, r.Loss, r.LogLikelihood = res.Final.Objective, res.Loss, -res.Loss*f.target.norm
	r.GapBound, r.GapReason, r.GapEstimate = res.Final.GapBound, res.GapReason, res.Final.GapEstimate
	r.GradientNorm, r.Passes, r.TrainAccuracy = res.Final.GradientNorm, res.Final.Passes, res.Accuracy
	f.warnFeatures("dependent", res.Dependent, "depends linearly on other features; without a penalty its coefficient is not determined and was held", "depend linearly on other features; without a penalty their coefficients are not determined and were held")
	f.warnUnproved(opt.Tol)
	m := f.model(res.Theta)
	m.origin = f.origin(penalty)
	m.origin.Objective, m.origin.GapBound, m.origin.GapReason = r.Objective, r.GapBound, r.GapReason
	m.origin.Stop, m.origin.Solver = r.Stop, r.Solver
	if f.cfg.Calibrate && err == nil {
		m = f.calibrate(ctx, m, penalty.Lambda)
	}
	return m, r, err
}

// origin is what is known of a fit before it is made.
func (f *fit) origin(p objective.Penalty) Origin {
	o := Origin{Rows: f.report.Rows, Lambda: p.Lambda, L1: p.L1, Group: p.Group, GapBound: math.NaN(), TargetMass: f.target.mass}
	if f.data.Label != nil {
		o.Label = f.data.Label.Name
	}
	return o
}

// model makes a Model of a parameter vector.
func (f *fit) model(theta []float64) *Model {
	at := f.design.D() * len(f.target.classes)
	cfg := f.cfg
	cfg.Threads, cfg.Kernel, cfg.Progress, cfg.Selecting, cfg.Validation = 0, "", nil, nil, nil
	m := &Model{design: f.design, kind: f.target.kind, classes: f.target.classes, w: theta[:at:at], b: f.correctPriors(theta[at:]), config: cfg}
	m.fold()
	return m
}

// scoreEpoch scores the validation set after an epoch.
func (f *fit) scoreEpoch(loss float64, theta []float64) *Iteration {
	it := &Iteration{EpochLoss: loss, ValidationAccuracy: math.NaN(), ValidationLogLoss: math.NaN()}
	if f.cfg.Validation == nil {
		return it
	}
	b, err := f.model(theta).Bind(f.cfg.Validation)
	if err != nil {
		return it // a validation set that does not fit is not worth a fit
	}
	if f.cfg.Validation.Targets != nil {
		if s, err := b.ScoreTargets(); err == nil {
			it.ValidationAccuracy, it.ValidationLogLoss = s.SubsetAccuracy, s.LogLoss
		}
	} else if s, err := b.Score(); err == nil {
		it.ValidationAccuracy, it.ValidationLogLoss = s.Accuracy, s.LogLoss
	}
	return it
}

func iteration(it train.Iterate) Iteration {
	return Iteration{
		Iteration: it.Iteration, Passes: it.Passes, Seconds: it.Seconds, Objective: it.Objective,
		GapBound: it.GapBound, GapEstimate: it.GapEstimate, GradientNorm: it.GradientNorm, TrainAccuracy: it.Accuracy,
		EpochLoss: math.NaN(), ValidationAccuracy: math.NaN(), ValidationLogLoss: math.NaN(),
	}
}

func (f *fit) warn(kind string, features []string, message string) {
	f.report.Warnings = append(f.report.Warnings, Warning{Kind: kind, Features: features, Message: message})
}

// warnUnproved tells of a fit that ended before its certificate could prove tol,
// though no limit that was given ended it.
func (f *fit) warnUnproved(tol float64) {
	r := f.report
	if r.Stop == Precision && r.GapBound > tol*r.Objective {
		f.warn("unproved", nil, "The fit ended without its proof of --tol; floating point allowed no further progress. Try a larger --l2, a larger --tol or another --solver.")
	}
}

// warnFeatures names the first few of the features.
func (f *fit) warnFeatures(kind string, features []int, one, many string) {
	if len(features) == 0 {
		return
	}
	var names []string
	for _, j := range features {
		names = append(names, f.design.FeatureName(j))
	}
	const most = 5
	shown := names[:min(most, len(names))]
	message := fmt.Sprintf("Feature %q %s.", names[0], one)
	if len(names) > 1 {
		message = fmt.Sprintf("%d features %s: %s", len(names), many, strings.Join(shown, ", "))
		if len(names) > most {
			message += fmt.Sprintf(" and %d more", len(names)-most)
		}
		message += "."
	}
	f.warn(kind, names, message)
}

// checkText holds names to UTF-8, which a model file needs.
func checkText(ds *dataset.Dataset) error {
	check := func(column string, names []string) error {
		for _, s := range names {
			if !utf8.ValidString(s) {
				return &dataset.Error{File: ds.Source, Column: column, Err: fmt.Errorf("%w: %q is not valid UTF-8; convert the file", dataset.ErrColumn, s)}
			}
		}
		return nil
	}
	for i := range ds.Columns {
		c := &ds.Columns[i]
		if err := check(c.Name, append([]string{c.Name}, append(c.Levels, c.Components...)...)); err != nil {
			return err
		}
	}
	if ds.Targets != nil {
		return check("", ds.Targets.Classes)
	}
	return check(ds.Label.Name, append([]string{ds.Label.Name}, ds.Label.Classes...))
}
