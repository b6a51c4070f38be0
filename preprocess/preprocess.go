// Package preprocess holds the choices of how the columns of a dataset become
// numbers, as plain values that travel in a Config and in the model file.
//
// What is learned about the columns - means, levels, vocabularies - is learned
// by a fit from its training rows, weighted by the example weights, and is part
// of the model.
package preprocess

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Standardize says which numeric columns are brought to mean 0 and deviation 1
// (population deviation, weighted by the example weights).
type Standardize string

const (
	// StandardizeAuto standardises the numeric columns of tables and leaves
	// all other features alone.
	StandardizeAuto Standardize = ""
	// StandardizeOn standardises every number, pixels included.
	StandardizeOn Standardize = "on"
	// StandardizeOff leaves all features as they are. Pixels are divided by
	// 255 all the same.
	StandardizeOff Standardize = "off"
)

// Missing says what training does with missing values.
type Missing string

const (
	// MissingFeature puts the mean of the training rows for a missing number
	// and adds a feature that is 1 where the number is missing, for columns
	// that lack some in training; a missing category is a level of its own.
	MissingFeature Missing = ""
	// MissingDrop leaves rows with a missing value out of training, and gives
	// them no prediction.
	MissingDrop Missing = "drop"
)

// Unseen says what prediction does with a value such as training had none of
// in the column: a category that did not occur, or a value that is missing
// where none was.
type Unseen string

const (
	// UnseenOther takes a category for one of the rare levels, which share a
	// feature (see Options.Rare), or where there is none leaves the column's
	// features 0; a missing number becomes the mean.
	UnseenOther Unseen = ""
	// UnseenIgnore leaves a category's features 0 in any case; a missing
	// number becomes the mean.
	UnseenIgnore Unseen = "ignore"
	// UnseenError gives the row no prediction.
	UnseenError Unseen = "error"
)

// Options are the choices. The zero value is the default.
type Options struct {
	Standardize Standardize `json:"standardize,omitempty"`
	Missing     Missing     `json:"missing,omitempty"`
	Unseen      Unseen      `json:"unseen,omitempty"`

	// Rare is the weighted count of rows below which a level of a categorical
	// column is rare: the rare levels of a column share one feature, "other",
	// which also serves levels that training did not see - those are rare, too.
	// 0 stands for 2, or where a weight lies below 1, and weights are thus no
	// counts of rows, for no such feature; RareNone for none in any case.
	Rare float64 `json:"rare,omitempty"`

	// Cross lists pairs of categorical columns, "A:B". Each becomes a
	// categorical column more, whose levels are the pairs that occur.
	Cross []string `json:"cross,omitempty"`

	// Hash lists categorical columns, crosses and texts whose levels or terms
	// are not listed but hashed: for sets that are too large to keep or that
	// grow. Each becomes Buckets features, or a text as many for its words and
	// for its characters.
	Hash []string `json:"hash,omitempty"`
	// Buckets is the number of features of what is hashed. 0 stands for 2^18.
	Buckets int `json:"buckets,omitempty"`

	Text Text `json:"text,omitzero"`
}

// RareNone as Options.Rare gives every level a feature of its own.
const RareNone = -1

// DefaultBuckets is what 0 stands for in Options.Buckets.
const DefaultBuckets = 1 << 18

// Parts returns the names of the columns that a pair in Cross names.
func Parts(cross string) (a, b string, ok bool) {
	a, b, ok = strings.Cut(cross, ":")
	return a, b, ok && a != "" && b != ""
}

// Clone returns a copy that shares nothing.
func (o Options) Clone() Options {
	o.Cross, o.Hash = slices.Clone(o.Cross), slices.Clone(o.Hash)
	return o
}

// Validate reports a choice that does not exist.
func (o Options) Validate() error {
	choice := func(name, value string, known ...string) error {
		if value == "" || slices.Contains(known, value) {
			return nil
		}
		return fmt.Errorf("%s %q: it must be %s, or empty for the default", name, value, strings.Join(known, " or "))
	}
	for _, err := range []error{
		choice("standardize", string(o.Standardize), string(StandardizeOn), string(StandardizeOff)),
		choice("missing", string(o.Missing), string(MissingDrop)),
		choice("unseen", string(o.Unseen), string(UnseenIgnore), string(UnseenError)),
		o.Text.validate(),
	} {
		if err != nil {
			return err
		}
	}
	switch {
	case !(o.Rare >= 0) && o.Rare != RareNone || math.IsInf(o.Rare, 0):
		return fmt.Errorf("rare is %v: it must be positive, 0 for the default, or RareNone", o.Rare)
	case o.Buckets < 0 || o.Buckets > MaxBuckets:
		return fmt.Errorf("buckets is %d: it must lie between 1 and %d, or be 0 for the default", o.Buckets, MaxBuckets)
	}
	for i, c := range o.Cross {
		if _, _, ok := Parts(c); !ok {
			return fmt.Errorf("cross %q: it must be two names of columns with a colon between them", c)
		}
		if slices.Contains(o.Cross[:i], c) {
			return fmt.Errorf("cross %q comes twice", c)
		}
	}
	return nil
}

// MaxBuckets is the limit of Options.Buckets: it keeps feature numbers within 32 bits.
const MaxBuckets = 1 << 28
