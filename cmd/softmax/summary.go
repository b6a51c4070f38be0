package main

import (
	"fmt"
	"math"
	"strings"

	"example.com/softmax"
	"example.com/softmax/dataset"
	"example.com/softmax/metrics"
	"example.com/softmax/preprocess"
)

// summary prints what a person wants to know of a training.
func (t *trainer) summary() {
	r, p := t.report, t.out.printf
	p("Data        %s: %s, %s\n", t.train.Source, t.rowsUsed(), plural(len(t.model.Classes()), "class", "classes"))
	p("            %s\n", t.columnsUsed())
	if gaps := t.gapsUsed(); gaps != "" {
		p("            %s\n", gaps)
	}
	p("Solver      %s (%s)\n", r.Solver, r.SolverReason)
	p("Penalty     %s\n", t.penaltyUsed())
	if T := t.model.Temperature(); T != 1 {
		p("Calibrated  temperature = %.4g, fitted on held-out rows\n", T)
	}
	p("Fit         %s, %s, %.1f passes over the data\n\n", stopWords[r.Stop], t.steps(), r.Passes)
	t.epochTable()

	if t.targets != nil {
		t.targetScores()
		p("\nTime        %s\n", t.times())
		p("Model       %s\nTry next    %s\n", t.path, t.next())
		return
	}
	p("%-22s  %-15s  %s\n", "Scores", "accuracy", "log-loss")
	p("  %-20s  %-15s  %.4f\n", "training", fmt.Sprintf("%.4f", t.training.Accuracy), t.training.LogLoss)
	if s := r.Selection; s != nil {
		c := s.Chosen()
		p("  %-20s  %.4f ± %.4f  %.4f ± %.4f\n", heldOut(s), c.Accuracy, c.AccuracyError, c.Loss, c.LossError)
	}
	if t.test != nil {
		s := t.score
		p("  %-20s  %.4f ± %.4f  %.4f ± %.4f\n", fmt.Sprintf("test (%s)", plural(s.Rows, "row", "rows")), s.Accuracy, s.AccuracyError, s.LogLoss, s.LogLossError)
	}
	p("  %-20s  %.4f\n\n", "majority class", t.baseline)
	p("%s\n", wrap(r.Certificate(), 80))
	if pairs := t.score.Confusion.MostConfused(3); len(pairs) > 0 {
		p("\nMost confused (%s data)\n%s", t.scored, confusedPairs(pairs, printables(t.model.ClassNames())))
	}
	p("\nTime        %s\n", t.times())
	p("Model       %s\n", t.path)
	p("Try next    %s\n", t.next())
}

// penaltyUsed says what the penalty is, and what it left where it makes zeros.
func (t *trainer) penaltyUsed() string {
	r := t.report
	s := penaltyLine(r.Lambda, r.L1, r.Group)
	sparse := r.L1 > 0 || r.Group > 0
	if !sparse || r.Selection != nil {
		s += fmt.Sprintf(" (%s)", t.lambdaSource())
	}
	if !sparse {
		return s
	}
	return s + fmt.Sprintf("; %s of %s coefficients are not 0, of %s of %s",
		count(r.NonZero), count(r.Features*len(t.model.Classes())), count(r.FeaturesUsed), plural(r.Features, "feature", "features"))
}

// penaltyLine is lambda, or where there are others all strengths.
func penaltyLine(lambda, l1, group float64) string {
	if l1 == 0 && group == 0 {
		return fmt.Sprintf("lambda = %.6g", lambda)
	}
	var parts []string
	for _, p := range []struct {
		name     string
		strength float64
	}{{"L1", l1}, {"group", group}, {"L2", lambda}} {
		if p.strength > 0 {
			parts = append(parts, fmt.Sprintf("%s = %.6g", p.name, p.strength))
		}
	}
	return strings.Join(parts, ", ")
}

func (t *trainer) times() string {
	s := fmt.Sprintf("read %.1f s, ", t.seconds.Read)
	if t.seconds.Select > 0 {
		s += fmt.Sprintf("choose lambda %.1f s, ", t.seconds.Select)
	}
	return s + fmt.Sprintf("fit %.1f s, evaluate %.1f s", t.seconds.Prepare+t.seconds.Fit, t.seconds.Evaluate)
}

// heldOut names the rows that lambda was chosen on.
func heldOut(s *softmax.Selection) string {
	if s.Folds == 1 {
		return fmt.Sprintf("held out (%s)", count(s.Rows))
	}
	return fmt.Sprintf("cross-validation (%d)", s.Folds)
}

// lambdaSource says where lambda comes from, and what choosing it took.
func (t *trainer) lambdaSource() string {
	s := t.report.LambdaSource
	if chosen := t.report.Selection; chosen != nil {
		if chosen.TimedOut {
			s = fmt.Sprintf("best of the %d tried in half of --max-time", len(chosen.Path))
		}
		s += fmt.Sprintf(": %.0f %% of the time", 100*t.seconds.Select/t.seconds.Total)
	}
	return s
}

