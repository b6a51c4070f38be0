// Package preprocess holds the choices of how the columns of a dataset become
// numbers, as plain values that travel in a Config and in the model file.
package preprocess

import "fmt"

// Standardize says which numeric columns are brought to mean 0 and deviation 1
// (population deviation, weighted by the example weights).
type Standardize string

const (
	// StandardizeAuto standardises the numeric columns of tables and leaves
	// one-hot columns and pixels alone.
	StandardizeAuto Standardize = ""
	// StandardizeOn standardises every numeric feature, pixels included.
	StandardizeOn Standardize = "on"
	// StandardizeOff leaves all features as they are. Pixels are divided by
	// 255 all the same.
	StandardizeOff Standardize = "off"
)

// Options are the choices. The zero value is the default.
type Options struct {
	Standardize Standardize `json:"standardize,omitempty"`
}

// Validate reports a choice that does not exist.
func (o Options) Validate() error {
	switch o.Standardize {
	case StandardizeAuto, StandardizeOn, StandardizeOff:
		return nil
	}
	return fmt.Errorf("standardize %q: must be %q, %q or empty for automatic", o.Standardize, StandardizeOn, StandardizeOff)
}
