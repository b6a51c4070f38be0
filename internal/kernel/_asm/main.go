// Command asm generates the assembly of package kernel (go generate there):
//
//	go run . -out ../kernel_amd64.s -stubs ../stubs_amd64.go -pkg kernel
package main

import (
	. "github.com/mmcloughlin/avo/build"
)

func main() {
	ConstraintExpr("!purego")
	packBytes()
	for classes := 1; classes <= tileClasses; classes++ {
		forwardBytes(classes)
		backwardBytes(classes)
	}
	flushBytes()
	largestBits()
	quantize()
	softmax(true)
	softmax(false)
	softmaxAVX2()
	for _, s := range []isa{avx512, avx2} {
		packFloats(s)
		floats(s, storedFloats)
		flushFloats(s)
		for classes := 1; classes <= s.doubles; classes++ {
			forwardDoubles(s, classes)
			backwardDoubles(s, classes)
		}
		subtractProducts(s)
		for _, kind := range []string{"uint8", "float32", "float64"} {
			packRows(s, kind)
		}
		for classes := 1; classes <= s.fused; classes++ {
			forwardRows(s, true, classes)
			forwardRows(s, false, classes)
		}
		unpackRows(s)
		softmaxRows(s)
		scale(s)
	}
	floats(avx2, storedBytes)
	widenBytes()
	prefetch()
	for _, f := range []float{float64s, float32s} {
		dot(f)
		axpy(f)
	}
	for vectors := 1; vectors <= productVectors; vectors++ {
		products(vectors)
		gather(vectors)
	}
	Generate()
}
