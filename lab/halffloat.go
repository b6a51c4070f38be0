package lab

import "math"

// A precision is a floating-point format, by how it rounds.
type precision struct {
	name  string
	max   float64 // largest finite number
	round func(float64) float64
}

var precisions = []precision{
	{"float16", 65504, half},
	{"float32", math.MaxFloat32, func(x float64) float64 { return float64(float32(x)) }},
	{"float64", math.MaxFloat64, func(x float64) float64 { return x }},
}

// half rounds to float16 (IEEE 754 binary16): to nearest, ties to even, from
// 65520 to infinity. A sum or quotient of two float16 may be rounded by way of
// float64, whose 53 bits are more than twice 11.
func half(x float64) float64 {
	a := math.Abs(x)
	if math.IsNaN(x) || a == 0 {
		return x
	}
	if a >= 65520 {
		return math.Copysign(math.Inf(1), x)
	}
	unit := math.Ldexp(1, max(math.Ilogb(a), -14)-10)
	return math.Copysign(math.RoundToEven(a/unit)*unit, x)
}

// exp is e^x, rounded. It is a square because math.Exp overflows from 709.437
// on amd64, where 1.27e308 is still far from the end.
func (f precision) exp(x float64) float64 {
	root := math.Exp(f.round(x) / 2)
	return f.round(root * root)
}

// softmax computes it by its definition, exp(o_j) / sum_k exp(o_k), every step
// rounded; if stable, the largest output is subtracted first.
func (f precision) softmax(o []float64, stable bool) []float64 {
	move := 0.
	if stable {
		move = math.Inf(-1)
		for _, v := range o {
			move = max(move, f.round(v))
		}
	}
	p := make([]float64, len(o))
	sum := 0.
	for k, v := range o {
		p[k] = f.exp(f.round(v) - move)
		sum = f.round(sum + p[k])
	}
	for k := range p {
		p[k] = f.round(p[k] / sum)
	}
	return p
}

func reals(v []float64) []Number {
	out := make([]Number, len(v))
	for i, x := range v {
		out[i] = Number(x)
	}
	return out
}

// edge is the last number of the format from good towards bad at which ok
// holds, which it does at good and not at bad.
func (f precision) edge(good, bad float64, ok func(float64) bool) float64 {
	for {
		middle := f.round(good/2 + bad/2)
		if middle == good || middle == bad {
			return good
		}
		if ok(middle) {
			good = middle
		} else {
			bad = middle
		}
	}
}
