package softmax

import (
	"context"
	"errors"
	"math"
	"runtime"
	"strings"
	"testing"
)

// TestMemory: a fit that needs more than it may have is refused before it
// begins, with the figure.
func TestMemory(t *testing.T) {
	r := newRand(33)
	ds := recipe{n: 40, d: 30, k: 3}.problem(r).dataset(t, block64)
	_, _, err := Fit(context.Background(), ds, Config{MaxMemory: 1 << 10})
	if !errors.Is(err, ErrMemory) || !strings.Contains(err.Error(), "30 features") || !strings.Contains(err.Error(), "MB") {
		t.Errorf("%v", err)
	}
	if _, _, err := Fit(context.Background(), ds, Config{MaxMemory: NoMemoryLimit}); err != nil {
		t.Errorf("%v", err)
	}
	if a := available(); !(a > 1<<20) || runtime.GOOS == "linux" && math.IsInf(a, 1) {
		t.Errorf("%g bytes are available", a)
	}
}
