//go:build amd64 && !purego

package kernel

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// The gate of a level covers every feature that the generator says its
// assembly requires. Which level a function belongs to shows in its features.
func TestRequires(t *testing.T) {
	text, err := os.ReadFile("kernel_amd64.s")
	if err != nil {
		t.Fatal(err)
	}
	functions := 0
	for block := range strings.SplitSeq(string(text), "// func ") {
		_, list, ok := strings.Cut(block, "// Requires: ")
		if !ok {
			continue
		}
		functions++
		list, _, _ = strings.Cut(list, "\n")
		level := AVX2
		if strings.Contains(list, "AVX512") {
			level = AVX512
		}
		for _, feature := range strings.Split(list, ", ") {
			if strings.HasPrefix(feature, "SSE") || strings.HasPrefix(feature, "MMX") || feature == "CMOV" {
				continue // every amd64 has them, or AVX implies them
			}
			covered := false
			for _, f := range gates[level] {
				covered = covered || f.name == feature
			}
			if !covered {
				name, _, _ := strings.Cut(block, "(")
				t.Errorf("%s requires %s, which the gate of %v does not check", name, feature, level)
			}
		}
	}
	if functions == 0 {
		t.Fatal("no function with requirements found: has the generator changed its comments?")
	}
}

// requireLevel skips where the processor lacks a level; which processors do
// not is for CI to know: there a skip is a failure.
func requireLevel(t *testing.T, level Level) {
	t.Helper()
	if slices.Contains(Levels(), level) {
		return
	}
	if strings.Contains(os.Getenv("SOFTMAX_LEVELS"), level.String()) {
		t.Fatalf("this machine should have level %v", level)
	}
	t.Skipf("no level %v on this machine", level)
}
