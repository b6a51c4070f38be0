package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// A task is the input of a pass. Its slices lie between guards.
type task struct {
	x      Rows
	labels []int32
	w      []float64
	u, c   []float64
	k      int
}

// guarded returns n entries of a longer slice, off the alignment of vectors,
// with guard around them.
func guarded[T any](n, offset int, guard T) []T {
	s := make([]T, n+offset+64)
	for i := range s {
		s[i] = guard
	}
	return s[offset : offset+n]
}

func newTask(rng *rand.Rand, n, d, k int, bytes, weighted bool) task {
	t := task{k: k, x: Rows{D: d}, labels: guarded(n, 1, int32(-1)), u: guarded(d*k, 3, math.NaN()), c: guarded(k, 1, math.NaN())}
	scale := 1.0
	if bytes {
		t.x.U8 = guarded(n*d, 1+rng.IntN(63), uint8(255))
		for i := range t.x.U8 {
			t.x.U8[i] = uint8(rng.IntN(256) * rng.IntN(2))
		}
		scale = 1.0 / 128
	} else {
		t.x.F32 = guarded(n*d, 1+rng.IntN(15), float32(math.NaN()))
		for i := range t.x.F32 {
			t.x.F32[i] = float32(rng.NormFloat64())
		}
	}
	for i := range t.labels {
		t.labels[i] = int32(rng.IntN(k))
	}
	for i := range t.u {
		t.u[i] = rng.NormFloat64() * scale
	}
	for i := range t.c {
		t.c[i] = 3 * rng.NormFloat64()
	}
	if weighted {
		t.w = guarded(n, 1, math.NaN())
		for i := range t.w {
			t.w[i] = float64(rng.IntN(3)) * rng.Float64()
		}
	}
	return t
}

// pass is what an engine makes of a task.
type pass struct {
	sums    Sums
	g, rsum []float64
	z       []float64
}

func (t task) run(tb testing.TB, level Level) pass {
	e := NewEngine(level, t.x, t.k)
	if level == Generic { // the reference, not what gives its bits faster
		e = reference(t.x.D, t.k)
	}
	e.Prepare(t.u, t.c)
	if e.Exact() != (level == Generic) {
		tb.Fatalf("level %v: exact = %v", level, e.Exact())
	}
	return t.runOn(e)
}

// reference is an engine of plain Go.
func reference(d, k int) *Engine { return &Engine{exact: &exactEngine{d: d, k: k}} }

func (t task) runOn(e *Engine) pass {
	s := e.NewScratch()
	p := pass{g: make([]float64, len(t.u)), rsum: make([]float64, t.k), z: guarded(t.x.N()*t.k, 1, math.NaN())}
	packed := guarded(e.GradLen(), 1, math.NaN())
	clear(packed)
	s.Logits(t.x, p.z)
	p.sums = s.CrossEntropy(t.x, t.labels, t.w, packed, p.rsum)
	e.Unpack(p.g, packed)
	return p
}

// tasks calls visit with tasks of all shapes whose tails differ.
func tasks(visit func(name string, bytes bool, t task)) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, bytes := range []bool{true, false} {
		for _, k := range []int{1, 2, 3, 5, 6, 9, 10, 11, 14, 15, 29, 100} {
			for _, d := range []int{1, 2, 3, 4, 5, 15, 16, 17, 31, 32, 33, 63, 64, 65, 130} {
				for _, n := range []int{0, 1, 2, 15, 16, 17, 31, 32, 33, 65, 300, 600} {
					if rng.IntN(8) > 0 && n > 2 || k*d*n > 1e6 {
						continue
					}
					t := newTask(rng, n, d, k, bytes, rng.IntN(2) == 0)
					visit(fmt.Sprintf("bytes=%v/n=%d/d=%d/k=%d/weighted=%v", bytes, n, d, k, t.w != nil), bytes, t)
				}
			}
		}
	}
}

