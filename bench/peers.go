package main

import (
	"fmt"
	"os/exec"
	"strconv"
	"strings"
)

// A peer is one way to fit a problem.
type peer struct {
	name string
	what string // for the reader of the report, where the name does not say it
	ours bool
	// share of a set's time limit that the peer gets: all for the solvers that
	// can use it.
	share float64
	// other is what its objective is, where that is not everyone's.
	other string
	// needs names the tool that must be installed.
	needs string
	// skip says why the peer is left out of a problem; empty to run it.
	skip func(p *problem, v *versions) string
	// command is the program to run and its arguments.
	command func(b *bench, p *problem, out string, limit float64) []string
}

const (
	needsSklearn   = "scikit-learn"
	needsTorch     = "PyTorch"
	needsGlmnet    = "glmnet"
	needsNnet      = "nnet"
	needsLiblinear = "liblinear-train"
)

// Names of peers that the report treats apart.
const (
	curve   = "softmax"
	certain = "softmax, default"
)

var peers = []peer{
	{name: curve, what: "to --tol 1e-6, watched on the way", ours: true, share: 1, command: self("curve")},
	{name: certain, what: "Config{}: ends when 1e-4 is proved", ours: true, share: 1, command: self("default")},
	{name: "softmax sgd", what: "the textbook's loop, 10 epochs", ours: true, share: 1, command: self("sgd")},
	{name: "scikit-learn lbfgs", share: 1, needs: needsSklearn, command: python("sklearn_fit.py", "lbfgs")},
	{name: "scikit-learn newton-cg", share: 1, needs: needsSklearn, command: python("sklearn_fit.py", "newton-cg")},
	{name: "scikit-learn newton-cg float32", share: 1, needs: needsSklearn, command: python("sklearn_fit.py", "newton-cg float32")},
	{
		name: "scikit-learn newton-cholesky", share: 0.4, needs: needsSklearn, command: python("sklearn_fit.py", "newton-cholesky"),
		skip: func(p *problem, v *versions) string {
			switch {
			case v.sklearnBefore(1, 6) && p.Classes > 2:
				return "more than two classes need scikit-learn 1.6"
			case p.Features*p.Classes > 2500:
				return "the Hessian has " + strconv.Itoa((p.Features+1)*p.Classes) + " rows and columns"
			}
			return ""
		},
	},
	{name: "scikit-learn saga", share: 0.4, needs: needsSklearn, command: python("sklearn_fit.py", "saga")},
	{name: "PyTorch sgd", what: "the textbook's loop, 10 epochs, float32", share: 1, needs: needsTorch, command: python("torch_fit.py", "sgd")},
	{name: "PyTorch LBFGS", what: "all rows, float32", share: 0.4, needs: needsTorch, command: python("torch_fit.py", "lbfgs")},
	{
		name: "glmnet", what: "alpha = 0, along a path of 20 lambdas", share: 0.4, needs: needsGlmnet, command: rscript("glmnet_fit.R"),
		skip: func(p *problem, _ *versions) string { return tooLarge(p, 2e8, "coordinate descent over dense columns") },
	},
	{
		name: "nnet", what: "the optimiser of multinom(), decay on weights only", share: 0.4, needs: needsNnet, command: rscript("nnet_fit.R"),
		skip: func(p *problem, _ *versions) string {
			return tooLarge(p, 2e8, "BFGS with a dense matrix of "+strconv.Itoa((p.Features+1)*p.Classes)+" rows and columns")
		},
	},
	{
		name: "LIBLINEAR -s 0", share: 0.4, other: "one-vs-rest, penalised intercepts", needs: needsLiblinear,
		skip: func(p *problem, _ *versions) string {
			return tooLarge(p, 2e8, "one dense fit after the other for "+strconv.Itoa(p.Classes)+" classes")
		},
		command: func(b *bench, p *problem, out string, _ float64) []string {
			return []string{b.program, "child", "liblinear", p.folder, out}
		},
	},
	{
		name: "gonum LBFGS", what: "by hand: two matrix products, optimize.LBFGS", share: 0.4,
		command: func(b *bench, p *problem, out string, limit float64) []string {
			return []string{b.program, "child", "gonum", p.folder, out, seconds(limit)}
		},
	},
}

