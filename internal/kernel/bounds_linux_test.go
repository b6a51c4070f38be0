package kernel

import (
	"fmt"
	"syscall"
	"testing"
	"unsafe"
)

// atPageEnd returns n bytes that end where memory may not be read.
func atPageEnd(t *testing.T, n int) []byte {
	t.Helper()
	page := syscall.Getpagesize()
	size := (n + page - 1) / page * page
	memory, err := syscall.Mmap(-1, 0, size+page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Munmap(memory) })
	if err := syscall.Mprotect(memory[size:], syscall.PROT_NONE); err != nil {
		t.Fatal(err)
	}
	return memory[size-n : size]
}

// No pass reads beyond its rows: where it did, it would crash.
func TestReadsWithinRows(t *testing.T) {
	for _, level := range Levels() {
		for _, d := range []int{1, 7, 8, 15, 16, 17, 33, 64, 70} {
			for _, n := range []int{1, 15, 16, 17, 48, 600} {
				t.Run(fmt.Sprintf("%v/%dx%d", level, n, d), func(t *testing.T) {
					bytes := atPageEnd(t, n*d)
					floats := atPageEnd(t, 4*n*d)
					const k = 3
					for _, x := range []Rows{{D: d, U8: bytes}, {D: d, F32: unsafe.Slice((*float32)(unsafe.Pointer(&floats[0])), n*d)}} {
						e := NewEngine(level, x, k)
						e.Prepare(make([]float64, d*k), make([]float64, k))
						s := e.NewScratch()
						s.Logits(x, make([]float64, n*k))
						s.CrossEntropy(x, make([]int32, n), nil, make([]float64, e.GradLen()), make([]float64, k))
						s.AddGrad(x, make([]float64, n*k), make([]float64, e.GradLen()))
					}
				})
			}
		}
	}
}
