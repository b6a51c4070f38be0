package main

import (
	"bufio"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"example.com/softmax"
)

// writeReport writes the document and its pictures; it needs nothing but the
// results.
func writeReport(res *results, document, data string) error {
	f, err := os.Create(document)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	d := &page{Writer: w, res: res, pictures: data, link: filepath.Base(data)}
	d.head()
	d.glance()
	for i := range res.Problems {
		if err := d.problem(&res.Problems[i]); err != nil {
			return err
		}
	}
	d.operations()
	d.jobs()
	d.caveats()
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Close()
}

type page struct {
	*bufio.Writer  // an error stays for Flush
	res            *results
	pictures, link string
}

func (d *page) printf(format string, args ...any) { fmt.Fprintf(d, format, args...) }

// table begins a table; the first column is of text, the others of numbers.
func (d *page) table(heads ...string) {
	d.printf("| %s |\n|---|%s\n", strings.Join(heads, " | "), strings.Repeat("---:|", len(heads)-1))
}

func (d *page) line(cells ...string) { d.printf("| %s |\n", strings.Join(cells, " | ")) }

func (d *page) head() {
	m, v := &d.res.Machine, &d.res.Versions
	d.printf(`# Benchmarks

Written by %s on %s; it took %s. Do not edit: run it again.
[%[4]s/results.json](%[4]s/results.json) holds every figure.

`, code(d.res.Command), d.res.Date, duration(d.res.Seconds), d.link)
	d.printf("- Machine: %s, %d cores, %s, %s; %s\n", m.Model, m.Cores, size(m.Memory), strings.Join(m.Flags, " "), m.System)
	if m.Busy > 0.2 {
		d.printf("- **The machine was not idle when the run began: %.1f cores were busy. The figures are not to be relied on.**\n", m.Busy)
	}
	d.printf("- Versions: %s", v.Go)
	for _, p := range []struct{ name, version string }{
		{"NumPy", v.Numpy}, {"SciPy", v.Scipy}, {"scikit-learn", v.Sklearn}, {"PyTorch", v.Torch}, {"", v.R}, {"glmnet", v.Glmnet}, {"nnet", v.Nnet}, {"LIBLINEAR", v.Liblinear},
	} {
		if p.version != "" {
			d.printf("; %s", strings.TrimSpace(p.name+" "+p.version))
		}
	}
	d.printf("\n- Thread pools of the Python peers: %s\n", strings.Join(v.Pools, "; "))
	if k := d.kernels(); k != "" {
		d.printf("- Our kernels: %s\n", k)
	}
	for _, fault := range d.res.Faults {
		d.printf("- **Not measured:** %s\n", fault)
	}
	d.printf(`
Everyone minimises the same objective, the mean cross-entropy plus lambda/2 ||W||^2 with lambda = 1/n (C = 1) and a
free intercept, on the same matrix: pixels divided by 255, numeric columns standardised, categories one-hot. All cores,
and for each peer the input it likes best. Seconds are those of the fit alone with the data in memory, after a first
small one in the same process that does not count. Peers find the matrix prepared; ours start from the columns as read, so that standardising and converting them counts.

Whatever a fit returns is evaluated by one float64 program that shares no code with any fit. The optimum is the
objective of a fit of ours to 1e-9, evaluated the same way. The iterates of scikit-learn's lbfgs and newton-cg, PyTorch
and gonum are recorded inside one fit, without the time that this takes; saga, newton-cholesky, glmnet and nnet are
fitted anew for every number of iterations or threshold. For our fits the objective on the way is what the fit says; notes
say how the evaluator finds it. Rounds run everyone in turn; figures are medians; a fit of more than
%d s is made once. A dash: not reached, within the limit or at all.

`, repeatBelow)
}

// kernels lists the kernel levels that our fits ran on.
func (d *page) kernels() string {
	for i := range d.res.Problems {
		for _, r := range d.res.Problems[i].Runs {
			if r.Claim != nil {
				return r.Claim.Kernel
			}
		}
	}
	return ""
}

