package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"example.com/softmax/dataset"
	"example.com/softmax/internal/atomicfile"
	"example.com/softmax/lab"
	"github.com/spf13/cobra"
)

const labHelp = `Runs an experiment about softmax regression and tells what it found, in words,
numbers and a picture: each puts sentences of a textbook chapter to the test. Without
NAME the experiments are listed; "all" runs them all, which takes minutes.

Experiments run on the sample, or on the DATA of --data.

` + dataHelp

func newLab(in *reader, out *output) *cobra.Command {
	l := &laboratory{in: in, out: out}
	c := newVerb("lab [NAME|all]", "run an experiment about the subject", labHelp, 0, 1, l.run)
	f := c.Flags()
	choiceVar(c, &l.lang, "lang", "language; auto: what $LC_ALL, $LC_MESSAGES or $LANG says", auto, string(lab.English), string(lab.Chinese))
	f.StringVar(&l.data, "data", "", "`DATA` to run on")
	f.BoolVar(&l.json, "json", false, "print the numbers as one JSON object")
	f.StringVar(&l.picture, "picture", "", "draw the result: `FILE`.png or .svg; with all, a directory for NAME.svg")
	f.Uint64Var(&l.options.Seed, "seed", 0, "the seed `N` of everything random")
	return c
}

// A laboratory is one run of the verb lab.
type laboratory struct {
	in      *reader
	out     *output
	lang    string
	data    string
	json    bool
	picture string
	options lab.Options
}

const allExperiments = "all"

// labWidth is the width of text in columns.
const labWidth = 80

func (l *laboratory) run(args []string) error {
	if l.lang == auto {
		l.lang = string(language(os.Getenv))
	}
	if len(args) == 0 {
		return l.list()
	}
	all := args[0] == allExperiments
	chosen := lab.Experiments()
	if !all {
		e, err := lab.Find(args[0])
		if err != nil {
			names := []string{allExperiments}
			for _, e := range chosen {
				names = append(names, e.Name)
			}
			return usagef("%q is no experiment of the lab%s", args[0], didYouMean(args[0], names))
		}
		chosen = []lab.Experiment{e}
	}
	if err := l.checkPicture(all); err != nil {
		return err
	}
	if err := l.read(); err != nil {
		return err
	}
	results, err := l.perform(chosen, all)
	switch {
	case err != nil:
		return err
	case l.json && all:
		err = l.out.json(results)
	case l.json:
		err = l.out.json(results[args[0]])
	}
	if failed := len(chosen) - len(results); err == nil && failed > 0 {
		err = fmt.Errorf("%d of %d experiments could not run", failed, len(chosen))
	}
	return err
}

// perform runs experiments and returns their results by name. Each is shown
// when it is done, unless JSON is wanted. Of all, those that cannot use the
// data are passed over.
func (l *laboratory) perform(chosen []lab.Experiment, all bool) (map[string]*lab.Result, error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// A second signal ends the program at once, as if none were caught.
	context.AfterFunc(ctx, stop)
	results := make(map[string]*lab.Result)
	for _, e := range chosen {
		r, err := e.Run(ctx, l.options)
		switch {
		case ctx.Err() != nil:
			fmt.Fprintln(l.out.stderr, "softmax: interrupted")
			return nil, errInterrupted
		case err != nil && !all:
			return nil, err
		case err != nil:
			l.out.errorf("%v", err)
			continue
		}
		if err := l.draw(e.Name, r, all); err != nil {
			return nil, err
		}
		if !l.json {
			if len(results) > 0 {
				l.out.printf("\n")
			}
			text, err := r.Text(lab.Lang(l.lang), labWidth)
			if err != nil {
				return nil, err
			}
			l.out.printf("%s", text)
			if err := l.out.flush(); err != nil {
				return nil, err
			}
		}
		results[e.Name] = r
	}
	return results, nil
}

// list shows the experiments there are.
func (l *laboratory) list() error {
	if l.picture != "" || l.data != "" {
		return usagef("which experiment? 'softmax lab' lists them")
	}
	type entry struct {
		Name  string `json:"name"`
		About string `json:"about"`
	}
	var entries []entry
	for _, e := range lab.Experiments() {
		about, err := e.About(lab.Lang(l.lang))
		if err != nil {
			return err
		}
		entries = append(entries, entry{e.Name, about})
	}
	if l.json {
		return l.out.json(entries)
	}
	for _, e := range entries {
		l.out.printf("%-12s%s\n", e.Name, e.About)
	}
	return nil
}

// read reads the data of --data.
func (l *laboratory) read() error {
	if l.data == "" {
		return nil
	}
	s, err := l.in.find(l.data, formatAuto)
	if err != nil {
		return err
	}
	if s.training() == nil {
		return fmt.Errorf("%s: it has no training part", s.name)
	}
	train, err := s.training()(layout{format: formatAuto})
	if err != nil {
		return err
	}
	l.options.Train = l.complete(train)
	if s.test != nil {
		test, err := s.test(layout{format: formatAuto})
		if err != nil {
			return err
		}
		l.options.Test = l.complete(test)
		return nil
	}
	if all := l.options.Train; all.Label != nil {
		kept, held := split(all.Label, 0.2, l.options.Seed)
		l.options.Train, l.options.Test = all.Subset(kept), all.Subset(held)
		l.out.notef("%s: %s drawn at random are the test data", s.name, plural(len(held), "row", "rows"))
	}
	return nil
}

// complete leaves out the rows that experiments cannot use.
func (l *laboratory) complete(t *table) *dataset.Dataset {
	var rows []int
	for i := range t.Rows() {
		if complete(t.Dataset, i) && (t.Label == nil || t.Label.Codes[i] >= 0) {
			rows = append(rows, i)
		}
	}
	if n := t.Rows() - len(rows); n > 0 {
		l.out.notef("%s: %s with a missing value or no label are left out", t.Source, plural(n, "row", "rows"))
		return t.Subset(rows)
	}
	return t.Dataset
}

// checkPicture finds out early what would keep pictures from being written.
func (l *laboratory) checkPicture(all bool) error {
	switch {
	case l.picture == "":
		return nil
	case all:
		if info, err := os.Stat(l.picture); err != nil || !info.IsDir() {
			return usagef("--picture %s: with all experiments it is a directory, and there is none of this name", l.picture)
		}
		return nil
	case l.lang == string(lab.Chinese) && strings.EqualFold(filepath.Ext(l.picture), ".png"):
		return usagef("--picture %s: Chinese text needs an .svg file", l.picture)
	}
	return checkPicture(l.picture)
}

func (l *laboratory) draw(name string, r *lab.Result, all bool) error {
	path := l.picture
	switch {
	case path == "":
		return nil
	case all:
		path = filepath.Join(path, name+".svg")
	}
	return atomicfile.Write(path, 0o644, func(w io.Writer) error {
		return r.WritePicture(w, filepath.Ext(path), lab.Lang(l.lang))
	})
}

// language is what the environment asks for, as POSIX has it.
func language(getenv func(string) string) lab.Lang {
	if strings.HasPrefix(cmp.Or(getenv("LC_ALL"), getenv("LC_MESSAGES"), getenv("LANG")), "zh") {
		return lab.Chinese
	}
	return lab.English
}
