package main

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

const rootHelp = `Trains, scores, runs and shows softmax-regression models (multinomial logistic
regression).`

const dataHelp = `DATA is
  - a file .csv, .tsv, .jsonl, .svm (LIBSVM), .npz or .npy (NumPy) or .parquet,
    plain or compressed (.gz, .zst). Its label is the column "label", else the
    last one, or what --label says. A .tsv whose first line names neither is a
    collection of texts: label first, text last, \n, \t, \r and \\ for what a line
    cannot hold;
  - several such files, or a pattern in quotes such as "day-*.csv", whose rows
    make one set;
  - a directory: an IDX image set (train-images-idx3-ubyte and the like, t10k for
    the test part), train.csv and test.csv, or a directory of .png and .jpg files
    for each class;
  - "-" for standard input, with --format;
  - a known name: sample (6,000 images of Fashion-MNIST) and penguins are built
    in; others, such as fashion-mnist, are directories of that name in
    $SOFTMAX_DATA, in the softmax folder of the user's cache directory, or in
    /usr/share/datasets (Debian's dataset-fashion-mnist). 'softmax data list'
    shows them, 'softmax data fetch' downloads some.
What exists as a path is not taken for a name.`

// many is a number of arguments without a limit.
const many = 1 << 30

// newVerb makes a command that takes least to most arguments.
func newVerb(use, short, long string, least, most int, run func(args []string) error) *cobra.Command {
	c := &cobra.Command{Use: use, Short: short, Long: long, Args: cobra.ArbitraryArgs}
	all := c.Flags().Bool("help-all", false, "show all flags")
	c.RunE = func(c *cobra.Command, args []string) error {
		if *all {
			c.Flags().VisitAll(func(f *pflag.Flag) { f.Hidden = f.Name == "help-all" })
			return c.Help()
		}
		var err error
		switch arguments, _, _ := strings.Cut(strings.TrimPrefix(use, c.Name()+" "), " ["); {
		case len(args) < least:
			err = usagef("%s needs %s", verbPath(c), arguments)
		case len(args) > most:
			err = usagef("%s does not know what to do with %q: is it the value of a flag, or a name with blanks to be quoted?", verbPath(c), args[most])
		default:
			err = run(args)
		}
		return inVerb(err, c)
	}
	return c
}

// inVerb notes in a usage error where it happened.
func inVerb(err error, c *cobra.Command) error {
	var usage *usageError
	if errors.As(err, &usage) && c.HasParent() {
		usage.verb = verbPath(c)
	}
	return err
}

// verbPath names a verb with those above it: "data list".
func verbPath(c *cobra.Command) string {
	return strings.TrimPrefix(c.CommandPath(), c.Root().Name()+" ")
}

// rare keeps flags out of --help; --help-all shows them.
func rare(c *cobra.Command, names ...string) {
	for _, name := range names {
		c.Flags().Lookup(name).Hidden = true
	}
}

func prepareRoot(root *cobra.Command, out *output) {
	root.SilenceErrors, root.SilenceUsage = true, true
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetOut(out.stdout)
	root.SetErr(out.stderr)
	root.SetHelpFunc(func(c *cobra.Command, _ []string) { fmt.Fprint(c.OutOrStdout(), helpText(c)) })
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error { return inVerb(flagError(c, err), c) })
	root.Args = cobra.ArbitraryArgs
	root.RunE = func(c *cobra.Command, args []string) error {
		if len(args) == 0 {
			fmt.Fprint(out.stderr, helpText(c))
			return usagef("which verb?")
		}
		return usagef("%q is no verb of softmax%s", args[0], didYouMean(args[0], verbs(c)))
	}
}

func verbs(root *cobra.Command) (names []string) {
	for _, c := range root.Commands() {
		if c.IsAvailableCommand() {
			names = append(names, c.Name())
		}
	}
	return names
}

