package train

import "example.com/softmax/internal/objective"

// Memory estimates the most bytes that Run takes for p at a time, X and the
// targets not counted, which are there before: vectors as long as the
// parameters, partial gradients, blocks of logits, and what the solver keeps.
func Memory(p Problem, opt Options) float64 {
	const number = 8
	n, d, k := float64(p.X.N()), float64(p.X.D()), float64(p.K)
	dense := float64(p.X.V.D) * k
	parameters := (d + 1) * k
	vectors := 8.0 // theta, gradient, u, two of the certificate, two of the proof, one to spare
	var more float64
	switch solver, _ := choose(p, opt); solver {
	case SolverNewton:
		more = 12 * parameters * parameters // the parts' Hessians, factors
	case SolverNewtonCG:
		vectors += 8
		more = n * (k + 5) // the rest is the ascent's
	case SolverLBFGS:
		vectors += 6 + 2*float64(memory(p.K*(p.X.D()+1)))
		if p.X.D() <= gramMost {
			more = 16 * (d + 1) * (d + 1) // the Gram matrix, the rows it is made of, factors
		}
		switch {
		case wholePays(p.Problem, opt.Level):
			more += parameters*parameters + p.FullBytes(opt.Threads)/number // two factors, one being made
		case p.K <= eigenMost:
			more += 3*k*k + 1<<23 + coarseMost*coarseMost // curvatures of a sample, and its Hessian
		}
	case SolverProximal:
		vectors += 10 + secantsMost // the gradient, its least subgradient, the working set's, and its steps
		// The model's probabilities and logits, and the set's own X.
		more = 2*n*k + float64(p.X.Bytes())/number
		if m := min(blockMost, parameters); p.X.S == nil { // as made, corrected and extended; its columns
			more += 1.5*m*m + 2048*m
		}
		if p.X.S != nil || parameters > blockMost { // X by columns
			more += n * float64(p.X.V.D) / 2
		}
		if p.X.S != nil {
			more += float64(len(p.X.S.Index))
		}
	case SolverSGD:
		vectors += 2
	}
	parts := min(64, 1+objective.MaxPart/(dense+1)) * (dense + k)
	blocks := float64(max(1, opt.Threads)) * max(1<<18, 64*k)
	var sparse float64
	if s := p.X.S; s != nil { // the columns, and the residuals of a run
		sparse = 2*float64(len(s.Index)) + d*max(1, min(n/64, n*k/(1<<20))) + min(n*k, max(1<<20, 64*k))
	}
	return number * (vectors*parameters + more + parts + blocks + sparse)
}
