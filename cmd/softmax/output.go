package main

// The manners of all verbs:
//
//   - stdout carries data and nothing else: predictions, JSON, the summary of a
//     training, scores. It is buffered, and a failure to write it is a failure.
//   - stderr carries everything else: errors, warnings, notes, progress.
//   - Progress is drawn only on a terminal, and leaves no trace.
//   - Colour is used only on a terminal, and not if NO_COLOR is set to anything
//     (https://no-color.org) or TERM is dumb.
//   - --quiet leaves errors and the data asked for.

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/term"
)

type output struct {
	stdout   *bufio.Writer
	stderr   io.Writer
	terminal bool // stderr is one
	color    bool
	quiet    bool
}

func newOutput(stdout, stderr io.Writer) *output {
	o := &output{stdout: bufio.NewWriter(stdout), stderr: stderr}
	if f, ok := stderr.(*os.File); ok {
		o.terminal = term.IsTerminal(int(f.Fd()))
	}
	o.color = o.terminal && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	return o
}

func (o *output) errorf(format string, args ...any) { o.say("error", "31", format, args) }

func (o *output) warnf(format string, args ...any) {
	if !o.quiet {
		o.say("warning", "33", format, args)
	}
}

func (o *output) notef(format string, args ...any) {
	if !o.quiet {
		o.say("note", "", format, args)
	}
}

// say writes a message after a word, which has an ANSI colour.
func (o *output) say(word, color, format string, args []any) {
	if o.color && color != "" {
		word = "\x1b[" + color + "m" + word + "\x1b[0m"
	}
	fmt.Fprintf(o.stderr, "softmax: %s: %s\n", word, fmt.Sprintf(format, args...))
}

// printf writes data.
func (o *output) printf(format string, args ...any) { fmt.Fprintf(o.stdout, format, args...) }

// json writes one object as data.
func (o *output) json(v any) error {
	e := json.NewEncoder(o.stdout)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

func (o *output) flush() error {
	if err := o.stdout.Flush(); err != nil {
		return outputError(err)
	}
	return nil
}

func outputError(err error) error {
	if p := (*fs.PathError)(nil); errors.As(err, &p) {
		err = p.Err
	}
	return fmt.Errorf("cannot write to standard output: %w", err)
}

// A number is null in JSON where it is not a finite number.
type number float64

func (n number) MarshalJSON() ([]byte, error) {
	if v := float64(n); math.IsNaN(v) || math.IsInf(v, 0) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(n))
}

// count writes a number of things with separators between thousands.
func count(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// plural is count with the noun that fits.
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return count(n) + " " + many
}

// list writes the first few of the names.
func list(names []string) string {
	const most = 10
	s := strings.Join(printables(slices.Clone(names[:min(most, len(names))])), ", ")
	if len(names) > most {
		s += fmt.Sprintf(" and %s more", count(len(names)-most))
	}
	return s
}

// printables are the names as a terminal may have them.
func printables(names []string) []string {
	for i, name := range names {
		names[i] = printable(name)
	}
	return names
}

// printable quotes a name that would do something to a terminal.
func printable(name string) string {
	if strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return strconv.Quote(name)
	}
	return name
}
