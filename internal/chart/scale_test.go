package chart

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

func labels(s scale) string {
	var l []string
	for _, t := range s.ticks {
		l = append(l, t.label)
	}
	return fmt.Sprint(l)
}

func TestTicks(t *testing.T) {
	for _, c := range []struct {
		scale scale
		want  string
	}{
		{linearScale(0, 59, 7, false), "[0 10 20 30 40 50]"},
		{linearScale(0.42, 2.39, 6, true), "[0 0.5 1.0 1.5 2.0 2.5]"},
		{linearScale(-1, 1, 6, true), "[−1.0 −0.5 0 0.5 1.0]"},
		{linearScale(0.801, 0.849, 6, true), "[0.80 0.81 0.82 0.83 0.84 0.85]"},
		{linearScale(0, 2e6, 6, true), "[0 5×10⁵ 10⁶ 1.5×10⁶ 2×10⁶]"},
		{linearScale(0, 6e-7, 6, true), "[0 10⁻⁷ 2×10⁻⁷ 3×10⁻⁷ 4×10⁻⁷ 5×10⁻⁷ 6×10⁻⁷]"},
		{linearScale(5, 5, 6, true), "[4.4 4.6 4.8 5.0 5.2 5.4 5.6]"},
		{linearScale(0, 0, 6, true), "[−1.0 −0.5 0 0.5 1.0]"},
		{logScale(1, 65536, 7), "[1 10 100 1000 10000]"},
		{logScale(1e-7, 1e-2, 7), "[10⁻⁷ 10⁻⁶ 10⁻⁵ 10⁻⁴ 0.001 0.01]"},
		{logScale(1e-12, 1e3, 6), "[10⁻¹² 10⁻⁹ 10⁻⁶ 0.001 1 1000]"},
		{logScale(3, 30, 6), "[5 10 20]"},
		{logScale(0.41, 0.46, 6), "[0.41 0.42 0.43 0.44 0.45 0.46]"},
		{logScale(7, 7, 6), "[5 10]"},
	} {
		if got := labels(c.scale); got != c.want {
			t.Errorf("ticks from %v to %v: %v, want %v", c.scale.low, c.scale.high, got, c.want)
		}
	}
}

// Whatever the numbers, they lie within the scale, and there are a few ticks
// with labels of their own that do not overlap on an axis 560 units long.
func TestScaleProperties(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 3000 {
		low := math.Pow(10, 20*r.Float64()-10)
		high := low * (1 + math.Pow(10, 12*r.Float64()-5))
		s := logScale(low, high, 7)
		if r.IntN(2) == 0 {
			if r.IntN(2) == 0 {
				low = -low
			}
			s = linearScale(low, high, 7, r.IntN(2) == 0)
		}
		for _, v := range []float64{low, high} {
			if at := s.place(v); !(at >= -1e-9 && at <= 1+1e-9) {
				t.Fatalf("%v is at %v of %+v", v, at, s)
			}
		}
		if len(s.ticks) < 2 || len(s.ticks) > 14 {
			t.Fatalf("%d ticks from %v to %v: %s", len(s.ticks), low, high, labels(s))
		}
		for i := 1; i < len(s.ticks); i++ {
			a, b := s.ticks[i-1], s.ticks[i]
			room := 560 * (s.place(b.at) - s.place(a.at))
			if a.label == b.label || room < (textWidth(a.label, numberSize)+textWidth(b.label, numberSize))/2 {
				t.Fatalf("labels %s and %s are %.0f apart, from %v to %v: %s", a.label, b.label, room, low, high, labels(s))
			}
		}
	}
	for _, extreme := range [][2]float64{{-1e300, 1e300}, {5e-324, 1e300}, {0, 5e-324}, {1e300, 1e300}, {-5e-324, 0}} {
		if s := linearScale(extreme[0], extreme[1], 6, true); len(s.ticks) > 14 {
			t.Errorf("%v: %d ticks", extreme, len(s.ticks))
		}
		if extreme[0] > 0 {
			if s := logScale(extreme[0], extreme[1], 6); len(s.ticks) > 14 {
				t.Errorf("%v: %d ticks", extreme, len(s.ticks))
			}
		}
	}
}

func TestSignificant(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0", 1: "1.00", -0.2918: "−0.292", 12.345: "12.3", 0.9996: "1.00", 123456: "123000",
		0.00123: "0.00123", 2.5e-7: "2.5×10⁻⁷", -1e6: "−10⁶", 1e21: "10²¹", 5e-324: "4.94×10⁻³²⁴",
	} {
		if got := significant(v); got != want {
			t.Errorf("significant(%v) = %s, want %s", v, got, want)
		}
	}
}
