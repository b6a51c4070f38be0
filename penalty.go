package softmax

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"example.com/softmax/internal/objective"
)

// sparse reports whether the penalty makes coefficients exactly 0.
func (c *Config) sparse() bool { return c.L1 > 0 || c.Group > 0 }

// validatePenalty says what is wrong with the penalty, if anything is.
func (c *Config) validatePenalty() string {
	strength := func(v float64) bool { return v >= 0 && !math.IsInf(v, 0) }
	switch {
	case !strength(c.L2) && c.L2 != NoPenalty:
		return fmt.Sprintf("L2 is %v; it must be positive, 0 to choose it, or NoPenalty", c.L2)
	case !strength(c.C) || c.C > 0 && c.L2 != 0:
		return fmt.Sprintf("C is %v; it must be positive, and L2 is then 0", c.C)
	case !strength(c.L1), !strength(c.Group):
		return fmt.Sprintf("L1 is %v and Group %v; they must be positive, or 0 for none", c.L1, c.Group)
	case c.sparse() && c.Loss == Squared:
		return fmt.Sprintf("L1 and Group go with the losses %q and %q", CrossEntropy, Sigmoids)
	case c.sparse() && c.Solver != "" && c.Solver != ProximalNewton:
		return fmt.Sprintf("the solver %q is for L2; L1 and Group need %q", c.Solver, ProximalNewton)
	case !c.sparse() && c.Solver == ProximalNewton:
		return fmt.Sprintf("the solver %q is for L1 and Group", ProximalNewton)
	}
	for _, name := range slices.Sorted(maps.Keys(c.PenaltyFactors)) {
		if v := c.PenaltyFactors[name]; !strength(v) {
			return fmt.Sprintf("the penalty factor of %q is %v; it must be at least 0", name, v)
		}
	}
	return ""
}

// penaltyFactors returns the factor of every feature of the design: nil for 1
// each.
func (f *fit) penaltyFactors() ([]float64, error) {
	given := f.cfg.PenaltyFactors
	if len(given) == 0 {
		return nil, nil
	}
	factors := slices.Repeat([]float64{1}, f.design.D())
	known := make(map[string]bool)
	for _, in := range f.design.Inputs {
		known[in.Name] = true
		if v, ok := given[in.Name]; ok {
			for j := range in.Features() {
				factors[in.First+j] = v
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if !known[name] {
			return nil, fmt.Errorf("%w: there is no column %q to have a penalty factor", ErrConfig, name)
		}
	}
	return factors, nil
}

// countWeights reports how many weights the fit left other than 0.
func (r *Report) countWeights(W []float64, k int) {
	for j := 0; j*k < len(W); j++ {
		before := r.NonZero
		for _, w := range W[j*k:][:k] {
			if w != 0 {
				r.NonZero++
			}
		}
		if r.NonZero > before {
			r.FeaturesUsed++
		}
	}
}

// penaltyOf puts the parts together.
func (f *fit) penaltyOf(lambda float64) objective.Penalty {
	return objective.Penalty{Lambda: lambda, L1: f.cfg.L1, Group: f.cfg.Group, Factors: f.factors}
}
