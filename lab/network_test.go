package lab

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"

	"example.com/softmax/dataset/sample"
	"github.com/mattn/go-runewidth"
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

// Whatever the names of the data, a page has its tables, in Markdown and as
// text.
func TestOddNames(t *testing.T) {
	names := []string{"a | b", "two\nlines", "", "{{.}}", "| - |", `\`, "长名字", "#"}
	l := Layer{Data: "|\n\n\n|", Inputs: names, Outputs: names, W: make([][]float64, len(names)), B: make([]float64, len(names)), Unit: make([]float64, len(names)), X: make([]float64, len(names)), O: make([]float64, len(names)), P: make([]float64, len(names))}
	for j := range l.W {
		l.W[j] = make([]float64, len(names))
	}
	r := &Result{"network", &Network{[]Layer{l}}}
	for _, lang := range languages {
		page, err := r.Markdown(lang)
		if err != nil {
			t.Fatal(err)
		}
		text, err := r.Text(lang, 80)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"| a \\| b |", "| two lines |", "| {{.}} |", "| \\| - \\| |"} {
			if !strings.Contains(page, want) {
				t.Errorf("%s: no %q in %s", lang, want, page)
			}
		}
		if err := r.WritePicture(io.Discard, "svg", lang); err != nil {
			t.Error(err)
		}
		// The lines of the second table are one wide, and hold the names.
		var widths []int
		for line := range strings.Lines(text) {
			if strings.HasPrefix(line, "  ----") {
				widths = append(widths, runewidth.StringWidth(line))
			}
		}
		if len(widths) != 2 || !strings.Contains(text, "  a | b") || !strings.Contains(text, "  | - |") || !strings.Contains(text, "  two lines") {
			t.Errorf("%s: tables %v wide:\n%s", lang, widths, text)
		}
	}
}

// A paragraph is folded at blanks and between wide characters, and no line is
// wider than asked, but for closing punctuation.
func TestFold(t *testing.T) {
	for _, c := range []struct {
		text  string
		width int
		want  string
	}{
		{"one two  three", 8, "one two\nthree\n"},
		{"one", 2, "one\n"},
		{"数据，数据 abc d", 4, "数据，\n数据\nabc\nd\n"},
		{"x数据y", 3, "x数\n据y\n"},
		{"", 9, "\n"},
	} {
		if got := fold(c.text, c.width); got != c.want {
			t.Errorf("fold(%q, %d) = %q, want %q", c.text, c.width, got, c.want)
		}
	}
}