// glance compares us with the fastest peer at each gap.
func (d *page) glance() {
	d.printf("## At a glance\n\nSeconds to a relative distance from the optimum: ours, the fastest peer's, and how many times faster we are.\nThe last column is the time of a fit of ours with the defaults, which ends when it has proved 1e-4; the peers have no such proof.\n\n")
	heads := []string{"problem"}
	for _, g := range gaps {
		heads = append(heads, power(g))
	}
	d.table(append(heads, "proved")...)
	for i := range d.res.Problems {
		r := &d.res.Problems[i]
		rows := r.rows()
		ours := find(rows, curve)
		cells := []string{r.Name}
		for g := range gaps {
			us, peer := ours.secondsTo[g], fastest(rows, g)
			switch {
			case us < 0 && peer == nil:
				cells = append(cells, "-")
			case us < 0:
				cells = append(cells, fmt.Sprintf("- / %s (%s) **slower**", number(peer.secondsTo[g]), peer.peer.name))
			case peer == nil:
				cells = append(cells, number(us)+" / no peer gets there")
			default:
				factor := peer.secondsTo[g] / us
				s := fmt.Sprintf("%s / %s (%s) **%sx**", number(us), number(peer.secondsTo[g]), peer.peer.name, number(factor))
				if factor < 1 {
					s += " slower"
				}
				cells = append(cells, s)
			}
		}
		proved := "-"
		if w := find(rows, certain); w.last.Claim != nil && w.last.Claim.Stop == string(softmax.Converged) {
			proved = number(w.seconds)
		}
		d.line(append(cells, proved)...)
	}
	d.printf("\n")
}

func (d *page) problem(r *problemResult) error {
	d.printf("## %s\n\n%s: %d x %d, %d classes, %d test rows; optimum %.9g", r.Name, r.What, r.Rows, r.Features, r.Classes, r.TestRows, r.Optimum)
	if r.Open >= 0 {
		d.printf(" (proved within %.1g)", r.Open)
	}
	d.printf("; limit %s s.\n\n", number(r.Limit))
	heads := []string{"solver"}
	for _, g := range gaps {
		heads = append(heads, "s to "+power(g))
	}
	d.table(append(heads, "s to its end", "distance there", "test log-loss", "test accuracy", "peak memory")...)
	rows := r.rows()
	spread := 1.
	var notes []string
	for _, w := range rows {
		if w.last.end() != nil && w.peer.other == "" && w.gap < -1e-9 {
			notes = append(notes, fmt.Sprintf("**%s ended below the optimum, by %.1e: distances are to be read with that in mind.**", w.peer.name, -w.gap))
		}
		if note := w.note(); note != "" {
			notes = append(notes, note)
		}
		if w.last.end() == nil {
			continue
		}
		spread = max(spread, w.spread)
		cells := []string{w.peer.name}
		for _, s := range w.secondsTo {
			cells = append(cells, number(s))
		}
		distance := "other objective"
		if w.peer.other == "" {
			distance = share(w.gap)
		}
		end := number(w.seconds)
		if w.cut {
			end += " (limit)"
		}
		d.line(append(cells, end, distance, fmt.Sprintf("%.5f", w.last.Test.Loss), fmt.Sprintf("%.4f", w.last.Test.Accuracy), size(w.memory))...)
	}
	d.printf("\n")
	for _, note := range notes {
		d.printf("- %s\n", note)
	}
	if spread > 1 {
		d.printf("- The slowest round took up to %.2f times the fastest.\n", spread)
	}
	drawn, err := draw(r, d.pictures)
	if drawn {
		d.printf("\n![distance to the optimum against time](%s/%s.svg)\n", d.link, r.Name)
	}
	d.printf("\n")
	return err
}

