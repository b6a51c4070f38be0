package kernel

import (
	"fmt"
	"slices"
)

// A Level is a set of instructions that the loops are written for. The same
// data and weights give the same bits at one level; between levels a pass may
// differ as far as the docs of Engine say.
type Level uint8

const (
	Generic Level = iota // Go: float64, on every machine; the reference
	AVX2                 // with FMA: x86-64-v3
	AVX512               // F, BW, DQ, VL and VNNI: Ice Lake, Zen 4 and later
)

var levelNames = [...]string{"generic", "avx2", "avx512"}

func (l Level) String() string { return levelNames[l] }

// ParseLevel is the inverse of String, for levels that this machine has.
func ParseLevel(name string) (Level, error) {
	i := slices.Index(levelNames[:], name)
	switch levels := Levels(); {
	case i < 0:
		return 0, fmt.Errorf("kernel level %q is not known; there are %v", name, levelNames)
	case !slices.Contains(levels, Level(i)):
		return 0, fmt.Errorf("kernel level %q needs instructions that this machine or program lacks; it has %v", name, levels)
	}
	return Level(i), nil
}

// Best is the fastest level of this machine.
func Best() Level { return slices.Max(Levels()) }
