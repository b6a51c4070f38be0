package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

const (
	tileClasses = 10 // classes whose sums fill the registers: 3 digits each, and one register for X
	digits      = 3
)

// packBytes lays 16 rows of bytes out for both products, 64 features at a
// time. In a panel a vector holds 4 features of 16 rows, a row per lane; in
// a strip it holds 4 rows of 16 features, a feature per lane.
func packBytes() {
	TEXT("packBytes", NOSPLIT, "func(x *byte, stride, chunks int, mask uint64, panel, strip *byte, stripStride int)")
	Pragma("noescape")
	Doc("packBytes lays 16 rows out as a panel and as parts of 4 strips for each chunk of 64 features; mask selects the features of the last chunk.")
	x := Load(Param("x"), GP64())
	stride := Load(Param("stride"), GP64())
	chunks := Load(Param("chunks"), GP64())
	panel := Load(Param("panel"), GP64())
	strip := Load(Param("strip"), GP64())
	stripStride := Load(Param("stripStride"), GP64())

	all := K()
	KXNORQ(all, all, all)
	row := GP64()
	Label("chunk")
	CMPQ(chunks, Imm(1))
	JNE(LabelRef("full"))
	last := Load(Param("mask"), GP64())
	KMOVQ(last, all)
	Label("full")
	MOVQ(x, row)
	var r [16]VecVirtual
	for i := range r {
		r[i] = ZMM()
		VMOVDQU8_Z(Mem{Base: row}, all, r[i])
		ADDQ(stride, row)
	}
	// Strips.
	at := GP64()
	MOVQ(strip, at)
	var out [4][4]VecVirtual
	for q := range 4 {
		abl, abh, cdl, cdh := ZMM(), ZMM(), ZMM(), ZMM()
		VPUNPCKLBW(r[4*q+1], r[4*q], abl)
		VPUNPCKHBW(r[4*q+1], r[4*q], abh)
		VPUNPCKLBW(r[4*q+3], r[4*q+2], cdl)
		VPUNPCKHBW(r[4*q+3], r[4*q+2], cdh)
		for i, pair := range [][2]VecVirtual{{abl, cdl}, {abh, cdh}} {
			out[q][2*i], out[q][2*i+1] = ZMM(), ZMM()
			VPUNPCKLWD(pair[1], pair[0], out[q][2*i])
			VPUNPCKHWD(pair[1], pair[0], out[q][2*i+1])
		}
		MOVQ(strip, at)
		for i, v := range transpose4(out[q]) {
			VMOVDQU64(v, Mem{Base: at, Disp: 64 * q})
			if i < 3 {
				ADDQ(stripStride, at)
			}
		}
	}
	LEAQ(Mem{Base: strip, Index: stripStride, Scale: 4}, strip)
	// The panel.
	transpose16(r, func(j int, v VecVirtual) { VMOVDQU64(v, Mem{Base: panel, Disp: 64 * j}) })
	ADDQ(Imm(64), x)
	ADDQ(U32(1024), panel)
	DECQ(chunks)
	JNZ(LabelRef("chunk"))
	VZEROUPPER()
	RET()
}

// transpose16 transposes 16 x 16 dwords; store gets column j.
func transpose16(r [16]VecVirtual, store func(j int, v VecVirtual)) {
	var quad [4][4]VecVirtual // rows 4q..4q+3: columns c, c+4, c+8, c+12
	for q := range 4 {
		lo01, hi01, lo23, hi23 := ZMM(), ZMM(), ZMM(), ZMM()
		VPUNPCKLDQ(r[4*q+1], r[4*q], lo01)
		VPUNPCKHDQ(r[4*q+1], r[4*q], hi01)
		VPUNPCKLDQ(r[4*q+3], r[4*q+2], lo23)
		VPUNPCKHDQ(r[4*q+3], r[4*q+2], hi23)
		for c := range quad[q] {
			quad[q][c] = ZMM()
		}
		VPUNPCKLQDQ(lo23, lo01, quad[q][0])
		VPUNPCKHQDQ(lo23, lo01, quad[q][1])
		VPUNPCKLQDQ(hi23, hi01, quad[q][2])
		VPUNPCKHQDQ(hi23, hi01, quad[q][3])
	}
	for c := range 4 {
		for i, v := range transpose4([4]VecVirtual{quad[0][c], quad[1][c], quad[2][c], quad[3][c]}) {
			store(4*i+c, v)
		}
	}
}

