package softmax

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"strconv"
)

// NoMemoryLimit as Config.MaxMemory starts every fit.
const NoMemoryLimit = -1

// checkMemory refuses a fit, or a part of it, that needs more bytes than there
// are.
func (f *fit) checkMemory(need float64) error {
	limit := float64(f.cfg.MaxMemory)
	if f.cfg.MaxMemory == 0 {
		const least = 1 << 24 // to ask the system takes longer than a fit of so little
		if need <= least {
			return nil
		}
		limit = 0.9 * available()
	}
	if limit < 0 || need <= limit {
		return nil
	}
	return fmt.Errorf("%w: %d rows, %d features and %d classes need about %s more and %s may be used; use fewer features (hash or drop columns of many levels), fewer classes or a sample of the rows, or raise MaxMemory",
		ErrMemory, f.data.Rows(), f.design.D(), len(f.target.classes), gigabytes(need), gigabytes(limit))
}

func gigabytes(b float64) string {
	if b < 1e8 {
		return fmt.Sprintf("%.3g MB", b/1e6)
	}
	return fmt.Sprintf("%.3g GB", b/1e9)
}

// available is how many bytes more this process may use, as far as it can be
// told: by GOMEMLIMIT, the limit of its control group, and what the machine
// has. Where nothing is known it is +Inf.
func available() float64 {
	// Limits are of all memory, of which the data has its part already.
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	held := float64(live[0].Value.Uint64())
	left := math.Inf(1)
	if limit := debug.SetMemoryLimit(-1); limit < math.MaxInt64 {
		left = max(0, float64(limit)-held)
	}
	if b, err := os.ReadFile("/sys/fs/cgroup/memory.max"); err == nil {
		if limit, err := strconv.ParseFloat(string(bytes.TrimSpace(b)), 64); err == nil { // else "max"
			left = min(left, max(0, limit-held))
		}
	}
	b, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return left
	}
	for line := range bytes.Lines(b) {
		var kilobytes float64
		if n, _ := fmt.Sscanf(string(line), "MemAvailable: %g kB", &kilobytes); n == 1 {
			left = min(left, 1024*kilobytes)
		}
	}
	return left
}
