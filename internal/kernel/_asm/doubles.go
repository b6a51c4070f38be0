package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// multiplyDoubles emits acc += x_v w_q in float64 for 2 vectors x and the
// weights at w, apart by step bytes. Products are rounded before they are
// added: units for multiplication and for addition run beside each other.
func multiplyDoubles(s isa, acc [][2]VecVirtual, x [2]VecVirtual, w Register, step int) {
	b, product := s.vector(), s.vector()
	for q := range acc {
		VBROADCASTSD(Mem{Base: w, Disp: step * q}, b)
		for v := range x {
			VMULPD(b, x[v], product)
			VADDPD(product, acc[q][v], acc[q][v])
		}
	}
}

// doubleSums returns registers for the sums of 2 vectors for each class.
func doubleSums(s isa, classes int) [][2]VecVirtual {
	acc := make([][2]VecVirtual, classes)
	for q := range acc {
		acc[q] = [2]VecVirtual{s.vector(), s.vector()}
	}
	return acc
}

// forwardDoubles makes the logits of half a panel for a tile of classes.
func forwardDoubles(s isa, classes int) {
	TEXT(fmt.Sprintf("forwardDoubles%sx%d", s.name, classes), NOSPLIT, "func(z *float64, panel *float32, d int, w, c *float64)")
	Pragma("noescape")
	Doc(fmt.Sprintf("forwardDoubles%sx%d sets z, %d x %d, to c plus the products of half a panel with w, D x %d.", s.name, classes, classes, s.lanes, classes))
	panel := Load(Param("panel"), GP64())
	d := Load(Param("d"), GP64())
	w := Load(Param("w"), GP64())
	c := Load(Param("c"), GP64())
	size := 4 * s.lanes // of a vector
	acc := doubleSums(s, classes)
	for q := range acc {
		for v := range acc[q] {
			VBROADCASTSD(Mem{Base: c, Disp: 8 * q}, acc[q][v])
		}
	}
	x := [2]VecVirtual{s.vector(), s.vector()}
	Label("feature")
	for v := range x {
		VCVTPS2PD(Mem{Base: panel, Disp: size / 2 * v}, x[v])
	}
	multiplyDoubles(s, acc, x, w, 8)
	ADDQ(Imm(uint64(2*size)), panel)
	ADDQ(Imm(uint64(8*classes)), w)
	DECQ(d)
	JNZ(LabelRef("feature"))
	z := Load(Param("z"), GP64())
	for q := range acc {
		for v := range acc[q] {
			VMOVUPD(acc[q][v], Mem{Base: z, Disp: size * (2*q + v)})
		}
	}
	VZEROUPPER()
	RET()
}

// backwardDoubles adds the products of as many features as a vector has float32
// with the residuals of a tile of classes, row after row.
func backwardDoubles(s isa, classes int) {
	TEXT(fmt.Sprintf("backwardDoubles%sx%d", s.name, classes), NOSPLIT, "func(sums *float64, x *float32, stride int, mask *int32, r *float64, jump, rows int, ahead uintptr, step int)")
	Pragma("noescape")
	Doc(fmt.Sprintf("backwardDoubles%sx%d adds to sums, %d x %d, the products of rows of x, stride bytes apart, with those of r, jump bytes apart. It prefetches from ahead on, step bytes a row.", s.name, classes, classes, s.lanes))
	g := Load(Param("sums"), GP64())
	xp := Load(Param("x"), GP64())
	stride := Load(Param("stride"), GP64())
	mask := Load(Param("mask"), GP64())
	r := Load(Param("r"), GP64())
	jump := Load(Param("jump"), GP64())
	rows := Load(Param("rows"), GP64())
	ahead := Load(Param("ahead"), GP64())
	step := Load(Param("step"), GP64())
	size := 4 * s.lanes
	load := s.masked(Mem{Base: mask})
	acc := doubleSums(s, classes)
	for q := range acc {
		for v := range acc[q] {
			VMOVUPD(Mem{Base: g, Disp: size * (2*q + v)}, acc[q][v])
		}
	}
	x := [2]VecVirtual{s.vector(), s.vector()}
	Label("row")
	load(Mem{Base: xp}, x[1])
	PREFETCHT1(Mem{Base: ahead})
	ADDQ(step, ahead)
	if s.lanes == 16 {
		VCVTPS2PD(x[1].AsY(), x[0])
		VEXTRACTF32X8(Imm(1), x[1], x[1].AsY())
		VCVTPS2PD(x[1].AsY(), x[1])
	} else {
		VCVTPS2PD(x[1].AsX(), x[0])
		VEXTRACTF128(Imm(1), x[1], x[1].AsX())
		VCVTPS2PD(x[1].AsX(), x[1])
	}
	multiplyDoubles(s, acc, x, r, 8)
	ADDQ(jump, r)
	ADDQ(stride, xp)
	DECQ(rows)
	JNZ(LabelRef("row"))
	for q := range acc {
		for v := range acc[q] {
			VMOVUPD(acc[q][v], Mem{Base: g, Disp: size * (2*q + v)})
		}
	}
	VZEROUPPER()
	RET()
}
