package softmax

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"

	"example.com/softmax/internal/objective"
)

// ChoosePenalty as Config.L1 or Config.Group chooses its strength on held-out
// rows.
const ChoosePenalty = -2

// WithMix is c with a penalty to be chosen of which L1, or Group if c has that,
// has the share mix: 0 is L2 alone.
func (c Config) WithMix(mix float64) Config {
	group := c.Group != 0
	c.L2, c.C, c.L1, c.Group, c.Mix = 0, 0, 0, 0, mix
	switch {
	case mix == 0:
		if c.Solver == ProximalNewton {
			c.Solver = ""
		}
	case group:
		c.Group = ChoosePenalty
	default:
		c.L1 = ChoosePenalty
	}
	return c
}

// WithPenalty is c with the penalty of a point of its path.
func (c Config) WithPenalty(p PathPoint) Config {
	c = c.WithMix(p.Mix)
	c.Mix, c.L2 = 0, (1-p.Mix)*p.Lambda
	switch {
	case c.Group != 0:
		c.Group = p.Mix * p.Lambda
	case c.L1 != 0:
		c.L1 = p.Mix * p.Lambda
	}
	return c
}

// sparse reports whether the penalty makes coefficients exactly 0.
func (c *Config) sparse() bool { return c.L1 != 0 || c.Group != 0 }

// chooses reports whether the penalty is to be chosen.
func (c *Config) chooses() bool {
	return c.L1 == ChoosePenalty || c.Group == ChoosePenalty || !c.sparse() && c.L2 == 0 && c.C == 0
}

// mix is the share of L1 or Group in the penalty to be chosen.
func (c *Config) mix() float64 {
	if c.sparse() {
		return cmp.Or(c.Mix, 1)
	}
	return 0
}

// validatePenalty says what is wrong with the penalty, if anything is.
func (c *Config) validatePenalty() string {
	strength := func(v float64) bool { return v >= 0 && !math.IsInf(v, 0) }
	chosen := c.L1 == ChoosePenalty || c.Group == ChoosePenalty
	switch {
	case chosen && (c.L1 != 0 && c.Group != 0 || c.L2 > 0 || c.C > 0):
		return "of L1 and Group one can be ChoosePenalty, with no other strength beside it: Mix gives L2 a share"
	case !(c.Mix >= 0 && c.Mix <= 1), c.Mix > 0 && !chosen:
		return fmt.Sprintf("Mix is %v; it must lie between 0 and 1, and is for an L1 or Group of ChoosePenalty", c.Mix)
	case !strength(c.L2) && c.L2 != NoPenalty:
		return fmt.Sprintf("L2 is %v; it must be positive, 0 to choose it, or NoPenalty", c.L2)
	case !strength(c.C) || c.C > 0 && c.L2 != 0:
		return fmt.Sprintf("C is %v; it must be positive, and L2 is then 0", c.C)
	case !chosen && !(strength(c.L1) && strength(c.Group)):
		return fmt.Sprintf("L1 is %v and Group %v; they must be positive, 0 for none, or ChoosePenalty", c.L1, c.Group)
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

// countWeights counts the weights that are not 0, and the features that have one.
func countWeights(W []float64, k int) (nonZero, features int) {
	for j := 0; j*k < len(W); j++ {
		before := nonZero
		for _, w := range W[j*k:][:k] {
			if w != 0 {
				nonZero++
			}
		}
		if nonZero > before {
			features++
		}
	}
	return nonZero, features
}

// penalty is that of a Config that gives it.
func (c *Config) penalty() objective.Penalty {
	return objective.Penalty{Lambda: c.L2, L1: c.L1, Group: c.Group}
}

// unit is the penalty of strength 1 of those that a Config chooses from.
func (c *Config) unit() objective.Penalty {
	at := c.WithPenalty(PathPoint{Lambda: 1, Mix: c.mix()})
	return at.penalty()
}
