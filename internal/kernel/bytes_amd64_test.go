//go:build !purego

package kernel

import (
	"math"
	"testing"
)

// exactPass is the integer pass in plain Go: the bits that every
// implementation has to give.
func exactPass(t task) pass {
	n, d, k := t.x.N(), t.x.D, t.k
	p := pass{g: make([]float64, d*k), rsum: make([]float64, k), z: make([]float64, n*k)}
	scale := make([]float64, k)
	for q := range k {
		var most float64
		for j := range d {
			most = max(most, math.Abs(t.u[j*k+q]))
		}
		scale[q], _ = quantum(most)
	}
	heaviest := 1.0
	if t.w != nil {
		heaviest = 0
		for _, w := range t.w {
			heaviest = max(heaviest, w)
		}
		if heaviest == 0 {
			heaviest = 1
		}
	}
	unit := mostInteger / heaviest
	sums := make([]int64, d*k)
	lanesOf := make([]float64, k*lanes)
	e := make([]float64, k)
	var losses, squares [lanes]float64
	for i := range n {
		row, z := t.x.U8[i*d:][:d], p.z[i*k:][:k]
		most := math.Inf(-1)
		for q := range z {
			var sum int64
			for j, v := range row {
				sum += int64(v) * int64(math.RoundToEven(t.u[j*k+q]/scale[q]))
			}
			z[q] = math.FMA(float64(sum), scale[q], t.c[q])
			most = max(most, z[q])
		}
		var others, margin float64
		seen := false
		for q, v := range z {
			exponent := v - most
			if q == int(t.labels[i]) {
				margin = exponent
			}
			exponent = max(exponent, softmaxConsts[3])
			e[q] = expOf(exponent)
			if exponent == 0 && !seen {
				seen = true
				continue
			}
			others += e[q]
		}
		share := 1 / (others + 1)
		w := 1.0
		if t.w != nil {
			w = t.w[i]
		}
		for q := range k {
			r := e[q] * share
			if q == int(t.labels[i]) {
				r--
			}
			r *= w
			lanesOf[q*lanes+i%lanes] += r
			r *= unit
			integer := math.RoundToEven(r)
			squares[i%lanes] = math.FMA(r-integer, r-integer, squares[i%lanes])
			for j, v := range row {
				sums[j*k+q] += int64(v) * int64(integer)
			}
		}
		losses[i%lanes] += w * (log1pOf(others) - margin)
	}
	for i := range lanes {
		p.sums.Add(Sums{losses[i], squares[i]})
	}
	p.sums.Square /= unit * unit
	for i, v := range sums {
		p.g[i] = float64(v) / unit
	}
	for i, v := range lanesOf {
		p.rsum[i/lanes] += v
	}
	return p
}

func expOf(x float64) float64 {
	n := math.RoundToEven(x * softmaxConsts[0])
	r := math.FMA(-n, softmaxConsts[2], math.FMA(-n, softmaxConsts[1], x))
	p := softmaxConsts[5]
	for _, c := range softmaxConsts[6:17] {
		p = math.FMA(p, r, c)
	}
	return math.Ldexp(p, int(n))
}

// log1pOf is log1p of the generator.
func log1pOf(x float64) float64 {
	large, small := max(x, 1), min(x, 1)
	u := 1 + x
	k := (math.Float64bits(u) - math.Float64bits(math.Sqrt2/2)) & (0x7ff << 52)
	m, scale := math.Float64frombits(math.Float64bits(u)-k), math.Float64frombits(math.Float64bits(1)-k)
	f := math.FMA(scale, small-(u-large), m-1)
	s := f / (2 + f)
	p := softmaxConsts[17]
	for _, c := range softmaxConsts[18:] {
		p = math.FMA(p, s*s, c)
	}
	f = math.FMA(-s, math.FMA(-p, s*s, f), f)
	exponent := float64(k >> 52)
	return math.FMA(softmaxConsts[1], exponent, math.FMA(softmaxConsts[2], exponent, f))
}

func TestBytesBits(t *testing.T) {
	requireLevel(t, AVX512)
	tasks(func(name string, bytes bool, task task) {
		if !bytes {
			return
		}
		got := task.run(t, AVX512)
		want := exactPass(task)
		if got.sums != want.sums {
			t.Fatalf("%s: sums %v, want %v", name, got.sums, want.sums)
		}
		for what, pair := range map[string][2][]float64{"logits": {got.z, want.z}, "gradient": {got.g, want.g}, "sums of residuals": {got.rsum, want.rsum}} {
			for i := range pair[0] {
				if pair[0][i] != pair[1][i] {
					t.Fatalf("%s: %s[%d] = %g, want %g", name, what, i, pair[0][i], pair[1][i])
				}
			}
		}
	})
}

// The sums of one call overflow neither digits nor lanes: the largest bytes,
// more rows than an int32 lane can take, residuals that do not cancel.
func TestBytesFlush(t *testing.T) {
	requireLevel(t, AVX512)
	n, d, k := maxTerms+1000, 3, 2
	x := Rows{D: d, U8: make([]uint8, n*d)}
	for i := range x.U8 {
		x.U8[i] = 255
	}
	r := make([]float64, n*k)
	for i := range r {
		r[i] = float64(1 - 2*(i%k))
	}
	e := NewEngine(AVX512, x, k)
	e.Prepare(make([]float64, d*k), make([]float64, k))
	packed, g := make([]float64, e.GradLen()), make([]float64, d*k)
	e.NewScratch().AddGrad(x, r, packed)
	e.Unpack(g, packed)
	for i, v := range g {
		if want := float64(255 * n * (1 - 2*(i%k))); v != want {
			t.Errorf("gradient %d is %g, want %g", i, v, want)
		}
	}
}

func TestExp(t *testing.T) {
	for i := range 200001 {
		x := -float64(i) * 745.0 / 200000
		got, want := expOf(x), math.Exp(x)
		if math.Abs(got-want) > 4e-16*want+5e-324 {
			t.Fatalf("exp(%g) = %g, want %g", x, got, want)
		}
	}
}

// log1p is right within 2 ulp from the least numbers to a million classes.
func TestLog1p(t *testing.T) {
	for i := range 200001 {
		x := math.Exp2(-1074 + float64(i)*1094/200000)
		for _, x := range []float64{x, float64(i) / 100000} {
			if got, want := log1pOf(x), math.Log1p(x); !(math.Abs(got-want) <= 4.5e-16*want) {
				t.Fatalf("log1p(%g) = %g, want %g", x, got, want)
			}
		}
	}
}
