package train

import "fmt"

// choose names the solver for a problem's shape, and the reason in words. This
// is the one place where that is decided; docs/KERNELS.md has the measurements.
func choose(p Problem, wanted string) (solver, reason string) {
	if wanted != "" {
		return wanted, "asked for"
	}
	parameters := (p.X.D() + 1) * p.K
	if parameters <= newtonMost {
		return SolverNewton, fmt.Sprintf("%d parameters: the full Hessian is cheap", parameters)
	}
	if p.X.D() <= gramMost {
		return SolverLBFGS, fmt.Sprintf("%d parameters, %d features: L-BFGS preconditioned by Gram matrix (x) mean curvature", parameters, p.X.D())
	}
	return SolverLBFGS, fmt.Sprintf("%d features: L-BFGS preconditioned by the diagonal of Gram matrix (x) mean curvature", p.X.D())
}

const (
	newtonMost = 256 // parameters up to which the full Hessian is used
	memory     = 60  // pairs that L-BFGS keeps
)
