package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"example.com/softmax"
	"example.com/softmax/internal/atomicfile"
	"example.com/softmax/internal/chart"
	"example.com/softmax/tune"
	"github.com/spf13/cobra"
)

const cvHelp = `Scores penalties on held-out rows of DATA, by default the sample: each of a number
of folds is held out in turn, and models are fitted to the others along a path of
penalties: of L2, of --l1 auto or --group auto, or for each --mix of them. With
--out a model is fitted to all rows with the penalty chosen.

` + dataHelp

func newCV(in *reader, out *output) *cobra.Command {
	v := &crossValidator{trainer: trainer{in: in, out: out}}
	c := newVerb("cv [DATA...]", "choose the penalty by cross-validation (DATA: the sample)", cvHelp, 0, many, func(args []string) error {
		v.start = time.Now()
		return v.run(args)
	})
	v.layout = layoutFlags(c)
	v.fitFlags.define(c)
	roleFlags(c, v.layout)
	f := c.Flags()
	f.IntVar(&v.options.Folds, "folds", 10, "deal the rows to `K` folds, stratified by class, by --seed")
	f.StringVar(&v.options.GroupBy, "group-by", "", "rows of equal value in this `COLUMN` go to the same fold; it is no feature then")
	f.Float64SliceVar(&v.options.Lambdas, "lambdas", nil, "try these `PENALTIES`, in place of four to the decade from 1 down to 1 / (100 * sum of the weights); of --l1 or --group in place of 100 from where all coefficients are 0 down to 1e-4 of that, or 1e-2 where rows are no more than features; these end when they no longer improve")
	f.Lookup("lambdas").DefValue = ""
	choiceVar(c, &v.rule, "rule", "choose the least loss, or the largest penalty within one standard error of it, of several mixes that with the fewest coefficients", string(tune.Least), string(tune.OneStandardError))
	f.StringVar(&v.curve, "curve", "", "draw the held-out loss against the penalty: `FILE`.png or .svg")
	f.StringVar(&v.coefficients, "coefficients", "", "draw the largest coefficients against the penalty: `FILE`.png or .svg")
	f.StringVarP(&v.path, "out", "o", "", "fit a model with the penalty chosen and write it to `FILE`")
	f.StringVar(&v.foldsFile, "write-folds", "", "write the fold of every row, one a line, to `FILE`; -1 for a row never held out")
	f.BoolVar(&v.json, "json", false, "print one JSON object in place of the table")
	f.BoolVar(&out.quiet, "quiet", false, "no progress, no warnings")
	rare(c, "l2", "group-by", "lambdas", "write-folds")
	for _, name := range []string{"l1", "group", "mix"} { // rare for a fit, but what a path is of
		f.Lookup(name).Hidden = false
	}
	return c
}

// A crossValidator is one run of the verb cv.
type crossValidator struct {
	trainer
	options                        tune.Options
	rule                           string
	curve, coefficients, foldsFile string
	result                         *tune.Result
}

func (v *crossValidator) run(args []string) error {
	if err := v.check(); err != nil {
		return err
	}
	if err := v.read(args); err != nil {
		return err
	}
	v.config = v.fitFlags.config()
	ctx, stop := interruptible()
	defer stop()
	progress := v.newFitBar()
	v.options.Tried, v.options.Mixes = progress.selecting, v.fitFlags.mixes
	var err error
	v.result, err = tune.CrossValidate(ctx, v.train, v.config, v.options)
	progress.bar.done()
	switch {
	case err != nil && errors.Is(err, context.Canceled):
		return errInterrupted
	case err != nil:
		return err
	}
	if err := v.files(ctx); err != nil {
		return err
	}
	if v.json {
		return v.out.json(v.object())
	}
	v.table()
	return nil
}

// check reports what makes no sense before work is done for it.
func (v *crossValidator) check() error {
	if err := v.fitFlags.check(); err != nil {
		return err
	}
	switch {
	case v.fitFlags.given("l2"), v.fitFlags.given("C"):
		return usagef("cv chooses the penalty: --lambdas are those to try")
	case v.fitFlags.cfg.L1 > 0, v.fitFlags.cfg.Group > 0:
		return usagef("cv chooses the penalty: give --l1 auto or --group auto, or --lambdas to try")
	case v.options.Folds < 2:
		return usagef("--folds %d: at least 2 are needed", v.options.Folds)
	}
	for _, lambda := range v.options.Lambdas {
		if !(lambda > 0 && lambda <= 1e300) {
			return usagef("--lambdas %v: they must be above 0", lambda)
		}
	}
	if err := checkPicture(v.curve, v.coefficients); err != nil {
		return err
	}
	return checkWritable(v.path, v.foldsFile)
}

