package softmax

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"example.com/softmax/dataset"
	"example.com/softmax/preprocess"
	"pgregory.net/rapid"
)

// TestExtremes: values at the ends of float64 neither panic nor hang, and what
// comes out is finite or an error.
func TestExtremes(t *testing.T) {
	values := []float64{0, 1, -1, 5e-324, -5e-324, 1e-300, 1e300, -1e300, math.MaxFloat64, -math.MaxFloat64, 1e16, 1 + 0x1p-52, math.NaN()}
	seen := tally{}
	rapid.Check(t, func(t *rapid.T) {
		n, d := rapid.SampledFrom([]int{12, 6, 3, 1}).Draw(t, "n"), rapid.IntRange(1, 3).Draw(t, "d")
		x := make([][]float64, n)
		labels := make([]string, n)
		var weights []float64
		weighted := rapid.Bool().Draw(t, "weighted")
		for i := range x {
			for range d {
				x[i] = append(x[i], rapid.SampledFrom(values).Draw(t, "x"))
			}
			labels[i] = rapid.SampledFrom([]string{"a", "b", "c", ""}).Draw(t, "label")
			if weighted {
				weights = append(weights, rapid.SampledFrom([]float64{0, 1, 1e-310, 1e-20, 1e300, 3}).Draw(t, "weight"))
			}
		}
		ds, err := dataset.FromRows(x, labels)
		if err != nil {
			t.Fatal(err)
		}
		ds.Weights = weights
		cfg := Config{
			L2:            rapid.SampledFrom([]float64{0, NoPenalty, 1e-320, 1e-10, 1, 1e10, 1e308}).Draw(t, "L2"),
			Tol:           rapid.SampledFrom([]float64{0, 1e-12, 0.5}).Draw(t, "Tol"),
			Loss:          rapid.SampledFrom([]Loss{"", CrossEntropy, Sigmoids, Squared}).Draw(t, "loss"),
			Solver:        rapid.SampledFrom([]Solver{"", Newton, LBFGS, SGDSolver}).Draw(t, "solver"),
			Preprocess:    preprocess.Options{Standardize: rapid.SampledFrom([]preprocess.Standardize{"", "on", "off"}).Draw(t, "standardize")},
			MaxIterations: 50,
		}
		if cfg.Solver == SGDSolver {
			cfg.MaxIterations = 0
			cfg.SGD = SGD{
				LearningRate: rapid.SampledFrom([]float64{0, 1e-9, 1e9, 1e308}).Draw(t, "rate"),
				Batch:        rapid.SampledFrom([]int{0, 1, 5, math.MaxInt}).Draw(t, "batch"),
				Epochs:       rapid.IntRange(1, 3).Draw(t, "epochs"),
			}
		}
		m, r, err := Fit(context.Background(), ds, cfg)
		if err == nil || errors.Is(err, ErrDiverged) {
			seen["trained by "+string(cfg.Solver)]++
		}
		if err != nil {
			var place *dataset.Error
			if !errors.Is(err, ErrOneClass) && !errors.Is(err, ErrDiverged) && !errors.As(err, &place) {
				t.Fatalf("an error without a sentinel: %v", err)
			}
			return
		}
		for _, v := range m.theta() {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				t.Fatalf("parameters %v", m.theta())
			}
		}
		if math.IsNaN(r.Objective) || math.IsInf(r.Objective, 0) || math.IsInf(r.GapBound, 0) || r.GapBound < 0 {
			t.Fatalf("objective %v, gap bound %v", r.Objective, r.GapBound)
		}
		if _, err := m.Fingerprint(); err != nil {
			t.Fatal(err)
		}
		for i := range x {
			if p, err := m.Probabilities(x[i]); err == nil {
				for _, v := range p {
					if !(v >= 0 && v <= 1) {
						t.Fatalf("probabilities %v of %v", p, x[i])
					}
				}
			}
		}
	})
	t.Log(seen)
	seen.atLeast(t, 1, "trained by newton", "trained by lbfgs", "trained by sgd")
}