// transpose4 transposes the 4 x 4 quarters of vectors.
func transpose4(a [4]VecVirtual) (t [4]VecVirtual) {
	lo01, hi01, lo23, hi23 := ZMM(), ZMM(), ZMM(), ZMM()
	VSHUFI32X4(Imm(0x44), a[1], a[0], lo01)
	VSHUFI32X4(Imm(0xee), a[1], a[0], hi01)
	VSHUFI32X4(Imm(0x44), a[3], a[2], lo23)
	VSHUFI32X4(Imm(0xee), a[3], a[2], hi23)
	for i := range t {
		t[i] = ZMM()
	}
	VSHUFI32X4(Imm(0x88), lo23, lo01, t[0])
	VSHUFI32X4(Imm(0xdd), lo23, lo01, t[1])
	VSHUFI32X4(Imm(0x88), hi23, hi01, t[2])
	VSHUFI32X4(Imm(0xdd), hi23, hi01, t[3])
	return t
}

// forwardBytes makes the logits of 16 rows for a tile of classes.
func forwardBytes(classes int) {
	TEXT(fmt.Sprintf("forwardBytes%d", classes), NOSPLIT, "func(z *float64, panel *byte, groups int, w *byte, scale, c *float64)")
	Pragma("noescape")
	Doc(fmt.Sprintf("forwardBytes%d sets z, %d x 16, to scale times the panel's products with the digits w, plus c.", classes, classes))
	panel := Load(Param("panel"), GP64())
	groups := Load(Param("groups"), GP64())
	w := Load(Param("w"), GP64())
	columns := digits * classes
	acc := make([]VecVirtual, columns)
	for i := range acc {
		acc[i] = ZMM()
		VPXORD(acc[i], acc[i], acc[i])
	}
	x := ZMM()
	Label("group")
	VMOVDQU32(Mem{Base: panel}, x)
	for i := range acc {
		VPDPBUSD_BCST(Mem{Base: w, Disp: 4 * i}, x, acc[i])
	}
	ADDQ(Imm(64), panel)
	ADDQ(Imm(uint64(4*columns)), w)
	DECQ(groups)
	JNZ(LabelRef("group"))

	// 65536 d2 + 256 d1 + d0 is exact in float64, and so is a power of two times it.
	z := Load(Param("z"), GP64())
	scale := Load(Param("scale"), GP64())
	c := Load(Param("c"), GP64())
	base := Mem{Base: c, Disp: 8 * classes} // 256 follows the intercepts
	sum, next := x, ZMM()
	for k := range classes {
		d := acc[digits*k : digits*k+digits]
		for half := range 2 {
			if half == 1 {
				for _, di := range d {
					VEXTRACTI32X8(Imm(1), di, di.AsY())
				}
			}
			VCVTDQ2PD(d[2].AsY(), sum)
			VCVTDQ2PD(d[1].AsY(), next)
			VFMADD132PD_BCST(base, next, sum)
			VCVTDQ2PD(d[0].AsY(), next)
			VFMADD132PD_BCST(base, next, sum)
			VBROADCASTSD(Mem{Base: c, Disp: 8 * k}, next)
			VFMADD132PD_BCST(Mem{Base: scale, Disp: 8 * k}, next, sum)
			VMOVUPD(sum, Mem{Base: z, Disp: 128*k + 64*half})
		}
	}
	VZEROUPPER()
	RET()
}

