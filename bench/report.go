package main

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
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
	d.glance(gaps)
	d.usual()
	d.loops()
	d.operations()
	d.jobs()
	for i := range res.Problems {
		if err := d.problem(&res.Problems[i]); err != nil {
			return err
		}
	}
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
	if m.Busy > idle {
		d.printf("- **Just before the run other programs kept %.1f cores busy**: what it measured first, and was not measured anew, is not to be relied on.\n", m.Busy)
	}
	for _, a := range d.res.Amended {
		d.printf("- Measured anew on %s, in the place of what the run found: %s\n", a.Date, code(a.Command))
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
	d.printf("- Our kernel levels: %s\n", strings.Join(v.Kernels, ", "))
	for _, fault := range d.res.Faults {
		d.printf("- **Not measured:** %s\n", fault)
	}
	d.printf(`
Everyone minimises the same objective, the mean cross-entropy plus lambda/2 ||W||^2 and a free intercept, on the same
matrix: pixels divided by 255, numeric columns standardised, categories one-hot. Lambda is 1/n (C = 1) and, for some
problems, one chosen on held-out training rows. All cores, no setting of the environment for BLAS,
and for each peer the input it likes best. Seconds are those of the fit alone with the data in memory, after a first
small one in the same process that does not count. Peers find the matrix prepared; ours start from the columns as read, so that standardising and converting them counts.

Whatever a fit returns is evaluated by one float64 program that shares no code with any fit. The optimum is the
objective of a fit of ours to 1e-9, evaluated the same way. The iterates of scikit-learn's lbfgs and newton-cg, PyTorch
and gonum are recorded inside one fit, without the time that this takes; saga, newton-cholesky, glmnet and nnet are
fitted anew for every number of iterations or threshold. For our fits the objective on the way is what the fit says; notes
say how the evaluator finds it. Rounds run everyone in turn; figures are medians of up to
three rounds, five of the smallest; a fit of more than %d s, and a peer that is nowhere within twice the time of the fastest, is run once. A dash: not reached, within the limit or at all.

`, repeatBelow)
}

// busy warns of other programs.
func (d *page) busy(cores float64) {
	if cores > idle {
		d.printf("**Meanwhile other programs kept %.1f cores busy: these figures are not to be relied on.**\n\n", cores)
	}
}

// glance compares us with the fastest peer at each gap.
func (d *page) glance(gs []float64) {
	d.printf(`## At a glance

Seconds to a relative distance from the optimum: ours / the fastest peer's (its name), and how many times faster we are.
"Proved" are whole fits of ours that end when they have proved 1e-3 and 1e-4; the peers have no such proof.

`)
	heads := []string{"problem", "lambda"}
	for _, g := range gs {
		heads = append(heads, power(g))
	}
	d.table(append(heads, "proved 1e-3", "proved 1e-4", "test log-loss")...)
	for i := range d.res.Problems {
		r := &d.res.Problems[i]
		rows := r.rows()
		ours := find(rows, curve)
		cells := []string{fmt.Sprintf("%s: %d x %d, K = %d", r.Name, r.Rows, r.Features, r.Classes), "1/n"}
		if r.Chosen {
			cells = []string{r.Name + ", chosen", fmt.Sprintf("%.2g (C = %.2g)", r.Lambda, 1/(r.Lambda*float64(r.Rows)))}
		}
		for _, g := range gs {
			at := slices.Index(gaps, g)
			cells = append(cells, versus(ours.secondsTo[at], fastest(rows, at), at))
		}
		loss := "-"
		for _, name := range []string{certain3, certain4} {
			w := find(rows, name)
			if !r.proved(name) {
				cells = append(cells, "-")
				continue
			}
			cells, loss = append(cells, number(w.seconds)), fmt.Sprintf("%.4f", w.last.Test.Loss)
		}
		d.line(append(cells, loss)...)
	}
	d.printf("\n")
}

// versus is a cell of the comparison at gap g.
func versus(ours float64, peer *row, g int) string {
	switch {
	case peer == nil:
		return number(ours) + " / -"
	case ours < 0:
		return fmt.Sprintf("- / %s (%s) **slower**", number(peer.secondsTo[g]), peer.peer.name)
	}
	return fmt.Sprintf("%s / %s (%s) %s", number(ours), number(peer.secondsTo[g]), peer.peer.name, times(peer.secondsTo[g]/ours))
}

// times is how many times faster we are, in words where we are not.
func times(factor float64) string {
	if !(factor > 0) || math.IsInf(factor, 1) {
		return "-"
	}
	if factor < 1 {
		return fmt.Sprintf("**%sx slower**", number(1/factor))
	}
	return fmt.Sprintf("**%sx**", number(factor))
}

