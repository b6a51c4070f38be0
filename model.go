package softmax

import (
	"fmt"
	"math"
	"slices"

	"example.com/softmax/dataset"
	"example.com/softmax/internal/design"
	"example.com/softmax/internal/kernel"
	"example.com/softmax/internal/special"
)

// Model is a fitted classifier. It is immutable and safe for use by many
// goroutines at once.
//
// A row by the names of its columns is a Row, for the methods that have Row in
// their names. A feature vector x, as others take it, holds the raw values of
// Features, in that order: numbers as they stood in the data (pixels 0 to 255),
// 1 for a number that was missing, and for a categorical column 1 at its level
// and 0 at the others; Encode makes one from a Row. The logits are o = x'W + b over the scaled features
// x', the probabilities softmax(o), the prediction the first class of largest
// logit. (A model of the Loss Sigmoids has the probabilities sigmoid(o_k), each
// by itself.) All sums run in float64 in the order of the features, in every
// method: a row predicted alone and the same row in a batch agree bit for bit.
type Model struct {
	design  *design.Design
	kind    Loss
	classes []string
	names   []string      // of the classes; nil if these are their names
	w, b    []float64     // d x K row-major and K, for scaled features
	affine  kernel.Affine // of both; its base has the shifts of the sparse features
	config  Config
	origin  Origin
}

// Origin is what a Model remembers of the fit it comes from.
type Origin struct {
	Rows      int     `json:"rows"`
	Lambda    float64 `json:"lambda"`
	L1        float64 `json:"l1,omitempty"`
	Group     float64 `json:"group,omitempty"`
	Objective float64 `json:"objective"`
	// GapBound is NaN where nothing was proved; GapReason says why.
	GapBound   float64 `json:"-"`
	GapReason  string  `json:"gap_reason,omitempty"`
	TargetMass float64 `json:"target_mass"` // as in Report
	Stop       Stop    `json:"stop"`
	Solver     Solver  `json:"solver"`
	Label      string  `json:"label"` // name of the label column
}

// Certificate says in words how far the fit's result can be from the optimum.
func (o Origin) Certificate() string {
	return certificate(o.Objective, o.GapBound, o.TargetMass, o.GapReason)
}

// Classes returns the classes in the model's order: numerically if all are
// numbers, else bytewise.
func (m *Model) Classes() []string { return slices.Clone(m.classes) }

// Features returns the names of the numbers in a feature vector.
func (m *Model) Features() []string {
	names := make([]string, m.design.D())
	for j := range names {
		names[j] = m.design.FeatureName(j)
	}
	return names
}

// LossFunction returns the loss that was minimised.
func (m *Model) LossFunction() Loss { return m.kind }

// Config returns the configuration of the fit.
func (m *Model) Config() Config {
	c := m.config
	c.Preprocess = c.Preprocess.Clone()
	return c
}

// Origin returns what is known of the fit.
func (m *Model) Origin() Origin { return m.origin }

// Input describes a column the model needs.
type Input struct {
	Name   string
	Kind   dataset.Kind
	Width  int // numbers in each row
	Height int // lines of an image
	// Levels of a categorical column that have a feature, and Rare ones that
	// share one; the empty string is a missing value. A hashed column has
	// Buckets features in their place.
	Levels, Rare []string
	Buckets      int
	// Terms is the number of features of a column of text.
	Terms int
	// Missing says that training rows missed values here, and learned what that
	// means.
	Missing bool
}

// Inputs returns the columns the model needs.
func (m *Model) Inputs() []Input {
	var ins []Input
	for _, in := range m.design.Inputs {
		if in.Parts == nil {
			ins = append(ins, Input{
				Name: in.Name, Kind: in.Kind, Width: in.Width, Height: in.Height,
				Levels: slices.Clone(in.Levels), Rare: slices.Clone(in.Rare), Buckets: in.Buckets, Missing: m.design.Missed(&in),
				Terms: termsOf(&in),
			})
		}
	}
	return ins
}

func termsOf(in *design.Input) int {
	if in.Kind == dataset.Text {
		return in.Features()
	}
	return 0
}

// Coefficients are a model's parameters in raw units: the logit of class k for
// a feature vector x is sum_j x_j W[j][k] + Intercept[k].
type Coefficients struct {
	Features, Classes []string
	W                 [][]float64 // one row a feature, one column a class
	Intercept         []float64
	// Unit[j] is one unit of the scaled feature j in raw units: its standard
	// deviation where it was standardised, 255 for a pixel, 1 for a level, 0
	// where it was constant. Unit[j] W[j][k] compare across features.
	Unit []float64
}

// Coefficients returns the parameters in raw units.
func (m *Model) Coefficients() Coefficients {
	k := len(m.classes)
	c := Coefficients{Features: m.Features(), Classes: m.Classes(), W: make([][]float64, m.design.D()), Intercept: slices.Clone(m.b), Unit: make([]float64, m.design.D())}
	for j := range c.W {
		if m.design.Scale[j] != 0 {
			c.Unit[j] = 1 / m.design.Scale[j]
		}
		c.W[j] = make([]float64, k)
		for q := range c.W[j] {
			c.W[j][q] = m.design.Scale[j] * m.w[j*k+q]
			c.Intercept[q] -= float64(m.design.Shift[j] * c.W[j][q])
		}
	}
	return c
}

