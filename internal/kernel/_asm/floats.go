package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// An isa is what differs between the two levels of the float32 kernels.
type isa struct {
	name    string
	lanes   int // of float32
	group   int // rows of a tile of forwardFloats
	classes int // of a tile of backwardFloats: two vectors for each, two of X and a broadcast
	rows    int // of a tile of subtractProducts
	doubles int // classes of a tile in float64
	fused   int // and where products and sums are fused
	vector  func() VecVirtual
	// masked prepares loads of the lanes that a mask in memory selects.
	masked func(mask Mem) (load func(m Mem, v Op))
	// masked64 does so for float64, for loads and stores.
	masked64 func(mask Mem) (load, store func(from, to Op))
	half     func(VecVirtual) Op // of a vector
}

var avx512 = isa{"AVX512", 16, 4, 14, 8, 13, 14, ZMM, func(mask Mem) func(Mem, Op) {
	v, k := ZMM(), K()
	VMOVDQU32(mask, v)
	VPMOVD2M(v, k)
	return func(m Mem, v Op) { VMOVUPS_Z(m, k, v) }
}, func(mask Mem) (load, store func(from, to Op)) {
	v, k := ZMM(), K()
	VMOVDQU64(mask, v)
	VPMOVQ2M(v, k)
	return func(m, v Op) { VMOVUPD_Z(m, k, v) }, func(v, m Op) { VMOVUPD(v, k, m) }
}, func(v VecVirtual) Op { return v.AsY() }}

var avx2 = isa{"AVX2", 8, 2, 6, 4, 5, 6, YMM, func(mask Mem) func(Mem, Op) {
	k := YMM()
	VMOVDQU(mask, k)
	return func(m Mem, v Op) { VMASKMOVPS(m, k, v) }
}, func(mask Mem) (load, store func(from, to Op)) {
	k := YMM()
	VMOVDQU(mask, k)
	return func(m, v Op) { VMASKMOVPD(m, k, v) }, func(v, m Op) { VMASKMOVPD(v, k, m) }
}, func(v VecVirtual) Op { return v.AsX() }}

// packFloats transposes rows into a panel: lanes become rows.
func packFloats(s isa) {
	TEXT("packFloats"+s.name, NOSPLIT, "func(panel, x *float32, stride, chunks int, mask *int32)")
	Pragma("noescape")
	Doc(fmt.Sprintf("packFloats%s lays %d rows, stride bytes apart, out as half of a panel, %d features at a time; mask selects those of the last chunk.", s.name, s.lanes, s.lanes))
	panel := Load(Param("panel"), GP64())
	x := Load(Param("x"), GP64())
	stride := Load(Param("stride"), GP64())
	chunks := Load(Param("chunks"), GP64())
	mask := Load(Param("mask"), GP64())
	row := GP64()
	r := make([]VecVirtual, s.lanes)
	Label("chunk")
	MOVQ(x, row)
	CMPQ(chunks, Imm(1))
	JEQ(LabelRef("last"))
	for i := range r {
		r[i] = s.vector()
		VMOVUPS(Mem{Base: row}, r[i])
		ADDQ(stride, row)
	}
	JMP(LabelRef("transpose"))
	Label("last")
	load := s.masked(Mem{Base: mask})
	for i := range r {
		load(Mem{Base: row}, r[i])
		ADDQ(stride, row)
	}
	Label("transpose")
	size := 4 * s.lanes
	store := func(j int, v VecVirtual) { VMOVUPS(v, Mem{Base: panel, Disp: 2 * size * j}) }
	if s.lanes == 16 {
		transpose16([16]VecVirtual(r), store)
	} else {
		transpose8([8]VecVirtual(r), store)
	}
	ADDQ(Imm(uint64(size)), x)
	ADDQ(U32(uint32(2*size*s.lanes)), panel)
	DECQ(chunks)
	JNZ(LabelRef("chunk"))
	VZEROUPPER()
	RET()
}

