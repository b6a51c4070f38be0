package main

import (
	"slices"
	"testing"
)

func TestNearest(t *testing.T) {
	verbs := []string{"train", "evaluate", "predict", "inspect", "version"}
	for _, test := range []struct {
		word string
		want []string
	}{
		{"trian", []string{"train"}},
		{"Evaluate", []string{"evaluate"}},
		{"eval", []string{"evaluate"}},
		{"predct", []string{"predict"}},
		{"serve", nil},
	} {
		if got := nearest(test.word, verbs); !slices.Equal(got, test.want) {
			t.Errorf("nearest(%q) = %q, want %q", test.word, got, test.want)
		}
	}
	// Of equals, all.
	if got := nearest("cat", []string{"car", "bat", "dog"}); !slices.Equal(got, []string{"car", "bat"}) {
		t.Errorf("nearest(cat) = %q", got)
	}
}

func TestEdits(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"abc", "abc", 0}, {"", "abc", 3}, {"kitten", "sitting", 3}, {"flaw", "lawn", 2}, {"ab", "ba", 2},
	} {
		if got := edits(test.a, test.b); got != test.want {
			t.Errorf("edits(%q, %q) = %d, want %d", test.a, test.b, got, test.want)
		}
		if got := edits(test.b, test.a); got != test.want {
			t.Errorf("edits(%q, %q) = %d, want %d", test.b, test.a, got, test.want)
		}
	}
}
