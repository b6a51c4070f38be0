package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// subtractProducts is the tile of a float32 matrix product: s.rows x 2 vectors.
// Eight sums or more hide the latency of two multiply-adds a cycle; more rows
// were no faster.
func subtractProducts(s isa) {
	TEXT("subtractProducts"+s.name, NOSPLIT, "func(c *float32, stride int, a, b *float32, n int)")
	Pragma("noescape")
	Doc(fmt.Sprintf("subtractProducts%s takes the n products of a's %d rows and b's %d columns off c, whose rows are stride bytes apart; a and b are panels.", s.name, s.rows, 2*s.lanes))
	c := Load(Param("c"), GP64())
	stride := Load(Param("stride"), GP64())
	a := Load(Param("a"), GP64())
	b := Load(Param("b"), GP64())
	n := Load(Param("n"), GP64())
	size := 4 * s.lanes
	acc := make([][2]VecVirtual, s.rows)
	at := GP64()
	MOVQ(c, at)
	for q := range acc {
		for v := range acc[q] {
			acc[q][v] = s.vector()
			VXORPS(acc[q][v], acc[q][v], acc[q][v])
		}
		for line := 0; line < 2*size; line += 64 {
			PREFETCHT0(Mem{Base: at, Disp: line})
		}
		ADDQ(stride, at)
	}
	x := [2]VecVirtual{s.vector(), s.vector()}
	Label("term")
	for v := range x {
		VMOVUPS(Mem{Base: b, Disp: size * v}, x[v])
	}
	multiply(s, acc, x, a, 4)
	ADDQ(Imm(uint64(2*size)), a)
	ADDQ(Imm(uint64(2*size)), b)
	DECQ(n)
	JNZ(LabelRef("term"))
	for q := range acc {
		for v := range acc[q] {
			VMOVUPS(Mem{Base: c, Disp: size * v}, x[v])
			VSUBPS(acc[q][v], x[v], x[v])
			VMOVUPS(x[v], Mem{Base: c, Disp: size * v})
		}
		ADDQ(stride, c)
	}
	VZEROUPPER()
	RET()
}
