package main

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/softmax"
	"github.com/spf13/cobra"
)

// fitFlags are the flags that make a softmax.Config.
type fitFlags struct {
	l2           string
	c            float64
	l1, group    float64
	tol          float64
	solver       string
	stop         string
	maxIter      int
	maxTime      time.Duration
	maxMemory    float64 // GB
	seed         uint64
	threads      int
	loss         string
	smoothing    float64
	classWeight  string
	prior        bool
	calibrate    bool
	kernel       string
	epochs       int
	batch        int
	learningRate float64
	momentum     float64
	columns      columnFlags

	given func(flag string) bool
	// What l2 and class-weight say, as in softmax.Config.
	lambda       float64
	classWeights map[string]float64
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
	f.Float64Var(&o.c, "C", 0, "the penalty as other libraries have it: lambda = 1 / (`C` * sum of the weights)")
	f.Float64Var(&o.l1, "l1", 0, "add `L` times the sum of |coefficients| to the penalty, which makes many of them 0; --l2 auto is none then")
	f.Float64Var(&o.group, "group", 0, "add `L` times the sum of the norms of every feature's coefficients, which makes all those of many features 0")
	f.Float64Var(&o.tol, "tol", defaultTol, "end when the objective is proved to be within this `SHARE` of the optimum")
	choiceVar(cmd, &o.solver, "solver", "how to minimise; auto: by the shape of the problem",
		auto, string(softmax.Newton), string(softmax.NewtonCG), string(softmax.LBFGS), string(softmax.ProximalNewton), string(softmax.SGDSolver))
	choiceVar(cmd, &o.stop, "stop", "end on the proved bound, or already on the solver's estimate", "bound", string(softmax.StopEstimate))
	f.IntVar(&o.maxIter, "max-iter", 0, "end after `N` iterations; 0: no limit")
	f.Float64Var(&o.maxMemory, "max-memory", 0, "refuse a fit that needs more than so many `GB`; 0: nine tenths of what is available")
	f.DurationVar(&o.maxTime, "max-time", 0, "end after a `TIME` such as 90s or 5m; 0: no limit")
	f.Uint64Var(&o.seed, "seed", 0, "the seed `N` of everything random: the order of examples, the rows held out")
	f.IntVar(&o.threads, "threads", 0, "compute on `N` threads, which changes no bit of the result; 0: all cores")
	o.columns.define(cmd)
	choiceVar(cmd, &o.loss, "loss", "what a wrong probability costs; auto: cross-entropy for one label a row, for several independent sigmoids",
		auto, string(softmax.CrossEntropy), string(softmax.Sigmoids), string(softmax.Squared))
	f.Float64Var(&o.smoothing, "label-smoothing", 0, "move the share `E` of every label to all classes alike")
	f.StringVar(&o.classWeight, "class-weight", "none", "weigh classes in the loss: none, balanced, or `CLASS=WEIGHT,...`")
	f.BoolVar(&o.prior, "prior-correction", false, "with --class-weight: take the weights back out of the intercepts, so that probabilities are those of the data")
	f.BoolVar(&o.calibrate, "calibrate", false, "divide the logits by the temperature that suits held-out rows best")
	choiceVar(cmd, &o.kernel, "kernel", "instructions of the training loops; auto: the best that the machine has", append([]string{auto}, softmax.Kernels()...)...)
	f.IntVar(&o.epochs, "epochs", defaultEpochs, "sgd: make `N` passes over the examples")
	f.IntVar(&o.batch, "batch", defaultBatch, "sgd: take `N` examples in a step")
	f.Float64Var(&o.learningRate, "lr", defaultRate, "sgd: learning `RATE`")
	f.Float64Var(&o.momentum, "momentum", 0, "sgd: keep the share `M` of the last step's direction")
	rare(cmd, "C", "l1", "group", "solver", "stop", "max-iter", "max-time", "seed", "threads", "loss", "label-smoothing", "class-weight", "prior-correction", "calibrate", "kernel", "epochs", "batch", "lr", "momentum")
}

