//go:build !amd64 || purego

package kernel

func dotEights(x, y []float64) float64               { return dotGeneric(x, y) }
func axpyEights(y []float64, a float64, x []float64) { axpy(y, a, x) }
func products(z, x, w []float64)                     { productsGeneric(z, x, w) }
