package main

import (
	"fmt"
	"strings"

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

const (
	productVectors = 6 // of a tile of products of one row
	productRows    = 4 // of a tile of several
)

// products adds the products of rows with a tile of classes, in the order of
// the features. Several rows share what is read of w, and their sums hide each
// other's latency.
func products(s isa, rows, vectors int) {
	name := fmt.Sprintf("products%sx%d", s.name, vectors)
	if rows > 1 {
		name = fmt.Sprintf("products%sx%dx%d", s.name, rows, vectors)
	}
	TEXT(name, NOSPLIT, "func(z, x *float64, d int, w *float64, stride, xStride int, mask *int64)")
	Pragma("noescape")
	Doc(fmt.Sprintf("%s adds x w to z, %d x %d; rows of w and z are stride bytes apart, those of x xStride; mask selects lanes of the last %d.", name, rows, s.lanes/2*vectors, s.lanes/2))
	z := Load(Param("z"), GP64())
	x := Load(Param("x"), GP64())
	d := Load(Param("d"), GP64())
	w := Load(Param("w"), GP64())
	stride := Load(Param("stride"), GP64())
	maskPtr := Load(Param("mask"), GP64())
	size := 4 * s.lanes
	load, store := s.masked64(Mem{Base: maskPtr})
	at := func(i int, base Register) Mem { return Mem{Base: base, Disp: size * i} }
	acc := make([][]VecVirtual, rows)
	out := GP64()
	MOVQ(z, out)
	for r := range acc {
		acc[r] = make([]VecVirtual, vectors)
		for i := range acc[r] {
			acc[r][i] = s.vector()
			if i == vectors-1 {
				load(at(i, out), acc[r][i])
			} else {
				VMOVUPD(at(i, out), acc[r][i])
			}
		}
		if r < rows-1 {
			ADDQ(stride, out)
		}
	}
	row := []Mem{{Base: x}}
	if rows > 1 {
		step, three := Load(Param("xStride"), GP64()), GP64()
		LEAQ(Mem{Base: step, Index: step, Scale: 2}, three)
		row = append(row, Mem{Base: x, Index: step, Scale: 1}, Mem{Base: x, Index: step, Scale: 2}, Mem{Base: x, Index: three, Scale: 1})
	}
	b, product := s.vector(), s.vector()
	v := make([]VecVirtual, vectors)
	Label("feature")
	for i := range v {
		if v[i] = s.vector(); i == vectors-1 {
			load(at(i, w), v[i])
		} else {
			VMOVUPD(at(i, w), v[i])
		}
	}
	for r := range acc {
		VBROADCASTSD(row[r], b)
		for i := range v {
			VMULPD(b, v[i], product)
			VADDPD(product, acc[r][i], acc[r][i])
		}
	}
	ADDQ(Imm(8), x)
	ADDQ(stride, w)
	DECQ(d)
	JNZ(LabelRef("feature"))
	for r := range acc {
		for i, a := range acc[r] {
			if i == vectors-1 {
				store(a, at(i, z))
			} else {
				VMOVUPD(a, at(i, z))
			}
		}
		if r < rows-1 {
			ADDQ(stride, z)
		}
	}
	VZEROUPPER()
	RET()
}

// scale makes features of what is stored.
func scale(s isa, kind string, load func(m Mem, v VecVirtual)) {
	name := "scale" + strings.ToUpper(kind[:1]) + kind[1:] + s.name
	TEXT(name, NOSPLIT, fmt.Sprintf("func(dst *float64, x *%s, shift, scale *float64, vectors int)", kind))
	Pragma("noescape")
	Doc(fmt.Sprintf("%s sets dst to (x - shift) scale, %d numbers for each of the vectors.", name, s.lanes/2))
	dst := Load(Param("dst"), GP64())
	x := Load(Param("x"), GP64())
	shift := Load(Param("shift"), GP64())
	factor := Load(Param("scale"), GP64())
	n := Load(Param("vectors"), GP64())
	width := map[string]int{"uint8": 1, "float32": 4, "float64": 8}[kind]
	v := s.vector()
	Label("vector")
	load(Mem{Base: x}, v)
	VSUBPD(Mem{Base: shift}, v, v)
	VMULPD(Mem{Base: factor}, v, v)
	VMOVUPD(v, Mem{Base: dst})
	ADDQ(Imm(uint64(width*s.lanes/2)), x)
	for _, p := range []Register{shift, factor, dst} {
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
