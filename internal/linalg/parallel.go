package linalg

import (
	"sync"
	"sync/atomic"
)

// parallel calls visit for 0 up to n, each once, from so many threads.
func parallel(threads, n int, visit func(i int)) {
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
