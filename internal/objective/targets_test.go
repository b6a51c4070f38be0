package objective

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"example.com/softmax/internal/kernel"
	"example.com/softmax/internal/matrix"
)

// randomMatrix returns n x d standard normal values.
func randomMatrix(rng *rand.Rand, n, d int) []float32 {
	v := make([]float32, n*d)
	for i := range v {
		v[i] = float32(rng.NormFloat64())
	}
	return v
}

func dense(v []float32, d int) *matrix.Matrix {
	x := &matrix.Matrix{V: kernel.Rows{D: d, F32: v}, Shift: make([]float64, d), Scale: make([]float64, d)}
	for j := range d {
		x.Shift[j], x.Scale[j] = 0.1*float64(j), 1+0.2*float64(j)
	}
	return x
}

func evaluate(t *testing.T, p Problem, theta []float64) (float64, []float64) {
	t.Helper()
	grad := make([]float64, len(theta))
	f, err := New(context.Background(), p, 2).ValueGrad(theta, grad)
	if err != nil {
		t.Fatal(err)
	}
	return f, grad
}

func same(t *testing.T, what string, f, g float64, gradF, gradG []float64) {
	t.Helper()
	const tol = 1e-10
	if !(math.Abs(f-g) <= tol*math.Abs(g)) {
		t.Errorf("%s: objectives %v and %v", what, f, g)
	}
	size := largest(gradG)
	for i := range gradF {
		if !(math.Abs(gradF[i]-gradG[i]) <= tol*size) {
			t.Fatalf("%s: gradients differ at %d: %v and %v", what, i, gradF[i], gradG[i])
		}
	}
}

// TestTargetIdentities: a distribution is the row repeated with weights,
// smoothing is its distribution, and a row with m labels is the uniform
// distribution over them with m times the weight.
func TestTargetIdentities(t *testing.T) {
	const n, d, k = 40, 5, 4
	for seed := range uint64(20) {
		rng := rand.New(rand.NewPCG(seed, 7))
		v := randomMatrix(rng, n, d)
		weights, sum := make([]float64, n), 0.0
		for i := range weights {
			weights[i] = 0.5 + rng.Float64()
			sum += weights[i]
		}
		theta := make([]float64, (d+1)*k)
		for i := range theta {
			theta[i] = 2 * rng.NormFloat64()
		}
		y := make([]float64, n*k)
		for i := range n {
			var mass float64
			for q := range k {
				y[i*k+q] = rng.ExpFloat64()
				mass += y[i*k+q]
			}
			for q := range k {
				y[i*k+q] /= mass
			}
		}
		base := Problem{X: dense(v, d), K: k, Weights: weights, Penalty: Penalty{Lambda: 0.01}}

		soft := base
		soft.Loss = SoftCrossEntropy{Y: y}
		f, gradF := evaluate(t, soft, theta)

		var rows []float32
		var labels []int32
		var repeated []float64
		for i := range n {
			for q := range k {
				rows = append(rows, v[i*d:][:d]...)
				labels = append(labels, int32(q))
				repeated = append(repeated, weights[i]*y[i*k+q])
			}
		}
		hard := Problem{X: dense(rows, d), K: k, Weights: repeated, Penalty: Penalty{Lambda: 0.01}, Loss: CrossEntropy{Labels: labels}}
		g, gradG := evaluate(t, hard, theta)
		same(t, "distribution and repeated rows", f, g, gradF, gradG)

		const s = 0.3
		label, smoothed, hot := make([]int32, n), make([]float64, n*k), make([]float64, n*k)
		mass, total := make([]float64, n), 0.0

		for i := range n {
			label[i] = int32(rng.IntN(k))
			for q := range k {
				smoothed[i*k+q] = s / k
			}
			smoothed[i*k+int(label[i])] += 1 - s
			m := 1 + rng.IntN(k)
			for _, q := range rng.Perm(k)[:m] {
				hot[i*k+q] = 1 / float64(m)
			}
			mass[i] = weights[i] * float64(m)
			total += mass[i]

		}
		one, dist := base, base
		one.Loss, dist.Loss = CrossEntropy{Labels: label, Smoothing: s}, SoftCrossEntropy{Y: smoothed}
		f, gradF = evaluate(t, one, theta)
		g, gradG = evaluate(t, dist, theta)
		same(t, "smoothing and its distribution", f, g, gradF, gradG)

		// With Norm the data term is (1/sum w) sum w m H, without it
		// (1/sum w m) sum w m H.
		multi, plain := base, base
		multi.Loss, multi.Weights, multi.Norm = SoftCrossEntropy{Y: hot}, mass, sum
		plain.Loss, plain.Weights, plain.Lambda = SoftCrossEntropy{Y: hot}, mass, 0.01*sum/total
		f, gradF = evaluate(t, multi, theta)
		g, gradG = evaluate(t, plain, theta)
		for i := range gradG {
			gradG[i] *= total / sum
		}
		same(t, "several labels and the weighted distribution", f, g*total/sum, gradF, gradG)

		// And from the definition.
		direct := 0.01 / 2 * dot(theta[:d*k], theta[:d*k])
		for i := range n {
			z := make([]float64, k)
			x := make([]float64, d)
			base.X.Row(x, i)
			for q := range k {
				z[q] = theta[d*k+q]
				for j := range d {
					z[q] += x[j] * theta[j*k+q]
				}
			}
			lse := 0.0
			for q := range k {
				lse += math.Exp(z[q])
			}
			for q := range k {
				if hot[i*k+q] > 0 {
					direct += weights[i] / sum * (math.Log(lse) - z[q])
				}
			}
		}
		if math.Abs(direct-f) > 1e-10*f {
			t.Errorf("several labels: %v, by the definition %v", f, direct)
		}
	}
}

