package train

import (
	"fmt"

	"example.com/softmax/internal/kernel"
	"example.com/softmax/internal/objective"
)

// choose names the solver for a problem's shape, and the reason in words. This
// is the one place where that is decided; docs/KERNELS.md has the measurements.
func choose(p Problem, opt Options) (solver, reason string) {
	if opt.Solver != "" {
		return opt.Solver, "asked for"
	}
	if !p.Smooth() {
		return SolverProximal, "the penalty has corners: Newton's method with coordinate descent on the weights that are not 0, or may not stay so"
	}
	parameters := (p.X.D() + 1) * p.K
	if parameters <= newtonMost {
		return SolverNewton, fmt.Sprintf("%d parameters: the full Hessian is cheap", parameters)
	}
	if p.X.S != nil && p.X.D() > gramMost && p.X.N()*p.K <= probabilitiesMost {
		how := "Newton's equations by conjugate gradients"
		if objective.CanAscend(p.Problem) {
			how = "dual coordinate ascent, then " + how
		}
		return SolverNewtonCG, fmt.Sprintf("%d parameters of %d features, most of them sparse: %s", parameters, p.X.D(), how)
	}
	how := "the diagonal of Gram matrix (x) mean curvature"
	switch {
	case wholePays(p.Problem, opt.Level):
		how = "Hessians of all rows"
	case p.X.D() <= gramMost:
		how = "Hessians of a sample of the rows"
	}
	return SolverLBFGS, fmt.Sprintf("%d parameters, %d features: L-BFGS preconditioned by %s", parameters, p.X.D(), how)
}

// wholePays reports whether the Hessian that preconditions L-BFGS is made of all
// rows: a sample misses what is rare in them. Its cost grows with the rows as that
// of a pass does, and with the square of the parameters.
func wholePays(p objective.Problem, level kernel.Level) bool {
	passes := wholePasses
	if level == kernel.Generic || p.X.V.D == 0 {
		passes /= 6 // products of float32 matrices are slower by more than passes are
	}
	_, dual := p.Loss.(objective.Dual)
	return dual && (p.X.D()+1)*p.Free() <= wholeMost && p.FullWork() <= passes*p.Work()
}

const (
	newtonMost = 64 // parameters up to which the full Hessian at every step is best

	wholeMost   = 800 // parameters up to which the factor of a Hessian is a trifle
	wholePasses = 90. // passes, as Work counts them, that a Hessian of all rows is worth; by the clock about a fifth of that

	probabilitiesMost = 1 << 28 // numbers that Newton-CG keeps of all rows, and
	pairsMost         = 1 << 27 // L-BFGS of its steps
)

// memory is how many pairs L-BFGS keeps.
func memory(parameters int) int { return max(5, min(60, pairsMost/(2*parameters))) }

// NewtonLimit is the number of parameters up to which Newton's method can be
// asked for: the partial Hessians of a pass then take half a gigabyte.
const NewtonLimit = 2000
