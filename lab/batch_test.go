package lab

import (
	"math"
	"slices"
	"strings"
	"testing"

	"example.com/softmax/dataset"
	"example.com/softmax/dataset/sample"
	"example.com/softmax/internal/kernel"
)

// sixth is every sixth training image with all test images.
func sixth(t *testing.T) Options {
	t.Helper()
	all, err := sample.FashionTrain()
	if err != nil {
		t.Fatal(err)
	}
	test, err := sample.FashionTest()
	if err != nil {
		t.Fatal(err)
	}
	var rows []int
	for i := 0; i < all.Rows(); i += 6 {
		rows = append(rows, i)
	}
	return Options{Train: all.Subset(rows), Test: test}
}

// optimization is what numpy finds on these images and the penguins.
type optimization struct {
	Descent  []float64 `json:"descent"`
	Accuracy float64   `json:"accuracy"`
	Minimum  struct {
		Images   float64 `json:"images"`
		Penguins float64 `json:"penguins"`
	} `json:"minimum"`
}

func TestBatch(t *testing.T) {
	r, err := run(t.Context(), runBatch, sixth(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, times := range []BatchTimes{r.Scalar, r.Vector, r.All, r.Move} {
		if n := len(times.Size); n != 11 || times.Size[0] != 1 || times.Size[9] != 512 || times.Size[10] != 1000 {
			t.Errorf("batches of %d", times.Size)
		}
		for i, s := range times.Seconds {
			if !(s > 0) {
				t.Errorf("a batch of %d took %v s", times.Size[i], s)
			}
		}
	}
	first, final := r.Learning[0], r.Learning[len(r.Learning)-1]
	if first.Steps != 1000 || final.Size != 1000 || final.Steps != 1 {
		t.Errorf("from %+v to %+v", first, final)
	}
	if !(first.Loss < 0.5*final.Loss && first.TestAccuracy > 2*final.TestAccuracy && final.Epochs >= 5*first.Epochs) {
		t.Errorf("one step learns nearly as much as a thousand: %+v, %+v", first, final)
	}

	// With all rows in one batch SGD is gradient descent, whatever the order.
	var want optimization
	readGolden(t, "optimization", &want)
	if !near(final.Loss, want.Descent[0], 1e-6) || final.TestAccuracy != want.Accuracy || final.Rate != 0.1 {
		t.Errorf("after one step %+v, want loss %v and accuracy %v", final, want.Descent[0], want.Accuracy)
	}
	step := 1
	for want.Descent[step-1] > r.Target {
		step++
	}
	if final.Epochs != step {
		t.Errorf("loss %v after %d steps, want %d", r.Target, final.Epochs, step)
	}
	shows(t, "batch", r, "t0", "1000", "512", "0.01", "0.262")
}

// The line is the one that the times lie on, and never below 0.
func TestBatchLine(t *testing.T) {
	for _, c := range []struct{ t0, t1, found float64 }{{5, 0.25, 5}, {3, 0, 3}, {0, 2, 0}, {-0.5, 1, 0}} {
		times := BatchTimes{Size: []int{1, 2, 4, 8, 16}}
		for _, m := range times.Size {
			times.Seconds = append(times.Seconds, c.t0+c.t1*float64(m))
		}
		times.fit()
		exact := near(times.T1, c.t1, 1e-9) && times.Deviation < 1e-9
		if !near(times.T0, c.found, 1e-9) || exact != (c.t0 >= 0) {
			t.Errorf("%v + %v m: found %+v", c.t0, c.t1, times)
		}
	}
}

func TestExperimentsOnSolversNeedLabels(t *testing.T) {
	o := sixth(t)
	o.Train.Label = nil
	for _, name := range []string{"batch", "optimizers"} {
		e, err := Find(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.Run(t.Context(), o); err == nil {
			t.Errorf("%s ran without labels", name)
		}
	}
}

// A step in plain Go has the gradient of the objective, for stored numbers that
// are neither centred nor scaled.
func TestPlainStep(t *testing.T) {
	p := newProblem(sixth(t).Train)
	batch := []int32{3, 1, 4, 999, 5, 9, 2}
	X, theta := p.X, make([]float64, p.parameters())
	plain := *X
	plain.Shift, plain.Scale = make([]float64, X.D()), slices.Repeat([]float64{1}, X.D())
	p.X, p.Lambda = &plain, 0
	o, _ := p.objective(t.Context(), kernel.Generic, 1)
	want := make([]float64, p.parameters())
	if _, err := o.BatchGrad(theta, want, batch); err != nil {
		t.Fatal(err)
	}
	got, step := p.plainStep()
	step(batch)
	for i, w := range want {
		if !near(got[i], -1e-9*w, 1e-9*1e-9*(1+math.Abs(w))) {
			t.Fatalf("parameter %d moved by %v, want %v", i, got[i], -1e-9*w)
		}
	}
}

// TestAllKindsOfData: on small data of any kind an experiment has a result that
// can be shown, or says why not.
func TestAllKindsOfData(t *testing.T) {
	const rows = 60
	labels, words := make([]string, rows), make([]string, rows)
	sparse := &dataset.Sparse{Starts: []int{0}}
	for i := range rows {
		labels[i] = string(rune('a' + i%3))
		words[i] = "common " + strings.Repeat(labels[i], 4) + " " + strings.Repeat("x", i%7)
		sparse.Index, sparse.Values = append(sparse.Index, int32(i%3), int32(3+i%7)), append(sparse.Values, 1, 0.5)
		sparse.Starts = append(sparse.Starts, len(sparse.Index))
	}
	for name, c := range map[string]dataset.Column{
		"text":   {Name: "x", Kind: dataset.Text, Width: 1, Texts: words},
		"sparse": {Name: "x", Width: 10, Sparse: sparse},
		"equal":  {Name: "x", Width: 1, Float64s: make([]float64, rows)},
	} {
		ds, err := dataset.New(name, []dataset.Column{c}, dataset.NewLabel("y", labels), nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range Experiments() {
			r, err := e.Run(t.Context(), Options{Train: ds, Test: ds})
			if err != nil {
				t.Log(name, err)
				continue
			}
			shows(t, e.Name, r.found, map[string][]string{"overflow": {"NaN"}}[e.Name]...)
		}
	}
}
