package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"time"

	"example.com/softmax"
	"example.com/softmax/dataset"
	"example.com/softmax/preprocess"
	"github.com/spf13/cobra"
)

const trainHelp = `Trains a model on DATA, by default the sample, scores it, and saves it as an ONNX
file. Where DATA has a test part the model is scored on that, else on the data of
--test. An interrupted training (Ctrl-C) saves the best model so far; while lambda
is being chosen there is none, and no file is touched.

` + dataHelp

func newTrain(in *reader, out *output) *cobra.Command {
	t := &trainer{in: in, out: out}
	c := newVerb("train [DATA...]", "train a model and save it (DATA: the sample)", trainHelp, 0, many, func(args []string) error {
		t.start = time.Now()
		return t.run(args)
	})
	t.layout = layoutFlags(c)
	t.fitFlags.define(c)
	f := c.Flags()
	roleFlags(c, t.layout)
	f.StringVar(&t.testData, "test", "", "`DATA` to score the model on")
	f.StringVar(&t.validationData, "validation", "", "score these `DATA` after every epoch of --solver sgd; a fraction such as 0.1 holds out that share of the training rows")
	f.StringVarP(&t.path, "out", "o", "model.onnx", "model `FILE` to write")
	f.BoolVar(&t.json, "json", false, "print one JSON object in place of the summary")
	f.BoolVar(&out.quiet, "quiet", false, "no summary, no progress, no warnings: errors only")
	f.StringVar(&t.tracePath, "trace", "", "write one JSON object per iteration or epoch to `FILE`")
	rare(c, "trace")
	return c
}

// A trainer is one run of the verb train: its flags, and what came of them.
type trainer struct {
	in  *reader
	out *output

	layout         *layout
	fitFlags       fitFlags
	testData       string
	validationData string
	path           string
	tracePath      string
	json           bool

	start      time.Time
	set        *set
	train      *dataset.Dataset
	test       *dataset.Dataset // nil if there is none
	validation *dataset.Dataset
	warnings   []softmax.Warning // of the data
	config     softmax.Config
	model      *softmax.Model
	report     *softmax.Report
	traceErr   error                 // no reason to lose the model
	scored     string                // what score is of
	score      *softmax.ScoreReport  // on the test data; without these, on the training data
	targets    *softmax.TargetReport // in its place for several labels a row
	training   scoreObject           // on the training data
	baseline   float64               // accuracy of the majority class on the scored data
	seconds    seconds
}

// seconds are the times of the parts of a training.
type seconds struct {
	Read     float64 `json:"read"`
	Prepare  float64 `json:"prepare"`
	Select   float64 `json:"select"`
	Fit      float64 `json:"fit"`
	Evaluate float64 `json:"evaluate"`
	Total    float64 `json:"total"`
}

func (t *trainer) run(args []string) error {
	if err := t.fitFlags.check(); err != nil {
		return err
	}
	if len(t.fitFlags.mixes) > 1 {
		return usagef("--mix %v: train takes one share; cv tries several", t.fitFlags.mixes)
	}
	if t.validationData != "" && t.fitFlags.cfg.Solver != softmax.SGDSolver {
		return usagef("--validation is scored after the epochs of --solver sgd; use --test to score the result")
	}
	// A long fit must not end in a file that cannot be written.
	if err := checkWritable(t.path); err != nil {
		return err
	}
	if t.fitFlags.cfg.Threads > 0 {
		// Beyond the cores there is nothing to gain, and the runtime sets up
		// each that is asked for.
		runtime.GOMAXPROCS(min(t.fitFlags.cfg.Threads, runtime.NumCPU()))
	}
	if err := t.read(args); err != nil {
		return err
	}
	interrupted, err := t.fit()
	if err != nil {
		return err
	}
	if err := t.model.Save(t.path); err != nil {
		return err
	}
	if interrupted {
		fmt.Fprintf(t.out.stderr, "softmax: interrupted: the best model so far is saved as %s\n", t.path)
	}
	for _, w := range t.report.Warnings {
		t.out.warnf("%s", w.Message)
	}
	if err := t.evaluate(); err != nil {
		return err
	}
	t.seconds.Total = time.Since(t.start).Seconds()
	switch {
	case t.json:
		err = t.out.json(t.object())
	case !t.out.quiet:
		t.summary()
	}
	switch {
	case err != nil:
		return err
	case t.traceErr != nil:
		return t.traceErr
	case interrupted:
		return errInterrupted
	}
	return nil
}