// LogitsInto writes the K logits of feature vector x to dst, which must have
// room for them. It does not allocate. The error wraps ErrInput if the lengths
// are wrong, ErrMissing if a value of x is NaN, and dataset.ErrInfinite if one
// is infinite; dst is NaN then.
func (m *Model) LogitsInto(dst, x []float64) error {
	if len(dst) != len(m.classes) || len(x) != m.design.D() {
		return m.wrongLength(dst, x)
	}
	d := m.design.Dense()
	m.logits(dst, x[:d], nil, x[d:])
	if !finite(dst) {
		return m.explain(dst, x)
	}
	return nil
}

func finite(v []float64) bool {
	for _, x := range v {
		if x-x != 0 {
			return false
		}
	}
	return true
}

// logits makes those of a row; sparse says which of its sparse features are not
// 0, all if it is nil: zeros add nothing, as their shifts are in the base.
func (m *Model) logits(dst, dense []float64, sparse []int32, values []float64) {
	copy(dst, m.affine.Base)
	m.affine.Dense(dst, dense)
	m.affine.Sparse(dst, len(dense), sparse, values)
	m.affine.Temper(dst)
}

// fold makes the affine map of w and b.
func (m *Model) fold() {
	a := &m.affine
	a.Base, a.Shift, a.Scale, a.U = slices.Clone(m.b), m.design.Shift, m.design.Scale, m.w
	for k, j := len(m.b), m.design.Dense(); j < m.design.D(); j++ {
		if s := a.Shift[j] * a.Scale[j]; s != 0 {
			kernel.Axpy(a.Base, -s, m.w[j*k:][:k])
		}
	}
}

func (m *Model) wrongLength(dst, x []float64) error {
	if len(x) != m.design.D() {
		return fmt.Errorf("%w: %d values for %d features", ErrInput, len(x), m.design.D())
	}
	return fmt.Errorf("%w: room for %d outputs for %d classes", ErrInput, len(dst), len(m.classes))
}

// explain names the value that made logits leave the numbers.
func (m *Model) explain(dst, x []float64) error {
	for k := range dst {
		dst[k] = math.NaN()
	}
	for j, v := range x {
		switch {
		case math.IsNaN(v):
			return fmt.Errorf("%w: feature %q", ErrMissing, m.design.FeatureName(j))
		case math.IsInf(v, 0):
			return fmt.Errorf("%w: feature %q", dataset.ErrInfinite, m.design.FeatureName(j))
		}
	}
	return fmt.Errorf("%w: its values are so large that the logits overflow", ErrInput)
}

// ProbabilitiesInto writes the K class probabilities of x to dst. It does not
// allocate. Errors are those of LogitsInto.
func (m *Model) ProbabilitiesInto(dst, x []float64) error {
	if err := m.LogitsInto(dst, x); err != nil {
		return err
	}
	m.probabilities(dst)
	return nil
}

// probabilities overwrites the logits of a row.
func (m *Model) probabilities(z []float64) {
	if m.kind != Sigmoids && m.kind != OneVsRest {
		special.Softmax(z, z)
		return
	}
	sum := 0.0
	for k, o := range z {
		z[k] = special.Sigmoid(o)
		sum += z[k]
	}
	if m.kind == OneVsRest {
		for k := range z {
			z[k] /= sum
		}
	}
}

// Logits returns the outputs o of x, one for each class.
func (m *Model) Logits(x []float64) ([]float64, error) {
	o := make([]float64, len(m.classes))
	return o, m.LogitsInto(o, x)
}

// Probabilities returns the probability of each class for x.
func (m *Model) Probabilities(x []float64) ([]float64, error) {
	p := make([]float64, len(m.classes))
	return p, m.ProbabilitiesInto(p, x)
}

// Predict returns the most probable class of x; of equals, the first in the
// order of Classes.
func (m *Model) Predict(x []float64) (string, error) {
	k, err := m.PredictIndex(x)
	if err != nil {
		return "", err
	}
	return m.classes[k], nil
}

// PredictLabels returns the classes of x: those of probability above 1/2 for a
// model of the Loss Sigmoids, perhaps none; for others the one that Predict
// returns.
func (m *Model) PredictLabels(x []float64) ([]string, error) {
	o, err := m.Logits(x)
	if err != nil {
		return nil, err
	}
	if m.kind != Sigmoids {
		return []string{m.classes[special.Argmax(o)]}, nil
	}
	var labels []string
	for k, v := range o {
		if v > 0 {
			labels = append(labels, m.classes[k])
		}
	}
	return labels, nil
}

// PredictIndex is Predict with the index into Classes. It does not allocate
// for up to 64 classes.
func (m *Model) PredictIndex(x []float64) (int, error) {
	var small [64]float64
	o := small[:]
	if len(m.classes) > len(o) {
		o = make([]float64, len(m.classes))
	}
	o = o[:len(m.classes)]
	if err := m.LogitsInto(o, x); err != nil {
		return 0, err
	}
	return special.Argmax(o), nil
}
