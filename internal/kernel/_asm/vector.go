package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// dot sums products of float64 in 8 lanes, element i in lane i modulo 8.
// Products are rounded before they are added, as in Go.
func dot() {
	TEXT("dotAVX2", NOSPLIT, "func(x, y *float64, n int) float64")
	Pragma("noescape")
	Doc("dotAVX2 returns the dot product of n numbers, a positive multiple of 8.")
	x := Load(Param("x"), GP64())
	y := Load(Param("y"), GP64())
	n := Load(Param("n"), GP64())
	acc := [2]VecVirtual{YMM(), YMM()}
	v := [2]VecVirtual{YMM(), YMM()}
	for i := range acc {
		VXORPD(acc[i], acc[i], acc[i])
	}
	Label("eight")
	for i := range acc {
		VMOVUPD(Mem{Base: x, Disp: 32 * i}, v[i])
		VMULPD(Mem{Base: y, Disp: 32 * i}, v[i], v[i])
		VADDPD(v[i], acc[i], acc[i])
	}
	ADDQ(Imm(64), x)
	ADDQ(Imm(64), y)
	SUBQ(Imm(8), n)
	JNZ(LabelRef("eight"))
	VADDPD(acc[1], acc[0], acc[0])
	VEXTRACTF128(Imm(1), acc[0], v[0].AsX())
	VADDPD(v[0].AsX(), acc[0].AsX(), acc[0].AsX())
	VPERMILPD(Imm(1), acc[0].AsX(), v[0].AsX())
	VADDSD(v[0].AsX(), acc[0].AsX(), acc[0].AsX())
	Store(acc[0].AsX(), ReturnIndex(0))
	VZEROUPPER()
	RET()
}

// axpy adds a multiple of a vector to another.
func axpy() {
	TEXT("axpyAVX2", NOSPLIT, "func(y *float64, a float64, x *float64, n int)")
	Pragma("noescape")
	Doc("axpyAVX2 adds a x to y, of n numbers, a positive multiple of 8.")
	y := Load(Param("y"), GP64())
	x := Load(Param("x"), GP64())
	n := Load(Param("n"), GP64())
	a := YMM()
	param, err := Param("a").Resolve()
	if err != nil {
		panic(err)
	}
	VBROADCASTSD(param.Addr, a)
	v := [2]VecVirtual{YMM(), YMM()}
	Label("eight")
	for i := range v {
		VMULPD(Mem{Base: x, Disp: 32 * i}, a, v[i])
		VADDPD(Mem{Base: y, Disp: 32 * i}, v[i], v[i])
		VMOVUPD(v[i], Mem{Base: y, Disp: 32 * i})
	}
	ADDQ(Imm(64), x)
	ADDQ(Imm(64), y)
	SUBQ(Imm(8), n)
	JNZ(LabelRef("eight"))
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