// tooLarge is the reason to leave out a peer that has no chance within the
// limit, by the multiplications of an evaluation.
func tooLarge(p *problem, most float64, why string) string {
	if float64(p.Rows)*float64(p.Features)*float64(p.Classes) <= most {
		return ""
	}
	return why + " is expected to end far outside the limit"
}

func self(variant string) func(*bench, *problem, string, float64) []string {
	return func(b *bench, p *problem, out string, limit float64) []string {
		return []string{b.program, "child", "self", p.Name, out, variant, seconds(limit)}
	}
}

func python(script, variant string) func(*bench, *problem, string, float64) []string {
	return func(b *bench, p *problem, out string, limit float64) []string {
		return []string{b.python, b.script(script), variant, p.folder, out, seconds(limit)}
	}
}

func rscript(script string) func(*bench, *problem, string, float64) []string {
	return func(b *bench, p *problem, out string, limit float64) []string {
		return []string{"Rscript", "--vanilla", b.script(script), p.folder, out, seconds(limit)}
	}
}

func seconds(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// versions are those of what is installed; empty where something is not.
type versions struct {
	Go, Softmax                                   string
	Numpy, Scipy, Sklearn, Torch, Glmnet, Nnet, R string
	Liblinear                                     string
	Pools                                         []string // of threads: BLAS and OpenMP
}

func (v *versions) has(tool string) bool {
	switch tool {
	case needsSklearn:
		return v.Sklearn != ""
	case needsTorch:
		return v.Torch != ""
	case needsGlmnet:
		return v.Glmnet != ""
	case needsNnet:
		return v.Nnet != ""
	case needsLiblinear:
		return v.Liblinear != ""
	}
	return true
}

func (v *versions) sklearnBefore(major, minor int) bool {
	var a, b int
	fmt.Sscanf(v.Sklearn, "%d.%d", &a, &b) // a version of another form counts as old
	return a < major || a == major && b < minor
}

func (b *bench) findVersions() versions {
	var v versions
	v.Go = firstLine("go", "version")
	v.Softmax = firstLine(b.softmax, "version")
	var py struct {
		Numpy, Scipy, Sklearn, Torch string
		Pools                        []string
	}
	if err := b.runJSON(&py, b.python, b.script("versions.py")); err == nil {
		v.Numpy, v.Scipy, v.Sklearn, v.Torch, v.Pools = py.Numpy, py.Scipy, py.Sklearn, py.Torch, py.Pools
	}
	if _, err := exec.LookPath("Rscript"); err == nil {
		v.R = firstLine("Rscript", "--vanilla", "-e", "cat(R.version.string)")
		v.Glmnet = firstLine("Rscript", "--vanilla", "-e", `if (requireNamespace("glmnet", quietly = TRUE)) cat(as.character(packageVersion("glmnet")))`)
		v.Nnet = firstLine("Rscript", "--vanilla", "-e", `if (requireNamespace("nnet", quietly = TRUE)) cat(as.character(packageVersion("nnet")))`)
	}
	if _, err := exec.LookPath("liblinear-train"); err == nil {
		v.Liblinear = "installed"
		if s := firstLine("dpkg-query", "-W", "-f", "${Version}", "liblinear-tools"); s != "" {
			v.Liblinear = s
		}
	}
	return v
}

func firstLine(name string, args ...string) string {
	out, err := exec.Command(name, args...).Output()
	if err != nil {
		return ""
	}
	line, _, _ := strings.Cut(string(out), "\n")
	return strings.TrimSpace(line)
}
