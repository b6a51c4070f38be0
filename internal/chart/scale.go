package chart

import "math"

// A scale maps the numbers of an axis to [0, 1] and says where to mark it.
type scale struct {
	low, high float64
	log       bool
	ticks     []tick
}

type tick struct {
	at    float64
	label string
}

func (s scale) place(v float64) float64 {
	if s.log {
		return (math.Log(v) - math.Log(s.low)) / (math.Log(s.high) - math.Log(s.low))
	}
	return (v - s.low) / (s.high - s.low)
}

// linearScale covers low to high with at most about n ticks, at multiples of
// 1, 2 or 5 times a power of ten. A loose scale begins and ends on a tick.
func linearScale(low, high float64, n int, loose bool) scale {
	size := max(math.Abs(low), math.Abs(high))
	if high-low <= max(1e-9*size, 1e-300) { // one number, as far as labels go
		pad := size / 10
		if pad < 1e-300 {
			pad = 1
		}
		low, high = low-pad, high+pad
	}
	step := math.Pow(10, math.Floor(math.Log10((high-low)/float64(n))))
	for _, m := range []float64{2, 2.5, 2} { // 2, 5, 10 times
		if (high-low)/step > float64(n)*(1+1e-9) {
			step *= m
		}
	}
	if loose {
		low, high = math.Floor(low/step+1e-9)*step, math.Ceil(high/step-1e-9)*step
	}
	s := scale{low: low, high: high}
	for i := math.Ceil(low/step - 1e-9); i <= high/step+1e-9; i++ {
		s.ticks = append(s.ticks, tick{i * step, number(i*step, -exponent(step), max(math.Abs(low), math.Abs(high)))})
	}
	return s
}

// logScale covers low to high, both above 0, with at most about n ticks: at
// powers of ten, also at 2 and 5 times them where there are few, and as on a
// linear scale where low and high are close.
func logScale(low, high float64, n int) scale {
	if high <= low*(1+1e-9) {
		low, high = low/2, high*2
	}
	s := scale{low: low, high: high, log: true}
	first, last := exponent(low), exponent(high)
	stride := 1 + (last-first)/n
	for _, multiples := range [][]float64{{1}, {1, 2, 5}} {
		s.ticks = nil
		for e := first; e <= last; e++ {
			for _, m := range multiples {
				v := m * math.Pow(10, float64(e))
				if e%stride == 0 && v >= low*(1-1e-9) && v <= high*(1+1e-9) {
					s.ticks = append(s.ticks, tick{v, number(v, -e, v)})
				}
			}
		}
		if len(s.ticks) > 2 {
			return s
		}
	}
	if len(s.ticks) < 2 {
		s.ticks = linearScale(low, high, n, false).ticks
	}
	return s
}
