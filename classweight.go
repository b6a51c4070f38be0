package softmax

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"example.com/softmax/dataset"
)

// BalancedClasses as Config.ClassWeight gives every class the same total
// weight: class k has S / (K S_k), S_k being the sum of the weights of its rows
// and S that of all.
const BalancedClasses = "balanced"

// weighsClasses reports whether classes have weights.
func (c *Config) weighsClasses() bool { return c.ClassWeight != "" || len(c.ClassWeights) > 0 }

// validateClassWeights says what is wrong with the class weights, if anything
// is.
func (c *Config) validateClassWeights() string {
	switch {
	case c.ClassWeight != "" && c.ClassWeight != BalancedClasses:
		return fmt.Sprintf("class weight %q is not known; it can be %q", c.ClassWeight, BalancedClasses)
	case c.ClassWeight != "" && len(c.ClassWeights) > 0:
		return fmt.Sprintf("class weights are %q or given by name, not both", BalancedClasses)
	case c.PriorCorrection && !c.weighsClasses():
		return "the prior correction undoes class weights, and there are none"
	case c.PriorCorrection && c.Loss != "" && c.Loss != CrossEntropy:
		return fmt.Sprintf("the prior correction goes with the loss %q", CrossEntropy)
	}
	for _, name := range slices.Sorted(maps.Keys(c.ClassWeights)) {
		if v := c.ClassWeights[name]; !(v > 0 && v <= math.MaxFloat64) {
			return fmt.Sprintf("the weight of class %q is %v; it must be above 0 (leave rows out that are not wanted)", name, v)
		}
	}
	return ""
}

// weighClasses makes the weights of the classes a factor of those of the rows,
// in the loss but not in the preprocessing. labels are indices into t.classes.
func (f *fit) weighClasses(t *target, ds *dataset.Dataset, labels []int32) error {
	if !f.cfg.weighsClasses() {
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(f.cfg.ClassWeights)) {
		if !slices.Contains(ds.Label.Classes, name) {
			return fmt.Errorf("%w: there is no class %q to have a weight", ErrConfig, name)
		}
	}
	var sum float64
	for k, class := range t.classes {
		v, ok := f.cfg.ClassWeights[class]
		switch {
		case f.cfg.ClassWeight == BalancedClasses:
			v = 1 / (float64(len(t.classes)) * t.shares[k])
		case !ok:
			v = 1
		}
		t.classWeights = append(t.classWeights, v)
		t.shares[k] *= v
		sum += t.shares[k]
	}
	t.norm *= sum
	for k := range t.shares {
		t.shares[k] /= sum
	}
	t.weights = make([]float64, len(labels))
	for i, k := range labels {
		t.weights[i] = weightOf(ds.Weights, i) * t.classWeights[k]
	}
	return nil
}

// correctPriors returns the intercepts that undo the weights of the classes,
// where that is wanted: they multiplied the odds of class k by its weight c_k,
// whatever x, so log c_k is taken off b_k (docs/MATH.md).
func (f *fit) correctPriors(b []float64) []float64 {
	if !f.cfg.PriorCorrection {
		return b
	}
	b = slices.Clone(b)
	var mean float64
	for k, c := range f.target.classWeights {
		b[k] -= math.Log(c)
		mean += b[k] / float64(len(b))
	}
	for k := range b {
		b[k] -= mean
	}
	return b
}

// weighHeld sets the weights of held-out rows as weighClasses those of others.
func (f *fit) weighHeld(weights []float64, ds *dataset.Dataset, rows []int) {
	factor := make([]float64, len(ds.Label.Classes))
	for k, class := range f.target.classes {
		factor[slices.Index(ds.Label.Classes, class)] = f.target.classWeights[k]
	}
	for _, i := range rows {
		if code := ds.Label.Codes[i]; code >= 0 {
			weights[i] = weightOf(ds.Weights, i) * factor[code]
		}
	}
}