func transpose8(r [8]VecVirtual, store func(j int, v VecVirtual)) {
	var quad [2][4]VecVirtual // rows 4q..4q+3: column c and c+4
	for q := range quad {
		lo01, hi01, lo23, hi23 := YMM(), YMM(), YMM(), YMM()
		VUNPCKLPS(r[4*q+1], r[4*q], lo01)
		VUNPCKHPS(r[4*q+1], r[4*q], hi01)
		VUNPCKLPS(r[4*q+3], r[4*q+2], lo23)
		VUNPCKHPS(r[4*q+3], r[4*q+2], hi23)
		for c := range quad[q] {
			quad[q][c] = YMM()
		}
		VUNPCKLPD(lo23, lo01, quad[q][0])
		VUNPCKHPD(lo23, lo01, quad[q][1])
		VUNPCKLPD(hi23, hi01, quad[q][2])
		VUNPCKHPD(hi23, hi01, quad[q][3])
	}
	for c := range 4 {
		low := YMM()
		VPERM2F128(Imm(0x20), quad[1][c], quad[0][c], low)
		store(c, low)
		VPERM2F128(Imm(0x31), quad[1][c], quad[0][c], low)
		store(c+4, low)
	}
}

// multiply emits acc += x_v w_q for 2 vectors x and the weights at w, apart by
// step bytes.
func multiply(s isa, acc [][2]VecVirtual, x [2]VecVirtual, w Register, step int) {
	b := s.vector()
	for q := range acc {
		VBROADCASTSS(Mem{Base: w, Disp: step * q}, b)
		for v := range x {
			VFMADD231PS(b, x[v], acc[q][v])
		}
	}
}

// A stored is a type of X that is multiplied as float32.
type stored struct {
	name string
	size int
	load func(m Mem, v VecVirtual)
}

var (
	storedFloats = stored{"Floats", 4, func(m Mem, v VecVirtual) { VMOVUPS(m, v) }}
	storedBytes  = stored{"Widened", 1, func(m Mem, v VecVirtual) {
		VPMOVZXBD(m, v)
		VCVTDQ2PS(v, v)
	}}
)

// floats makes the products of the float32 passes.
func floats(s isa, x stored) {
	for classes := 1; classes <= forwardClasses; classes++ {
		forwardFloats(s, x, classes)
	}
	for classes := 1; classes <= s.classes; classes++ {
		backwardFloats(s, x, classes)
	}
}

const forwardClasses = 6 // of a tile of forwardFloats