// check reports the first value that makes no sense.
func (o *fitFlags) check() error {
	sgd := o.solver == string(softmax.SGDSolver)
	for _, flag := range []string{"epochs", "batch", "lr", "momentum"} {
		if o.given(flag) && !sgd {
			return usagef("--%s belongs to --solver sgd", flag)
		}
	}
	switch lambda, err := strconv.ParseFloat(o.l2, 64); {
	case o.l2 == auto:
	case o.l2 == "none", err == nil && lambda == 0:
		o.lambda = softmax.NoPenalty
	case err != nil || !(lambda > 0 && lambda <= 1e300):
		return usagef("--l2 %s: it must be auto, none or a number above 0%s", o.l2, didYouMean(o.l2, []string{auto, "none"}))
	default:
		o.lambda = lambda
	}
	switch {
	case o.given("C") && o.given("l2"):
		return usagef("--C and --l2 are two names for the strength of the penalty: give one")
	case o.given("C") && !(o.c > 0 && o.c <= 1e300):
		return usagef("--C %v: it must be above 0", o.c)
	case !(o.l1 >= 0 && o.l1 <= 1e300), !(o.group >= 0 && o.group <= 1e300):
		return usagef("--l1 and --group must be at least 0")
	case (o.l1 > 0 || o.group > 0) != (o.solver == string(softmax.ProximalNewton)) && o.solver != auto:
		return usagef("--l1 and --group go with --solver %s, and it with them", softmax.ProximalNewton)
	case (o.l1 > 0 || o.group > 0) && o.loss == string(softmax.Squared):
		return usagef("--l1 and --group do not go with --loss squared")
	case !(o.tol > 0 && o.tol < 1):
		return usagef("--tol %v: it must lie between 0 and 1", o.tol)
	case o.maxIter < 0, o.maxTime < 0, !(o.maxMemory >= 0 && o.maxMemory < 1e9), o.threads < 0:
		return usagef("--max-iter, --max-time, --max-memory and --threads must not be negative")
	case !(o.smoothing >= 0 && o.smoothing < 1), !(o.momentum >= 0 && o.momentum < 1):
		return usagef("--label-smoothing and --momentum must be at least 0 and below 1")
	case o.smoothing > 0 && o.loss == string(softmax.Squared):
		return usagef("--label-smoothing does not go with --loss squared")
	case o.epochs < 1, o.batch < 1, !(o.learningRate > 0 && o.learningRate <= 1e300):
		return usagef("--epochs, --batch and --lr must be above 0")
	case sgd && o.maxIter > 0:
		return usagef("--max-iter is for the other solvers; --solver sgd has --epochs")
	}
	if err := o.checkClassWeight(); err != nil {
		return err
	}
	return o.columns.check()
}

func (o *fitFlags) checkClassWeight() error {
	words := []string{"none", softmax.BalancedClasses}
	if o.prior && o.classWeight == words[0] {
		return usagef("--prior-correction takes class weights back out: it needs --class-weight")
	}
	if slices.Contains(words, o.classWeight) {
		return nil
	}
	o.classWeights = make(map[string]float64)
	for _, part := range strings.Split(o.classWeight, ",") {
		at := strings.LastIndexByte(part, '=')
		weight, err := strconv.ParseFloat(part[at+1:], 64)
		if at < 0 || err != nil || !(weight > 0 && weight <= 1e300) {
			return usagef("--class-weight %s: it must be none, balanced, or CLASS=WEIGHT,... with weights above 0%s", o.classWeight, didYouMean(o.classWeight, words))
		}
		o.classWeights[part[:at]] = weight
	}
	return nil
}

// config is the configuration for a fit. Without flags it is the zero value but
// for the number of threads.
func (o *fitFlags) config() softmax.Config {
	cfg := softmax.Config{
		L2: o.lambda, C: o.c, L1: o.l1, Group: o.group, MaxIterations: o.maxIter, MaxTime: o.maxTime, MaxMemory: int64(1e9 * o.maxMemory), Seed: o.seed, Threads: o.threads,
		LabelSmoothing: o.smoothing, PriorCorrection: o.prior, Calibrate: o.calibrate, ClassWeights: o.classWeights, Preprocess: o.columns.options(),
	}
	if o.classWeight == softmax.BalancedClasses {
		cfg.ClassWeight = o.classWeight
	}
	if o.loss != auto {
		cfg.Loss = softmax.Loss(o.loss)
	}
	if o.kernel != auto {
		cfg.Kernel = o.kernel
	}
	cfg.SGD.Momentum = o.momentum
	if o.given("tol") {
		cfg.Tol = o.tol
	}
	if o.solver != auto {
		cfg.Solver = softmax.Solver(o.solver)
	}
	if o.given("epochs") {
		cfg.SGD.Epochs = o.epochs
	}
	if o.given("batch") {
		cfg.SGD.Batch = o.batch
	}
	if o.given("lr") {
		cfg.SGD.LearningRate = o.learningRate
	}
	if o.stop == string(softmax.StopEstimate) {
		cfg.Stop = softmax.StopEstimate
	}
	return cfg
}
