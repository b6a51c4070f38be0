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

const productVectors = 6 // of a tile of products

// products adds the products of a row with a tile of classes, in the order of
// the features.
func products(vectors int) {
	TEXT(fmt.Sprintf("productsAVX2x%d", vectors), NOSPLIT, "func(z, x *float64, d int, w *float64, stride int, mask *int64)")
	Pragma("noescape")
	Doc(fmt.Sprintf("productsAVX2x%d adds x w to z, %d classes; rows of w are stride bytes apart; mask selects lanes of the last 4.", vectors, 4*vectors))
	z := Load(Param("z"), GP64())
	x := Load(Param("x"), GP64())
	d := Load(Param("d"), GP64())
	w := Load(Param("w"), GP64())
	stride := Load(Param("stride"), GP64())
	maskPtr := Load(Param("mask"), GP64())
	sums := sumsOfRow(vectors, z, maskPtr)
	b := YMM()
	Label("feature")
	VBROADCASTSD(Mem{Base: x}, b)
	sums.add(b, w)
	ADDQ(Imm(8), x)
	ADDQ(stride, w)
	DECQ(d)
	JNZ(LabelRef("feature"))
	sums.write(z)
	VZEROUPPER()
	RET()
}

// rowSums are the sums of a row for a tile of classes.
type rowSums struct {
	acc         []VecVirtual
	v           VecVirtual
	load, store func(from, to Op) // of the last vector
}

func sumsOfRow(vectors int, z, mask Register) rowSums {
	s := rowSums{acc: make([]VecVirtual, vectors), v: YMM()}
	s.load, s.store = avx2.masked64(Mem{Base: mask})
	for i := range s.acc {
		s.acc[i] = YMM()
		s.read(i, z, s.acc[i])
	}
	return s
}

func (s rowSums) read(i int, from Register, v VecVirtual) {
	if m := (Mem{Base: from, Disp: 32 * i}); i == len(s.acc)-1 {
		s.load(m, v)
	} else {
		VMOVUPD(m, v)
	}
}

// add adds b times the weights at w, with one rounding.
func (s rowSums) add(b VecVirtual, w Register) {
	for i, a := range s.acc {
		s.read(i, w, s.v)
		VFMADD231PD(b, s.v, a)
	}
}

func (s rowSums) write(z Register) {
	for i, a := range s.acc {
		if m := (Mem{Base: z, Disp: 32 * i}); i == len(s.acc)-1 {
			s.store(a, m)
		} else {
			VMOVUPD(a, m)
		}
	}
}

// scale makes features of numbers.
func scale(s isa) {
	TEXT("scale"+s.name, NOSPLIT, "func(dst, x, shift, scale *float64, vectors int)")
	Pragma("noescape")
	Doc(fmt.Sprintf("scale%s sets dst to (x - shift) scale, %d numbers for each of the vectors.", s.name, s.lanes/2))
	dst := Load(Param("dst"), GP64())
	x := Load(Param("x"), GP64())
	shift := Load(Param("shift"), GP64())
	factor := Load(Param("scale"), GP64())
	n := Load(Param("vectors"), GP64())
	v := s.vector()
	Label("vector")
	VMOVUPD(Mem{Base: x}, v)
	VSUBPD(Mem{Base: shift}, v, v)
	VMULPD(Mem{Base: factor}, v, v)
	VMOVUPD(v, Mem{Base: dst})
	for _, p := range []Register{x, shift, factor, dst} {
		ADDQ(Imm(uint64(4*s.lanes)), p)
	}
	DECQ(n)
	JNZ(LabelRef("vector"))
	VZEROUPPER()
	RET()
}

// prefetch touches what will be read soon from anywhere.
func prefetch() {
	TEXT("prefetchLines", NOSPLIT, "func(p *byte, lines int)")
	Pragma("noescape")
	Doc("prefetchLines fetches lines of 64 bytes.")
	p := Load(Param("p"), GP64())
	n := Load(Param("lines"), GP64())
	Label("line")
	PREFETCHT0(Mem{Base: p})
	ADDQ(Imm(64), p)
	DECQ(n)
	JNZ(LabelRef("line"))
	RET()
}