// stopWords says why a fit ended.
var stopWords = map[softmax.Stop]string{
	softmax.Converged:      "converged",
	softmax.Estimated:      "ended on the solver's estimate that it is close enough",
	softmax.Precision:      "ended where floating point allows no further progress",
	softmax.IterationLimit: "not converged: ended by --max-iter",
	softmax.TimeLimit:      "not converged: ended by --max-time",
	softmax.Epochs:         "all epochs done",
	softmax.Cancelled:      "not converged: interrupted",
	softmax.Imported:       "by another program",
	softmax.Separated:      "ended as the classes can be separated: without a penalty there is no optimum",
}

func (t *trainer) rowsUsed() string {
	r, all := t.report, t.train.Rows()
	if r.Rows == all {
		return plural(all, "row", "rows")
	}
	var why []string
	if r.Dropped > 0 {
		what := "label"
		if t.config.Preprocess.Missing == preprocess.MissingDrop {
			what = "value or label"
		}
		why = append(why, fmt.Sprintf("%s left out for a missing %s", count(r.Dropped), what))
	}
	if n := all - r.Rows - r.Dropped; n > 0 {
		why = append(why, fmt.Sprintf("%s of weight 0", count(n)))
	}
	return fmt.Sprintf("%s of %s (%s)", count(r.Rows), plural(all, "row", "rows"), strings.Join(why, ", "))
}

func (t *trainer) columnsUsed() string {
	columns := t.train.Columns
	if c := &columns[0]; len(columns) == 1 && c.Kind == dataset.Pixels {
		return fmt.Sprintf("images of %d x %d pixels", c.Height, c.Width/c.Height)
	}
	s := plural(len(columns), "column", "columns") + " as " + plural(t.report.Features, "feature", "features")
	if t.train.Label != nil {
		s += fmt.Sprintf("; label %q", t.train.Label.Name)
	}
	if t.layout.weight != "" {
		s += fmt.Sprintf("; weight %q", t.layout.weight)
	}
	if len(t.layout.drop) > 0 {
		s += "; left out: " + list(t.layout.drop)
	}
	return s
}

// gapsUsed tells of missing values and of rare levels.
func (t *trainer) gapsUsed() string {
	var missing []string
	levels, columns := 0, 0
	for _, in := range t.model.Inputs() {
		if in.Missing {
			missing = append(missing, in.Name)
		}
		if len(in.Rare) > 0 {
			levels, columns = levels+len(in.Rare), columns+1
		}
	}
	var s []string
	if missing != nil {
		s = append(s, "values missing in "+list(missing))
	}
	if levels > 0 {
		s = append(s, plural(levels, "rare level", "rare levels")+" taken together in "+plural(columns, "column", "columns"))
	}
	return strings.Join(s, "; ")
}

func (t *trainer) steps() string {
	if t.report.Solver == softmax.SGDSolver {
		return plural(t.report.Iterations, "epoch", "epochs")
	}
	return plural(t.report.Iterations, "iteration", "iterations")
}

// epochTable prints the epochs of SGD.
func (t *trainer) epochTable() {
	if t.report.Solver != softmax.SGDSolver {
		return
	}
	header := fmt.Sprintf("%5s  %9s  %14s", "epoch", "mean loss", "train accuracy")
	if t.validation != nil {
		header += fmt.Sprintf("  %s accuracy", t.validated())
	}
	t.out.printf("%s\n", header)
	for _, it := range t.report.History {
		t.out.printf("%5d  %9.4f  %14.4f", it.Iteration, it.EpochLoss, it.TrainAccuracy)
		if t.validation != nil {
			t.out.printf("  %*.4f", len(t.validated()+" accuracy"), it.ValidationAccuracy)
		}
		t.out.printf("\n")
	}
	t.out.printf("\n")
}

// validated is what the epochs were scored on.
func (t *trainer) validated() string {
	if t.validationData != "" {
		return "validation"
	}
	return "test"
}

func confusedPairs(pairs []metrics.Pair, names []string) string {
	var b strings.Builder
	for _, p := range pairs {
		fmt.Fprintf(&b, "  %s -> %s: %s (%.1f %% of %[1]s)\n", names[p.Truth], names[p.Pred], amount(p.Count), 100*p.Share)
	}
	return b.String()
}

// amount writes a weighted count.
func amount(v float64) string {
	if v == math.Trunc(v) && v < 1e15 {
		return count(int(v))
	}
	return fmt.Sprintf("%.6g", v)
}

// next is a command to try.
func (t *trainer) next() string {
	data := t.testData
	if t.set.test != nil && data == "" {
		data = t.set.name
	}
	if data == "" || data == "-" {
		return "softmax inspect " + dataset.Argument(t.path)
	}
	command := "softmax evaluate " + dataset.Argument(t.path) + " " + dataset.Argument(data)
	if t.train.Columns[0].Kind == dataset.Pixels {
		command += " --pictures mistakes.png"
	}
	return command
}

// wrap breaks text at blanks into lines of about width letters, but not before
// a per cent sign.
func wrap(text string, width int) string {
	var b strings.Builder
	length := 0
	for i, word := range strings.Fields(text) {
		switch n := len([]rune(word)); {
		case i == 0:
			length = n
		case length+1+n > width && word[0] != '%':
			b.WriteByte('\n')
			length = n
		default:
			b.WriteByte(' ')
			length += 1 + n
		}
		b.WriteString(word)
	}
	return b.String()
}
