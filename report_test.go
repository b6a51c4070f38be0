package softmax

import (
	"context"
	"math"
	"strconv"
	"strings"
	"testing"

	"example.com/softmax/dataset"
)

// TestPercent: two digits, never less than the share, never more than a unit
// of the last digit above it.
func TestPercent(t *testing.T) {
	for share, want := range map[float64]string{
		0: "0 %", 1: "100 %", 0.5: "50 %", 0.0001: "0.01 %", 0.000099: "0.0099 %", 0.00009901: "0.01 %", 0.999: "100 %",
		1e-8: "0.000001 %", 0.1234: "13 %", 0.012: "1.2 %", 0.0999: "10 %", 0.0101: "1.1 %",
	} {
		if got := percent(share); got != want {
			t.Errorf("percent(%v) = %s, want %s", share, got, want)
		}
	}
	r := newRand(22)
	for range 10000 {
		share := math.Pow(10, -12*r.Float64())
		s := strings.TrimSuffix(percent(share), " %")
		v, err := strconv.ParseFloat(s, 64)
		if err != nil || v/100 < share*(1-1e-11) || v/100 > share*1.1 {
			t.Errorf("percent(%v) = %s", share, s)
		}
		if digits := strings.Trim(strings.Replace(s, ".", "", 1), "0"); len(digits) > 2 && s != "100" {
			t.Errorf("percent(%v) = %s has %d digits", share, s, len(digits))
		}
	}
}

// TestCertificateInWords: the sentence holds the numbers of the report.
func TestCertificateInWords(t *testing.T) {
	for _, c := range []struct {
		r    Report
		want []string
	}{
		{Report{Objective: 0.5, GapBound: 0.00005, TargetMass: 1}, []string{"Proved", "more than 0.01 %", "further than 0.5 %"}},
		{Report{Objective: 0.5, GapBound: 0, TargetMass: 1}, []string{"more than 0 %", "further than 0 %"}},
		{Report{Objective: 0, GapBound: 0, TargetMass: 1}, []string{"objective is 0"}},
		{Report{Objective: 0.5, GapBound: math.NaN(), GapReason: "the reason", TargetMass: 1}, []string{"No bound", "the reason"}},
		{Report{Objective: 0.5, GapBound: 0.25, TargetMass: 1}, []string{"Proved", "more than 50 %"}},
		{Report{Objective: 0.5, GapBound: 0.26, TargetMass: 1}, []string{"Nothing useful is proved yet: the objective may be far from its optimum."}},
		{Report{Objective: 0.5, GapBound: 0.5, TargetMass: 1}, []string{"Nothing useful is proved yet"}},
	} {
		got := c.r.Certificate()
		for _, w := range c.want {
			if !strings.Contains(got, w) {
				t.Errorf("%q does not say %q", got, w)
			}
		}
	}
}