// files writes what was asked for besides the table.
func (v *crossValidator) files(ctx context.Context) error {
	if err := draw(v.curve, v.result.Curve); err != nil {
		return err
	}
	err := draw(v.coefficients, func() (*chart.Picture, error) {
		var lambdas []float64
		mix := v.chosen().Mix
		for _, p := range v.result.Points {
			if p.Mix == mix {
				lambdas = append(lambdas, p.Lambda)
			}
		}
		models, err := softmax.FitPath(ctx, v.result.Data, v.config.WithMix(mix), lambdas)
		if err != nil {
			return nil, err
		}
		return tune.Path(models)
	})
	if err != nil {
		return err
	}
	if v.foldsFile != "" {
		if err := writeFolds(v.foldsFile, v.result.Fold); err != nil {
			return err
		}
	}
	if v.path == "" {
		return nil
	}
	m, r, err := softmax.Fit(ctx, v.result.Data, v.config.WithPenalty(v.chosen()))
	if err != nil {
		return err
	}
	for _, w := range r.Warnings {
		v.out.warnf("%s", w.Message)
	}
	if m, err = v.set.named(m); err != nil {
		return err
	}
	return m.Save(v.path)
}

func writeFolds(path string, fold []int) error {
	return atomicfile.Write(path, 0o644, func(w io.Writer) error {
		for _, f := range fold {
			if _, err := fmt.Fprintln(w, f); err != nil {
				return err
			}
		}
		return nil
	})
}

// chosen is the point that --rule chooses.
func (v *crossValidator) chosen() softmax.PathPoint { return v.result.Chosen(tune.Rule(v.rule)) }

// shown is about how many points of a long path the table has.
const shown = 25

// table prints the curve for people.
func (v *crossValidator) table() {
	r, p := v.result, v.out.printf
	p("Data        %s: %s, %s held out in %d folds\n\n", v.train.Source, plural(v.train.Rows(), "row", "rows"), count(r.Rows), r.Folds)
	sparse := slices.ContainsFunc(r.Points, func(q softmax.PathPoint) bool { return q.Mix > 0 })
	p("%-12s  %-18s  %-15s", "lambda", "log-loss", "accuracy")
	if sparse {
		p("  %-5s  %12s  %8s", "mix", "coefficients", "features")
	}
	p("\n")
	least, simple := r.Chosen(tune.Least), r.Chosen(tune.OneStandardError)
	same := func(a, b softmax.PathPoint) bool { return a.Lambda == b.Lambda && a.Mix == b.Mix }
	lows := make(map[float64]float64) // by mix
	for _, q := range r.Points {
		if low, ok := lows[q.Mix]; !ok || q.Loss < low {
			lows[q.Mix] = q.Loss
		}
	}
	for i, q := range r.Points {
		mark := ""
		if same(q, least) {
			mark = "  least loss"
		}
		if same(q, simple) {
			mark += "  one standard error"
		}
		if mark == "" && q.Loss > lows[q.Mix] && i%max(1, len(r.Points)/shown) != 0 {
			continue
		}
		p("%-12.4g  %.5f ± %.5f  %.4f ± %.4f", q.Lambda, q.Loss, q.LossError, q.Accuracy, q.AccuracyError)
		if sparse {
			p("  %-5.3g  %12.1f  %8.1f", q.Mix, q.NonZero, q.FeaturesUsed)
		}
		p("%s\n", mark)
	}
	p("%-12s  %-18s  %.4f\n", "majority", "", r.Baseline)
	if n := len(r.Points) / shown; n > 1 {
		p("\n%d penalties were tried; the table has one in %d and the best of each mix, --json all.\n", len(r.Points), n)
	}
	if v.path != "" {
		c := v.config.WithPenalty(v.chosen())
		p("\nModel       %s, %s\n", v.path, penaltyLine(c.L2, c.L1, c.Group))
	}
}

// object is what cv --json prints.
func (v *crossValidator) object() *cvObject {
	o := &cvObject{Folds: v.result.Folds, Rows: v.result.Rows, Baseline: number(v.result.Baseline)}
	for _, p := range v.result.Points {
		o.Path = append(o.Path, newPoint(p))
	}
	least, simple := newPoint(v.result.Chosen(tune.Least)), newPoint(v.result.Chosen(tune.OneStandardError))
	o.Chosen, o.Least, o.OneSE = newPoint(v.chosen()), &least, &simple
	return o
}