// usual compares with the peers that stop after so many iterations by default.
func (d *page) usual() {
	d.printf(`## scikit-learn's default

Where LogisticRegression() ends, lbfgs with at most 100 iterations, and how long ours takes to the same objective and to a
distance of 1e-3.

`)
	d.table("problem", "iterations", "its seconds", "its distance", "ours to the same", "times faster", "ours to 1e-3", "times faster")
	for i := range d.res.Problems {
		r := &d.res.Problems[i]
		rows := r.rows()
		for _, w := range rows {
			if w.usual == nil {
				continue
			}
			u, near := w.usual.Usual, find(rows, curve).secondsTo[slices.Index(gaps, 1e-3)]
			d.line(r.title(), strconv.Itoa(u.Iteration), number(u.Seconds), share(u.Objective/r.Optimum-1),
				number(w.usual.UsualOurs), times(u.Seconds/w.usual.UsualOurs), number(near), times(u.Seconds/near))
		}
	}
	d.printf("\n")
}

// loops compares the textbook's loops.
func (d *page) loops() {
	d.printf("## The textbook's loop\n\nMini-batch SGD: batches of 256, learning rate 0.1, 10 epochs, tensors in memory, own shuffling, all cores; medians.\n\n")
	d.table("problem", "softmax, s", "PyTorch, s", "times faster", "test accuracy", "PyTorch's", "test log-loss", "PyTorch's")
	for i := range d.res.Problems {
		rows := d.res.Problems[i].rows()
		us, they := find(rows, ourLoop), find(rows, loop)
		if us == nil || they == nil || us.last.Test == nil || they.last.Test == nil {
			continue
		}
		d.line(d.res.Problems[i].title(), number(us.seconds), number(they.seconds), times(they.seconds/us.seconds),
			fmt.Sprintf("%.4f", us.last.Test.Accuracy), fmt.Sprintf("%.4f", they.last.Test.Accuracy),
			fmt.Sprintf("%.4f", us.last.Test.Loss), fmt.Sprintf("%.4f", they.last.Test.Loss))
	}
	d.printf("\n")
}

func (d *page) problem(r *problemResult) error {
	sparse := ""
	if r.NonZeros > 0 {
		sparse = fmt.Sprintf("%d non-zeros, ", r.NonZeros)
	}
	d.printf("## %s\n\n%s: %d x %d, %s%d classes, %d test rows; lambda %.3g; optimum %.9g", r.title(), r.What, r.Rows, r.Features, sparse, r.Classes, r.TestRows, r.Lambda, r.Optimum)
	if r.Open >= 0 {
		d.printf(" (proved within %.1g)", r.Open)
	}
	d.printf("; limit %s s.\n\n", number(r.Limit))
	d.busy(r.Busy)
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
		d.printf("\n![distance to the optimum against time](%s/%s.svg)\n", d.link, r.picture())
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
	case (name == certain3 || name == certain4) && w.last.Claim != nil && w.last.Claim.GapBound != nil:
		return fmt.Sprintf("%s (%s, %s kernels) ended as %q with a distance of %s proved; it was %s. The design matrix took %s s of it.",
			name, w.last.Claim.Solver, w.last.Claim.Kernel, w.last.Claim.Stop, share(*w.last.Claim.GapBound/w.last.end().Objective), share(w.gap), number(w.last.Claim.Prepare))
	}
	return ""
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
  Only the fits of ours that end with a proof, the one-vs-rest peers and "Whole programs" stop as a user's would.
- Two classes: scikit-learn and glmnet fit one weight vector at the equivalent strength of the penalty.
- The loops called sgd end after 10 epochs wherever they are.
- LIBLINEAR's time is that of its program less that of a run which ends after reading.
- On images and what is larger newton-cg and saga run in float32 alone, where they are faster; lbfgs computes in
  float64 whatever it is given. newton-cholesky needs two classes in this version. The loops run on images only.
- At the chosen lambda only the peers with the same objective run. It is the best of 1/(16n), 1/(4n), 1/n, 4/n ... by the log-loss of
  every fifth training row, held out.
`)
}

// readme prints the comparison at a glance for fewer gaps.
func readme(path string, w io.Writer) error {
	res, err := readResults(path)
	if err != nil {
		return err
	}
	d := &page{Writer: bufio.NewWriter(w), res: res}
	d.glance([]float64{1e-3, 1e-4, 1e-5})
	return d.Flush()
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
