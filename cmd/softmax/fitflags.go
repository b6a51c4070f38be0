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
	l2, classWeight string
	maxMemory       float64 // GB
	columns         columnFlags
	given           func(flag string) bool
}

const auto = "auto"

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
	f.Float64Var(&o.cfg.L1, "l1", 0, "add `L` times the sum of |coefficients| to the penalty, which makes many of them 0; --l2 auto is none then")
	f.Float64Var(&o.cfg.Group, "group", 0, "add `L` times the sum of the norms of every feature's coefficients, which makes all those of many features 0")
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
	f.StringVar(&o.classWeight, "class-weight", "none", "weigh classes in the loss: none, balanced, or `CLASS=WEIGHT,...`")
	f.BoolVar(&o.cfg.PriorCorrection, "prior-correction", false, "with --class-weight: take the weights back out of the intercepts, so that probabilities are those of the data")
	f.BoolVar(&o.cfg.Calibrate, "calibrate", false, "divide the logits by the temperature that suits held-out rows best")
	choiceVar(cmd, &o.cfg.Kernel, "kernel", "instructions of the training loops; auto: the best that the machine has", append([]string{auto}, softmax.Kernels()...)...)
	f.IntVar(&o.cfg.SGD.Epochs, "epochs", defaultEpochs, "sgd: make `N` passes over the examples")
	f.IntVar(&o.cfg.SGD.Batch, "batch", defaultBatch, "sgd: take `N` examples in a step")
	f.Float64Var(&o.cfg.SGD.LearningRate, "lr", defaultRate, "sgd: learning `RATE`")
	f.Float64Var(&o.cfg.SGD.Momentum, "momentum", 0, "sgd: keep the share `M` of the last step's direction")
	rare(cmd, "C", "l1", "group", "solver", "stop", "max-iter", "max-time", "seed", "threads", "loss", "label-smoothing", "class-weight", "prior-correction", "calibrate", "kernel", "epochs", "batch", "lr", "momentum")
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
	switch lambda, err := strconv.ParseFloat(o.l2, 64); {
	case o.l2 == auto:
	case o.l2 == "none", err == nil && lambda == 0:
		c.L2 = softmax.NoPenalty
	case err != nil || !(lambda > 0 && lambda <= 1e300):
		return usagef("--l2 %s: it must be auto, none or a number above 0%s", o.l2, didYouMean(o.l2, []string{auto, "none"}))
	default:
		c.L2 = lambda
	}
	zeros := c.L1 > 0 || c.Group > 0
	switch {
	case o.given("C") && o.given("l2"):
		return usagef("--C and --l2 are two names for the strength of the penalty: give one")
	case o.given("C") && !(c.C > 0 && c.C <= 1e300):
		return usagef("--C %v: it must be above 0", c.C)
	case !(c.L1 >= 0 && c.L1 <= 1e300), !(c.Group >= 0 && c.Group <= 1e300):
		return usagef("--l1 and --group must be at least 0")
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

func (o *fitFlags) checkClassWeight() error {
	words := []string{"none", softmax.BalancedClasses}
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
	return cfg
}

// reset makes 0, which stands for the default, of a value that was not given.
func reset[T any](given func(flag string) bool, flag string, value *T) {
	if !given(flag) {
		*value = *new(T)
	}
}