// TestBroken: a dataset built wrong by hand is an error of the right kind, or
// is good enough to fit; never a panic.
func TestBroken(t *testing.T) {
	seen := tally{}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.SampledFrom([]int{9, 6, 1, 0}).Draw(t, "n")
		broken := rapid.Bool().Draw(t, "broken")
		rare := func(what string) bool { return broken && rapid.IntRange(0, 19).Draw(t, what) == 19 }
		length := func(per int) int {
			if rare("length") {
				return n*per + rapid.SampledFrom([]int{1, 2}).Draw(t, "more")
			}
			return n * per
		}
		var cs []dataset.Column
		for i := range rapid.IntRange(0, 3).Draw(t, "columns") {
			c := dataset.Column{Name: string(rune('a' + i)), Width: 1, Kind: rapid.SampledFrom([]dataset.Kind{dataset.Numeric, dataset.Categorical, dataset.Pixels}).Draw(t, "kind")}
			if rare("name") {
				c.Name = rapid.SampledFrom([]string{"", "a", "\xff", "label"}).Draw(t, "odd name")
			}
			if rare("kind") {
				c.Kind = 3
			}
			if rare("width") {
				c.Width = rapid.SampledFrom([]int{-1, 0, 2, math.MaxInt}).Draw(t, "odd width")
			}
			per := 1
			if c.Width == 2 {
				per = 2
			}
			storage := rapid.SampledFrom([]string{"bytes", "float32", "float64", "codes"}).Draw(t, "storage")
			switch {
			case rare("storage"):
			case c.Kind == dataset.Categorical:
				storage = "codes"
			case c.Kind == dataset.Pixels || storage == "codes":
				storage = "bytes"
			}
			switch storage {
			case "bytes":
				c.Bytes = make([]uint8, length(per))
			case "float32":
				c.Float32s = make([]float32, length(per))
			case "float64":
				c.Float64s = make([]float64, length(per))
			case "codes":
				c.Codes = make([]int32, length(1))
				for j := range c.Codes {
					c.Codes[j] = int32(rapid.IntRange(0, 1).Draw(t, "code"))
					if rare("odd code") {
						c.Codes[j] = rapid.SampledFrom([]int32{-1, 2, -2}).Draw(t, "code")
					}
				}
			}
			if rare("two storages") {
				c.Bytes = make([]uint8, length(1))
			}
			for j := range c.Float64s {
				c.Float64s[j] = float64(j)
				if rare("value") {
					c.Float64s[j] = rapid.SampledFrom([]float64{math.NaN(), math.Inf(1)}).Draw(t, "odd value")
				}
			}
			c.Levels = []string{"y", "x"}
			if rare("levels") {
				c.Levels = rapid.SampledFrom([][]string{nil, {"x"}, {"z", "y", "x"}, {"x", "x", "x"}}).Draw(t, "odd levels")
			}
			if rare("components") {
				c.Components = []string{"only"}
			}
			if c.Kind == dataset.Pixels {
				c.Height = 1
				if rare("height") {
					c.Height = rapid.SampledFrom([]int{0, -1, 2}).Draw(t, "odd height")
				}
			}
			cs = append(cs, c)
		}
		label := &dataset.Label{Name: "label", Classes: []string{"p", "q"}}
		if rare("classes") {
			label.Classes = rapid.SampledFrom([][]string{{"p", "q", "r"}, {"9", "10"}, nil, {"q", "p"}, {"p", "p"}}).Draw(t, "odd classes")
		}
		for range length(1) {
			label.Codes = append(label.Codes, int32(rapid.IntRange(0, 1).Draw(t, "label")))
		}
		var weights []float64
		if rare("weights") {
			for range length(1) {
				weights = append(weights, rapid.SampledFrom([]float64{1, 0, -1, math.NaN()}).Draw(t, "weight"))
			}
		}
		ds, err := dataset.New("broken", cs, label, weights)
		if err != nil {
			seen["invalid"]++
			var place *dataset.Error
			if !errors.As(err, &place) {
				t.Fatalf("%v", err)
			}
			return
		}
		m, _, err := Fit(context.Background(), ds, Config{MaxIterations: 20})
		if err != nil {
			seen["useless"]++
			var place *dataset.Error
			if !errors.Is(err, ErrOneClass) && !errors.As(err, &place) {
				t.Fatalf("%v", err)
			}
			return
		}
		seen["fitted"]++
		b, err := m.bytes()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Read(strings.NewReader(string(b))); err != nil {
			t.Fatalf("the file cannot be read: %v", err)
		}
		bound, err := m.Bind(ds)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := bound.Score(1, 2); err != nil {
			t.Fatal(err)
		}
	})
	t.Log(seen)
	seen.atLeast(t, 3, "invalid", "useless", "fitted")
}
