package softmax_test

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"example.com/softmax"
	"example.com/softmax/dataset/sample"
)

// TestPenalties: zeros are exact and counted, survive the file, and the report
// adds up; a column with a factor of 0 is always in.
func TestPenalties(t *testing.T) {
	ds, err := sample.Penguins()
	if err != nil {
		t.Fatal(err)
	}
	for _, cfg := range []softmax.Config{
		{L1: 0.05}, {L1: 0.05, L2: 0.01}, {Group: 0.1},
		{Group: 0.1, PenaltyFactors: map[string]float64{"body_mass_g": 0, "island": 2}},
	} {
		m, r, err := softmax.Fit(context.Background(), ds, cfg)
		if err != nil {
			t.Fatal(err)
		}
		c := m.Coefficients()
		nonzero, used := 0, 0
		for j, row := range c.W {
			mine := 0
			for _, w := range row {
				if w != 0 {
					mine++
				}
			}
			nonzero += mine
			if mine > 0 {
				used++
			}
			if cfg.Group > 0 && mine != 0 && mine != len(row) {
				t.Errorf("%+v: %s has %d coefficients of %d", cfg, c.Features[j], mine, len(row))
			}
			if cfg.PenaltyFactors != nil && c.Features[j] == "body_mass_g" && mine == 0 {
				t.Error("a feature without a penalty is out")
			}
		}
		if nonzero != r.NonZero || used != r.FeaturesUsed || nonzero == 0 || nonzero == len(c.W)*len(c.Classes) {
			t.Errorf("%+v: %d coefficients of %d features, reported %d of %d", cfg, nonzero, used, r.NonZero, r.FeaturesUsed)
		}
		if want := softmax.Converged; cfg.PenaltyFactors == nil && r.Stop != want {
			t.Errorf("%+v: stop %s", cfg, r.Stop)
		}
		var b bytes.Buffer
		if _, err := m.WriteTo(&b); err != nil {
			t.Fatal(err)
		}
		if _, err := softmax.Read(&b); err != nil {
			t.Errorf("%+v: %v", cfg, err)
		}
	}
	for _, cfg := range []softmax.Config{
		{L1: -1}, {L1: 1, Solver: softmax.LBFGS}, {Group: 1, Loss: softmax.Squared}, {Solver: softmax.ProximalNewton},
		{PenaltyFactors: map[string]float64{"island": -1}}, {PenaltyFactors: map[string]float64{"nowhere": 1}},
	} {
		if _, _, err := softmax.Fit(context.Background(), ds, cfg); !errors.Is(err, softmax.ErrConfig) {
			t.Errorf("%+v: %v", cfg, err)
		}
	}
}
