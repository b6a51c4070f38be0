package main

import (
	"bytes"
	"testing"

	"example.com/softmax"
)

// TestFitBar: on a terminal, and only there, a fit tells how far it is.
func TestFitBar(t *testing.T) {
	var stderr bytes.Buffer
	tr := &trainer{out: &output{stderr: &stderr, terminal: true}}
	b := tr.newFitBar()
	b.selecting(softmax.PathPoint{Lambda: 1e-4, Loss: 1.18349})
	if got, want := b.bar.text.Load(), "choosing lambda: 0.0001, held-out log-loss 1.183"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	b.bar.done()
	tr.out.terminal = false
	b = tr.newFitBar()
	b.selecting(softmax.PathPoint{Lambda: 1e-4})
	b.bar.done()
}