// note is what the table does not say of a peer.
func (w *row) note() string {
	name := w.peer.name
	switch {
	case w.skipped != "":
		return fmt.Sprintf("%s was not run: %s.", name, w.skipped)
	case w.failed != "":
		return fmt.Sprintf("%s failed: %s", name, w.failed)
	case w.last.end() == nil:
		return fmt.Sprintf("%s did not end within its limit.", name)
	case w.peer.other != "":
		return fmt.Sprintf("%s minimises another objective: %s.", name, w.peer.other)
	case name == curve && w.last.Claim != nil:
		s := fmt.Sprintf("%s: the objective that it says at its end and the evaluator's differ by %s (relative)", name, share(w.last.Disagreement))
		if w.last.Excess != nil {
			s += fmt.Sprintf("; the models of fits that end where it reached the distances are above what it said there by %s at most", share(*w.last.Excess))
		}
		return s + "."
	case name == certain && w.last.Claim != nil && w.last.Claim.GapBound != nil:
		return fmt.Sprintf("%s (%s) ended as %q with a distance of %s proved; it was %s.",
			name, w.last.Claim.Solver, w.last.Claim.Stop, share(*w.last.Claim.GapBound/w.last.end().Objective), share(w.gap))
	}
	return ""
}

func (d *page) operations() {
	if len(d.res.Operations) == 0 {
		return
	}
	d.printf("## Single operations\n\nMedians. NumPy's evaluation is two matrix products; of float32 and float64 the faster counts.\n\n")
	d.table("operation", "softmax", "NumPy, scikit-learn", "times faster")
	for _, c := range d.res.Operations {
		for _, o := range []struct {
			name         string
			ours, theirs float64
		}{
			{"loss and gradient of all training rows", c.Ours.Evaluation, c.Theirs.Evaluation},
			{"the same, NumPy in float64", c.Ours.Evaluation, c.Theirs.Evaluation64},
			{"probabilities of all test rows", c.Ours.Batch, c.Theirs.Batch},
			{"probabilities of one row", c.Ours.Row, c.Theirs.Row},
		} {
			d.line(c.Problem+": "+o.name, number(1e3*o.ours)+" ms", number(1e3*o.theirs)+" ms", number(o.theirs/o.ours))
		}
	}
	d.printf("\n")
}

func (d *page) jobs() {
	if len(d.res.Jobs) == 0 {
		return
	}
	d.printf("## Whole programs\n\nStart, read the compressed files, fit, score, save, end; everything at its defaults.\n\n")
	d.table("program", "seconds", "peak memory", "test accuracy", "distance to the optimum")
	for _, j := range d.res.Jobs {
		d.line(j.Problem+": "+j.Program, number(j.Seconds), size(j.Memory), fmt.Sprintf("%.4f", j.Accuracy), share(j.Gap))
	}
	d.printf("\n")
}

func (d *page) caveats() {
	d.printf("## What to keep in mind\n\n")
	for i := range peers {
		if pe := &peers[i]; pe.what != "" {
			d.printf("- %s: %s.\n", pe.name, pe.what)
		}
	}
	d.printf(`- Peak memory is that of the whole process: the peers read the prepared float64 matrix, ours the original files.
- The solvers' own tolerances are off (or as small as they may be): each runs until it stands still or its limit ends it.
  Only "%s" and "Whole programs" stop as a user's fit would.
- Two classes: scikit-learn and glmnet fit one weight vector at the equivalent strength of the penalty.
- The loops called sgd end after 10 epochs wherever they are.
- LIBLINEAR's time is that of its program less that of a run which ends after reading.
`, certain)
}

// number writes three significant digits; a dash for what is negative.
func number(v float64) string {
	switch {
	case v < 0 || math.IsNaN(v):
		return "-"
	case v == 0:
		return "0"
	case v < 1e-5:
		return strconv.FormatFloat(v, 'e', 2, 64)
	}
	digits := max(0, 2-int(math.Floor(math.Log10(v))))
	return strconv.FormatFloat(v, 'f', digits, 64)
}

// share writes a relative distance.
func share(v float64) string {
	if v < 1e-9 { // the evaluator's own rounding, and that of the optimum
		return "< 1e-9"
	}
	return strconv.FormatFloat(v, 'e', 1, 64)
}

func power(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

func size(bytes int64) string {
	if bytes < 1<<30 {
		return fmt.Sprintf("%d MiB", bytes>>20)
	}
	return fmt.Sprintf("%.1f GiB", float64(bytes)/(1<<30))
}

func duration(seconds float64) string {
	if seconds < 90 {
		return fmt.Sprintf("%.0f s", seconds)
	}
	return fmt.Sprintf("%.0f min", seconds/60)
}

func code(s string) string { return "`" + s + "`" }
