package main

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

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
	choiceVar(c, &l.lang, "lang", "language; auto: what $LC_ALL, $LC_MESSAGES or $LANG says", auto, lab.English, lab.Chinese)
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
	lang    lab.Lang
	data    string
	json    bool
	picture string
	options lab.Options
}

const allExperiments = "all"

// labWidth is the width of text in columns.
const labWidth = 80

func (l *laboratory) run(args []string) error {
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
	ctx, stop := interruptible()
	defer stop()
	results := make(map[string]*lab.Result)
	for _, e := range chosen {
		r, err := e.Run(ctx, l.options)
		switch {
		case ctx.Err() != nil:
			fmt.Fprintln(l.out.stderr, "softmax: interrupted")
			return errInterrupted
		case err != nil && !all:
			return err
		case err != nil: // all that can use the data
			l.out.errorf("%v", err)
			continue
		}
		if len(results) > 0 && !l.json {
			l.out.printf("\n")
		}
		if err := l.show(e.Name, r, all); err != nil {
			return err
		}
		results[e.Name] = r
	}
	var err error
	if l.json && all {
		err = l.out.json(results)
	} else if l.json {
		err = l.out.json(results[args[0]])
	}
	if failed := len(chosen) - len(results); err == nil && failed > 0 {
		err = fmt.Errorf("%d of %d experiments could not run", failed, len(chosen))
	}
	return err
}

// show draws a result, and tells it at once unless JSON is wanted.
func (l *laboratory) show(name string, r *lab.Result, all bool) error {
	if path := l.picture; path != "" {
		if all {
			path = filepath.Join(path, name+".svg")
		}
		err := atomicfile.Write(path, 0o644, func(w io.Writer) error {
			return r.WritePicture(w, filepath.Ext(path), l.language())
		})
		if err != nil {
			return err
		}
	}
	if l.json {
		return nil
	}
	text, err := r.Text(l.language(), labWidth)
	if err != nil {
		return err
	}
	l.out.printf("%s", text)
	return l.out.flush()
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
		about, err := e.About(l.language())
		if err != nil {
			return err
		}
		entries = append(entries, entry{e.Name, about})
		if !l.json {
			l.out.printf("%-12s%s\n", e.Name, about)
		}
	}
	if l.json {
		return l.out.json(entries)
	}
	return nil
}

// read reads the data of --data.
func (l *laboratory) read() error {
	if l.data == "" {
		return nil
	}
	s, err := l.in.find(&layout{}, l.data)
	if err != nil {
		return err
	}
	training, err := s.training()
	if err != nil {
		return err
	}
	train, err := training.read(layout{})
	if err != nil {
		return err
	}
	l.options.Train = l.complete(train)
	if s.test != nil {
		test, err := s.test.read(layout{})
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
func (l *laboratory) complete(t *dataset.Dataset) *dataset.Dataset {
	var rows []int
	for i := range t.Rows() {
		if t.Complete(i) && (t.Label == nil || t.Label.Codes[i] >= 0) {
			rows = append(rows, i)
		}
	}
	if n := t.Rows() - len(rows); n > 0 {
		l.out.notef("%s: %s with a missing value or no label are left out", t.Source, plural(n, "row", "rows"))
		return t.Subset(rows)
	}
	return t
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
	case l.language() == lab.Chinese && strings.EqualFold(filepath.Ext(l.picture), ".png"):
		return usagef("--picture %s: Chinese text needs an .svg file", l.picture)
	}
	return checkPicture(l.picture)
}

// language is that of --lang, or what the environment asks for, as POSIX has it.
func (l *laboratory) language() lab.Lang {
	if l.lang != "" {
		return l.lang
	}
	if strings.HasPrefix(cmp.Or(os.Getenv("LC_ALL"), os.Getenv("LC_MESSAGES"), os.Getenv("LANG")), "zh") {
		return lab.Chinese
	}
	return lab.English
}