func dot(a, b []float64) (s float64) {
	for i := range a {
		s += a[i] * b[i]
	}
	return s
}

// TestLossDerivatives compares every loss's residual with differences of the
// loss and its curvature, where it is exact, with differences of the residual.
func TestLossDerivatives(t *testing.T) {
	const k = 5
	rng := rand.New(rand.NewPCG(3, 1))
	y, hot := make([]float64, k), []float64{1, 0, 0, 1, 0.25}
	for q := range y {
		y[q] = float64(q) / 10
	}
	labels := []int32{2}
	for name, c := range map[string]struct {
		loss  Loss
		exact bool
	}{
		"cross-entropy": {CrossEntropy{Labels: labels}, true},
		"smoothed":      {CrossEntropy{Labels: labels, Smoothing: 0.2}, true},
		"soft":          {SoftCrossEntropy{Y: y}, true},
		"sigmoids":      {Sigmoids{Y: hot}, true},
		"squared":       {Squared{Labels: labels}, false},
	} {
		for range 50 {
			z := make([]float64, k)
			for q := range z {
				z[q] = 3 * rng.NormFloat64()
			}
			residual := append([]float64(nil), z...)
			c.loss.Residual(residual, 0)
			h := make([]float64, k*k)
			c.loss.Curvature(h, append([]float64(nil), z...), 0)
			const step = 1e-5
			for q := range z {
				up, down := append([]float64(nil), z...), append([]float64(nil), z...)
				up[q] += step
				down[q] -= step
				diff := c.loss.Residual(up, 0) - c.loss.Residual(down, 0)
				if got := diff / (2 * step); math.Abs(got-residual[q]) > 1e-8 {
					t.Fatalf("%s: residual %v, by differences %v", name, residual[q], got)
				}
				for m := q; m < k && c.exact; m++ {
					if got := (up[m] - down[m]) / (2 * step); math.Abs(got-h[q*k+m]) > 1e-8 {
						t.Fatalf("%s: curvature %v, by differences %v", name, h[q*k+m], got)
					}
				}
			}
		}
	}
}