// backwardBytes adds the products of one strip with the residuals' digits of
// a tile of classes.
func backwardBytes(classes int) {
	TEXT(fmt.Sprintf("backwardBytes%d", classes), NOSPLIT, "func(acc *int32, strip, r *byte, stride, quads int, ahead uintptr)")
	Pragma("noescape")
	Doc(fmt.Sprintf("backwardBytes%d adds the strip's products with the digits r to acc, %d x 16; stride is that of r. It prefetches from ahead on.", classes, digits*classes))
	a := Load(Param("acc"), GP64())
	strip := Load(Param("strip"), GP64())
	r := Load(Param("r"), GP64())
	stride := Load(Param("stride"), GP64())
	quads := Load(Param("quads"), GP64())
	ahead := Load(Param("ahead"), GP64())
	acc := make([]VecVirtual, digits*classes)
	for i := range acc {
		acc[i] = ZMM()
		VMOVDQU32(Mem{Base: a, Disp: 64 * i}, acc[i])
	}
	x := ZMM()
	Label("quad")
	VMOVDQU32(Mem{Base: strip}, x)
	PREFETCHT1(Mem{Base: ahead})
	ADDQ(Imm(64), ahead)
	for i := range acc {
		VPDPBUSD_BCST(Mem{Base: r, Disp: 16*(i/digits) + 4*(i%digits)}, x, acc[i])
	}
	ADDQ(Imm(64), strip)
	ADDQ(stride, r)
	DECQ(quads)
	JNZ(LabelRef("quad"))
	for i := range acc {
		VMOVDQU32(acc[i], Mem{Base: a, Disp: 64 * i})
	}
	VZEROUPPER()
	RET()
}

// flushBytes moves the integer sums to float64 ones.
func flushBytes() {
	TEXT("flushBytes", NOSPLIT, "func(sum *float64, acc *int32, unit float64, columns int)")
	Pragma("noescape")
	Doc("flushBytes adds acc, digits of 16 features for each of the columns, divided by unit to sum, and clears it.")
	sum := Load(Param("sum"), GP64())
	acc := Load(Param("acc"), GP64())
	n := Load(Param("columns"), GP64())
	base, unit := ZMM(), ZMM()
	VBROADCASTSD(ConstData("base", F64(256)), base)
	param, err := Param("unit").Resolve()
	if err != nil {
		panic(err)
	}
	VBROADCASTSD(param.Addr, unit)
	zero := ZMM()
	VPXORD(zero, zero, zero)
	Label("column")
	for half := range 2 {
		v, next := ZMM(), ZMM()
		VCVTDQ2PD(Mem{Base: acc, Disp: 128 + 32*half}, v)
		VCVTDQ2PD(Mem{Base: acc, Disp: 64 + 32*half}, next)
		VFMADD213PD(next, base, v)
		VCVTDQ2PD(Mem{Base: acc, Disp: 32 * half}, next)
		VFMADD213PD(next, base, v)
		VDIVPD(unit, v, v)
		VADDPD(Mem{Base: sum, Disp: 64 * half}, v, v)
		VMOVUPD(v, Mem{Base: sum, Disp: 64 * half})
	}
	for i := range digits {
		VMOVDQU32(zero, Mem{Base: acc, Disp: 64 * i})
	}
	ADDQ(Imm(64*digits), acc)
	ADDQ(U32(128), sum)
	DECQ(n)
	JNZ(LabelRef("column"))
	VZEROUPPER()
	RET()
}

