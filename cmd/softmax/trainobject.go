package main

import (
	"math"

	"example.com/softmax"
)

// trainObject is what train --json prints.
type trainObject struct {
	Data struct {
		Source   string   `json:"source"`
		Rows     int      `json:"rows"`
		Features int      `json:"features"`
		Classes  []string `json:"classes"`
	} `json:"data"`
	Config   softmax.Config `json:"config"`
	Fit      fitObject      `json:"fit"`
	Seconds  seconds        `json:"seconds"`
	Train    scoreObject    `json:"train"`
	CV       *cvObject      `json:"cv"` // how lambda was chosen
	Test     *testObject    `json:"test"`
	Baseline number         `json:"baseline_accuracy"`
	Model    string         `json:"model"`
}

type fitObject struct {
	Solver        softmax.Solver  `json:"solver"`
	SolverReason  string          `json:"solver_reason"`
	Kernel        string          `json:"kernel"`
	Threads       int             `json:"threads"`
	Stop          softmax.Stop    `json:"stop"`
	Lambda        float64         `json:"lambda"`
	LambdaSource  string          `json:"lambda_source"`
	L1            float64         `json:"l1"`
	Group         float64         `json:"group"`
	NonZero       int             `json:"nonzero"`
	FeaturesUsed  int             `json:"features_used"`
	Temperature   float64         `json:"temperature,omitempty"` // where the model was calibrated
	Objective     number          `json:"objective"`
	Loss          number          `json:"loss"`
	LogLikelihood number          `json:"log_likelihood"`
	GapBound      number          `json:"gap_bound"`
	GapEstimate   number          `json:"gap_estimate"`
	GradientNorm  number          `json:"gradient_norm"`
	Iterations    int             `json:"iterations"`
	Passes        float64         `json:"passes"`
	Warnings      []warningObject `json:"warnings"`
}

type warningObject struct {
	Kind     string   `json:"kind"`
	Features []string `json:"features"`
	Message  string   `json:"message"`
}

type scoreObject struct {
	Accuracy number `json:"accuracy"`
	LogLoss  number `json:"log_loss"`
}

// A cvObject has the scores of held-out rows.
type cvObject struct {
	Folds    int           `json:"folds"` // 1: a single part was held out
	Rows     int           `json:"rows"`
	Chosen   pointObject   `json:"chosen"`
	Least    *pointObject  `json:"least,omitempty"` // of both rules of cv
	OneSE    *pointObject  `json:"one_se,omitempty"`
	Baseline number        `json:"baseline_accuracy"`
	Path     []pointObject `json:"path"`
}

type pointObject struct {
	Lambda        float64 `json:"lambda"`
	LogLoss       number  `json:"log_loss"`
	LogLossError  number  `json:"log_loss_error"`
	Accuracy      number  `json:"accuracy"`
	AccuracyError number  `json:"accuracy_error"`
	Mix           float64 `json:"mix"`
	NonZero       float64 `json:"nonzero"`
	FeaturesUsed  float64 `json:"features_used"`
	Stop          string  `json:"stop"`
}

func newPoint(p softmax.PathPoint) pointObject {
	return pointObject{
		Lambda: p.Lambda, LogLoss: number(p.Loss), LogLossError: number(p.LossError), Accuracy: number(p.Accuracy), AccuracyError: number(p.AccuracyError),
		Mix: p.Mix, NonZero: p.NonZero, FeaturesUsed: p.FeaturesUsed, Stop: string(softmax.Selected),
	}
}

func newCVObject(s *softmax.Selection) *cvObject {
	if s == nil {
		return nil
	}
	o := &cvObject{Folds: s.Folds, Rows: s.Rows, Baseline: number(s.Baseline)}
	for _, p := range s.Path {
		o.Path = append(o.Path, newPoint(p))
	}
	o.Chosen = o.Path[s.Best]
	return o
}

type testObject struct {
	scoreObject
	UnknownLabels int `json:"unknown_labels"`
}

func (t *trainer) object() *trainObject {
	r := t.report
	o := &trainObject{
		Config: t.model.Config(),
		Fit: fitObject{
			Solver: r.Solver, SolverReason: r.SolverReason, Kernel: r.Kernel, Threads: r.Threads, Stop: r.Stop,
			Lambda: r.Lambda, LambdaSource: r.LambdaSource, L1: r.L1, Group: r.Group,
			NonZero: r.NonZero, FeaturesUsed: r.FeaturesUsed,
			Objective: number(r.Objective), Loss: number(r.Loss), LogLikelihood: number(r.LogLikelihood),
			GapBound: number(r.GapBound), GapEstimate: number(r.GapEstimate), GradientNorm: number(r.GradientNorm),
			Iterations: r.Iterations, Passes: r.Passes, Warnings: []warningObject{},
		},
		Seconds:  t.seconds,
		Train:    t.training,
		CV:       newCVObject(r.Selection),
		Baseline: number(t.baseline),
		Model:    t.path,
	}
	if T := t.model.Temperature(); T != 1 {
		o.Fit.Temperature = T
	}
	o.Data.Source, o.Data.Rows, o.Data.Features, o.Data.Classes = t.train.Source, r.Rows, r.Features, t.model.Classes()
	for _, w := range r.Warnings {
		o.Fit.Warnings = append(o.Fit.Warnings, warningObject{w.Kind, append([]string{}, w.Features...), w.Message})
	}
	switch {
	case t.targets != nil:
		o.Baseline = number(math.NaN())
		if t.test != nil {
			o.Test = &testObject{scoreObject: scoreObject{number(t.targets.SubsetAccuracy), number(t.targets.LogLoss)}}
		}
	case t.test != nil:
		o.Test = &testObject{scoreObject{number(t.score.Accuracy), number(t.score.LogLoss)}, t.score.Unknown}
	}
	return o
}
