package main

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestEvaluate holds the evaluator to values that can be written down.
func TestEvaluate(t *testing.T) {
	// Five features, so that the unrolled product has a rest. Row 0 has logits
	// (0, log 3), row 1 (0, 0), row 2 is of a class that training has not.
	rows := part{x: []float64{1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0}, y: []int32{1, 0, -1}}
	theta := make([]float64, 12)
	theta[0*2+1], theta[4*2+1] = math.Log(2), math.Log(1.5)
	for _, c := range []struct {
		name     string
		log      probabilities
		loss     float64
		accuracy float64
	}{
		{"softmax", logSoftmax, (math.Log(4./3) + math.Log(2)) / 2, 2. / 3},
		// sigmoids 1/2 and 3/4, then 1/2 and 1/2.
		{"one-vs-rest", logOneVsRest, (math.Log(5./3) + math.Log(2)) / 2, 2. / 3},
	} {
		got := evaluate(rows, 5, 2, theta, c.log)
		if math.Abs(got.Loss-c.loss) > 1e-15 || math.Abs(got.Accuracy-c.accuracy) > 1e-15 {
			t.Errorf("%s: %+v, want loss %v, accuracy %v", c.name, got, c.loss, c.accuracy)
		}
	}
	p := &problem{Features: 5, Classes: 2, Lambda: 2, train: rows}
	want := (math.Log(4./3)+math.Log(2))/2 + math.Pow(math.Log(2), 2) + math.Pow(math.Log(1.5), 2)
	if got := p.objective(theta); math.Abs(got-want) > 1e-15 {
		t.Errorf("objective %v, want %v", got, want)
	}
}

// TestAddProduct compares the unrolled product with its definition.
func TestAddProduct(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for d := range 10 {
		const k = 3
		x, w := make([]float64, d), make([]float64, (d+1)*k)
		for j := range x {
			x[j] = rng.NormFloat64()
		}
		for j := range w {
			w[j] = rng.NormFloat64()
		}
		got := []float64{1, 2, 3}
		addProduct(got, x, w)
		for q := range got {
			want := float64(q + 1)
			for j := range x {
				want += x[j] * w[j*k+q]
			}
			if math.Abs(got[q]-want) > 1e-14 {
				t.Errorf("d = %d: class %d is %v, want %v", d, q, got[q], want)
			}
		}
	}
}

// TestNumber pins the forms of the report's figures.
func TestNumber(t *testing.T) {
	for v, want := range map[float64]string{-1: "-", 0: "0", 0.00012345: "0.000123", 0.5: "0.500", 12.345: "12.3", 1234.5: "1234", 2e-9: "2.00e-09"} {
		if got := number(v); got != want {
			t.Errorf("number(%v) = %q, want %q", v, got, want)
		}
	}
}
