package lab

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"testing"

	"example.com/softmax/internal/special"
)

// TestHalf rounds every float16, the middles between neighbours and what lies
// next to them, as numpy does.
func TestHalf(t *testing.T) {
	var want struct{ Half string }
	readGolden(t, "overflow", &want)
	sum := sha256.New()
	add := func(x float64) {
		binary.Write(sum, binary.LittleEndian, half(x))
		if got := half(-x); math.Float64bits(got) != math.Float64bits(-half(x)) {
			t.Fatalf("half(%v) = %v, half(%v) = %v", -x, got, x, half(x))
		}
	}
	inf := math.Inf(1)
	number := func(bits int) float64 { // of a float16 from 0 up
		if bits < 1<<10 {
			return math.Ldexp(float64(bits), -24)
		}
		return math.Ldexp(float64(bits&1023|1024), bits>>10-25)
	}
	for bits := range 0x7C00 {
		x, middle := number(bits), number(bits)/2+number(bits+1)/2
		add(x)
		add(math.Nextafter(x, inf))
		add(math.Nextafter(middle, -inf))
		add(middle)
		add(math.Nextafter(middle, inf))
	}
	if got := fmt.Sprintf("%x", sum.Sum(nil)); got != want.Half {
		t.Errorf("SHA-256 of the rounded numbers is %s, numpy's %s", got, want.Half)
	}
	if !math.IsNaN(half(math.NaN())) || half(inf) != inf || half(-1e300) != -inf {
		t.Error("NaN or infinity is not kept")
	}
}

var overflow = once(runOverflow)

func TestOverflow(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes seconds")
	}
	r, err := overflow()
	if err != nil {
		t.Fatal(err)
	}
	var want struct {
		Formats []struct {
			Highest, Lowest float64
			Exp             []*float64
		}
		Cases [][][]*float64
		Fit   struct{ Accuracy, Median, Broken16 float64 }
	}
	readGolden(t, "overflow", &want)
	same := func(what string, got Number, want *float64) {
		t.Helper()
		if v := float64(got); want == nil {
			if !math.IsNaN(v) && !math.IsInf(v, 1) {
				t.Errorf("%s: %v is a number", what, got)
			}
		} else {
			within(t, what, v, *want, 4e-15*math.Abs(*want))
		}
	}
	for i, f := range r.Formats {
		within(t, f.Name+" overflows after", f.Highest, want.Formats[i].Highest, 0)
		within(t, f.Name+" underflows before", f.Lowest, want.Formats[i].Lowest, 0)
		for j, e := range f.Exp {
			same(fmt.Sprint(f.Name, " exp ", arguments[j]), e, want.Formats[i].Exp[j])
		}
		if f.SumHighest >= f.Highest || f.SumHighest < f.Highest-math.Log(10)-0.01 {
			t.Errorf("%s: ten of exp(%v) have a finite sum, one of exp(%v)", f.Name, f.SumHighest, f.Highest)
		}
	}
	// exp(50) is too large for float16 only, 89 for float32, 710 for float64.
	for i, x := range arguments {
		for at, f := range r.Formats {
			if overflows := math.IsInf(float64(f.Exp[i]), 1); overflows != (at <= i) {
				t.Errorf("%s: exp(%v) = %v", f.Name, x, f.Exp[i])
			}
		}
	}
	for i, c := range r.Cases {
		exact := make([]float64, len(c.O))
		special.Softmax(exact, c.O)
		for at, f := range r.Formats {
			for k := range c.O {
				same(fmt.Sprint(f.Name, " softmax ", c.O), c.Definition[at][k], want.Cases[i][at][k])
				within(t, fmt.Sprint(f.Name, " stable softmax ", c.O), float64(c.Stable[at][k]), exact[k], 5e-4)
			}
		}
	}
	sgd, fit, raw := r.Fits[0], r.Fits[1], r.Fits[2]
	within(t, "float16, share broken", fit.Broken[0], want.Fit.Broken16, 0.01)
	within(t, "accuracy", fit.Accuracy, want.Fit.Accuracy, 0.01)
	for _, f := range r.Fits {
		if f.LibraryBroken != 0 || f.StableBroken[1] != 0 || f.StableBroken[2] != 0 {
			t.Errorf("%s: the stable form broke: %v, the library %v", f.Name, f.StableBroken, f.LibraryBroken)
		}
	}
	if sgd.Broken[0] > 0.01 || fit.Broken[1] != 0 || raw.Broken[2] != 1 {
		t.Errorf("shares broken: %v, %v, %v", sgd.Broken, fit.Broken, raw.Broken)
	}
	shows(t, "overflow", r, "5.18e+21", "11.0859375", "88.7228317", "709.782713", "NaN", percent1(fit.Broken[0]), percent1(raw.StableBroken[0]))
}
