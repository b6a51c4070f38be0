package preprocess

import (
	"strings"
	"testing"
)

// TestValidate: each choice that does not exist is named.
func TestValidate(t *testing.T) {
	for _, o := range []Options{
		{}, {Standardize: "on", Missing: "drop", Unseen: "ignore", Rare: RareNone, Cross: []string{"a:b", "b:a"}, Buckets: 1},
		{Text: Text{Words: "2", Chars: "1-20", MaxDocuments: 1}}, {Text: Text{Words: NGramsOff, Chars: "3"}},
	} {
		if err := o.Validate(); err != nil {
			t.Errorf("%+v: %v", o, err)
		}
	}
	for says, o := range map[string]Options{
		"standardize": {Standardize: "yes"}, "missing": {Missing: "mean"}, "unseen": {Unseen: "drop"}, "rare": {Rare: -2}, "buckets": {Buckets: 1 << 30},
		"two names": {Cross: []string{"a"}}, "twice": {Cross: []string{"a:b", "a:b"}}, "neither": {Text: Text{Words: NGramsOff}},
		"words": {Text: Text{Words: "2-1"}}, "chars": {Text: Text{Chars: "0-3"}}, `"21"`: {Text: Text{Chars: "21"}}, `"1-x"`: {Text: Text{Words: "1-x"}},
		"min_documents": {Text: Text{MinDocuments: -1}}, "max_documents": {Text: Text{MaxDocuments: 1.5}},
	} {
		if err := o.Validate(); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%+v: %v, want one that says %s", o, err, says)
		}
	}
}
