//go:build !amd64 || purego

package kernel

func gather(z []float64, index []int32, x, w []float64) { gatherGeneric(z, index, x, w) }
