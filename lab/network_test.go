package lab

import (
	"context"
	"fmt"
	"testing"

	"example.com/softmax/dataset/sample"
)

var network = once(runNetwork)

func TestNetwork(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes seconds")
	}
	r, err := network()
	if err != nil {
		t.Fatal(err)
	}
	var want struct {
		W       [][]float64
		B, O, P []float64
	}
	readGolden(t, "network", &want)
	small, large := r.Layers[0], r.Layers[1]
	for k := range want.B {
		for j := range want.W {
			within(t, fmt.Sprint("weight ", j, k), small.W[j][k], want.W[j][k], 1e-5*(1e-3+max(want.W[j][k], -want.W[j][k])))
		}
		within(t, "bias", small.B[k], want.B[k], 1e-4)
		within(t, "output", small.O[k], want.O[k], 1e-5)
		within(t, "probability", small.P[k], want.P[k], 1e-6)
	}
	for _, c := range []struct {
		layer                               Layer
		inputs, outputs, weights, all, free int
	}{{small, 4, 3, 12, 15, 10}, {large, 784, 10, 7840, 7850, 7065}} {
		l := c.layer
		if len(l.Inputs) != c.inputs || len(l.Outputs) != c.outputs || l.Weights != c.weights || l.Weights+l.Biases != c.all || l.Free != c.free || l.Checked != 100 {
			t.Errorf("%s: %d inputs, %d outputs, %d weights, %d biases, %d free, %d checked", l.Data, len(l.Inputs), len(l.Outputs), l.Weights, l.Biases, l.Free, l.Checked)
		}
		for j, w := range l.W {
			sum := 0.
			for _, v := range w {
				sum += v * l.Unit[j]
			}
			within(t, fmt.Sprint(l.Data, " sum of weights ", j), sum, 0, 1e-12)
		}
		within(t, l.Data+" by hand", l.Apart, 0, 1e-11)
		within(t, l.Data+" with ones added", l.Moved, 0, 1e-12)
	}
	shows(t, "network", r, "7840", "7065", "3750", fmt.Sprintf("%.5g", small.O[0]))
}

// TestNetworkOfOtherData: a model with categories is a network of its levels.
func TestNetworkOfOtherData(t *testing.T) {
	penguins, err := sample.Penguins()
	if err != nil {
		t.Fatal(err)
	}
	r, err := run(context.Background(), runNetwork, Options{Train: penguins})
	if err != nil {
		t.Fatal(err)
	}
	if l := r.Layers[0]; len(r.Layers) != 1 || len(l.Inputs) != 10 || l.Weights != 30 || l.Apart > 1e-11 {
		t.Errorf("%d layers, the first of %q, %d weights, %g apart", len(r.Layers), l.Inputs, l.Weights, l.Apart)
	}
	shows(t, "network", r, "30")
}
