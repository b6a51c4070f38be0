package source

import "io"

const (
	aheadBlocks = 4
	aheadBlock  = 128 << 10 // bytes
)

// An ahead reads r in a goroutine of its own, up to aheadBlocks blocks before
// whoever reads from it, so that unpacking overlaps with what is made of it.
type ahead struct {
	full, free chan []byte // each has room for all blocks
	stop       chan struct{}
	err        error // of r, behind the last full block; set before full is closed

	block, rest []byte // the block being read, and what is left of it
}

func readAhead(r io.Reader) *ahead {
	a := &ahead{full: make(chan []byte, aheadBlocks), free: make(chan []byte, aheadBlocks), stop: make(chan struct{})}
	for range aheadBlocks {
		a.free <- make([]byte, aheadBlock)
	}
	go a.fill(r)
	return a
}

func (a *ahead) fill(r io.Reader) {
	defer close(a.full)
	for a.err == nil {
		select {
		case <-a.stop:
			return
		case block := <-a.free:
			n := 0
			// Blocks are filled: a pipe would send many small ones.
			for n < len(block) && a.err == nil {
				var got int
				got, a.err = r.Read(block[n:])
				n += got
			}
			a.full <- block[:n]
		}
	}
}

func (a *ahead) Read(p []byte) (int, error) {
	for len(a.rest) == 0 {
		if a.block != nil {
			a.free <- a.block[:aheadBlock]
			a.block = nil
		}
		block, ok := <-a.full
		if !ok {
			return 0, a.err
		}
		a.block, a.rest = block, block
	}
	n := copy(p, a.rest)
	a.rest = a.rest[n:]
	return n, nil
}

// close ends the goroutine and waits for it.
func (a *ahead) close() error {
	close(a.stop)
	for range a.full {
	}
	return nil
}
