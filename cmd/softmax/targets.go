package main

import (
	"bufio"
	"fmt"
	"io"
	"math"

	"example.com/softmax"
	"example.com/softmax/internal/atomicfile"
)

// targetScores prints the scores of a training on rows with several labels.
func (t *trainer) targetScores() {
	p, s := t.out.printf, t.targets
	p("%-22s  %-15s  %s\n", "Scores", "all labels right", "loss")
	p("  %-20s  %-16.4f %.4f\n", "training", t.training.Accuracy, t.training.LogLoss)
	if t.test != nil {
		p("  %-20s  %-16.4f %.4f\n", fmt.Sprintf("test (%s)", plural(s.Rows, "row", "rows")), s.SubsetAccuracy, s.LogLoss)
	}
	p("Labels wrong %.4f, F1 %.4f over all labels, %.4f as the mean of the labels' (%s data)\n\n", s.HammingLoss, s.Micro.F1, s.Macro.F1, t.scored)
	p("%s\n", wrap(t.report.Certificate(), 80))
}

// runTargets scores rows that may have several labels each.
func (e *evaluator) runTargets() error {
	s, err := e.bound.ScoreTargets()
	if err != nil {
		return err
	}
	if s.Rows == 0 {
		return fmt.Errorf("%s: none of %s can be scored: %d have no labels, %d a missing value, and of %d the logits overflow", e.data.Source,
			plural(e.bound.Rows(), "row", "rows"), s.Unlabelled, s.Incomplete, s.Overflowed)
	}
	if e.pictures != "" || e.reliability != "" || e.all {
		return usagef("--pictures, --reliability and --all-metrics are for one label a row; %s has several", e.data.Source)
	}
	e.out.gaps(e.data.Source, e.model, s.Gaps)
	if e.json {
		return e.out.json(e.targetsObject(s))
	}
	p := e.out.printf
	p("Data              %s: %s scored\n", e.data.Source, plural(s.Rows, "row", "rows"))
	p("All labels right  %.4f\n", s.SubsetAccuracy)
	p("Labels wrong      %.4f\n", s.HammingLoss)
	p("Log-loss          %.4f\n", s.LogLoss)
	line, _ := e.scoreTable("Label", "")
	for k, c := range s.PerLabel {
		line(e.names[k], c, "")
	}
	line("micro average", s.Micro, "")
	line("macro average", s.Macro, "")
	return nil
}

// targetsObject is what evaluate --json prints for rows with several labels.
func (e *evaluator) targetsObject(s *softmax.TargetReport) any {
	var labels []classObject
	for k, c := range s.PerLabel {
		labels = append(labels, newClassObject(e.classes[k], c))
	}
	return struct {
		Source           string        `json:"source"`
		Rows             int           `json:"rows"`
		Classes          []string      `json:"classes"`
		SubsetAccuracy   number        `json:"subset_accuracy"`
		HammingLoss      number        `json:"hamming_loss"`
		LogLoss          number        `json:"log_loss"`
		PerLabel         []classObject `json:"per_label"`
		Micro            classObject   `json:"micro"`
		Macro            classObject   `json:"macro"`
		UnlabelledRows   int           `json:"unlabelled_rows"`
		IncompleteRows   int           `json:"incomplete_rows"`
		OverflowedRows   int           `json:"overflowed_rows"`
		UnseenCategories int           `json:"unseen_categories"`
		ExtraColumns     []string      `json:"extra_columns"`
	}{
		e.data.Source, s.Rows, e.classes, number(s.SubsetAccuracy), number(s.HammingLoss), number(s.LogLoss),
		labels, newClassObject("micro", s.Micro), newClassObject("macro", s.Macro), s.Unlabelled, s.Incomplete, s.Overflowed, s.Unseen, append([]string{}, e.extra...),
	}
}

// writeLosses writes the loss of every row, empty where it has none.
func (e *evaluator) writeLosses() error {
	losses, err := e.bound.Losses()
	if err != nil {
		return err
	}
	return atomicfile.Write(e.losses, 0o644, func(w io.Writer) error {
		b := bufio.NewWriter(w)
		fmt.Fprintln(b, "row,loss")
		for i, l := range losses {
			if math.IsNaN(l) {
				fmt.Fprintf(b, "%d,\n", i+1)
			} else {
				fmt.Fprintf(b, "%d,%v\n", i+1, l)
			}
		}
		return b.Flush()
	})
}
