package lab

import (
	"math"
	"testing"
)

var logZeroOnce = once(runLogZero)

func TestLogZero(t *testing.T) {
	r, err := logZeroOnce()
	if err != nil {
		t.Fatal(err)
	}
	// Floor, cap and bias of the remedies.
	values := map[float64]LogValue{}
	for _, v := range r.Values {
		values[v.P] = v
	}
	for i, e := range []float64{1e-5, math.Exp(-5)} {
		if floor, most := values[1].Losses[i+1], values[0].Losses[i+1]; !near(float64(floor), -math.Log1p(e), 1e-15) || !near(float64(most), -math.Log(e), 1e-12) {
			t.Errorf("e = %v: losses from %v to %v", e, floor, most)
		}
		if v := values[e].Losses; !near(float64(v[0]-v[i+1]), math.Ln2, 1e-12) {
			t.Errorf("e = %v: loss %v at p = e", e, v)
		}
	}
	if !math.IsInf(float64(values[0].Losses[0]), 1) {
		t.Errorf("-log 0 is %v", values[0].Losses[0])
	}
	// 1/p overflows where p < 1/MaxFloat; p is 0 below half of the smallest
	// number.
	for _, c := range []struct{ got, want float64 }{
		{r.Infinite32, math.Log(math.MaxFloat32)}, {r.NaN32, -math.Log(math.SmallestNonzeroFloat32 / 2)},
		{r.Infinite64, math.Log(math.MaxFloat64)}, {r.NaN64, 1075 * math.Ln2},
	} {
		if !near(c.got, c.want, 0.02) {
			t.Errorf("breaks at %v, want %v", c.got, c.want)
		}
	}

	var golden struct {
		Slopes []struct{ Slopes [4]*float64 }
		Runs   []struct {
			Finite         bool
			Loss, Accuracy *float64
		}
	}
	readGolden(t, "logzero", &golden)
	for i, g := range golden.Slopes {
		for way, want := range g.Slopes {
			got := float64(r.Slopes[i].Slopes[way])
			finite := !math.IsNaN(got) && !math.IsInf(got, 0)
			if finite != (want != nil) || finite && !near(got, *want, 1e-5*math.Abs(*want)+1e-44) {
				t.Errorf("distance %v, way %d: slope %v differs from PyTorch's", r.Slopes[i].Distance, way, got)
			}
		}
	}

	run := map[string][]LogRun{}
	for _, x := range r.Runs {
		run[x.Start] = append(run[x.Start], x)
	}
	last := func(x LogRun) LogEpoch { return x.Epochs[len(x.Epochs)-1] }
	for way, x := range run["textbook"] {
		if e := last(x); x.Broken > 0 || !near(float64(e.Accuracy), float64(last(run["textbook"][0]).Accuracy), 0.01) {
			t.Errorf("textbook start, way %d: %+v", way, e)
		}
	}
	for _, start := range []string{"weights", "pixels"} {
		x := run[start]
		if x[0].Broken > 0 || last(x[0]).Lost > 0 || x[1].Broken != 1 {
			t.Errorf("%s: fused broken %d, lost %d; layers broken %d", start, x[0].Broken, last(x[0]).Lost, x[1].Broken)
		}
		for way, most := range map[int]float64{2: -math.Log(1e-5), 3: 5} {
			if first, e := x[way].Epochs[0], last(x[way]); first.Lost < 5000 || float64(e.Loss) > most || float64(e.LogLoss) < 10*most || last(x[0]).Accuracy < 2*e.Accuracy {
				t.Errorf("%s, way %d: first epoch %+v, last %+v", start, way, first, e)
			}
		}
	}
	for way, g := range golden.Runs { // of another start and order
		x := run["pixels"][way]
		if g.Finite != (x.Broken == 0) || g.Finite && !near(float64(last(x).Accuracy), *g.Accuracy, 0.15) {
			t.Errorf("pixels, way %d: %+v unlike PyTorch's", way, last(x))
		}
	}
	shows(t, "logzero", r, "88.73", "103.98", "0.0067", "11.51293", "4.30685")
}
