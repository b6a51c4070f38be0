package softmax

import "errors"

// Errors a caller may want to branch on, with errors.Is. Errors about data are
// *dataset.Error values, which say where the data is wrong.
var (
	// ErrConfig: a Config asks for something that does not exist, or for two
	// things that cannot go together.
	ErrConfig = errors.New("bad configuration")
	// ErrOneClass: the labels have fewer than two classes.
	ErrOneClass = errors.New("fewer than two classes")
	// ErrDiverged: training left the finite numbers.
	ErrDiverged = errors.New("training diverged")
	// ErrMemory: a fit needs more memory than Config.MaxMemory or the machine
	// grants it.
	ErrMemory = errors.New("not enough memory")
	// ErrInput: a feature vector or row does not fit the model.
	ErrInput = errors.New("input does not fit the model")
	// ErrMissing: a feature is NaN, or a value is missing and the options of the
	// fit give no prediction then.
	ErrMissing = errors.New("missing value")
	// ErrUnseen: training did not see a category, and the options of the fit
	// give no prediction then.
	ErrUnseen = errors.New("category unseen in training")
	// ErrModelFile: a file is not a model of this package, or is damaged.
	ErrModelFile = errors.New("not a usable model file")
)
