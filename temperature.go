package softmax

import (
	"context"
	"fmt"
	"math"

	"example.com/softmax/metrics"
)

// Temperature is the number T that the model's logits are divided by; 1 unless
// the model was calibrated.
func (m *Model) Temperature() float64 {
	if m.affine.Temperature == 0 {
		return 1
	}
	return m.affine.Temperature
}

// WithTemperature returns the model with its logits divided by T > 0, in place
// of the temperature it had: above 1 its probabilities are less sure, and no
// prediction changes. metrics.FitTemperature finds the best T from the logits
// of examples that the model was not trained on, at temperature 1. Coefficients
// stay those before the division. The error wraps ErrConfig if T is not above 0
// or the model's probabilities are not a softmax trained by cross-entropy.
func (m *Model) WithTemperature(T float64) (*Model, error) {
	switch {
	case m.kind != CrossEntropy:
		return nil, fmt.Errorf("%w: a temperature is for models of the loss %q, and this one has %q", ErrConfig, CrossEntropy, m.kind)
	case !validTemperature(T):
		return nil, fmt.Errorf("%w: a temperature of %v; it must be above 0", ErrConfig, T)
	}
	c := *m
	if c.affine.Temperature = T; T == 1 {
		c.affine.Temperature = 0
	}
	return &c, nil
}

// validTemperature reports whether logits can be divided by T.
func validTemperature(T float64) bool { return T >= 1e-100 && T <= 1e100 }

// calibrate fits the temperature on the logits that models of the folds have
// for rows held out.
func (f *fit) calibrate(ctx context.Context, m *Model, lambda float64) *Model {
	T, err := f.heldOutTemperature(ctx, lambda)
	if err == nil {
		if c, wrong := m.WithTemperature(T); wrong == nil {
			return c
		}
	}
	if ctx.Err() == nil {
		f.warn("calibration", nil, fmt.Sprintf("The temperature could not be fitted, and is 1: %v.", err))
	}
	return m
}

func (f *fit) heldOutTemperature(ctx context.Context, lambda float64) (float64, error) {
	if f.target.kind != CrossEntropy || f.data.Label == nil {
		return 0, fmt.Errorf("it is for one class a row, and the loss %q", CrossEntropy)
	}
	if f.cv == nil {
		cfg := f.cfg
		cfg.Tol = selectTol
		var err error
		if f.cv, err = CrossValidate(f.data, cfg, f.folds(), nil); err != nil {
			return 0, err
		}
	}
	fits, err := f.cv.path.Fit(ctx, lambda)
	if err != nil {
		return 0, err
	}
	k := len(f.target.classes)
	var codes []int32
	var logits, weights []float64
	for q, p := range f.cv.parts {
		if len(p.fit.target.classes) != k {
			continue // a class is in one fold alone
		}
		b, err := p.fit.model(fits[q].Theta).Bind(p.held)
		if err != nil {
			return 0, err
		}
		truth, err := b.Truth()
		if err != nil {
			return 0, err
		}
		z := make([]float64, len(p.rows)*k)
		b.Logits(z, 0, len(p.rows))
		codes, logits = append(codes, truth.Codes...), append(logits, z...)
		for _, i := range p.rows {
			weights = append(weights, weightOf(f.cv.weights, i))
		}
	}
	t, err := metrics.FitTemperature(codes, logits, k, weights)
	if err != nil || !(t.T > 0) || math.IsInf(t.T, 0) {
		return 0, err
	}
	return t.T, nil
}
