package main

import (
	"math"

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

	expTerms = 12
	constLog = constExp + 8*expTerms // also of a polynomial
	logTerms = 7
)

// softmax turns the logits of 16 rows into losses and quantised residuals.
// A vector holds 8 rows, so everything is element by element: no sum crosses
// lanes, and the order of the classes is the order of the sums.
//
// For bytes the residuals come as digits; else as float32, K x 16.
func softmax(bytes bool) {
	if bytes {
		TEXT("softmaxBytes", NOSPLIT, "func(z *float64, classes int, labels *int32, weights, consts *float64, r *byte, rsum, sums *float64, unit float64)")
		Doc("softmaxBytes overwrites the logits z, K x 16, and writes the residuals' digits to r. It adds the losses and the squared rounding errors of the residuals to sums, 2 x 16.")
	} else {
		TEXT("softmaxFloats", NOSPLIT, "func(z *float64, classes int, labels *int32, weights, consts *float64, r *float32, rsum, sums *float64)")
		Doc("softmaxFloats overwrites the logits z, K x 16, and writes the residuals to r. It adds the losses to sums, 16.")
	}
	Pragma("noescape")
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
	ADDQ(U32(128), at)
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
	ADDQ(U32(128), at)
	INCQ(k)
	CMPQ(k, classes)
	JNE(LabelRef("exp"))

	// sums: of losses, and of the residuals' rounding errors squared.
	sums := Load(Param("sums"), GP64())
	weights := Load(Param("weights"), GP64())
	one := zero
	VBROADCASTSD(Mem{Base: consts, Disp: constOne}, one)
	var scale, w, square [2]VecVirtual
	for h := range 2 {
		w[h] = ZMM()
		VMOVUPD(Mem{Base: weights, Disp: 64 * h}, w[h])
		loss := log1p(ZMM, consts, others[h])
		VSUBPD(margin[h], loss, loss)
		VMULPD(w[h], loss, loss)
		VADDPD(Mem{Base: sums, Disp: 64 * h}, loss, loss)
		VMOVUPD(loss, Mem{Base: sums, Disp: 64 * h})
		scale[h] = ZMM()
		VADDPD(one, others[h], scale[h])
		VDIVPD(scale[h], one, scale[h])
		if bytes {
			square[h] = ZMM()
			VMOVUPD(Mem{Base: sums, Disp: 128 + 64*h}, square[h])
		}
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
		VPBROADCASTD(carryData(), carry)
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
		ADDQ(Imm(64), r)
	}
	ADDQ(U32(128), at)
	ADDQ(U32(128), rsum)
	INCQ(k)
	CMPQ(k, classes)
	JNE(LabelRef("residual"))
	if bytes {
		for h := range 2 {
			VMOVUPD(square[h], Mem{Base: sums, Disp: 128 + 64*h})
		}
	}
	VZEROUPPER()
	RET()
}

// log1p returns log(1 + x) for x >= 0. With u = 1 + x rounded, c what the sum
// lost, and u = 2^k m, m from sqrt(1/2) to sqrt(2), it is k log 2 + log(1 + f)
// of f = m - 1 + c/2^k, which for small x is x itself; and with s = f / (2+f)
//
//	log(1 + f) = 2 atanh(s) = f - s (f - r),   r = s^2 P(s^2) = 2 atanh(s)/s - 2,
//
// as in FreeBSD's log1p, where s is rounded in a small term only.
func log1p(vector func() VecVirtual, consts Register, x VecVirtual) VecVirtual {
	constant := func(offset int) VecVirtual {
		v := vector()
		VBROADCASTSD(Mem{Base: consts, Disp: offset}, v)
		return v
	}
	bits := func(value uint64) VecVirtual {
		from, v := GP64(), vector()
		MOVQ(U64(value), from)
		VMOVQ(from, v.AsX())
		VPBROADCASTQ(v.AsX(), v)
		return v
	}
	one := constant(constOne)
	u, c, large, k, m := vector(), vector(), vector(), vector(), vector()
	VADDPD(one, x, u)
	VMAXPD(one, x, large)
	VMINPD(one, x, c)
	VSUBPD(large, u, large)
	VSUBPD(large, c, c)
	VPSUBQ(bits(math.Float64bits(math.Sqrt2/2)), u, k)
	VANDPD(bits(0x7ff<<52), k, k)
	VPSUBQ(k, u, m)
	f, scale := vector(), vector()
	VSUBPD(one, m, f)
	VPSUBQ(k, one, scale)
	VFMADD231PD(scale, c, f)
	VPSRLQ(Imm(52), k, k)
	magic := bits(math.Float64bits(1 << 52))
	VORPD(magic, k, k)
	VSUBPD(magic, k, k)
	s, z, r := vector(), vector(), vector()
	VADDPD(one, one, s)
	VADDPD(f, s, s)
	VDIVPD(s, f, s)
	VMULPD(s, s, z)
	VBROADCASTSD(Mem{Base: consts, Disp: constLog}, r)
	for i := 1; i < logTerms; i++ {
		VFMADD213PD(constant(constLog+8*i), z, r)
	}
	VFNMADD213PD(f, z, r) // f - r
	VFNMADD231PD(r, s, f)
	VFMADD231PD(constant(constLn2Lo), k, f)
	VFMADD231PD(constant(constLn2Hi), k, f)
	return f
}

// carryData is what makes balanced digits of an integer.
func carryData() Mem {
	if carryMem.Symbol.Name == "" {
		carryMem = ConstData("carry", U32(0x808080))
	}
	return carryMem
}

var carryMem Mem

// quadDigits is the shuffle that gathers equal digits of 4 rows.
func quadDigits() Mem {
	if quadMem.Symbol.Name == "" {
		quadMem = GLOBL("quadDigits", attr.RODATA|attr.NOPTR)
		for i := range 16 {
			DATA(i, U8(i%4*4+i/4))
		}
	}
	return quadMem
}

var quadMem Mem
