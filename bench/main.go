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

	Operations []comparison `json:"operations"`
	Jobs       []job        `json:"jobs"`
}

type problemResult struct {
	problem
	What    string  `json:"what"`
	Limit   float64 `json:"limit_seconds"`
	Optimum float64 `json:"optimum"`
	// Open is the share of the optimum that its certificate leaves open; -1
	// if it has none.
	Open float64 `json:"open"`
	Runs []run   `json:"runs"`
}

type options struct {
	problems, peers string
	repeats         int
	quick, big      bool
	report          string
}

// repeatBelow is the time of a first fit, in seconds, up to which the fit is
// repeated.
const repeatBelow = 3

func measure(args []string) error {
	var o options
	f := flag.NewFlagSet("bench/run", flag.ContinueOnError)
	f.StringVar(&o.problems, "problems", "", "comma-separated data sets; empty: all but the big ones")
	f.StringVar(&o.peers, "peers", "", "comma-separated beginnings of peers' names; empty: all; ours always run")
	f.IntVar(&o.repeats, "repeats", 0, "rounds (3; 1 with --quick); a fit of more than 3 s is made once")
	f.BoolVar(&o.quick, "quick", false, "small data sets, short limits")
	f.BoolVar(&o.big, "big", false, "the large generated sets too")
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
	if o.report != "" {
		return rewrite(o.report, filepath.Dir(o.report))
	}
	if o.repeats == 0 {
		o.repeats = 3
		if o.quick {
			o.repeats = 1
		}
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
	for _, s := range chosen {
		if err := b.measureSet(res, s, &o); err != nil {
			progress("%s: %v", s.name, err)
			res.Faults = append(res.Faults, fmt.Sprintf("%s: %v", s.name, err))
		}
	}
	res.Seconds = time.Since(began).Seconds()
	return o.write(res, home)
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
		if (!o.quick || s.quick) && (o.big || !s.big) {
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

// measureSet measures everything on one set.
func (b *bench) measureSet(res *results, s *set, o *options) error {
	progress("%s: reading", s.name)
	p, err := prepare(s, b.work)
	if err != nil {
		return err
	}
	limit := s.limit
	if o.quick {
		limit = min(limit, 3)
	}
	progress("%s: the optimum", s.name)
	open, err := b.findOptimum(p, 2*s.limit)
	if err != nil {
		return err
	}
	r := problemResult{problem: *p, What: s.what, Limit: limit, Optimum: p.optimum, Open: open}
	seen := map[string]bool{}
	for round := 1; round <= o.repeats; round++ {
		for i := range peers {
			pe := &peers[i]
			if !o.wants(pe) || seen[pe.name] {
				continue
			}
			if why := pe.leaveOut(p, &res.Versions); why != "" {
				seen[pe.name] = true
				r.Runs = append(r.Runs, run{Peer: pe.name, Round: round, Skipped: why})
				continue
			}
			progress("%s: %s, round %d", s.name, pe.name, round)
			fit := b.fit(p, pe, limit*pe.share, round)
			seen[pe.name] = fit.Failed != "" || fit.Cut || fit.end() == nil || fit.end().Seconds > repeatBelow
			r.Runs = append(r.Runs, fit)
		}
	}
	r.problem.train, r.problem.test = part{}, part{} // the report needs only the shape
	res.Problems = append(res.Problems, r)
	return b.measureRest(res, s, p, o)
}

// measureRest compares single operations and whole programs, where the set
// has the form for it.
func (b *bench) measureRest(res *results, s *set, p *problem, o *options) error {
	if !res.Versions.has(needsSklearn) {
		return nil
	}
	if s.operations || o.quick && s.name == "digits8x8" {
		progress("%s: single operations", s.name)
		budget := 3.
		if o.quick {
			budget = 0.3
		}
		c, err := b.compareOperations(p, budget)
		if err != nil {
			return fmt.Errorf("single operations: %w", err)
		}
		res.Operations = append(res.Operations, *c)
	}
	if s.job {
		progress("%s: whole programs", s.name)
		jobs, err := b.jobs(p, s.images)
		if err != nil {
			return fmt.Errorf("whole programs: %w", err)
		}
		res.Jobs = append(res.Jobs, jobs...)
	}
	return nil
}

// leaveOut is the reason not to run a peer; empty to run it.
func (pe *peer) leaveOut(p *problem, v *versions) string {
	if !v.has(pe.needs) {
		return pe.needs + " is not installed"
	}
	if pe.skip != nil {
		return pe.skip(p, v)
	}
	return ""
}

// write writes the documents: of a whole run in docs, of any other in out.
func (o *options) write(res *results, home string) error {
	document, data := filepath.Join(home, "out", "BENCHMARKS.md"), filepath.Join(home, "out", "bench")
	if !o.quick && o.problems == "" && o.peers == "" {
		docs := filepath.Join(home, "..", "docs")
		document, data = filepath.Join(docs, "BENCHMARKS.md"), filepath.Join(docs, "bench")
	}
	if err := os.MkdirAll(data, 0o755); err != nil {
		return err
	}
	raw, err := json.MarshalIndent(res, "", " ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(data, "results.json"), append(raw, '\n'), 0o644); err != nil {
		return err
	}
	if err := writeReport(res, document, data); err != nil {
		return err
	}
	progress("%s", document)
	return nil
}

// rewrite writes the report of earlier results again.
func rewrite(path, data string) error {
	raw, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var res results
	if err := json.Unmarshal(raw, &res); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return writeReport(&res, filepath.Join(data, "..", "BENCHMARKS.md"), data)
}

var start = time.Now()

func progress(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "%4.0f s  %s\n", time.Since(start).Seconds(), fmt.Sprintf(format, args...))
}
