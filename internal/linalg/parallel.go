package linalg

import (
	"sync"
	"sync/atomic"
)

// Parallel calls visit for 0 up to n, each once, from so many threads, of which
// the caller's is one: a single one costs no more than a loop.
func Parallel(threads, n int, visit func(i int)) {
	if min(threads, n) <= 1 {
		for i := range n {
			visit(i)
		}
		return
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	work := func() {
		for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
			visit(i)
		}
	}
	for range min(threads, n) - 1 {
		wg.Go(work)
	}
	work()
	wg.Wait()
}
