package lab

import (
	"context"
	"math"
	"slices"

	"example.com/softmax"
	"example.com/softmax/internal/chart"
	"example.com/softmax/internal/special"
)

// Margin is about log-sum-exp as a smooth maximum, and what that makes of the
// cross-entropy: a soft demand that the right output be the largest. The margin
// of an example is its right output less the largest wrong one, m = o_y -
// max_(j != y) o_j; the prediction is right where m > 0.
type Margin struct {
	K int `json:"k"`
	// Margin and Loss are those of each test example under a fitted model.
	Margin []float64 `json:"margin"`
	Loss   []float64 `json:"loss"`
	// Identity is the largest difference between the loss and
	// log(1 + exp(lse_(j != y) o_j - o_y)).
	Identity float64 `json:"identity"`
	// Rivals of an example is r in loss = log(1 + r e^-m), between 1 and K-1:
	// how many wrong outputs as large as the largest would weigh as much as all
	// of them do. Least, median and greatest.
	Rivals [3]float64 `json:"rivals"`
	// Below, Between and Above count test examples by loss: below log 2, from
	// there to log K, above it; and the right predictions among them.
	Below   LossBand `json:"below"`
	Between LossBand `json:"between"`
	Above   LossBand `json:"above"`
	// RightShare is the share of the summed loss that is of right predictions.
	RightShare   float64       `json:"right_share"`
	Temperatures []Temperature `json:"temperatures"`
}

// LogK is by how much log-sum-exp can exceed the maximum.
func (r *Margin) LogK() float64 { return math.Log(float64(r.K)) }

// A LossBand counts examples.
type LossBand struct {
	Examples int `json:"examples"`
	Right    int `json:"right"`
}

// A Temperature T makes of the largest output T lse(o/T). It exceeds it by Mean
// on average over the test examples and by Most at most; the bound is T log K.
// By as much T times the loss of the outputs o/T exceeds max(0, -m), since both
// differ from these by o_y.
type Temperature struct {
	T     float64 `json:"t"`
	Mean  float64 `json:"mean"`
	Most  float64 `json:"most"`
	Bound float64 `json:"bound"`
}

func runMargin(ctx context.Context, opt Options) *Margin {
	train, test := opt.data()
	model := fit(ctx, labelled(train), labelled(test), softmax.Config{C: 1, Solver: softmax.SGDSolver, Seed: opt.Seed, Threads: opt.Threads})
	outputs, labels := model.labelled()
	n := len(outputs)
	r := &Margin{K: len(model.Classes())}
	var rivals []float64
	var sum float64
	for i, o := range outputs {
		y := labels[i]
		wrong := slices.Delete(slices.Clone(o), y, y+1)
		m, loss := o[y]-slices.Max(wrong), special.CrossEntropy(o, y)
		r.Margin, r.Loss = append(r.Margin, m), append(r.Loss, loss)
		r.Identity = max(r.Identity, math.Abs(loss-special.Softplus(special.LogSumExp(wrong)-o[y])))
		rivals = append(rivals, math.Expm1(loss)*math.Exp(m))
		band := &r.Between
		if loss < math.Ln2 {
			band = &r.Below
		} else if loss > r.LogK() {
			band = &r.Above
		}
		band.Examples++
		sum += loss
		if m > 0 {
			band.Right++
			r.RightShare += loss
		}
	}
	slices.Sort(rivals)
	r.Rivals = [3]float64{rivals[0], rivals[n/2], rivals[n-1]}
	r.RightShare /= sum
	cooled := make([]float64, r.K)
	for _, t := range []float64{4, 2, 1, 0.5, 0.25, 0.1} {
		at := Temperature{T: t, Bound: t * r.LogK()}
		for _, o := range outputs {
			for k, v := range o {
				cooled[k] = v / t
			}
			over := t*special.LogSumExp(cooled) - slices.Max(o)
			at.Mean += over
			at.Most = max(at.Most, over)
		}
		at.Mean /= float64(n)
		r.Temperatures = append(r.Temperatures, at)
	}
	return r
}

// drawings show loss against margin, between its bounds.
func (r *Margin) drawings(words [][]string) []drawing {
	var x, least, most, hinge []float64
	low, high := slices.Min(r.Margin), slices.Max(r.Margin)
	for i := range 201 {
		m := low + (high-low)*float64(i)/200
		x, hinge = append(x, m), append(hinge, max(0, -m))
		least, most = append(least, special.Softplus(-m)), append(most, special.Softplus(math.Log(float64(r.K-1))-m))
	}
	return []drawing{lines(words[0], linear, linear, dots(r.Margin, r.Loss), chart.Series{X: x, Y: most}, chart.Series{X: x, Y: least}, chart.Series{X: x, Y: hinge})}
}
