package main

import (
	"fmt"
	"os/exec"
	"strconv"
	"strings"

	"example.com/softmax"
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
	// core peers also run at the chosen lambda, sparse ones on sparse data.
	core, sparse bool
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
	curve    = "softmax"
	certain3 = "softmax, tol 1e-3"
	certain4 = "softmax, tol 1e-4"
	ourLoop  = "softmax sgd"
	loop     = "PyTorch sgd"
)

// notWorth leaves a peer out without a word; the report's last section says
// which and where.
const notWorth = "-"

// images is the cost from which on the peers that have a float32 form run in
// that alone, which is faster there.
const images = 1e8

var peers = []peer{
	{name: curve, what: "tol 1e-6, watched on the way", ours: true, core: true, sparse: true, share: 1, command: self("curve")},
	{name: certain3, what: "ends when 1e-3 is proved", ours: true, core: true, sparse: true, share: 1, command: self("1e-3")},
	{name: certain4, what: "ends when 1e-4 is proved", ours: true, core: true, sparse: true, share: 1, command: self("1e-4")},
	{name: ourLoop, what: "the textbook's loop, 10 epochs", ours: true, share: 1, skip: notImages, command: self("sgd")},
	{name: "scikit-learn lbfgs", core: true, sparse: true, share: 1, needs: needsSklearn, command: python("sklearn_fit.py", "lbfgs")},
	{name: "scikit-learn newton-cg", core: true, sparse: true, share: 1, needs: needsSklearn, skip: above(images), command: python("sklearn_fit.py", "newton-cg")},
	{name: "scikit-learn newton-cg float32", core: true, sparse: true, share: 1, needs: needsSklearn, command: python("sklearn_fit.py", "newton-cg float32")},
	{
		name: "scikit-learn newton-cholesky", core: true, share: 1, needs: needsSklearn, command: python("sklearn_fit.py", "newton-cholesky"),
		skip: func(p *problem, v *versions) string {
			if v.sklearnBefore(1, 6) && p.Classes > 2 || p.Features*p.Classes > 2500 {
				return notWorth
			}
			return ""
		},
	},
	{name: "scikit-learn saga", sparse: true, share: 0.5, needs: needsSklearn, skip: above(images), command: python("sklearn_fit.py", "saga")},
	{
		name: "scikit-learn saga float32", share: 0.5, needs: needsSklearn, command: python("sklearn_fit.py", "saga float32"),
		skip: func(p *problem, _ *versions) string {
			if p.cost() < images {
				return notWorth
			}
			return tooLarge(p, large, "steps of one row at a time")
		},
	},
	{
		name: "scikit-learn liblinear", what: "its default tolerance", share: 0.5, other: ovr, needs: needsSklearn, command: python("sklearn_fit.py", "liblinear"),
		skip: func(p *problem, _ *versions) string {
			return tooLarge(p, 1e8, "one fit after the other for each class")
		},
	},
	{name: loop, what: "the textbook's loop, 10 epochs, float32", share: 1, needs: needsTorch, skip: notImages, command: python("torch_fit.py", "sgd")},
	{name: "PyTorch LBFGS", what: "all rows, float32", core: true, share: 0.5, needs: needsTorch, command: python("torch_fit.py", "lbfgs")},
	{
		name: "glmnet", what: "alpha = 0, along a path of 20 lambdas", core: true, share: 0.5, needs: needsGlmnet, command: rscript("glmnet_fit.R"),
		skip: func(p *problem, _ *versions) string { return tooLarge(p, 1e8, "coordinate descent over dense columns") },
	},
	{
		name: "nnet", what: "the optimiser of multinom(), decay on weights only", core: true, share: 0.5, needs: needsNnet, command: rscript("nnet_fit.R"),
		skip: func(p *problem, _ *versions) string {
			return tooLarge(p, 1e8, "BFGS with a dense matrix of "+strconv.Itoa((p.Features+1)*p.Classes)+" rows and columns")
		},
	},
	{
		name: "LIBLINEAR -s 0", what: "its default tolerance", share: 0.5, other: ovr, needs: needsLiblinear,
		skip: func(p *problem, _ *versions) string {
			return tooLarge(p, 1e8, "one dense fit after the other for each class")
		},
		command: func(b *bench, p *problem, out string, _ float64) []string {
			return []string{b.program, "child", "liblinear", p.folder, out}
		},
	},
	{
		name: "gonum LBFGS", what: "by hand: two matrix products, optimize.LBFGS", core: true, share: 0.5,
		skip: func(p *problem, _ *versions) string { return tooLarge(p, images, "matrix products in Go") },
		command: func(b *bench, p *problem, out string, limit float64) []string {
			return []string{b.program, "child", "gonum", p.folder, out, seconds(limit)}
		},
	},
}

const ovr = "one-vs-rest, penalised intercepts"

// tooLarge is the reason to leave out a peer that has no chance within the
// limit, by the multiplications of an evaluation.
func tooLarge(p *problem, most float64, why string) string {
	if p.cost() <= most {
		return ""
	}
	return why + ": expected to end far outside the limit"
}

func above(most float64) func(*problem, *versions) string {
	return func(p *problem, _ *versions) string {
		if p.cost() > most {
			return notWorth
		}
		return ""
	}
}

func notImages(p *problem, _ *versions) string {
	if s, err := findSet(p.Name); err == nil && s.images {
		return ""
	}
	return notWorth
}

// limit is the time in seconds that the peer gets of a set's.
func (pe *peer) limit(s *set, limit float64) float64 {
	if l, ok := s.limits[pe.name]; ok {
		return min(l, limit)
	}
	return limit * pe.share
}

func self(variant string) func(*bench, *problem, string, float64) []string {
	return func(b *bench, p *problem, out string, limit float64) []string {
		return []string{b.program, "child", "self", p.folder, out, variant, seconds(limit)}
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
	Kernels                                       []string // ours, the best last
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
	v.Kernels = softmax.Kernels()
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
