package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// A float is what differs between vectors of the two float types.
type float struct {
	suffix, kind string
	vectors      int // that hold the 8 partial sums
	load         func(...Op)
	add, mul     func(...Op)
	broadcast    func(...Op)
}

var (
	float64s = float{"", "float64", 2, VMOVUPD, VADDPD, VMULPD, VBROADCASTSD}
	float32s = float{"32", "float32", 1, VMOVUPS, VADDPS, VMULPS, VBROADCASTSS}
)

// dot sums products in 8 lanes, element i in lane i modulo 8.
// Products are rounded before they are added, as in Go.
func dot(f float) {
	TEXT("dot"+f.suffix+"AVX2", NOSPLIT, fmt.Sprintf("func(x, y *%s, n int) %[1]s", f.kind))
	Pragma("noescape")
	Doc(fmt.Sprintf("dot%sAVX2 returns the dot product of n numbers, a positive multiple of 8.", f.suffix))
	x := Load(Param("x"), GP64())
	y := Load(Param("y"), GP64())
	n := Load(Param("n"), GP64())
	acc, v := []VecVirtual{YMM(), YMM()}[:f.vectors], [2]VecVirtual{YMM(), YMM()}
	for i := range acc {
		VXORPS(acc[i], acc[i], acc[i])
	}
	Label("run")
	for i := range acc {
		f.load(Mem{Base: x, Disp: 32 * i}, v[i])
		f.mul(Mem{Base: y, Disp: 32 * i}, v[i], v[i])
		f.add(v[i], acc[i], acc[i])
	}
	ADDQ(Imm(uint64(32*f.vectors)), x)
	ADDQ(Imm(uint64(32*f.vectors)), y)
	SUBQ(Imm(8), n)
	JNZ(LabelRef("run"))
	if f.vectors == 2 {
		f.add(acc[1], acc[0], acc[0])
	}
	sum, high := acc[0].AsX(), v[0].AsX()
	VEXTRACTF128(Imm(1), acc[0], high)
	f.add(high, sum, sum)
	VPERMILPD(Imm(1), sum, high)
	f.add(high, sum, sum)
	if f.vectors == 1 {
		VMOVSHDUP(sum, high)
		f.add(high, sum, sum)
	}
	Store(sum, ReturnIndex(0))
	VZEROUPPER()
	RET()
}

// axpy adds a multiple of a vector to another.
func axpy(f float) {
	TEXT("axpy"+f.suffix+"AVX2", NOSPLIT, fmt.Sprintf("func(y *%s, a %[1]s, x *%[1]s, n int)", f.kind))
	Pragma("noescape")
	Doc(fmt.Sprintf("axpy%sAVX2 adds a x to y, of n numbers, a positive multiple of 8.", f.suffix))
	y := Load(Param("y"), GP64())
	x := Load(Param("x"), GP64())
	n := Load(Param("n"), GP64())
	a := YMM()
	param, err := Param("a").Resolve()
	if err != nil {
		panic(err)
	}
	f.broadcast(param.Addr, a)
	v := []VecVirtual{YMM(), YMM()}[:f.vectors]
	Label("run")
	for i := range v {
		f.mul(Mem{Base: x, Disp: 32 * i}, a, v[i])
		f.add(Mem{Base: y, Disp: 32 * i}, v[i], v[i])
		f.load(v[i], Mem{Base: y, Disp: 32 * i})
	}
	ADDQ(Imm(uint64(32*f.vectors)), x)
	ADDQ(Imm(uint64(32*f.vectors)), y)
	SUBQ(Imm(8), n)
	JNZ(LabelRef("run"))
	VZEROUPPER()
	RET()
}

const productVectors = 6 // of a tile of productsAVX2

// products adds the products of one row with a tile of classes, in the order
// of the features.
func products(vectors int) {
	TEXT(fmt.Sprintf("productsAVX2x%d", vectors), NOSPLIT, "func(z, x *float64, d int, w *float64, stride int, mask *int64)")
	Pragma("noescape")
	Doc(fmt.Sprintf("productsAVX2x%d adds x' w to z, %d classes; rows of w are stride bytes apart; mask selects lanes of the last 4.", vectors, 4*vectors))
	z := Load(Param("z"), GP64())
	x := Load(Param("x"), GP64())
	d := Load(Param("d"), GP64())
	w := Load(Param("w"), GP64())
	stride := Load(Param("stride"), GP64())
	maskPtr := Load(Param("mask"), GP64())
	mask := YMM()
	VMOVDQU(Mem{Base: maskPtr}, mask)
	load := func(i int, base Register, v VecVirtual) {
		if i == vectors-1 {
			VMASKMOVPD(Mem{Base: base, Disp: 32 * i}, mask, v)
		} else {
			VMOVUPD(Mem{Base: base, Disp: 32 * i}, v)
		}
	}
	acc := make([]VecVirtual, vectors)
	for i := range acc {
		acc[i] = YMM()
		load(i, z, acc[i])
	}
	b, v := YMM(), YMM()
	Label("feature")
	VBROADCASTSD(Mem{Base: x}, b)
	for i := range acc {
		load(i, w, v)
		VMULPD(b, v, v)
		VADDPD(v, acc[i], acc[i])
	}
	ADDQ(Imm(8), x)
	ADDQ(stride, w)
	DECQ(d)
	JNZ(LabelRef("feature"))
	for i := range acc {
		if i == vectors-1 {
			VMASKMOVPD(acc[i], mask, Mem{Base: z, Disp: 32 * i})
		} else {
			VMOVUPD(acc[i], Mem{Base: z, Disp: 32 * i})
		}
	}
	VZEROUPPER()
	RET()
}
