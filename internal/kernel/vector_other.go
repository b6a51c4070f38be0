//go:build !amd64 || purego

package kernel

func dotEights(x, y []float64) float64                 { return dotGeneric(x, y) }
func axpyEights(y []float64, a float64, x []float64)   { axpy(y, a, x) }
func dotEights32(x, y []float32) float32               { return dotGeneric(x, y) }
func axpyEights32(y []float32, a float32, x []float32) { axpy(y, a, x) }
func products(z, x, w []float64)                       { productsGeneric(z, x, w) }

func scaleVectors(dst, x, shift, scale []float64) (done int) { return 0 }

func affineVectors[T number](a *Affine, z []float64, classes []int32, x []T) bool { return false }

// Prefetch fetches row i, which will be read soon, where that can be told.
func (x Rows) Prefetch(i int) {}
