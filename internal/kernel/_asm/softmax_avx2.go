package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// softmaxAVX2 is softmax for float32 residuals with 4 rows at a time, panels
// of 16: masks are vectors, and powers of two are made in the exponent's bits,
// so that exponentials below the normal numbers are 0.
func softmaxAVX2() {
	TEXT("softmaxFloatsAVX2", NOSPLIT, "func(z *float64, classes int, labels *int32, weights, consts *float64, r *float32, rsum, sums *float64)")
	Pragma("noescape")
	Doc("softmaxFloatsAVX2 overwrites the logits z, K x 16, and writes the residuals to r. It adds the losses to sums, 16.")
	z := Load(Param("z"), GP64())
	classes := Load(Param("classes"), GP64())
	labels := Load(Param("labels"), GP64())
	weights := Load(Param("weights"), GP64())
	consts := Load(Param("consts"), GP64())
	out := Load(Param("r"), GP64())
	rsum := Load(Param("rsum"), GP64())
	sums := Load(Param("sums"), GP64())
	quads, k, at, to, rsumAt := GP64(), GP64(), GP64(), GP64(), GP64()
	constant := func(offset int) VecVirtual {
		v := YMM()
		VBROADCASTSD(Mem{Base: consts, Disp: offset}, v)
		return v
	}
	MOVQ(U64(4), quads)
	Label("quad")

	most := YMM()
	VMOVUPD(Mem{Base: z}, most)
	MOVQ(z, at)
	MOVQ(classes, k)
	Label("max")
	VMAXPD(Mem{Base: at}, most, most)
	ADDQ(U32(128), at)
	DECQ(k)
	JNZ(LabelRef("max"))

	others, margin, seen, y := YMM(), YMM(), YMM(), YMM()
	for _, v := range []VecVirtual{others, margin, seen} {
		VXORPD(v, v, v)
	}
	VPMOVSXDQ(Mem{Base: labels}, y)
	MOVQ(z, at)
	XORQ(k, k)
	class := YMM()
	isLabel := func() VecVirtual {
		m := YMM()
		VMOVQ(k, class.AsX())
		VPBROADCASTQ(class.AsX(), class)
		VPCMPEQQ(y, class, m)
		return m
	}
	Label("exp")
	d, n, r, p, m := YMM(), YMM(), YMM(), YMM(), isLabel()
	VMOVUPD(Mem{Base: at}, d)
	VSUBPD(most, d, d)
	VBLENDVPD(m, d, margin, margin)
	least := constant(constLeast)
	VMAXPD(least, d, d)
	VMULPD(constant(constLog2e), d, n)
	VROUNDPD(Imm(8), n, n)
	VMOVAPD(d, r)
	VFNMADD231PD(constant(constLn2Hi), n, r)
	VFNMADD231PD(constant(constLn2Lo), n, r)
	VBROADCASTSD(Mem{Base: consts, Disp: constExp}, p)
	for i := 1; i < expTerms; i++ {
		VFMADD213PD(constant(constExp+8*i), r, p)
	}
	VCVTPD2DQY(n, n.AsX())
	VPMOVSXDQ(n.AsX(), n)
	VPSLLQ(Imm(52), n, n)
	VPADDQ(n, p, p)
	normal := YMM()
	VBROADCASTSD(ConstData("normal", F64(-708)), normal)
	VCMPPD(Imm(0x1d), normal, d, normal) // d >= normal
	VANDPD(normal, p, p)
	VMOVUPD(p, Mem{Base: at})
	zero, top := YMM(), YMM()
	VXORPD(zero, zero, zero)
	VCMPPD(Imm(0), zero, d, top)
	VANDNPD(top, seen, top)
	VORPD(top, seen, seen)
	VANDNPD(p, top, p)
	VADDPD(p, others, others)
	ADDQ(U32(128), at)
	INCQ(k)
	CMPQ(k, classes)
	JNE(LabelRef("exp"))

	loss, w := log1p(YMM, consts, others), YMM()
	VMOVUPD(Mem{Base: weights}, w)
	VSUBPD(margin, loss, loss)
	VMULPD(w, loss, loss)
	VADDPD(Mem{Base: sums}, loss, loss)
	VMOVUPD(loss, Mem{Base: sums})
	one, scale := constant(constOne), YMM()
	VADDPD(one, others, scale)
	VDIVPD(scale, one, scale)

	MOVQ(z, at)
	MOVQ(out, to)
	MOVQ(rsum, rsumAt)
	XORQ(k, k)
	Label("residual")
	m = isLabel()
	VMULPD(Mem{Base: at}, scale, p)
	VANDPD(one, m, m)
	VSUBPD(m, p, p)
	VMULPD(w, p, p)
	VADDPD(Mem{Base: rsumAt}, p, d)
	VMOVUPD(d, Mem{Base: rsumAt})
	VCVTPD2PSY(p, p.AsX())
	VMOVUPS(p.AsX(), Mem{Base: to})
	ADDQ(U32(128), at)
	ADDQ(U32(128), rsumAt)
	ADDQ(Imm(64), to)
	INCQ(k)
	CMPQ(k, classes)
	JNE(LabelRef("residual"))

	for _, p := range []Register{z, weights, rsum, sums} {
		ADDQ(Imm(32), p)
	}
	ADDQ(Imm(16), labels)
	ADDQ(Imm(16), out)
	DECQ(quads)
	JNZ(LabelRef("quad"))
	VZEROUPPER()
	RET()
}
