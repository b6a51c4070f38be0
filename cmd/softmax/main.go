// Command softmax trains, scores, runs and shows softmax-regression models.
//
// The files, one concept each: main.go joins the verbs, usage.go has flags and
// help, output.go what goes to which stream, exit.go the exit codes; set.go finds
// what DATA stands for, formats.go knows the forms of files, table.go the roles
// of columns, stream.go reads; train.go, cv.go, evaluate.go, predict.go, inspect.go,
// lab.go, data.go, describe.go, convert.go and version.go are the verbs.
package main

import (
	"io"
	"os"

	"github.com/spf13/cobra"
)

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// run is the program: it returns the exit code.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	out := newOutput(stdout, stderr)
	in := &reader{stdin: stdin, out: out}
	root := &cobra.Command{
		Use:   "softmax",
		Short: "Trains, scores, runs and shows softmax-regression models (multinomial logistic regression).",
		Long:  rootHelp,
	}
	root.AddCommand(
		newTrain(in, out),
		newEvaluate(in, out),
		newPredict(in, out),
		newCV(in, out),
		newInspect(out),
		newLab(in, out),
		newData(in, out),
		newConvert(in, out),
		newImport(in, out),
		newVersion(out),
	)
	prepareRoot(root, out)
	root.SetArgs(args)
	err := root.Execute()
	if flushErr := out.flush(); err == nil {
		err = flushErr
	}
	return exit(err, out)
}