// forwardFloats makes the logits of 16 rows for a tile of classes: lanes are
// features, and are added up at the end of a row.
func forwardFloats(s isa, x stored, classes int) {
	name := fmt.Sprintf("forward%s%sx%d", x.name, s.name, classes)
	TEXT(name, NOSPLIT, "func(z *float64, x *byte, stride, chunks int, w *float32, c *float64)")
	Pragma("noescape")
	Doc(fmt.Sprintf("%s sets z, %d x 16, to the products of 16 rows of x, stride bytes apart, with w, chunks x %d x %d, plus c.", name, classes, classes, s.lanes))
	z := Load(Param("z"), GP64())
	rows := Load(Param("x"), GP64())
	stride := Load(Param("stride"), GP64())
	chunks := Load(Param("chunks"), GP64())
	weights := Load(Param("w"), GP64())
	c := Load(Param("c"), GP64())
	groups, n, w, even, odd := GP64(), GP64(), GP64(), GP64(), GP64()
	MOVQ(U64(uint64(16/s.group)), groups)
	Label("group")
	acc := make([][]VecVirtual, classes)
	for q := range acc {
		acc[q] = make([]VecVirtual, s.group)
		for i := range acc[q] {
			acc[q][i] = s.vector()
			VXORPS(acc[q][i], acc[q][i], acc[q][i])
		}
	}
	xs, b := make([]VecVirtual, s.group), s.vector()
	for i := range xs {
		xs[i] = s.vector()
	}
	MOVQ(chunks, n)
	MOVQ(weights, w)
	MOVQ(rows, even)
	LEAQ(Mem{Base: rows, Index: stride, Scale: 1}, odd)
	Label("chunk")
	for i := range xs {
		at := Mem{Base: []Register{even, odd}[i%2]}
		if i > 1 {
			at.Index, at.Scale = stride, 2
		}
		x.load(at, xs[i])
	}
	for q := range acc {
		VMOVUPS(Mem{Base: w, Disp: 4 * s.lanes * q}, b)
		for i, v := range xs {
			VFMADD231PS(b, v, acc[q][i])
		}
	}
	ADDQ(U32(uint32(x.size*s.lanes)), even)
	ADDQ(U32(uint32(x.size*s.lanes)), odd)
	ADDQ(U32(uint32(4*s.lanes*classes)), w)
	DECQ(n)
	JNZ(LabelRef("chunk"))
	for q, a := range acc {
		sums := addLanes(s, a)
		out, add := Mem{Base: z, Disp: 128 * q}, Mem{Base: c, Disp: 8 * q}
		if s.group == 4 {
			wide := YMM()
			VBROADCASTSD(add, wide)
			VCVTPS2PD(sums.AsX(), sums.AsY())
			VADDPD(wide, sums.AsY(), sums.AsY())
			VMOVUPD(sums.AsY(), out)
		} else {
			VCVTPS2PD(sums.AsX(), sums.AsX())
			wide := XMM()
			VMOVDDUP(add, wide)
			VADDPD(wide, sums.AsX(), sums.AsX())
			VMOVUPD(sums.AsX(), out)
		}
	}
	ADDQ(Imm(uint64(8*s.group)), z)
	for range s.group {
		ADDQ(stride, rows)
	}
	DECQ(groups)
	JNZ(LabelRef("group"))
	VZEROUPPER()
	RET()
}

// addLanes adds up the lanes of 2 or 4 vectors: the sums are the first lanes of
// the result.
func addLanes(s isa, a []VecVirtual) VecVirtual {
	half := YMM()
	if s.lanes == 16 {
		for _, v := range a {
			VEXTRACTF32X8(Imm(1), v, half)
			VADDPS(half, v.AsY(), v.AsY())
		}
	}
	pairs := make([]VecVirtual, len(a)/2) // lanes 0 and 2 of each, then 1 and 3
	for i := range pairs {
		low, high := a[2*i].AsY(), a[2*i+1].AsY()
		pairs[i] = YMM()
		VUNPCKLPS(high, low, pairs[i])
		VUNPCKHPS(high, low, half)
		VADDPS(half, pairs[i], pairs[i])
	}
	sums := pairs[0]
	if len(pairs) == 2 {
		VUNPCKHPD(pairs[1], pairs[0], half)
		VUNPCKLPD(pairs[1], pairs[0], sums)
		VADDPS(half, sums, sums)
	}
	if s.lanes == 16 {
		VEXTRACTF32X4(Imm(1), sums, half.AsX())
	} else {
		VEXTRACTF128(Imm(1), sums, half.AsX())
	}
	VADDPS(half.AsX(), sums.AsX(), sums.AsX())
	if len(pairs) == 1 {
		VUNPCKHPD(sums.AsX(), sums.AsX(), half.AsX())
		VADDPS(half.AsX(), sums.AsX(), sums.AsX())
	}
	return sums
}

