package optimize

import (
	"errors"
	"math"
	"slices"
	"testing"
)

// examples is a mean of (x - a_i)^2 / 2 that remembers who asked for what.
type examples struct {
	a       []float64
	batches [][]int32
	fail    int
}

func (e *examples) Dim() int      { return 1 }
func (e *examples) Examples() int { return len(e.a) }

func (e *examples) BatchGrad(x, grad []float64, batch []int32) (float64, error) {
	e.batches = append(e.batches, slices.Clone(batch))
	if len(e.batches) == e.fail {
		return 0, errData
	}
	var loss float64
	grad[0] = 0
	for _, i := range batch {
		r := x[0] - e.a[i]
		loss += r * r / 2 / float64(len(batch))
		grad[0] += r / float64(len(batch))
	}
	return loss, nil
}

func newExamples(n int) *examples {
	e := &examples{}
	for i := range n {
		e.a = append(e.a, float64(i))
	}
	return e
}

// TestSGDVisits: every example once an epoch, in batches of the wanted size,
// in another order each time.
func TestSGDVisits(t *testing.T) {
	for _, c := range []struct{ n, batch int }{{10, 3}, {10, 10}, {10, 11}, {10, 1}, {1, 5}, {64, 16}, {10, math.MaxInt}} {
		e := newExamples(c.n)
		const epochs = 3
		var orders [][]int32
		x := []float64{0}
		end, err := SGD(e, x, Descent{Rate: 0.1, Batch: c.batch, Epochs: epochs, Seed: 5}, func(s *State) bool {
			var order []int32
			for i, b := range e.batches {
				if left := c.n - len(order); len(b) != min(c.batch, left) {
					t.Errorf("%v: batch %d has %d examples", c, i, len(b))
				}
				order = append(order, b...)
			}
			e.batches = nil
			orders = append(orders, order)
			sorted := slices.Clone(order)
			slices.Sort(sorted)
			for i, v := range sorted {
				if int(v) != i {
					t.Fatalf("%v: epoch %d visits %v", c, s.Iteration, order)
				}
			}
			if len(sorted) != c.n || s.Iteration != len(orders) || s.Grad != nil || !math.IsNaN(s.Decrement) {
				t.Errorf("%v: %+v", c, s)
			}
			return false
		})
		if end != Stopped || err != nil || len(orders) != epochs {
			t.Errorf("%v: %v, %v, %d epochs", c, end, err, len(orders))
		}
		if c.n >= 10 && (slices.Equal(orders[0], orders[1]) || slices.Equal(orders[1], orders[2])) {
			t.Errorf("%v: the same order twice", c)
		}
	}
}

// TestSGDSteps: the parameters and losses are those of the textbook's loop
// over the batches it was given.
func TestSGDSteps(t *testing.T) {
	for _, momentum := range []float64{0, 0.9} {
		e := newExamples(7)
		x, want, velocity := []float64{2}, 2.0, 0.0
		_, err := SGD(e, x, Descent{Rate: 0.25, Momentum: momentum, Batch: 3, Epochs: 2, Seed: 1}, func(s *State) bool {
			var sum float64
			for _, b := range e.batches {
				var g, loss float64
				for _, i := range b {
					g += (want - e.a[i]) / float64(len(b))
					loss += (want - e.a[i]) * (want - e.a[i]) / 2
				}
				sum += loss
				velocity = momentum*velocity + g
				want -= 0.25 * velocity
			}
			e.batches = nil
			if math.Abs(s.X[0]-want) > 1e-13 || math.Abs(s.F-sum/7) > 1e-12 {
				t.Errorf("momentum %v, epoch %d: x %v, want %v; loss %v, want %v", momentum, s.Iteration, s.X[0], want, s.F, sum/7)
			}
			return false
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestSGDSeed(t *testing.T) {
	run := func(seed uint64) float64 {
		x := []float64{0}
		if _, err := SGD(newExamples(50), x, Descent{Rate: 0.1, Batch: 4, Epochs: 2, Seed: seed}, func(*State) bool { return false }); err != nil {
			t.Fatal(err)
		}
		return x[0]
	}
	if run(1) != run(1) || run(1) == run(2) {
		t.Errorf("seed 1: %v and %v, seed 2: %v", run(1), run(1), run(2))
	}
}

func TestSGDEnds(t *testing.T) {
	e := newExamples(10)
	e.fail = 4
	if end, err := SGD(e, []float64{0}, Descent{Rate: 0.1, Batch: 4, Epochs: 9}, func(*State) bool { return false }); end != Failed || !errors.Is(err, errData) || len(e.batches) != 4 {
		t.Errorf("%v, %v after %d batches", end, err, len(e.batches))
	}
	e = newExamples(10)
	if end, err := SGD(e, []float64{0}, Descent{Rate: 0.1, Batch: 10, Epochs: 9}, func(s *State) bool { return s.Iteration == 2 }); end != Stopped || err != nil || len(e.batches) != 2 {
		t.Errorf("%v, %v after %d batches", end, err, len(e.batches))
	}
}
