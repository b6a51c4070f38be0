package special

import "math"

// ExpTable is what exp is made of: log2 e, log 2 in two parts, the least
// exponent (whose exponential is 0), 1, and a polynomial for exp(r),
// |r| <= log(2)/2, highest power first, with relative error 2e-17 (Chebyshev
// interpolation of (exp(r)-1-r)/r^2 at 40 digits). The assembly of package
// kernel reads it in this order.
var ExpTable = [...]float64{
	0x1.71547652b82fep+0, 0x1.62e42feep-1, 0x1.a39ef35793c76p-33, -800, 1,
	0x1.af38a9b0ec855p-26, 0x1.289185613a3d6p-22, 0x1.71de0dae63bb3p-19, 0x1.a019b90d2ae7ap-16,
	0x1.a01a01a7c41d5p-13, 0x1.6c16c1788bd90p-10, 0x1.11111111109b3p-7, 0x1.5555555553d63p-5,
	0x1.5555555555556p-3, 0x1.0000000000001p-1, 1, 1,
}

// exp returns e^x for x <= 0. Its bits are the same on every machine and in the
// vectors of package kernel, which those of math.Exp are not: every
// multiplication that is followed by an addition is fused with it.
func exp(x float64) float64 {
	x = max(x, ExpTable[3])
	n := math.RoundToEven(x * ExpTable[0])
	r := math.FMA(-n, ExpTable[2], math.FMA(-n, ExpTable[1], x))
	c := (*[12]float64)(ExpTable[5:])
	p := math.FMA(c[0], r, c[1])
	p = math.FMA(math.FMA(p, r, c[2]), r, c[3])
	p = math.FMA(math.FMA(p, r, c[4]), r, c[5])
	p = math.FMA(math.FMA(p, r, c[6]), r, c[7])
	p = math.FMA(math.FMA(p, r, c[8]), r, c[9])
	p = math.FMA(math.FMA(p, r, c[10]), r, c[11])
	// 2^n in two factors, so that only the last product may round, once, where
	// it is below the normal numbers.
	half := int(n) >> 1
	return p * power(half) * power(int(n)-half)
}

// power returns 2^n, a normal number.
func power(n int) float64 { return math.Float64frombits(uint64(1023+n) << 52) }
