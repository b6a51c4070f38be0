package main

import (
	"github.com/mmcloughlin/avo/attr"
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// Offsets into the table that package kernel keeps of the constants.
const (
	constLog2e = 8 * iota
	constLn2Hi
	constLn2Lo
	constLeast
	constOne
	constExp // the polynomial's coefficients, highest power first
)

const expTerms = 12

// softmax turns the logits of 16 rows into losses and quantised residuals.
// A vector holds 8 rows, so everything is element by element: no sum crosses
// lanes, and the order of the classes is the order of the sums.
//
// For bytes the residuals come as digits; else as float32, K x 32, of which
// this is one half of each row.
func softmax(bytes bool) {
	if bytes {
		TEXT("softmaxBytes", NOSPLIT, "func(z *float64, classes int, labels *int32, weights, consts *float64, r *byte, rsum, rows *float64, unit float64)")
		Doc("softmaxBytes overwrites the logits z, K x 16, and writes the residuals' digits to r.")
	} else {
		TEXT("softmaxFloats", NOSPLIT, "func(z *float64, classes int, labels *int32, weights, consts *float64, r *float32, rsum, rows *float64)")
		Doc("softmaxFloats overwrites the logits z, 16 of each 32 in K rows, and writes the residuals to r.")
	}
	Pragma("noescape")
	zStep := 128
	if !bytes {
		zStep = 256
	}
	z := Load(Param("z"), GP64())
	classes := Load(Param("classes"), GP64())
	labels := Load(Param("labels"), GP64())
	consts := Load(Param("consts"), GP64())
	k, at := GP64(), GP64()

	// The largest logit of each row.
	var most [2]VecVirtual
	for h := range most {
		most[h] = ZMM()
		VMOVUPD(Mem{Base: z, Disp: 64 * h}, most[h])
	}
	MOVQ(z, at)
	MOVQ(classes, k)
	Label("max")
	for h := range most {
		VMAXPD(Mem{Base: at, Disp: 64 * h}, most[h], most[h])
	}
	ADDQ(U32(uint32(zStep)), at)
	DECQ(k)
	JNZ(LabelRef("max"))

	// Exponentials of d = z - max, the sum of all but the first largest, and the
	// label's d.
	log2e, hi, lo, least, zero := ZMM(), ZMM(), ZMM(), ZMM(), ZMM()
	VBROADCASTSD(Mem{Base: consts, Disp: constLog2e}, log2e)
	VBROADCASTSD(Mem{Base: consts, Disp: constLn2Hi}, hi)
	VBROADCASTSD(Mem{Base: consts, Disp: constLn2Lo}, lo)
	VBROADCASTSD(Mem{Base: consts, Disp: constLeast}, least)
	VXORPD(zero, zero, zero)
	var others, margin, y [2]VecVirtual
	var seen [2]Register
	for h := range 2 {
		others[h], margin[h], y[h] = ZMM(), ZMM(), YMM()
		VXORPD(others[h], others[h], others[h])
		VXORPD(margin[h], margin[h], margin[h])
		VMOVDQU32(Mem{Base: labels, Disp: 32 * h}, y[h])
		seen[h] = K()
		KXORW(seen[h], seen[h], seen[h])
	}
	MOVQ(z, at)
	XORQ(k, k)
	class := YMM()
	Label("exp")
	VPBROADCASTD(k.As32(), class)
	for h := range 2 {
		d, n, r, p := ZMM(), ZMM(), ZMM(), ZMM()
		m := K()
		VMOVUPD(Mem{Base: at, Disp: 64 * h}, d)
		VSUBPD(most[h], d, d)
		VPCMPEQD(y[h], class, m)
		VMOVAPD(d, m, margin[h])
		VMAXPD(least, d, d)
		VMULPD(log2e, d, n)
		VRNDSCALEPD(Imm(8), n, n)
		VMOVAPD(d, r)
		VFNMADD231PD(hi, n, r)
		VFNMADD231PD(lo, n, r)
		VBROADCASTSD(Mem{Base: consts, Disp: constExp}, p)
		for i := 1; i < expTerms; i++ {
			VFMADD213PD_BCST(Mem{Base: consts, Disp: constExp + 8*i}, r, p)
		}
		VSCALEFPD(n, p, p)
		VMOVUPD(p, Mem{Base: at, Disp: 64 * h})
		// Add it but where this is the first largest.
		top, add := K(), K()
		VCMPPD(Imm(0), zero, d, top)
		KANDNW(top, seen[h], top)
		KORW(top, seen[h], seen[h])
		KNOTW(top, add)
		VADDPD(p, others[h], add, others[h])
	}
	ADDQ(U32(uint32(zStep)), at)
	INCQ(k)
	CMPQ(k, classes)
	JNE(LabelRef("exp"))

	// rows: others, margin, and the residuals' rounding errors squared.
	rows := Load(Param("rows"), GP64())
	weights := Load(Param("weights"), GP64())
	one := zero
	VBROADCASTSD(Mem{Base: consts, Disp: constOne}, one)
	var scale, w, square [2]VecVirtual
	for h := range 2 {
		VMOVUPD(others[h], Mem{Base: rows, Disp: 64 * h})
		VMOVUPD(margin[h], Mem{Base: rows, Disp: 128 + 64*h})
		scale[h] = ZMM()
		VADDPD(one, others[h], scale[h])
		VDIVPD(scale[h], one, scale[h])
		w[h], square[h] = ZMM(), ZMM()
		VMOVUPD(Mem{Base: weights, Disp: 64 * h}, w[h])
		VXORPD(square[h], square[h], square[h])
	}

	// Residuals w (p - y), in units, as three balanced digits base 256.
	r := Load(Param("r"), GP64())
	rsum := Load(Param("rsum"), GP64())
	unit, carry, spread := ZMM(), ZMM(), ZMM()
	stride := GP64()
	if bytes {
		param, err := Param("unit").Resolve()
		if err != nil {
			panic(err)
		}
		VBROADCASTSD(param.Addr, unit)
		VPBROADCASTD(ConstData("carry", U32(0x808080)), carry)
		VBROADCASTI32X4(quadDigits(), spread)
		MOVQ(classes, stride)
		SHLQ(Imm(4), stride)
	}
	MOVQ(z, at)
	XORQ(k, k)
	Label("residual")
	VPBROADCASTD(k.As32(), class)
	var q [2]VecVirtual
	for h := range 2 {
		p, exact := ZMM(), ZMM()
		m := K()
		VMULPD(Mem{Base: at, Disp: 64 * h}, scale[h], p)
		VPCMPEQD(y[h], class, m)
		VSUBPD(one, p, m, p)
		VMULPD(w[h], p, p)
		VADDPD(Mem{Base: rsum, Disp: 64 * h}, p, exact)
		VMOVUPD(exact, Mem{Base: rsum, Disp: 64 * h})
		if !bytes {
			VCVTPD2PS(p, exact.AsY())
			VMOVUPS(exact.AsY(), Mem{Base: r, Disp: 32 * h})
			continue
		}
		VMULPD(unit, p, p)
		q[h] = ZMM()
		VCVTPD2DQ(p, q[h].AsY())
		VCVTDQ2PD(q[h].AsY(), exact)
		VSUBPD(exact, p, p)
		VFMADD231PD(p, p, square[h])
	}
	if bytes {
		VINSERTI32X8(Imm(1), q[1].AsY(), q[0], q[0])
		VPADDD(carry, q[0], q[0])
		VPXORD(carry, q[0], q[0])
		VPSHUFB(spread, q[0], q[0])
		out := GP64()
		MOVQ(r, out)
		VMOVDQU32(q[0].AsX(), Mem{Base: out})
		for lane := 1; lane < 4; lane++ {
			ADDQ(stride, out)
			VEXTRACTI32X4(Imm(uint64(lane)), q[0], Mem{Base: out})
		}
		ADDQ(Imm(16), r)
	} else {
		ADDQ(U32(128), r)
	}
	ADDQ(U32(uint32(zStep)), at)
	ADDQ(U32(128), rsum)
	INCQ(k)
	CMPQ(k, classes)
	JNE(LabelRef("residual"))
	for h := range 2 {
		VMOVUPD(square[h], Mem{Base: rows, Disp: 256 + 64*h})
	}
	VZEROUPPER()
	RET()
}

// quadDigits is the shuffle that gathers equal digits of 4 rows.
func quadDigits() Mem {
	m := GLOBL("quadDigits", attr.RODATA|attr.NOPTR)
	for i := range 16 {
		DATA(i, U8(i%4*4+i/4))
	}
	return m
}