// Every level agrees with float64 at the weights it says it evaluated.
//
// Bytes at AVX-512: logits, losses to rounding; the gradient
// within ||V|| ||dR||. Else, with u = 2^-24, each float32 sum of m products has
// relative error at most gamma = (m+2) u / (1 - (m+2) u), of the sum of the
// absolute products; a residual's error is at most that of the row's logits.
func TestPasses(t *testing.T) {
	for _, level := range Levels()[1:] {
		tasks(func(name string, bytes bool, task task) {
			n, d, k := task.x.N(), task.x.D, task.k
			got := task.run(t, level)
			want := task.run(t, Generic)
			row := make([]float64, d)
			zError, lossError := 0.0, 1e-13*(1+want.sums.Loss)
			gError := make([]float64, d*k)
			var norm, total float64
			for i := range n {
				for j := range row {
					if bytes {
						row[j] = float64(task.x.U8[i*d+j])
					} else {
						row[j] = float64(task.x.F32[i*d+j])
					}
					norm += row[j] * row[j]
				}
				w := 1.0
				if task.w != nil {
					w = task.w[i]
				}
				total += w
				most := 0.0
				for q := range k {
					sum := math.Abs(task.c[q])
					for j, v := range row {
						sum += math.Abs(v * task.u[j*k+q])
					}
					bound := 1e-15 * sum
					if level != AVX512 || !bytes {
						bound += gamma(d) * sum
					}
					if diff := math.Abs(got.z[i*k+q] - want.z[i*k+q]); !(diff <= bound) {
						t.Fatalf("%v/%s: logit (%d, %d) is off by %g, more than %g", level, name, i, q, diff, bound)
					}
					most = max(most, bound)
				}
				zError = max(zError, most)
				lossError += 2 * w * most
				for j, v := range row {
					for q := range k {
						gError[j*k+q] += w * math.Abs(v) * (most + gamma(flushRowsOfTest))
					}
				}
			}
			near(t, level, name, "loss", got.sums.Loss, want.sums.Loss, lossError)
			for q := range k {
				near(t, level, name, "sum of residuals", got.rsum[q], want.rsum[q], 1e-13*(1+total)+total*zError)
			}
			var square float64
			for i := range got.g {
				square += (got.g[i] - want.g[i]) * (got.g[i] - want.g[i])
				if !bytes || level != AVX512 {
					near(t, level, name, "gradient", got.g[i], want.g[i], gError[i])
				}
			}
			if bound := math.Sqrt(norm*got.sums.Square)*(1+1e-9) + 1e-11*total*math.Sqrt(norm); bytes && level == AVX512 && !(math.Sqrt(square) <= bound) {
				t.Fatalf("%v/%s: the gradient is off by %g, more than %g", level, name, math.Sqrt(square), bound)
			}
		})
	}
}

// flushRowsOfTest is the longest run of rows that float32 sums take.
const flushRowsOfTest = 512 + 512

func gamma(m int) float64 {
	v := float64(m+2) / (1 << 24)
	return v / (1 - v)
}

func near(t *testing.T, level Level, name, what string, got, want, bound float64) {
	t.Helper()
	if !(math.Abs(got-want) <= bound) {
		t.Fatalf("%v/%s: %s is %.17g, float64 %.17g: off by %g, more than %g", level, name, what, got, want, math.Abs(got-want), bound)
	}
}

// Logits of any size give finite losses and residuals.
func TestExtremeLogits(t *testing.T) {
	for _, level := range Levels() {
		for _, bytes := range []bool{true, false} {
			for _, size := range []float64{0, 5e-324, 1e-300, 1e-30, 1, 1e4, 1e8, 1e25, 1e60, 1e290} {
				rng := rand.New(rand.NewPCG(3, 4))
				task := newTask(rng, 50, 7, 5, bytes, false)
				for i := range task.u {
					task.u[i] *= size
				}
				e := NewEngine(level, task.x, task.k)
				e.Prepare(task.u, task.c)
				g, rsum := make([]float64, e.GradLen()), make([]float64, 5)
				got := e.NewScratch().CrossEntropy(task.x, task.labels, nil, g, rsum)
				ref := reference(task.x.D, task.k)
				ref.Prepare(task.u, task.c)
				g, rsum = make([]float64, ref.GradLen()), make([]float64, 5)
				want := ref.NewScratch().CrossEntropy(task.x, task.labels, nil, g, rsum)
				if !(math.Abs(got.Loss-want.Loss) <= 1e-4*math.Abs(want.Loss)) {
					t.Errorf("%v, bytes %v, weights of size %g: loss %g, float64 %g", level, bytes, size, got.Loss, want.Loss)
				}
			}
		}
	}
}

