package special

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// The reference: exp and log1p in math/big from argument reduction and series,
// and a row's functions from their definitions, without a maximum.

const prec = 320 // bits; at least 280 of them are right (TestExactReference)

func newF() *big.Float               { return new(big.Float).SetPrec(prec) }
func toF(x float64) *big.Float       { return newF().SetFloat64(x) }
func add(x, y *big.Float) *big.Float { return newF().Add(x, y) }
func sub(x, y *big.Float) *big.Float { return newF().Sub(x, y) }
func mul(x, y *big.Float) *big.Float { return newF().Mul(x, y) }
func quo(x, y *big.Float) *big.Float { return newF().Quo(x, y) }

var ln2 = twiceAtanh(quo(toF(1), toF(3)))

// twiceAtanh returns 2 (t + t^3/3 + t^5/5 + ...), for |t| <= 1/3.
func twiceAtanh(t *big.Float) *big.Float {
	sum, power, t2 := newF().Set(t), newF().Set(t), mul(t, t)
	for i := 3.0; power.Sign() != 0; i += 2 {
		power = mul(power, t2)
		term := quo(power, toF(i))
		if term.MantExp(nil) < sum.MantExp(nil)-prec {
			break
		}
		sum.Add(sum, term)
	}
	return sum.Add(sum, sum)
}

// exactExp: x = k ln2 + r, exp(x) = 2^k (exp(r/2^10))^(2^10). It returns 0 where
// every float64 function of the result has long underflowed.
func exactExp(x *big.Float) *big.Float {
	f, _ := quo(x, ln2).Float64()
	if f < -1e6 {
		return newF()
	}
	k := math.Round(f)
	r := sub(x, mul(toF(k), ln2))
	r.SetMantExp(r, -10)
	sum, term := toF(1), toF(1)
	for i := 1.0; i < 28; i++ {
		term = quo(mul(term, r), toF(i))
		sum.Add(sum, term)
	}
	for range 10 {
		sum = mul(sum, sum)
	}
	return sum.SetMantExp(sum, int(k))
}

// exactLog1p: log(1+x) = 2 atanh(x/(2+x)), after the power of two is taken out of
// 1+x where x is not small.
func exactLog1p(x *big.Float) *big.Float {
	e := 0
	if f, _ := x.Float64(); math.Abs(f) > 0.5 {
		y := newF()
		e = add(toF(1), x).MantExp(y)
		x = sub(y, toF(1))
	}
	return add(twiceAtanh(quo(x, add(toF(2), x))), mul(toF(float64(e)), ln2))
}

// exactRow holds exp(z_k - z_ref) of a row without NaN and +Inf, ref being its
// last finite entry.
type exactRow struct {
	ref    int
	shares []*big.Float
	sum    *big.Float
	z      []float64
}

func exactly(z []float64) exactRow {
	r := exactRow{z: z, sum: newF(), shares: make([]*big.Float, len(z))}
	for k, x := range z {
		if !math.IsInf(x, -1) {
			r.ref = k
		}
	}
	for k, x := range z {
		r.shares[k] = newF()
		if !math.IsInf(x, -1) {
			r.shares[k] = exactExp(sub(toF(x), toF(z[r.ref])))
		}
		r.sum.Add(r.sum, r.shares[k])
	}
	return r
}

func (r exactRow) softmax(j int) *big.Float { return quo(r.shares[j], r.sum) }

func (r exactRow) crossEntropy(j int) *big.Float {
	if r.shares[j].Sign() == 0 { // -Inf, or a difference beyond exactExp
		return sub(r.logSumExp(Argmax(r.z)), toF(r.z[j]))
	}
	others := newF()
	for k, e := range r.shares {
		if k != j {
			others.Add(others, e)
		}
	}
	return exactLog1p(quo(others, r.shares[j]))
}

// logSumExp is the same from every j, and keeps its digits near 0 from the one
// whose logit is near 0.
func (r exactRow) logSumExp(j int) *big.Float {
	return add(toF(r.z[j]), r.crossEntropy(j))
}

// ulp returns the unit in the last place of the float64 nearest to x.
func ulp(x *big.Float) float64 {
	if x.Sign() == 0 {
		return 0x1p-1074
	}
	return math.Ldexp(1, max(x.MantExp(nil)-53, -1074))
}

// ulpsBetween returns |got - want| in units; infinities of one sign are equal.
func ulpsBetween(got float64, want *big.Float, unit float64) float64 {
	if math.IsNaN(got) {
		return math.Inf(1)
	}
	if w, _ := want.Float64(); math.IsInf(got, 0) || math.IsInf(w, 0) {
		if got == w {
			return 0
		}
		return math.Inf(1)
	}
	d, _ := quo(sub(toF(got), want), toF(unit)).Float64()
	return math.Abs(d)
}

func TestExactReference(t *testing.T) {
	for _, c := range []struct {
		name   string
		got    *big.Float
		digits string
	}{
		{"exp(1)", exactExp(toF(1)), "2.71828182845904523536028747135266249775724709369995957496696762772407663035354759457138217852516642742746"},
		{"log(2)", exactLog1p(toF(1)), "0.693147180559945309417232121458176568075500134360255254120680009493393621969694715605863326996418687"},
	} {
		want, _, err := big.ParseFloat(c.digits, 10, prec, big.ToNearestEven)
		if err != nil {
			t.Fatal(err)
		}
		if d := sub(c.got, want); d.Sign() != 0 && d.MantExp(nil) > -280 {
			t.Errorf("%s = %.100f", c.name, c.got)
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		x := toF((r.Float64() - 0.5) * 2e4)
		y := exactExp(x)
		for _, d := range []*big.Float{
			sub(mul(y, exactExp(newF().Neg(x))), toF(1)),
			sub(quo(exactExp(exactLog1p(y)), add(toF(1), y)), toF(1)),
		} {
			if d.Sign() != 0 && d.MantExp(nil) > -280 {
				t.Fatalf("x = %g: relative error %.3g", x, d)
			}
		}
	}
}
