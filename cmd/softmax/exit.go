package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"example.com/softmax"
)

// The exit codes, which scripts may rely on.
const (
	exitDone        = 0
	exitFailed      = 1   // stderr says what, where, and what to do
	exitUsage       = 2   // wrong verb, flag or argument
	exitInterrupted = 130 // 128 + SIGINT, as shells have it; the model so far, if there is one, is saved
)

// A usageError is a mistake in the command line.
type usageError struct {
	message string
	verb    string // whose --help to point to
}

func (e *usageError) Error() string { return e.message }

func usagef(format string, args ...any) error {
	return &usageError{message: fmt.Sprintf(format, args...)}
}

// errInterrupted ends a run that was interrupted and has said so.
var errInterrupted = errors.New("interrupted")

// interruptible is a context that a signal ends. A second signal ends the
// program at once, as if none were caught.
func interruptible() (ctx context.Context, stop context.CancelFunc) {
	ctx, stop = signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	return ctx, stop
}

// exit reports err and returns the exit code.
func exit(err error, out *output) int {
	var usage *usageError
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, errInterrupted):
		return exitInterrupted
	case errors.As(err, &usage):
		out.errorf("%v", err)
		command := "softmax"
		if usage.verb != "" {
			command += " " + usage.verb
		}
		fmt.Fprintf(out.stderr, "'%s --help' says more.\n", command)
		return exitUsage
	}
	out.errorf("%v", err)
	if errors.Is(err, softmax.ErrConfig) {
		return exitUsage
	}
	return exitFailed
}
