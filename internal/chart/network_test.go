package chart

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

// small is a network of 3 inputs and 2 outputs.
func small() Network {
	return Network{
		Title: "Network", Inputs: []string{"a", "b", "c"}, Outputs: []string{"up", "down"},
		InputLayer: "inputs", OutputLayer: "outputs",
		Scale: "weight (units)", W: []float64{2, -1, 0, 0.5, -4, 1},
	}
}

// large is a network of d inputs without names and K outputs.
func large(d, K int) Network {
	return Network{Title: "Network", Inputs: make([]string, d), Outputs: names(K), InputLayer: "inputs"}
}

func drawn(t *testing.T, n Network) *Picture {
	t.Helper()
	p, err := n.Draw()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// connections are the lines of a drawing, and the texts in it.
func connections(p *Picture) (lines []path, texts string) {
	for _, item := range p.items {
		switch item := item.(type) {
		case path:
			if len(item.points) == 2 {
				lines = append(lines, item)
			}
		case text:
			texts += "|" + item.s
		}
	}
	return lines, texts + "|"
}

func TestNetworkInFull(t *testing.T) {
	n := small()
	lines, texts := connections(drawn(t, n))
	if len(lines) != len(n.W)+5 { // and the five that explain
		t.Fatalf("%d lines for %d weights", len(lines), len(n.W))
	}
	lines = lines[:len(n.W)]
	for i, want := range []float64{0, 0.5, -1, 1, 2, -4} { // the stronger over the weaker
		color := hairline
		if want > 0 {
			color = positive[3]
		} else if want < 0 {
			color = negative[3]
		}
		if got := lines[i]; got.width != max(0.75, math.Abs(want)/4*widest) || got.color != color {
			t.Errorf("line %d, of weight %v: width %v, color %v", i, want, got.width, got.color)
		}
	}
	// From an input below to an output above: all pairs.
	pairs := make(map[string]bool)
	for _, l := range lines {
		if l.points[0].y <= l.points[1].y {
			t.Errorf("a connection leads from %v up to %v", l.points[0], l.points[1])
		}
		pairs[fmt.Sprint(l.points[0].x, l.points[1].x)] = true
	}
	if len(pairs) != 6 {
		t.Errorf("%d pairs are connected, want 6", len(pairs))
	}
	for _, want := range []string{"|a|", "|down|", "|x₃|", "|o₂|", "|inputs|", "|outputs|", "|weight (units)|", "|−4.00|", "|2.00|"} {
		if !strings.Contains(texts, want) {
			t.Errorf("no %s in %s", want, texts)
		}
	}
}

func TestNetworkAbbreviated(t *testing.T) {
	for _, c := range []struct {
		d, K, lines int
		symbols     string // of the inputs
	}{
		{8, 12, 96 + 5, "x₁x₂x₃x₄x₅x₆x₇x₈"},
		{9, 12, 5 * 12, "x₁x₂x₃x₄x₉"},
		{784, 10, 5 * 10, "x₁x₂x₃x₄x₇₈₄"},
		{784, 10_000, 5 * 5, "x₁x₂x₃x₄x₇₈₄"},
		{1, 1, 1 + 5, "x₁"},
	} {
		n := large(c.d, c.K)
		n.W = make([]float64, c.d*c.K)
		p := drawn(t, n)
		lines, texts := connections(p)
		var symbols string
		for s := range strings.SplitSeq(texts, "|") {
			if strings.HasPrefix(s, "x") {
				symbols += s
			}
		}
		if len(lines) != c.lines || symbols != c.symbols {
			t.Errorf("%d inputs, %d outputs: %d lines, inputs %s; want %d, %s", c.d, c.K, len(lines), symbols, c.lines, c.symbols)
		}
		within(t, fmt.Sprint(c.d, " x ", c.K), p)
	}
}

func TestNetworkErrors(t *testing.T) {
	with := func(change func(*Network)) Network {
		n := small()
		change(&n)
		return n
	}
	for _, c := range []struct {
		n    Network
		want string
	}{
		{large(0, 3), "0 inputs"},
		{large(3, 0), "0 outputs"},
		{large(3, 2), "0 weights"},
		{with(func(n *Network) { n.W[1] = math.NaN() }), "number 2"},
		{with(func(n *Network) { n.Height = 2 }), "2 lines"},
		{with(func(n *Network) { n.Height = -1 }), "-1 lines"},
		{func() Network { n := large(784, 10); n.Height = 28; return n }(), "0 weights"},
	} {
		if _, err := c.n.Draw(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want one of %q", err, c.want)
		}
	}
}
