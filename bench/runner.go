package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// bench is one run of the benchmark.
type bench struct {
	program string // this executable
	softmax string // the command of the project
	python  string
	home    string // the folder bench
	work    string
}

func (b *bench) script(name string) string { return filepath.Join(b.home, "peers", name) }

// A process is what is known of a program that has ended.
type process struct {
	seconds float64
	memory  int64 // peak resident bytes
	stdout  []byte
	killed  bool // by the time limit
}

// environment is ours without what would change the peers' libraries, and
// with all cores for OpenMP.
func (b *bench) environment() []string {
	var env []string
	for _, e := range os.Environ() {
		switch prefix, _, _ := strings.Cut(e, "_"); prefix {
		case "OPENBLAS", "NVPL", "MKL", "BLIS", "OMP", "GOTO":
		default:
			env = append(env, e)
		}
	}
	return append(env, "OMP_NUM_THREADS="+strconv.Itoa(runtime.NumCPU()), "BENCH_PEERS="+filepath.Join(b.home, "peers"))
}

// run runs a program, at most for limit seconds if that is not 0.
func (b *bench) run(limit float64, args ...string) (*process, error) {
	ctx := context.Background()
	if limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Duration(limit*float64(time.Second)))
		defer cancel()
	}
	c := exec.CommandContext(ctx, args[0], args[1:]...)
	var stdout, stderr bytes.Buffer
	c.Stdout, c.Stderr, c.Env, c.Dir = &stdout, &stderr, b.environment(), b.work
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	c.Cancel = func() error { return syscall.Kill(-c.Process.Pid, syscall.SIGKILL) } // with its children
	start := time.Now()
	err := c.Start()
	if err != nil {
		return &process{}, err
	}
	peak := watchMemory(c.Process.Pid)
	err = c.Wait()
	p := &process{seconds: time.Since(start).Seconds(), memory: peak(), stdout: stdout.Bytes(), killed: ctx.Err() != nil}
	if err != nil && !p.killed {
		lines := strings.Split(strings.TrimSpace(stderr.String()), "\n")
		return p, fmt.Errorf("%s: %w: %s", filepath.Base(args[0]), err, lines[len(lines)-1])
	}
	return p, nil
}

// runJSON runs a program and reads the JSON object that it prints.
func (b *bench) runJSON(v any, args ...string) error {
	p, err := b.run(0, args...)
	if err != nil {
		return err
	}
	return json.Unmarshal(p.stdout, v)
}

// child is what this program does when it runs itself for a measurement.
func child(args []string) error {
	last := func() float64 {
		v, err := strconv.ParseFloat(args[len(args)-1], 64)
		if err != nil {
			panic(err) // we wrote it
		}
		return v
	}
	switch args[0] {
	case "self":
		return fitSelf(args[1], args[2], ours(args[3], last()))
	case "gonum":
		return fitGonum(args[1], args[2], last())
	case "liblinear":
		return fitLiblinear(args[1], args[2])
	case "operations":
		return timeOperations(last())
	}
	return errors.New("no such child: " + args[0])
}
