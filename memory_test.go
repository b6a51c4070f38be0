package softmax

import (
	"context"
	"errors"
	"math"
	"runtime"
	"runtime/debug"
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
	// What is in use counts against a limit.
	held := make([]byte, 64<<20)
	runtime.GC()
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(256 << 20))
	if a := available(); a > 192<<20 {
		t.Errorf("%g bytes are available of 256 MiB with 64 in use", a)
	}
	runtime.KeepAlive(held)
}