func helpText(c *cobra.Command) string {
	var b strings.Builder
	if !c.HasParent() {
		fmt.Fprintf(&b, "%s\n\nUsage:\n", c.Long)
		writeVerbs(&b, c)
		b.WriteString("\nTry:\n  softmax train\n  softmax evaluate model.onnx sample --pictures mistakes.png\n")
		fmt.Fprintf(&b, "\n%s\n\n'softmax VERB --help' says more of a verb.\n", dataHelp)
		return b.String()
	}
	fmt.Fprintf(&b, "%s\n\nUsage:\n", c.Long)
	if c.HasAvailableSubCommands() {
		writeVerbs(&b, c)
		return b.String()
	}
	fmt.Fprintf(&b, "  %s %s\n\nFlags:\n%s", c.Parent().CommandPath(), c.Use, c.LocalFlags().FlagUsagesWrapped(100))
	hidden := false
	c.Flags().VisitAll(func(f *pflag.Flag) { hidden = hidden || f.Hidden && f.Name != "help-all" })
	if hidden {
		fmt.Fprintf(&b, "\n'softmax %s --help-all' shows all flags.\n", verbPath(c))
	}
	return b.String()
}

// writeVerbs writes a line for each verb of c.
func writeVerbs(b *strings.Builder, c *cobra.Command) {
	for _, verb := range c.Commands() {
		if verb.IsAvailableCommand() && verb.Name() != "help" {
			fmt.Fprintf(b, "  %-32s %s\n", c.CommandPath()+" "+verb.Use, verb.Short)
		}
	}
}

// namesElsewhere are the flags of other programs for what ours do.
var namesElsewhere = map[string]string{
	"--lambda": "--l2", "--alpha": "--l2", "--penalty": "--l2", "--reg": "--l2",
	"--learning-rate": "--lr", "--eta": "--lr", "--batch-size": "--batch", "--max-iterations": "--max-iter",
	"--output": "--out", "--model": "--out", "--target": "--label", "--sep": "--delimiter", "--separator": "--delimiter",
}

// flagError says what is wrong with a flag, and which was meant.
func flagError(c *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var value *pflag.InvalidValueError
	switch {
	case errors.As(err, &unknown):
		if unknown.GetSpecifiedShortnames() != "" {
			return usagef("unknown flag -%s", unknown.GetSpecifiedName())
		}
		var names []string
		c.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, "--"+f.Name) })
		wrong := "--" + unknown.GetSpecifiedName()
		if here := namesElsewhere[wrong]; slices.Contains(names, here) {
			return usagef("unknown flag %s; here it is %s", wrong, here)
		}
		return usagef("unknown flag %s%s", wrong, didYouMean(wrong, names))
	case errors.As(err, &value):
		reason := value.Unwrap()
		var syntax *strconv.NumError
		if errors.As(reason, &syntax) {
			reason = fmt.Errorf("it must be a number, and in range")
		}
		return usagef("--%s %s: %v", value.GetFlag().Name, value.GetValue(), reason)
	}
	return usagef("%v", err)
}

// A choice is the value of a flag that is one of a few words. The first of them is
// the default, and leaves the value empty.
type choice[T ~string] struct {
	value   *T
	allowed []T
}

func choiceVar[T ~string](c *cobra.Command, value *T, name, usage string, allowed ...T) {
	c.Flags().Var(&choice[T]{value, allowed}, name, usage)
}

func (c *choice[T]) String() string { return string(cmp.Or(*c.value, c.allowed[0])) }
func (c *choice[T]) Type() string   { return strings.Join(c.words(), "|") }

func (c *choice[T]) words() (words []string) {
	for _, w := range c.allowed {
		words = append(words, string(w))
	}
	return words
}

func (c *choice[T]) Set(s string) error {
	at := slices.Index(c.words(), s)
	switch {
	case at < 0:
		return fmt.Errorf("it must be one of %s%s", strings.Join(c.words(), ", "), didYouMean(s, c.words()))
	case at == 0:
		s = ""
	}
	*c.value = T(s)
	return nil
}