// backwardFloats adds the products of 2 vectors of features with the residuals
// of a tile of classes.
func backwardFloats(s isa, stored stored, classes int) {
	name := fmt.Sprintf("backward%s%sx%d", stored.name, s.name, classes)
	TEXT(name, NOSPLIT, "func(acc *float32, x *byte, stride int, r *float32, rows, jump int, ahead uintptr, step int)")
	Pragma("noescape")
	Doc(fmt.Sprintf("%s adds to acc, %d x %d, the products of rows of x, stride bytes apart, with r, which lies in panels of 16 rows, jump bytes from the end of one to the next. It prefetches from ahead on, step bytes a row.", name, classes, 2*s.lanes))
	a := Load(Param("acc"), GP64())
	xp := Load(Param("x"), GP64())
	stride := Load(Param("stride"), GP64())
	r := Load(Param("r"), GP64())
	rows := Load(Param("rows"), GP64())
	jump := Load(Param("jump"), GP64())
	ahead := Load(Param("ahead"), GP64())
	aheadStep := Load(Param("step"), GP64())
	size := 4 * s.lanes
	acc := make([][2]VecVirtual, classes)
	for q := range acc {
		for v := range acc[q] {
			acc[q][v] = s.vector()
			VMOVUPS(Mem{Base: a, Disp: size * (2*q + v)}, acc[q][v])
		}
	}
	x := [2]VecVirtual{s.vector(), s.vector()}
	count := GP64()
	Label("panel")
	MOVQ(U64(16), count)
	CMPQ(rows, count)
	CMOVQLT(rows, count)
	SUBQ(count, rows)
	Label("row")
	for v := range x {
		stored.load(Mem{Base: xp, Disp: stored.size * s.lanes * v}, x[v])
	}
	for line := 0; line < 2*stored.size*s.lanes; line += 64 {
		PREFETCHT1(Mem{Base: ahead, Disp: line})
	}
	ADDQ(aheadStep, ahead)
	multiply(s, acc, x, r, 64)
	ADDQ(Imm(4), r)
	ADDQ(stride, xp)
	DECQ(count)
	JNZ(LabelRef("row"))
	ADDQ(jump, r)
	TESTQ(rows, rows)
	JNZ(LabelRef("panel"))
	for q := range acc {
		for v := range acc[q] {
			VMOVUPS(acc[q][v], Mem{Base: a, Disp: size * (2*q + v)})
		}
	}
	VZEROUPPER()
	RET()
}

// flushFloats moves float32 sums to float64 ones.
func flushFloats(s isa) {
	TEXT("flushFloats"+s.name, NOSPLIT, "func(sum *float64, acc *float32, vectors int)")
	Pragma("noescape")
	Doc("flushFloats" + s.name + " adds acc to sum and clears it.")
	sum := Load(Param("sum"), GP64())
	acc := Load(Param("acc"), GP64())
	n := Load(Param("vectors"), GP64())
	v, zero := s.vector(), s.vector()
	VXORPS(zero, zero, zero)
	size := 4 * s.lanes
	Label("vector")
	for h := range 2 {
		VCVTPS2PD(Mem{Base: acc, Disp: size / 2 * h}, v)
		VADDPD(Mem{Base: sum, Disp: size * h}, v, v)
		VMOVUPD(v, Mem{Base: sum, Disp: size * h})
	}
	VMOVUPS(zero, Mem{Base: acc})
	ADDQ(Imm(uint64(size)), acc)
	ADDQ(U32(uint32(2*size)), sum)
	DECQ(n)
	JNZ(LabelRef("vector"))
	VZEROUPPER()
	RET()
}

// widenBytes turns bytes into float32.
func widenBytes() {
	TEXT("widenBytesAVX2", NOSPLIT, "func(f *float32, b *byte, vectors int)")
	Pragma("noescape")
	Doc("widenBytesAVX2 converts 8 bytes for each of the vectors.")
	f := Load(Param("f"), GP64())
	b := Load(Param("b"), GP64())
	n := Load(Param("vectors"), GP64())
	v := YMM()
	Label("vector")
	VPMOVZXBD(Mem{Base: b}, v)
	VCVTDQ2PS(v, v)
	VMOVUPS(v, Mem{Base: f})
	ADDQ(Imm(8), b)
	ADDQ(Imm(32), f)
	DECQ(n)
	JNZ(LabelRef("vector"))
	VZEROUPPER()
	RET()
}
