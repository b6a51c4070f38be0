// Command asm generates the assembly of package kernel (go generate there):
//
//	go run . -out ../kernel_amd64.s -stubs ../stubs_amd64.go -pkg kernel
package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
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
		for vectors := 1; vectors <= s.products; vectors++ {
			products(s, productRows, vectors)
		}
		scale(s, "uint8", func(m Mem, v VecVirtual) {
			VPMOVZXBD(m, s.half(v))
			VCVTDQ2PD(s.half(v), v)
		})
		scale(s, "float32", func(m Mem, v VecVirtual) { VCVTPS2PD(m, v) })
		scale(s, "float64", func(m Mem, v VecVirtual) { VMOVUPD(m, v) })
	}
	floats(avx2, storedBytes)
	widenBytes()
	prefetch()
	for _, f := range []float{float64s, float32s} {
		dot(f)
		axpy(f)
	}
	for vectors := 1; vectors <= productVectors; vectors++ {
		products(avx2, 1, vectors)
		gather(vectors)
	}
	Generate()
}
