// Command bench measures softmax and its peers on the same data in one run,
// and writes what it found as results.json, tables and pictures. It is started
// by the script run, which builds it and installs the peers.
//
// Everyone minimises the same objective on the same matrix, and whatever they
// return is evaluated by one float64 program that shares no code with any of
// them. Times are those of the fit alone, with the data in memory.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

func main() {
	err := error(nil)
	if len(os.Args) > 2 && os.Args[1] == "child" {
		err = child(os.Args[2:])
	} else {
		err = measure(os.Args[1:])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// results are everything that a run found; the report is made of them alone.
type results struct {
	Date     string          `json:"date"`
	Command  string          `json:"command"`
	Seconds  float64         `json:"seconds"` // that the run took
	Machine  machine         `json:"machine"`
	Versions versions        `json:"versions"`
	Problems []problemResult `json:"problems"`

	// Faults say what could not be measured.
	Faults []string `json:"faults"`

	Operations *operations `json:"operations,omitempty"`
	Jobs       []job       `json:"jobs"`

	// Amended are the runs that measured parts of it anew, in their place.
	Amended []amendment `json:"amended,omitempty"`
}

type amendment struct {
	Command string `json:"command"`
	Date    string `json:"date"`
}

type problemResult struct {
	problem
	What    string  `json:"what"`
	Limit   float64 `json:"limit_seconds"`
	Optimum float64 `json:"optimum"`
	// Open is the share of the optimum that its certificate leaves open; -1
	// if it has none.
	Open float64 `json:"open"`
	// Busy is how many cores other programs kept busy meanwhile.
	Busy float64 `json:"busy_cores"`
	Runs []run   `json:"runs"`
}

type options struct {
	problems, peers        string
	repeats                int
	quick, prepare, readme bool
	amend                  bool
	report                 string
}

func measure(args []string) error {
	var o options
	f := flag.NewFlagSet("bench/run", flag.ContinueOnError)
	f.StringVar(&o.problems, "problems", "", "comma-separated data sets; empty: all; \"none\": only single operations")
	f.StringVar(&o.peers, "peers", "", "comma-separated beginnings of peers' names; empty: all; ours always run")
	f.IntVar(&o.repeats, "repeats", 0, "rounds of fits that take less than 3 s (3 or 5; 1 with --quick)")
	f.BoolVar(&o.quick, "quick", false, "small data sets, short limits")
	f.BoolVar(&o.prepare, "prepare", false, "only make what is kept in the work folder: generated data, optima, chosen lambdas")
	f.BoolVar(&o.amend, "amend", false, "put what is measured in place of that in docs/bench/results.json")
	f.BoolVar(&o.readme, "readme", false, "only print the table for the README from docs/bench/results.json")
	f.StringVar(&o.report, "report", "", "only write the report of this results.json again, beside it")
	if err := f.Parse(args); err != nil {
		return err
	}
	if f.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q", f.Arg(0))
	}
	home, err := os.Getwd()
	if err != nil {
		return err
	}
	if o.readme {
		return readme(filepath.Join(home, "..", "docs", "bench", "results.json"), os.Stdout)
	}
	if o.report != "" {
		return rewrite(o.report, filepath.Dir(o.report))
	}
	if o.quick && o.repeats == 0 {
		o.repeats = 1
	}
	chosen, err := o.chooseSets()
	if err != nil {
		return err
	}
	b := &bench{home: home, python: os.Getenv("PYTHON"), softmax: os.Getenv("BENCH_SOFTMAX"), work: os.Getenv("BENCH_WORK")}
	if b.program, err = os.Executable(); err != nil {
		return err
	}
	if b.python == "" || b.softmax == "" || b.work == "" {
		return errors.New("start it by the script bench/run")
	}
	began := time.Now()
	res := &results{
		Date: began.UTC().Format("2006-01-02 15:04 UTC"), Command: strings.Join(append([]string{"bench/run"}, args...), " "),
		Machine: findMachine(), Versions: b.findVersions(),
	}
	if o.amend {
		old, err := readResults(filepath.Join(home, "..", "docs", "bench", "results.json"))
		if err != nil {
			return err
		}
		old.Amended = append(old.Amended, amendment{res.Command, res.Date})
		old.Versions, res = res.Versions, old
	}
	save := func() error { // after every step, lest what there is be lost
		if o.prepare {
			return nil
		}
		if !o.amend {
			res.Seconds = time.Since(began).Seconds()
		}
		return o.write(res, home)
	}
	if !o.prepare && (o.problems == "" || o.problems == "none") && res.Versions.has(needsSklearn) {
		progress("single operations")
		if res.Operations, err = b.operations(&o); err != nil {
			res.fault("single operations", err)
		}
		if err := save(); err != nil {
			return err
		}
	}
	for _, s := range chosen {
		n := len(res.Problems)
		if err := b.measureSet(res, s, &o); err != nil {
			res.fault(s.name, err)
		}
		res.amend(n)
		if err := save(); err != nil {
			return err
		}
	}
	return nil
}

// amend puts the problems from n on in the place of those of before, and keeps
// the runs of peers that were not run again.
func (r *results) amend(n int) {
	fresh := r.Problems[n:]
	r.Problems = r.Problems[:n:n]
	for _, p := range fresh {
		at := slices.IndexFunc(r.Problems, func(q problemResult) bool { return q.title() == p.title() })
		if at < 0 {
			r.Problems = append(r.Problems, p)
			continue
		}
		for _, old := range r.Problems[at].Runs {
			if !slices.ContainsFunc(p.Runs, func(run run) bool { return run.Peer == old.Peer }) {
				p.Runs = append(p.Runs, old)
			}
		}
		r.Problems[at] = p
	}
}

func (r *results) fault(where string, err error) {
	progress("%s: %v", where, err)
	r.Faults = append(r.Faults, fmt.Sprintf("%s: %v", where, err))
}

func findSet(name string) (*set, error) {
	for _, s := range sets {
		if s.name == name {
			return s, nil
		}
	}
	var known []string
	for _, s := range sets {
		known = append(known, s.name)
	}
	return nil, fmt.Errorf("no data set %q; there are %s", name, strings.Join(known, ", "))
}

func (o *options) chooseSets() (chosen []*set, err error) {
	if o.problems == "none" {
		return nil, nil
	}
	if o.problems != "" {
		for name := range strings.SplitSeq(o.problems, ",") {
			s, err := findSet(name)
			if err != nil {
				return nil, err
			}
			chosen = append(chosen, s)
		}
		return chosen, nil
	}
	for _, s := range sets {
		if !o.quick || s.quick {
			chosen = append(chosen, s)
		}
	}
	return chosen, nil
}

func (o *options) wants(pe *peer) bool {
	return pe.ours || o.peers == "" || slices.ContainsFunc(strings.Split(o.peers, ","), func(s string) bool {
		return strings.HasPrefix(strings.ToLower(pe.name), strings.ToLower(s))
	})
}

// write writes the documents: of a whole run and its amendments in docs, of any
// other in out.
func (o *options) write(res *results, home string) error {
	for i := range res.Problems { // pictures are of the first round
		for j := range res.Problems[i].Runs {
			if r := &res.Problems[i].Runs[j]; r.Round > 1 && len(r.Points) > 0 {
				r.Points = r.Points[len(r.Points)-1:]
			}
		}
	}
	document, data := filepath.Join(home, "out", "BENCHMARKS.md"), filepath.Join(home, "out", "bench")
	if o.amend || !o.quick && o.problems == "" && o.peers == "" {
		docs := filepath.Join(home, "..", "docs")
		document, data = filepath.Join(docs, "BENCHMARKS.md"), filepath.Join(docs, "bench")
	}
	if err := os.MkdirAll(data, 0o755); err != nil {
		return err
	}
	raw, err := json.Marshal(res)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(data, "results.json"), append(raw, '\n'), 0o644); err != nil {
		return err
	}
	return writeReport(res, document, data)
}

// rewrite writes the report of earlier results again.
func rewrite(path, data string) error {
	res, err := readResults(path)
	if err != nil {
		return err
	}
	return writeReport(res, filepath.Join(data, "..", "BENCHMARKS.md"), data)
}

func readResults(path string) (*results, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var res results
	if err := json.Unmarshal(raw, &res); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return &res, nil
}

var start = time.Now()

func progress(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "%4.0f s  %s\n", time.Since(start).Seconds(), fmt.Sprintf(format, args...))
}
