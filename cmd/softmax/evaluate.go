package main

import (
	"fmt"
	"strings"

	"example.com/softmax"
	"example.com/softmax/metrics"
	"github.com/spf13/cobra"
)

const evaluateHelp = `Scores a model on labelled DATA, on its test part where it has one: accuracy and
log-loss with their standard errors, and precision, recall and F1 of each class.
With --all-metrics, and always with --json, also balanced accuracy, Matthews
correlation, Cohen's kappa, the areas under ROC and precision-recall curves, Brier
score, calibration error (of the predicted class, in 15 bins of equal width), and
95 % intervals by 1,000 bootstrap samples of the rows (200 above 100,000 rows).
The label's column is the one of the training, or what --label says.

` + dataHelp

func newEvaluate(in *reader, out *output) *cobra.Command {
	e := &evaluator{out: out}
	var l *layout
	c := newVerb("evaluate MODEL DATA...", "score a model on labelled data", evaluateHelp, 2, many, func(args []string) (err error) {
		if err := checkPicture(e.pictures, e.reliability); err != nil {
			return err
		}
		if err := checkWritable(e.losses); err != nil {
			return err
		}
		if e.scoring, err = in.bind(args[0], args[1:], *l); err != nil {
			return err
		}
		return e.run()
	})
	l = layoutFlags(c)
	f := c.Flags()
	f.StringVar(&e.pictures, "pictures", "", "draw the first images with true and predicted class, and the mistakes that the model was surest of: `FILE`.png or .svg")
	f.StringVar(&e.reliability, "reliability", "", "draw how often predictions are right by how sure the model was: `FILE`.png or .svg")
	f.BoolVar(&e.all, "all-metrics", false, "print all scores")
	f.StringVar(&e.losses, "losses", "", "write the loss of every row to `FILE`.csv")
	f.BoolVar(&e.json, "json", false, "print one JSON object")
	f.BoolVar(&out.quiet, "quiet", false, "no progress, no notes: errors and scores only")
	return c
}

// An evaluator is one run of the verb evaluate.
type evaluator struct {
	*scoring
	out         *output
	json, all   bool
	pictures    string
	reliability string
	losses      string
	classes     []string
	names       []string // what people call them
	score       *softmax.ScoreReport
	full        *fullScore // nil unless asked for
}

func (e *evaluator) run() (err error) {
	e.classes, e.names = e.model.Classes(), printables(e.model.ClassNames())
	if e.losses != "" {
		if err := e.writeLosses(); err != nil {
			return err
		}
	}
	if e.data.Targets != nil {
		return e.runTargets()
	}
	var ks []int
	for _, k := range []int{1, 2, 3, 5, 10} {
		if k < len(e.classes) {
			ks = append(ks, k)
		}
	}
	if e.score, err = e.bound.Score(ks...); err != nil {
		return err
	}
	if e.score.Rows == 0 {
		return fmt.Errorf("%s: none of %s can be scored: %d have no label, %d a missing or unseen value, and of %d the logits overflow", e.data.Source,
			plural(e.bound.Rows(), "row", "rows"), e.score.Unlabelled, e.score.Incomplete, e.score.Overflowed)
	}
	if n := e.score.Unknown; n > 0 {
		e.out.warnf("%s: %s of a class that training has not: they count as wrong, and not in the log-loss", e.data.Source, plural(n, "row", "rows"))
	}
	if n := e.score.Unlabelled; n > 0 {
		e.out.notef("%s: %s without a label: not scored", e.data.Source, plural(n, "row", "rows"))
	}
	e.out.gaps(e.data.Source, e.model, e.score.Gaps)
	if err := draw(e.pictures, e.examples); err != nil {
		return err
	}
	if err := e.scoreFully(); err != nil {
		return err
	}
	if e.json {
		return e.out.json(e.object())
	}
	e.summary()
	return nil
}

// matrixMost is the number of classes up to which a confusion matrix is
// printed.
const matrixMost = 20

func (e *evaluator) summary() {
	p, s := e.out.printf, e.score
	p("Data        %s: %s scored\n", e.data.Source, plural(s.Rows, "row", "rows"))
	p("Accuracy    %.4f ± %.4f\n", s.Accuracy, s.AccuracyError)
	p("Log-loss    %.4f ± %.4f\n", s.LogLoss, s.LogLossError)
	for _, k := range []int{2, 3, 5, 10} {
		if v, ok := s.TopK[k]; ok {
			p("%-10s  %.4f\n", fmt.Sprintf("Top %d", k), v)
		}
	}
	areas := func(int) string { return "" }
	heading := ""
	if e.all {
		e.full.print(p, s.Confusion)
		areas, heading = e.full.ofClass, areaHeading
	}
	line, width := e.scoreTable("Class", heading)
	for k, c := range s.Confusion.PerClass() {
		line(e.names[k], c, areas(k))
	}
	line("macro average", s.Confusion.Macro(), areas(macroAverage))
	if len(e.names) <= matrixMost {
		p("\nConfusion: true class in rows, predicted in columns, in the order above\n%s", confusionTable(e.names, s.Confusion.Matrix(), width))
	}
	if pairs := s.Confusion.MostConfused(5); len(pairs) > 0 {
		p("\nMost confused\n%s", confusedPairs(pairs, e.names))
	}
}

// scoreTable begins a table of the classes' scores, and returns what prints a line of
// it: a name, its scores, and more at the end. Names are of the given width.
func (e *evaluator) scoreTable(what, more string) (line func(name string, c metrics.ClassScore, more string), width int) {
	width = len("macro average")
	for _, name := range e.names {
		width = max(width, min(len([]rune(name)), 40))
	}
	e.out.printf("\n%-*s  %9s  %9s  %9s  %9s%s\n", width, what, "precision", "recall", "F1", "rows", more)
	return func(name string, c metrics.ClassScore, more string) {
		e.out.printf("%-*s  %9.4f  %9.4f  %9.4f  %9s%s\n", width, name, c.Precision, c.Recall, c.F1, amount(c.Support), more)
	}, width
}

func confusionTable(names []string, matrix [][]float64, width int) string {
	cell := 1
	for _, row := range matrix {
		for _, v := range row {
			cell = max(cell, len(amount(v)))
		}
	}
	var b strings.Builder
	for k, row := range matrix {
		fmt.Fprintf(&b, "%-*s", width, names[k])
		for _, v := range row {
			fmt.Fprintf(&b, "  %*s", cell, amount(v))
		}
		b.WriteByte('\n')
	}
	return b.String()
}
