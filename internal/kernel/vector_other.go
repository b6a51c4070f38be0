//go:build !amd64 || purego

package kernel

var hasAVX512 = false

func dotEights(x, y []float64) float64                 { return dotGeneric(x, y) }
func axpyEights(y []float64, a float64, x []float64)   { axpy(y, a, x) }
func dotEights32(x, y []float32) float32               { return dotGeneric(x, y) }
func axpyEights32(y []float32, a float32, x []float32) { axpy(y, a, x) }
func products(z, x, w []float64)                       { productsGeneric(z, x, w) }

func productsRows(z, x, w []float64, n int) (done int) { return 0 }

func scaleVectors[T uint8 | float32 | float64](dst []float64, x []T, shift, scale []float64) (done int) {
	return 0
}

// Prefetch fetches row i, which will be read soon, where that can be told.
func (x Rows) Prefetch(i int) {}