// largestBits finds the largest |u| of up to 8 classes: of bits, so that NaN
// is larger than all numbers.
func largestBits() {
	TEXT("largestBits", NOSPLIT, "func(most, u *float64, d, stride int, mask *int64)")
	Pragma("noescape")
	Doc("largestBits sets most to the largest absolute values in d rows of u, stride bytes apart, of the classes in mask.")
	most := Load(Param("most"), GP64())
	u := Load(Param("u"), GP64())
	d := Load(Param("d"), GP64())
	stride := Load(Param("stride"), GP64())
	load, store := avx512.masked64(Mem{Base: Load(Param("mask"), GP64())})
	largest, sign, v := ZMM(), ZMM(), ZMM()
	VPXORQ(largest, largest, largest)
	VPTERNLOGD(Imm(255), sign, sign, sign)
	VPSRLQ(Imm(1), sign, sign)
	Label("row")
	load(Mem{Base: u}, v)
	VPANDQ(sign, v, v)
	VPMAXUQ(v, largest, largest)
	ADDQ(stride, u)
	DECQ(d)
	JNZ(LabelRef("row"))
	store(largest, Mem{Base: most})
	VZEROUPPER()
	RET()
}

// quantize makes the digits of the weights of up to 8 classes.
func quantize() {
	TEXT("quantize", NOSPLIT, "func(w *byte, step int, u *float64, groups, stride int, inverse, scale *float64, mask *int64)")
	Pragma("noescape")
	Doc("quantize rounds u, groups of 4 rows stride bytes apart, to integers times scale, and writes their digits to w, groups step bytes apart: 12 bytes for each class, always of 8.")
	w := Load(Param("w"), GP64())
	step := Load(Param("step"), GP64())
	u := Load(Param("u"), GP64())
	groups := Load(Param("groups"), GP64())
	stride := Load(Param("stride"), GP64())
	inverse, scale, carry, spread := ZMM(), ZMM(), YMM(), YMM()
	mask := Load(Param("mask"), GP64())
	load, store := avx512.masked64(Mem{Base: mask})
	load(Mem{Base: Load(Param("inverse"), GP64())}, inverse)
	load(Mem{Base: Load(Param("scale"), GP64())}, scale)
	VPBROADCASTD(carryData(), carry)
	VBROADCASTI32X4(quadDigits(), spread)
	Label("group")
	var q [4]VecVirtual // of a feature, 8 classes
	for f := range q {
		v, rounded := ZMM(), ZMM()
		load(Mem{Base: u}, v)
		VMULPD(inverse, v, v)
		VRNDSCALEPD(Imm(8), v, v)
		VMULPD(scale, v, rounded)
		store(rounded, Mem{Base: u})
		ADDQ(stride, u)
		q[f] = YMM()
		VCVTPD2DQ(v, q[f])
		VPADDD(carry, q[f], q[f])
		VPXORD(carry, q[f], q[f])
	}
	var low, high [2]VecVirtual // classes 0 and 1, 2 and 3 of each half; features 0 and 1, 2 and 3
	for i := range low {
		low[i], high[i] = YMM(), YMM()
		VPUNPCKLDQ(q[2*i+1], q[2*i], low[i])
		VPUNPCKHDQ(q[2*i+1], q[2*i], high[i])
	}
	for i, pair := range [][2]VecVirtual{low, high} {
		VPUNPCKLQDQ(pair[1], pair[0], q[2*i])
		VPUNPCKHQDQ(pair[1], pair[0], q[2*i+1])
	}
	for class, v := range q {
		VPSHUFB(spread, v, v)
		VMOVDQU(v.AsX(), Mem{Base: w, Disp: 12 * class})
	}
	for class, v := range q {
		at := Mem{Base: w, Disp: 12 * (4 + class)}
		VEXTRACTI128(Imm(1), v, v.AsX())
		if class < 3 {
			VMOVDQU(v.AsX(), at)
			continue
		}
		VMOVQ(v.AsX(), at)
		VPEXTRD(Imm(2), v.AsX(), at.Offset(8))
	}
	ADDQ(step, w)
	DECQ(groups)
	JNZ(LabelRef("group"))
	VZEROUPPER()
	RET()
}