// TestHistory: the lines of a fit are what Progress saw, in order, and end at
// the result.
func TestHistory(t *testing.T) {
	r := newRand(23)
	p := recipe{n: 300, d: 6, k: 4}.problem(r)
	train, validation := p.dataset(t, block64), p.pick(r.Perm(300)[:50]).dataset(t, block64)
	for _, solver := range []Solver{Newton, LBFGS, SGDSolver} {
		var seen []Iteration
		cfg := Config{C: 1, Solver: solver, Tol: 1e-9, Validation: validation, Progress: func(it Iteration) { seen = append(seen, it) }}
		m, rep := mustFit(t, train, cfg)
		if !sameHistory(seen, rep.History) || len(seen) < 3 {
			t.Errorf("%s: Progress saw %d lines of %d", solver, len(seen), len(rep.History))
		}
		passes := -1.0
		for i, it := range rep.History {
			first := 0
			if solver == SGDSolver {
				first = 1
			}
			if it.Iteration != first+i || it.Passes <= passes || it.Seconds < 0 {
				t.Errorf("%s: line %d is %+v", solver, i, it)
			}
			passes = it.Passes
			if (solver == SGDSolver) == math.IsNaN(it.EpochLoss) || (solver == SGDSolver) == !math.IsNaN(it.Objective) {
				t.Errorf("%s: epoch loss %v, objective %v", solver, it.EpochLoss, it.Objective)
			}
		}
		if rep.Passes < passes || rep.Solver != solver || rep.Kernel == "" || rep.SolverReason == "" {
			t.Errorf("%s: %+v", solver, rep)
		}
		if solver != SGDSolver {
			continue
		}
		b, err := m.Bind(validation)
		if err != nil {
			t.Fatal(err)
		}
		s, err := b.Score()
		if err != nil {
			t.Fatal(err)
		}
		last := rep.History[len(rep.History)-1]
		// The result has its intercepts centred, which changes roundings.
		if math.Abs(last.ValidationAccuracy-s.Accuracy) > 0.021 || math.Abs(last.ValidationLogLoss-s.LogLoss) > 1e-12 {
			t.Errorf("validation %v, %v; scored %v, %v", last.ValidationAccuracy, last.ValidationLogLoss, s.Accuracy, s.LogLoss)
		}
		if math.Abs(last.TrainAccuracy-rep.TrainAccuracy) > 0.01 {
			t.Errorf("training accuracy %v, then %v", last.TrainAccuracy, rep.TrainAccuracy)
		}
	}
}

// TestSquared: the loss that has no certificate is minimised and reported as
// it is.
func TestSquared(t *testing.T) {
	p := recipe{n: 80, d: 3, k: 3, weights: true}.problem(newRand(24))
	ds := p.dataset(t, block64)
	for _, solver := range []Solver{Newton, LBFGS} {
		cfg := Config{C: 1, Loss: Squared, Solver: solver, Tol: 1e-10, MaxIterations: 500}
		ref := p.reference(t, ds, cfg)
		m, rep := mustFit(t, ds, cfg)
		var want float64
		for i := range ref.x {
			_, q, _ := ref.row(m.theta(), i)
			for k := range q {
				e := q[k] - ref.y[i][k]
				want += ref.weight(i) / ref.sum() * e * e / 2
			}
		}
		if math.Abs(rep.Loss-want) > 1e-13 || rep.GradientNorm > 1e-4 || !math.IsNaN(rep.GapBound) || rep.LossFunction != Squared {
			t.Errorf("%s: loss %v, want %v; gradient %v, gap %v, stop %s", solver, rep.Loss, want, rep.GradientNorm, rep.GapBound, rep.Stop)
		}
		b, err := m.Bind(ds)
		if err != nil {
			t.Fatal(err)
		}
		losses, err := b.Losses()
		if err != nil {
			t.Fatal(err)
		}
		var mean float64
		for i, l := range losses {
			mean += ref.weight(i) / ref.sum() * l
		}
		if math.Abs(mean-rep.Loss) > 1e-7 {
			t.Errorf("%s: mean of Losses %v, report %v", solver, mean, rep.Loss)
		}
	}
}

// TestManyClasses: more classes than rows of a block have logits for, and more
// than features, within bounds of time and memory.
func TestManyClasses(t *testing.T) {
	const k = 1200
	x, labels := make([][]float64, k), make([]string, k)
	r := newRand(25)
	for i := range x {
		x[i] = []float64{r.NormFloat64(), float64(i)}
		labels[i] = strconv.Itoa(i)
	}
	ds, err := dataset.FromRows(x, labels)
	if err != nil {
		t.Fatal(err)
	}
	m, rep, err := Fit(context.Background(), ds, Config{C: 1, MaxIterations: 3})
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Classes()) != k || m.Classes()[10] != "10" || !(rep.GapBound <= rep.Objective) {
		t.Errorf("%d classes, %+v", len(m.Classes()), rep.GapBound)
	}
}
