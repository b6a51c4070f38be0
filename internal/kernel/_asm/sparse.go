package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// gather is products for a sparse row: of the rows of w it takes those that
// index names.
func gather(vectors int) {
	TEXT(fmt.Sprintf("gatherAVX2x%d", vectors), NOSPLIT, "func(z *float64, index *int32, x *float64, step, n int, w *float64, stride int, mask *int64)")
	Pragma("noescape")
	Doc(fmt.Sprintf("gatherAVX2x%d adds the rows of w that index names, n of them, each times a number of x, step bytes after the last, to z, %d classes; rows of w are stride bytes apart; mask selects lanes of the last 4.", vectors, 4*vectors))
	z := Load(Param("z"), GP64())
	index := Load(Param("index"), GP64())
	x := Load(Param("x"), GP64())
	step := Load(Param("step"), GP64())
	n := Load(Param("n"), GP64())
	w := Load(Param("w"), GP64())
	stride := Load(Param("stride"), GP64())
	maskPtr := Load(Param("mask"), GP64())
	sums := sumsOfRow(vectors, z, maskPtr)
	b, row := YMM(), GP64()
	Label("entry")
	MOVLQSX(Mem{Base: index}, row)
	IMULQ(stride, row)
	ADDQ(w, row)
	VBROADCASTSD(Mem{Base: x}, b)
	sums.add(b, row)
	ADDQ(Imm(4), index)
	ADDQ(step, x)
	DECQ(n)
	JNZ(LabelRef("entry"))
	sums.write(z)
	VZEROUPPER()
	RET()
}
