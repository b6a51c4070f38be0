package main

import (
	"fmt"
	"strings"

	"github.com/mmcloughlin/avo/attr"
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// packRows lays rows out as a panel: lanes become rows. A step takes 16 bytes of
// each row, one row in four for each vector, or every other one, so that
// unpacking leaves the rows in their order. Bytes stay bytes; other features
// are scaled.
func packRows(s isa, kind string) {
	name := "packRows" + strings.ToUpper(kind[:1]) + kind[1:] + s.name
	width := map[string]int{"uint8": 1, "float32": 4, "float64": 8}[kind]
	if width == 1 {
		TEXT(name, NOSPLIT, "func(panel, x *uint8, stride, steps int)")
		Doc(fmt.Sprintf("%s sets panel to %d rows, stride bytes apart, 16 features a step.", name, s.lanes))
	} else {
		TEXT(name, NOSPLIT, fmt.Sprintf("func(panel *float64, x *%s, stride, steps int, shift, scale *float64)", kind))
		Doc(fmt.Sprintf("%s sets panel to (x - shift) scale for %d rows, stride bytes apart, %d features a step.", name, s.lanes, 16/width))
	}
	Pragma("noescape")
	panel := Load(Param("panel"), GP64())
	x := Load(Param("x"), GP64())
	stride := Load(Param("stride"), GP64())
	steps := Load(Param("steps"), GP64())
	three := GP64()
	LEAQ(Mem{Base: stride, Index: stride, Scale: 2}, three)
	quads := []Register{x}
	for len(quads) < s.lanes/4 {
		next := GP64()
		LEAQ(Mem{Base: quads[len(quads)-1], Index: stride, Scale: 4}, next)
		quads = append(quads, next)
	}
	// every loads rows from first on, apart by step.
	every := func(first, step int) VecVirtual {
		v := s.vector()
		for lane := range s.lanes / 4 {
			i := first + step*lane
			row := []Mem{{Base: quads[i/4]}, {Base: quads[i/4], Index: stride, Scale: 1}, {Base: quads[i/4], Index: stride, Scale: 2}, {Base: quads[i/4], Index: three, Scale: 1}}[i%4]
			switch {
			case lane == 0:
				VMOVUPS(row, v.AsX())
			case s.lanes == 16:
				VINSERTF32X4(Imm(uint64(lane)), row, v, v)
			default:
				VINSERTF128(Imm(1), row, v, v)
			}
		}
		return v
	}
	// fours leaves one number of 4 bytes of every row, for each of 4.
	fours := func(visit func(i int, v VecVirtual)) {
		r := [4]VecVirtual{every(0, 4), every(1, 4), every(2, 4), every(3, 4)}
		for j, unpack := range []func(...Op){VUNPCKLPS, VUNPCKHPS} {
			low, high := s.vector(), s.vector()
			unpack(r[1], r[0], low)
			unpack(r[3], r[2], high)
			for i, unpack := range []func(...Op){VUNPCKLPD, VUNPCKHPD} {
				v := s.vector()
				unpack(high, low, v)
				visit(2*j+i, v)
			}
		}
	}
	size := 4 * s.lanes
	var shift, scale Register
	var store func(j int, halves ...VecVirtual)
	turn, gather := s.vector(), s.vector()
	if width == 1 {
		VMOVUPS(bytesOfFour, turn)
		VMOVUPS(s.lanesInTurn(), gather)
	} else {
		b := s.vector()
		shift, scale = Load(Param("shift"), GP64()), Load(Param("scale"), GP64())
		store = func(j int, halves ...VecVirtual) {
			VBROADCASTSD(Mem{Base: shift, Disp: 8 * j}, b)
			for _, v := range halves {
				VSUBPD(b, v, v)
			}
			VBROADCASTSD(Mem{Base: scale, Disp: 8 * j}, b)
			for h, v := range halves {
				VMULPD(b, v, v)
				VMOVUPD(v, Mem{Base: panel, Disp: size * (2*j + h)})
			}
		}
	}
	Label("step")
	switch width {
	case 1:
		fours(func(i int, v VecVirtual) {
			VPSHUFB(turn, v, v)
			VPERMD(v, gather, v)
			VMOVUPS(v, Mem{Base: panel, Disp: size * i})
		})
		ADDQ(U32(uint32(4*size)), panel)
	case 4:
		fours(func(i int, v VecVirtual) {
			high := s.vector()
			s.high(v, high)
			VCVTPS2PD(s.half(v), v)
			VCVTPS2PD(s.half(high), high)
			store(i, v, high)
		})
	case 8:
		var pairs [2][2]VecVirtual
		for h := range 2 {
			even, odd := every(s.lanes/2*h, 2), every(s.lanes/2*h+1, 2)
			pairs[0][h], pairs[1][h] = s.vector(), s.vector()
			VUNPCKLPD(odd, even, pairs[0][h])
			VUNPCKHPD(odd, even, pairs[1][h])
		}
		for j, v := range pairs {
			store(j, v[:]...)
		}
	}
	for _, p := range quads {
		ADDQ(Imm(16), p)
	}
	if width > 1 {
		ADDQ(Imm(uint64(8*16/width)), shift)
		ADDQ(Imm(uint64(8*16/width)), scale)
		ADDQ(U32(uint32(2*size*16/width)), panel)
	}
	DECQ(steps)
	JNZ(LabelRef("step"))
	VZEROUPPER()
	RET()
}

// bytesOfFour is the shuffle that turns 4 x 4 bytes.
var bytesOfFour = func() Mem {
	m := GLOBL("bytesOfFour", attr.RODATA|attr.NOPTR)
	for at := range 64 {
		DATA(at, U8(at%4*4+at/4%4))
	}
	return m
}()

// lanesInTurn is the permutation that takes 4 bytes of each lane, then the next.
func (s isa) lanesInTurn() Mem {
	m := GLOBL("lanesInTurn"+s.name, attr.RODATA|attr.NOPTR)
	for at := range s.lanes {
		DATA(4*at, U32(uint32(at%(s.lanes/4)*4+at/(s.lanes/4))))
	}
	return m
}

// forwardRows adds the products of a panel with a tile of classes, in the order
// of the features. Bytes are scaled on the way, by units that wait for the
// products anyway.
func forwardRows(s isa, bytes bool, classes int) {
	name := fmt.Sprintf("forwardRows%sx%d", s.name, classes)
	if bytes {
		name = fmt.Sprintf("forwardByteRows%sx%d", s.name, classes)
		TEXT(name, NOSPLIT, "func(z *float64, panel *uint8, d int, w *float64, stride int, c *float64, ahead uintptr, step int, shift, scale *float64)")
	} else {
		TEXT(name, NOSPLIT, "func(z, panel *float64, d int, w *float64, stride int, c *float64, ahead uintptr, step int)")
	}
	Pragma("noescape")
	Doc(fmt.Sprintf("%s adds the products of a panel with w, D x %d, whose rows are stride bytes apart, to c or, if that is nil, to z, %d x %d, and leaves the sums in z. It prefetches from ahead on, step bytes a feature.", name, classes, classes, s.lanes))
	z := Load(Param("z"), GP64())
	panel := Load(Param("panel"), GP64())
	d := Load(Param("d"), GP64())
	w := Load(Param("w"), GP64())
	stride := Load(Param("stride"), GP64())
	c := Load(Param("c"), GP64())
	ahead := Load(Param("ahead"), GP64())
	step := Load(Param("step"), GP64())
	var shift, scale Register
	if bytes {
		shift, scale = Load(Param("shift"), GP64()), Load(Param("scale"), GP64())
	}
	size := 4 * s.lanes
	acc := doubleSums(s, classes)
	TESTQ(c, c)
	JZ(LabelRef("more"))
	for q := range acc {
		for v := range acc[q] {
			VBROADCASTSD(Mem{Base: c, Disp: 8 * q}, acc[q][v])
		}
	}
	JMP(LabelRef("feature"))
	Label("more")
	for q := range acc {
		for v := range acc[q] {
			VMOVUPD(Mem{Base: z, Disp: size * (2*q + v)}, acc[q][v])
		}
	}
	x, b := [2]VecVirtual{s.vector(), s.vector()}, s.vector()
	Label("feature")
	for v := range x {
		PREFETCHT1(Mem{Base: ahead, Disp: 64 * v})
		switch at := (Mem{Base: panel, Disp: s.lanes / 2 * v}); {
		case !bytes:
			VMOVUPD(Mem{Base: panel, Disp: size * v}, x[v])
		case s.lanes == 16:
			VPMOVZXBQ(at, x[v])
			VCVTQQ2PD(x[v], x[v])
		default:
			VPMOVZXBD(at, x[v].AsX())
			VCVTDQ2PD(x[v].AsX(), x[v])
		}
	}
	ADDQ(step, ahead)
	if bytes {
		VBROADCASTSD(Mem{Base: shift}, b)
		for _, v := range x {
			VSUBPD(b, v, v)
		}
		VBROADCASTSD(Mem{Base: scale}, b)
		for _, v := range x {
			VMULPD(b, v, v)
		}
		ADDQ(Imm(8), shift)
		ADDQ(Imm(8), scale)
		ADDQ(Imm(uint64(s.lanes)), panel)
	} else {
		ADDQ(Imm(uint64(2*size)), panel)
	}
	for q := range acc {
		VBROADCASTSD(Mem{Base: w, Disp: 8 * q}, b)
		for v := range x {
			VFMADD231PD(b, x[v], acc[q][v])
		}
	}
	ADDQ(stride, w)
	DECQ(d)
	JNZ(LabelRef("feature"))
	for q := range acc {
		for v := range acc[q] {
			VMOVUPD(acc[q][v], Mem{Base: z, Disp: size * (2*q + v)})
		}
	}
	VZEROUPPER()
	RET()
}

// unpackRows turns a panel of results into rows.
func unpackRows(s isa) {
	n := s.lanes / 2
	TEXT("unpackRows"+s.name, NOSPLIT, "func(z *float64, stride int, panel *float64, chunks int, all, last *int64)")
	Pragma("noescape")
	Doc(fmt.Sprintf("unpackRows%s sets %d rows, stride bytes apart, to the columns of panel, %d classes a chunk; all and last mask those of a chunk.", s.name, s.lanes, n))
	z := Load(Param("z"), GP64())
	stride := Load(Param("stride"), GP64())
	panel := Load(Param("panel"), GP64())
	chunks := Load(Param("chunks"), GP64())
	all := Load(Param("all"), GP64())
	last := Load(Param("last"), GP64())
	row := GP64()
	size := 4 * s.lanes
	Label("chunk")
	CMPQ(chunks, Imm(1))
	CMOVQEQ(last, all)
	_, store := s.masked64(Mem{Base: all})
	MOVQ(z, row)
	for half := range 2 {
		r := make([]VecVirtual, n)
		for q := range r {
			r[q] = s.vector()
			VMOVUPD(Mem{Base: panel, Disp: size * (2*q + half)}, r[q])
		}
		for _, v := range s.transpose(r) {
			store(v, Mem{Base: row})
			ADDQ(stride, row)
		}
	}
	ADDQ(Imm(uint64(8*n)), z)
	ADDQ(U32(uint32(2*size*n)), panel)
	DECQ(chunks)
	JNZ(LabelRef("chunk"))
	VZEROUPPER()
	RET()
}

// transpose turns as many vectors as each has numbers.
func (s isa) transpose(r []VecVirtual) []VecVirtual {
	var low, high []VecVirtual // even columns and odd, of two rows
	for i := 0; i < len(r); i += 2 {
		a, b := s.vector(), s.vector()
		VUNPCKLPD(r[i+1], r[i], a)
		VUNPCKHPD(r[i+1], r[i], b)
		low, high = append(low, a), append(high, b)
	}
	columns := make([]VecVirtual, len(r))
	for odd, v := range [][]VecVirtual{low, high} {
		if s.lanes == 8 {
			for l := range 2 {
				columns[2*l+odd] = s.vector()
				VPERM2F128(Imm(uint64(0x20+0x11*l)), v[1], v[0], columns[2*l+odd])
			}
			continue
		}
		shuffle := func(imm uint64, a, b VecVirtual) VecVirtual {
			to := s.vector()
			VSHUFF64X2(Imm(imm), b, a, to)
			return to
		}
		for l, imm := range []uint64{0x88, 0xdd} { // lanes 0 and 2, 1 and 3
			a, b := shuffle(imm, v[0], v[1]), shuffle(imm, v[2], v[3])
			columns[2*l+odd], columns[4+2*l+odd] = shuffle(0x88, a, b), shuffle(0xdd, a, b)
		}
	}
	return columns
}

// softmaxRows makes probabilities of the logits of a panel. Nothing crosses
// lanes: the order of the classes is the order of the sums.
func softmaxRows(s isa) {
	name := "softmaxRows" + s.name
	TEXT(name, NOSPLIT, "func(z *float64, classes int, consts *float64, most *int64)")
	Pragma("noescape")
	Doc(fmt.Sprintf("%s overwrites the logits z, K x %d, with probabilities and sets most to the class of the largest; to NaN and -1 in a row with a number that is not finite.", name, s.lanes))
	z := Load(Param("z"), GP64())
	classes := Load(Param("classes"), GP64())
	consts := Load(Param("consts"), GP64())
	out := Load(Param("most"), GP64())
	size := 4 * s.lanes
	k, at := GP64(), GP64()
	var top, argmax, sum [2]VecVirtual
	for h := range top {
		top[h], argmax[h], sum[h] = s.vector(), s.vector(), s.vector()
		VMOVUPD(Mem{Base: z, Disp: size * h}, top[h])
		VXORPD(argmax[h], argmax[h], argmax[h])
		VXORPD(sum[h], sum[h], sum[h])
	}
	class, v := s.vector(), s.vector()
	MOVQ(z, at)
	XORQ(k, k)
	Label("max")
	VMOVQ(k, class.AsX())
	VPBROADCASTQ(class.AsX(), class)
	for h := range top {
		VMOVUPD(Mem{Base: at, Disp: size * h}, v)
		larger := s.compare(0x1e, top[h], v) // v > top
		larger(v, top[h])
		larger(class, argmax[h])
		VSUBPD(v, v, v) // 0, else NaN
		VADDPD(v, sum[h], sum[h])
	}
	ADDQ(Imm(uint64(2*size)), at)
	INCQ(k)
	CMPQ(k, classes)
	JNE(LabelRef("max"))

	constant := func(offset int) VecVirtual {
		v := s.vector()
		VBROADCASTSD(Mem{Base: consts, Disp: offset}, v)
		return v
	}
	MOVQ(z, at)
	MOVQ(classes, k)
	Label("exp")
	var n, r, p [2]VecVirtual
	for h := range r {
		n[h], r[h], p[h] = s.vector(), s.vector(), constant(constExp)
		VMOVUPD(Mem{Base: at, Disp: size * h}, r[h])
		VSUBPD(top[h], r[h], r[h])
		VMAXPD(constant(constLeast), r[h], r[h])
		VMULPD(constant(constLog2e), r[h], n[h])
		s.round(n[h])
		VFNMADD231PD(constant(constLn2Hi), n[h], r[h])
		VFNMADD231PD(constant(constLn2Lo), n[h], r[h])
	}
	for i := 1; i < expTerms; i++ {
		c := constant(constExp + 8*i)
		for h := range p {
			VFMADD213PD(c, r[h], p[h])
		}
	}
	for h := range p {
		s.timesPower(p[h], n[h], constant(constOne))
		VADDPD(p[h], sum[h], sum[h])
		VMOVUPD(p[h], Mem{Base: at, Disp: size * h})
	}
	ADDQ(Imm(uint64(2*size)), at)
	DECQ(k)
	JNZ(LabelRef("exp"))

	VPCMPEQD(class.AsX(), class.AsX(), class.AsX())
	VPBROADCASTQ(class.AsX(), class)
	for h := range sum {
		s.compare(3, sum[h], sum[h])(class, argmax[h]) // NaN
		VMOVUPD(argmax[h], Mem{Base: out, Disp: size * h})
	}
	Label("divide")
	for h := range sum {
		VMOVUPD(Mem{Base: z, Disp: size * h}, v)
		VDIVPD(sum[h], v, v)
		VMOVUPD(v, Mem{Base: z, Disp: size * h})
	}
	ADDQ(Imm(uint64(2*size)), z)
	DECQ(classes)
	JNZ(LabelRef("divide"))
	VZEROUPPER()
	RET()
}

// high sets v to the second half of another vector.
func (s isa) high(from, v VecVirtual) {
	if s.lanes == 16 {
		VEXTRACTF64X4(Imm(1), from, v.AsY())
	} else {
		VEXTRACTF128(Imm(1), from, v.AsX())
	}
}

// compare returns a move of the lanes in which x and y compare as predicate says.
func (s isa) compare(predicate uint64, y, x VecVirtual) (move func(from, to VecVirtual)) {
	if s.lanes == 16 {
		m := K()
		VCMPPD(Imm(predicate), y, x, m)
		return func(from, to VecVirtual) { VMOVAPD(from, m, to) }
	}
	m := s.vector()
	VCMPPD(Imm(predicate), y, x, m)
	return func(from, to VecVirtual) { VBLENDVPD(m, from, to, to) }
}

// round rounds to the nearest integers, halves to even.
func (s isa) round(v VecVirtual) {
	if s.lanes == 16 {
		VRNDSCALEPD(Imm(8), v, v)
	} else {
		VROUNDPD(Imm(8), v, v)
	}
}

// timesPower multiplies p, between 1/2 and 2, by 2 to the integers n, of -1200 or more,
// with one rounding where the product is below the normal numbers.
func (s isa) timesPower(p, n, one VecVirtual) {
	if s.lanes == 16 {
		VSCALEFPD(n, p, p)
		return
	}
	half := s.vector()
	VCVTPD2DQY(n, n.AsX())
	VPSRAD(Imm(1), n.AsX(), half.AsX())
	VPSUBD(half.AsX(), n.AsX(), n.AsX())
	for _, v := range []VecVirtual{half, n} {
		VPMOVSXDQ(v.AsX(), v)
		VPSLLQ(Imm(52), v, v)
	}
	VPADDQ(half, p, p)
	VPADDQ(one, n, n)
	VMULPD(n, p, p)
}
