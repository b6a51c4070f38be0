package main

import (
	"testing"

	"example.com/softmax"
	"example.com/softmax/dataset"
)

func TestWords(t *testing.T) {
	for got, want := range map[string]string{
		wrap("one two three", 8):         "one two\nthree",
		wrap("by 1 % or more", 4):        "by 1 %\nor\nmore",
		dataset.Argument("model.onnx"):   "model.onnx",
		dataset.Argument("my model"):     "'my model'",
		dataset.Argument("it's"):         `'it'\''s'`,
		count(999):                       "999",
		count(1234567):                   "1,234,567",
		amount(1234):                     "1,234",
		amount(0.25):                     "0.25",
		printable("T-shirt/top, \u00e9"): "T-shirt/top, \u00e9",
		printable("\x1b[31m"):            `"\x1b[31m"`,
		csvField(""):                     `""`,
		csvField(`say "a,b"`):            `"say ""a,b"""`,
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// TestTimedOut: a penalty that half of the time chose says so.
func TestTimedOut(t *testing.T) {
	tr := &trainer{report: &softmax.Report{LambdaSource: "of the library", Selection: &softmax.Selection{TimedOut: true, Path: make([]softmax.PathPoint, 3)}}}
	tr.seconds.Select, tr.seconds.Total = 1, 2
	if got, want := tr.lambdaSource(), "best of the 3 tried in half of --max-time: 50 % of the time"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