// fit trains, and reports whether a signal ended it.
func (t *trainer) fit() (interrupted bool, err error) {
	t.config = t.fitFlags.config()
	t.config.Validation = t.validation
	ctx, stop := interruptible()
	defer stop()
	tr, err := newTrace(t.tracePath)
	if err != nil {
		return false, err
	}
	progress := t.newFitBar()
	t.config.Progress = func(it softmax.Iteration) {
		tr.add(it)
		progress.set(it)
	}
	t.config.Selecting = progress.selecting
	t.model, t.report, err = softmax.Fit(ctx, t.train, t.config)
	if t.report != nil {
		t.report.Warnings = append(t.warnings, t.report.Warnings...)
	}
	progress.bar.done()
	t.traceErr = tr.close()
	switch {
	case t.model != nil:
		var wrong error
		if t.model, wrong = t.set.named(t.model); wrong != nil {
			return false, wrong
		}
	case errors.Is(err, context.Canceled):
		unchanged := ""
		if _, err := os.Stat(t.path); err == nil {
			unchanged = fmt.Sprintf(" (%s is unchanged)", t.path)
		}
		fmt.Fprintf(t.out.stderr, "softmax: interrupted while the penalty was being chosen: no model is saved%s\n", unchanged)
		return false, errInterrupted
	default:
		return false, err
	}
	t.seconds.Prepare, t.seconds.Select, t.seconds.Fit = t.report.PrepareSeconds, t.report.SelectSeconds, t.report.FitSeconds
	if errors.Is(err, context.Canceled) {
		return true, nil
	}
	return false, err
}

// evaluate scores the model on the test data, or else on the training data.
func (t *trainer) evaluate() error {
	start := time.Now()
	if err := t.scoreTraining(); err != nil {
		return err
	}
	ds := t.train
	t.scored = "training"
	if t.test != nil {
		ds, t.scored = t.test, "test"
	}
	bound, err := t.model.Bind(ds)
	if err != nil {
		return err
	}
	if t.train.Targets != nil {
		t.targets, err = bound.ScoreTargets()
		t.seconds.Evaluate = time.Since(start).Seconds()
		return err
	}
	if t.score, err = bound.Score(); err != nil {
		return err
	}
	if n := t.score.Unknown; n > 0 {
		t.out.warnf("%s: %s of a class that training has not: they count as wrong, and not in the log-loss.", ds.Source, plural(n, "row", "rows"))
	}
	if t.test != nil {
		t.out.gaps(ds.Source, t.model, t.score.Gaps)
		if n := t.score.Unlabelled; n > 0 {
			t.out.notef("%s: %s without a label: not scored", ds.Source, plural(n, "row", "rows"))
		}
	}
	t.baseline = t.majority()
	t.seconds.Evaluate = time.Since(start).Seconds()
	return nil
}

// scoreTraining scores the training data as the test data are scored. The
// report's numbers are that, or those of the loss that was minimised.
func (t *trainer) scoreTraining() error {
	t.training = scoreObject{number(t.report.TrainAccuracy), number(t.report.Loss)}
	several := t.train.Targets != nil
	usual := softmax.CrossEntropy
	if several {
		usual = softmax.Sigmoids
	}
	if t.report.LossFunction == usual && t.config.LabelSmoothing == 0 {
		return nil
	}
	bound, err := t.model.Bind(t.train)
	if err != nil {
		return err
	}
	if several {
		s, err := bound.ScoreTargets()
		if err != nil {
			return err
		}
		t.training = scoreObject{number(s.SubsetAccuracy), number(s.LogLoss)}
		return nil
	}
	s, err := bound.Score()
	if err != nil {
		return err
	}
	t.training = scoreObject{number(s.Accuracy), number(s.LogLoss)}
	return nil
}

// majority is the accuracy on the rows that were scored of always predicting the
// class that is most frequent in those of training, the first of equals.
func (t *trainer) majority() float64 {
	weights := make([]float64, len(t.train.Label.Classes))
	for i, code := range t.train.Label.Codes {
		if code >= 0 && (t.config.Preprocess.Missing != preprocess.MissingDrop || t.train.Complete(i)) {
			weights[code] += t.train.Weight(i)
		}
	}
	most := t.train.Label.Classes[slices.Index(weights, slices.Max(weights))]
	classes := t.model.Classes()
	var right, all float64
	for k, c := range t.score.Confusion.PerClass() {
		if all += c.Predicted; classes[k] == most {
			right = c.Support
		}
	}
	return right / all
}
