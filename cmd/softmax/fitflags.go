package main

import (
	"strconv"
	"strings"

	"example.com/softmax"
	"github.com/spf13/cobra"
)

// fitFlags are the flags that make a softmax.Config.
type fitFlags struct {
	cfg softmax.Config
	// What is written otherwise than in cfg.
	l2, l1, group, classWeight string
	mixes                      []float64
	maxMemory                  float64 // GB
	columns                    columnFlags
	given                      func(flag string) bool
}

const auto, off = "auto", "none"

// Defaults of softmax.Config, which it writes as 0.
const (
	defaultTol    = 1e-4
	defaultEpochs = 10
	defaultBatch  = 256
	defaultRate   = 0.1
)

func (o *fitFlags) define(cmd *cobra.Command) {
	f := cmd.Flags()
	o.given = f.Changed
	f.StringVar(&o.l2, "l2", auto, "lambda of the L2 penalty lambda/2 ||W||^2 on the mean loss: auto (chosen by 5-fold cross-validation; on one part of more than 20,000 rows, or where features x classes exceed 2^20), none, or a `NUMBER`")
	f.Float64Var(&o.cfg.C, "C", 0, "the penalty as other libraries have it: lambda = 1 / (`C` * sum of the weights)")
	f.StringVar(&o.l1, "l1", off, "add `L` times the sum of |coefficients| to the penalty, which makes many of them 0; --l2 auto is none then; auto: chosen as --l2 is")
	f.StringVar(&o.group, "group", off, "add `L` times the sum of the norms of every feature's coefficients, which makes all those of many features 0, or auto")
	f.Float64SliceVar(&o.mixes, "mix", nil, "the share `M` of --l1 auto (the default with this) or --group auto in the penalty, the rest being L2: the elastic net; cv tries several: 0,0.5,1")
	f.Lookup("mix").DefValue = "" // none, which help would show as []
	f.Float64Var(&o.cfg.Tol, "tol", defaultTol, "end when the objective is proved to be within this `SHARE` of the optimum")
	choiceVar(cmd, &o.cfg.Solver, "solver", "how to minimise; auto: by the shape of the problem",
		auto, softmax.Newton, softmax.NewtonCG, softmax.LBFGS, softmax.ProximalNewton, softmax.SGDSolver)
	choiceVar(cmd, &o.cfg.Stop, "stop", "end on the proved bound, or already on the solver's estimate", "bound", softmax.StopEstimate)
	f.IntVar(&o.cfg.MaxIterations, "max-iter", 0, "end after `N` iterations; 0: no limit")
	f.Float64Var(&o.maxMemory, "max-memory", 0, "refuse a fit that needs more than so many `GB`; 0: nine tenths of what is available")
	f.DurationVar(&o.cfg.MaxTime, "max-time", 0, "end after a `TIME` such as 90s or 5m; 0: no limit")
	f.Uint64Var(&o.cfg.Seed, "seed", 0, "the seed `N` of everything random: the order of examples, the rows held out")
	f.IntVar(&o.cfg.Threads, "threads", 0, "compute on `N` threads, which changes no bit of the result; 0: all cores")
	o.columns.define(cmd)
	choiceVar(cmd, &o.cfg.Loss, "loss", "what a wrong probability costs; auto: cross-entropy for one label a row, for several independent sigmoids",
		auto, softmax.CrossEntropy, softmax.Sigmoids, softmax.Squared)
	f.Float64Var(&o.cfg.LabelSmoothing, "label-smoothing", 0, "move the share `E` of every label to all classes alike")
	f.StringVar(&o.classWeight, "class-weight", off, "weigh classes in the loss: none, balanced, or `CLASS=WEIGHT,...`")
	f.BoolVar(&o.cfg.PriorCorrection, "prior-correction", false, "with --class-weight: take the weights back out of the intercepts, so that probabilities are those of the data")
	f.BoolVar(&o.cfg.Calibrate, "calibrate", false, "divide the logits by the temperature that suits held-out rows best")
	choiceVar(cmd, &o.cfg.Kernel, "kernel", "instructions of the training loops; auto: the best that the machine has", append([]string{auto}, softmax.Kernels()...)...)
	f.IntVar(&o.cfg.SGD.Epochs, "epochs", defaultEpochs, "sgd: make `N` passes over the examples")
	f.IntVar(&o.cfg.SGD.Batch, "batch", defaultBatch, "sgd: take `N` examples in a step")
	f.Float64Var(&o.cfg.SGD.LearningRate, "lr", defaultRate, "sgd: learning `RATE`")
	f.Float64Var(&o.cfg.SGD.Momentum, "momentum", 0, "sgd: keep the share `M` of the last step's direction")
	rare(cmd, "C", "l1", "group", "mix", "solver", "stop", "max-iter", "max-time", "seed", "threads", "loss", "label-smoothing", "class-weight", "prior-correction", "calibrate", "kernel", "epochs", "batch", "lr", "momentum")
}

