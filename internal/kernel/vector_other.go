//go:build !amd64 || purego

package kernel

func dotEights(x, y []float64) float64                 { return dotGeneric(x, y) }
func axpyEights(y []float64, a float64, x []float64)   { axpy(y, a, x) }
func dotEights32(x, y []float32) float32               { return dotGeneric(x, y) }
func axpyEights32(y []float32, a float32, x []float32) { axpy(y, a, x) }
func products(z, x, w []float64)                       { productsGeneric(z, x, w) }
