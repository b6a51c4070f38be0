//go:build !purego

//go:generate sh -c "cd _asm && go run . -out ../kernel_amd64.s -stubs ../stubs_amd64.go -pkg kernel"

package kernel

import "golang.org/x/sys/cpu"

// Levels lists the levels that processor and operating system support.
func Levels() []Level {
	levels := []Level{Generic}
	for _, l := range []Level{AVX2, AVX512} {
		for _, f := range gates[l] {
			if !*f.present {
				return levels
			}
		}
		levels = append(levels, l)
	}
	return levels
}

// A feature of the processor, under the generator's name. The flags of package
// cpu include that the operating system saves the registers.
type feature struct {
	name    string
	present *bool
}

// gates lists all that the assembly of a level may use.
var gates = map[Level][]feature{
	AVX2:   avx2,
	AVX512: append(avx2[:len(avx2):len(avx2)], avx512...),
}

var (
	avx2 = []feature{
		{"AVX", &cpu.X86.HasAVX}, {"AVX2", &cpu.X86.HasAVX2}, {"FMA3", &cpu.X86.HasFMA},
	}
	avx512 = []feature{
		{"AVX512F", &cpu.X86.HasAVX512F}, {"AVX512BW", &cpu.X86.HasAVX512BW}, {"AVX512DQ", &cpu.X86.HasAVX512DQ},
		{"AVX512VL", &cpu.X86.HasAVX512VL}, {"AVX512VNNI", &cpu.X86.HasAVX512VNNI},
	}
)