// Weights that no rounding can represent are evaluated in float64, and
// propagate.
func TestNotFinite(t *testing.T) {
	for _, level := range Levels() {
		for _, bytes := range []bool{true, false} {
			for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), 1e305} {
				for _, inC := range []bool{true, false} {
					task := newTask(rand.New(rand.NewPCG(5, 6)), 20, 6, 3, bytes, false)
					if inC {
						task.c[1] = v
					} else {
						task.u[4] = v
					}
					e := NewEngine(level, task.x, task.k)
					e.Prepare(task.u, task.c)
					if !e.Exact() {
						t.Errorf("%v, bytes %v: weight %g is not left to float64", level, bytes, v)
					}
				}
			}
		}
	}
}

// AddGrad equals Backward, exactly where the residuals need no rounding.
func TestAddGrad(t *testing.T) {
	for _, level := range Levels()[1:] {
		tasks(func(name string, bytes bool, task task) {
			n, d, k := task.x.N(), task.x.D, task.k
			e := NewEngine(level, task.x, k)
			e.Prepare(make([]float64, d*k), make([]float64, k))
			r := guarded(n*k, 1, math.NaN())
			for i := range r {
				r[i] = float64(i*7%3 - 1)
			}
			packed, got, want := make([]float64, e.GradLen()), make([]float64, d*k), make([]float64, d*k)
			square := e.NewScratch().AddGrad(task.x, r, packed)
			e.Unpack(got, packed)
			Backward(want, task.x, r)
			exact := bytes && level == AVX512
			if exact && square != 0 {
				t.Fatalf("%v/%s: integer residuals were rounded: %g", level, name, square)
			}
			for i := range got {
				bound := 0.0
				if !exact {
					bound = 1e-3 * (1 + math.Abs(want[i]))
				}
				near(t, level, name, "gradient", got[i], want[i], bound)
			}
		})
	}
}

// The float64 passes have the bits of plain Go with the vectors of every level,
// whatever is in the rows, weights and residuals.
func TestDoubles(t *testing.T) {
	for _, level := range Levels() {
		rng := rand.New(rand.NewPCG(7, 8))
		tasks(func(name string, bytes bool, task task) {
			n, d, k := task.x.N(), task.x.D, task.k
			if k > 2 {
				task.c[1], task.u[2] = math.Copysign(0, -1), 0
			}
			r := guarded(n*k, 1, math.NaN())
			for i := range r {
				r[i] = float64(i*7%3-1) / 3
			}
			odd := func(v []float64) {
				if rng.IntN(4) == 0 {
					for range 3 {
						v[rng.IntN(len(v))] = oddities[rng.IntN(len(oddities))]
					}
				}
			}
			odd(task.u)
			odd(task.c)
			if n > 0 {
				odd(r)
				if at := rng.IntN(n * d); !bytes && rng.IntN(2) == 0 {
					task.x.F32[at] = float32(oddities[rng.IntN(len(oddities))])
				}
			}
			var first pass
			var grad []float64
			for i, e := range []*Engine{reference(d, k), {exact: newExact(level, d, k)}} {
				e.Prepare(task.u, task.c)
				p := task.runOn(e)
				packed, g := guarded(e.GradLen(), 1, math.NaN()), make([]float64, d*k)
				clear(packed)
				if square := e.NewScratch().AddGrad(task.x, r, packed); square != 0 {
					t.Fatalf("%v/%s: residuals were rounded", level, name)
				}
				e.Unpack(g, packed)
				if i == 0 {
					first, grad = p, g
					continue
				}
				if !sameBits(p.sums.Loss, first.sums.Loss) || p.sums.Square != first.sums.Square {
					t.Fatalf("%v/%s: sums %v, in plain Go %v", level, name, p.sums, first.sums)
				}
				for what, pair := range map[string][2][]float64{"logits": {p.z, first.z}, "gradient": {p.g, first.g}, "sums of residuals": {p.rsum, first.rsum}, "product": {g, grad}} {
					for i := range pair[0] {
						if !sameBits(pair[0][i], pair[1][i]) {
							t.Fatalf("%v/%s: %s[%d] = %g, in plain Go %g", level, name, what, i, pair[0][i], pair[1][i])
						}
					}
				}
			}
		})
	}
}