// check reports the first value that makes no sense.
func (o *fitFlags) check() error {
	c := &o.cfg
	sgd := c.Solver == softmax.SGDSolver
	for _, flag := range []string{"epochs", "batch", "lr", "momentum"} {
		if o.given(flag) && !sgd {
			return usagef("--%s belongs to --solver sgd", flag)
		}
	}
	if err := o.checkPenalty(); err != nil {
		return err
	}
	zeros := c.L1 != 0 || c.Group != 0
	switch {
	case o.given("C") && o.given("l2"):
		return usagef("--C and --l2 are two names for the strength of the penalty: give one")
	case o.given("C") && !(c.C > 0 && c.C <= 1e300):
		return usagef("--C %v: it must be above 0", c.C)
	case zeros != (c.Solver == softmax.ProximalNewton) && c.Solver != "":
		return usagef("--l1 and --group go with --solver %s, and it with them", softmax.ProximalNewton)
	case zeros && c.Loss == softmax.Squared:
		return usagef("--l1 and --group do not go with --loss squared")
	case !(c.Tol > 0 && c.Tol < 1):
		return usagef("--tol %v: it must lie between 0 and 1", c.Tol)
	case c.MaxIterations < 0, c.MaxTime < 0, !(o.maxMemory >= 0 && o.maxMemory < 1e9), c.Threads < 0:
		return usagef("--max-iter, --max-time, --max-memory and --threads must not be negative")
	case !(c.LabelSmoothing >= 0 && c.LabelSmoothing < 1), !(c.SGD.Momentum >= 0 && c.SGD.Momentum < 1):
		return usagef("--label-smoothing and --momentum must be at least 0 and below 1")
	case c.LabelSmoothing > 0 && c.Loss == softmax.Squared:
		return usagef("--label-smoothing does not go with --loss squared")
	case c.SGD.Epochs < 1, c.SGD.Batch < 1, !(c.SGD.LearningRate > 0 && c.SGD.LearningRate <= 1e300):
		return usagef("--epochs, --batch and --lr must be above 0")
	case sgd && c.MaxIterations > 0:
		return usagef("--max-iter is for the other solvers; --solver sgd has --epochs")
	}
	if err := o.checkClassWeight(); err != nil {
		return err
	}
	return o.columns.check()
}

// checkPenalty reads --l2, --l1, --group and --mix.
func (o *fitFlags) checkPenalty() error {
	c := &o.cfg
	if len(o.mixes) > 0 && !o.given("l1") && !o.given("group") {
		o.l1 = auto
	}
	for _, s := range []struct {
		flag, value string
		auto, none  float64
		strength    *float64
	}{
		{"l2", o.l2, 0, softmax.NoPenalty, &c.L2}, {"l1", o.l1, softmax.ChoosePenalty, 0, &c.L1}, {"group", o.group, softmax.ChoosePenalty, 0, &c.Group},
	} {
		switch v, err := strconv.ParseFloat(s.value, 64); {
		case s.value == auto:
			*s.strength = s.auto
		case s.value == off, err == nil && v == 0:
			*s.strength = s.none
		case err != nil || !(v > 0 && v <= 1e300):
			return usagef("--%s %s: it must be auto, none or a number above 0%s", s.flag, s.value, didYouMean(s.value, []string{auto, off}))
		default:
			*s.strength = v
		}
	}
	chosen := o.l1 == auto || o.group == auto
	switch {
	case chosen && (c.L1 != 0 && c.Group != 0 || c.L2 > 0 || o.given("C")):
		return usagef("--l1 auto, --group auto and --mix choose the whole penalty: leave the other strengths out; --mix gives L2 a share")
	case len(o.mixes) > 0 && !chosen:
		return usagef("--mix is for --l1 auto or --group auto")
	}
	for _, mix := range o.mixes {
		if !(mix >= 0 && mix <= 1) {
			return usagef("--mix %v: it must lie between 0 and 1", mix)
		}
	}
	return nil
}

func (o *fitFlags) checkClassWeight() error {
	words := []string{off, softmax.BalancedClasses}
	switch o.classWeight {
	case words[0]:
		if o.cfg.PriorCorrection {
			return usagef("--prior-correction takes class weights back out: it needs --class-weight")
		}
		return nil
	case words[1]:
		o.cfg.ClassWeight = o.classWeight
		return nil
	}
	o.cfg.ClassWeights = make(map[string]float64)
	for _, part := range strings.Split(o.classWeight, ",") {
		at := strings.LastIndexByte(part, '=')
		weight, err := strconv.ParseFloat(part[at+1:], 64)
		if at < 0 || err != nil || !(weight > 0 && weight <= 1e300) {
			return usagef("--class-weight %s: it must be none, balanced, or CLASS=WEIGHT,... with weights above 0%s", o.classWeight, didYouMean(o.classWeight, words))
		}
		o.cfg.ClassWeights[part[:at]] = weight
	}
	return nil
}

// config is the configuration for a fit. Without flags it is the zero value but
// for the number of threads.
func (o *fitFlags) config() softmax.Config {
	cfg := o.cfg
	cfg.MaxMemory, cfg.Preprocess = int64(1e9*o.maxMemory), o.columns.options()
	reset(o.given, "tol", &cfg.Tol)
	reset(o.given, "lr", &cfg.SGD.LearningRate)
	reset(o.given, "epochs", &cfg.SGD.Epochs)
	reset(o.given, "batch", &cfg.SGD.Batch)
	if len(o.mixes) > 0 {
		cfg = cfg.WithMix(o.mixes[0])
	}
	return cfg
}

// reset makes 0, which stands for the default, of a value that was not given.
func reset[T any](given func(flag string) bool, flag string, value *T) {
	if !given(flag) {
		*value = *new(T)
	}
}
