package lab

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"

	"example.com/softmax/dataset"
	"example.com/softmax/internal/objective"
	"example.com/softmax/internal/special"
)

// A logStart is where a training starts: the deviation of the weights, and the
// factor of the features.
type logStart struct {
	name             string
	deviation, scale float64
}

// logStarts are the textbook's, with pixels from 0 to 1, and two mistakes.
var logStarts = []logStart{{"textbook", 0.01, 1}, {"weights", 10, 1}, {"pixels", 0.01, 255}}

// A logTrainer trains in float32.
type logTrainer struct {
	d, k               int
	x, testX           []float32
	labels, testLabels []int
}

func newLogTrainer(train, test *dataset.Dataset) (*logTrainer, error) {
	p, err := newProblem(train)
	if err != nil {
		return nil, err
	}
	if test.Label == nil {
		return nil, errors.New("the test data has no label")
	}
	b, err := p.design.Bind(test)
	if err != nil {
		return nil, err
	}
	t := &logTrainer{d: p.X.D(), k: p.K}
	row := make([]float64, t.d)
	for i, y := range p.Loss.(objective.CrossEntropy).Labels {
		p.X.Row(row, i)
		t.x, t.labels = appendFloat32(t.x, row), append(t.labels, int(y))
	}
	for i, code := range test.Label.Codes {
		complete, _ := b.Vector(row, i)
		if !complete || code < 0 {
			continue
		}
		if y := slices.Index(p.classes, test.Label.Classes[code]); y >= 0 {
			for j, v := range row {
				row[j] = (v - p.design.Shift[j]) * p.design.Scale[j]
			}
			t.testX, t.testLabels = appendFloat32(t.testX, row), append(t.testLabels, y)
		}
	}
	return t, nil
}

func appendFloat32(x []float32, row []float64) []float32 {
	for _, v := range row {
		x = append(x, float32(v))
	}
	return x
}

// run trains with the textbook's rate and batch, or until the parameters break.
func (t *logTrainer) run(ctx context.Context, r *LogRun, start logStart, seed uint64) {
	const rate, batch, epochs = 0.1, 256, 5
	random := rand.New(rand.NewPCG(seed, 14))
	w, grad := make([]float32, (t.d+1)*t.k), make([]float32, (t.d+1)*t.k)
	for i := range w[:t.d*t.k] {
		w[i] = float32(start.deviation * random.NormFloat64())
	}
	z := make([]float32, t.k)
	step := 0
	for range epochs {
		var e LogEpoch
		var sum, met float64
		order := random.Perm(len(t.labels))
		for lo := 0; lo < len(order) && r.Broken == 0; lo += batch {
			if ctx.Err() != nil {
				return
			}
			clear(grad)
			rows := order[lo:min(lo+batch, len(order))]
			for _, i := range rows {
				x := t.x[i*t.d:][:t.d]
				t.outputs(z, w, x, float32(start.scale))
				sum += t.gradient(z, t.labels[i], r.Way, &e)
				t.accumulate(grad, x, float32(start.scale), z)
			}
			met += float64(len(rows))
			step++
			for i, g := range grad {
				w[i] -= float32(rate * g / float32(len(rows)))
				if v := float64(w[i]); math.IsNaN(v) || math.IsInf(v, 0) {
					r.Broken = step
				}
			}
		}
		e.Loss = Number(sum / met)
		e.LogLoss, e.Accuracy = t.score(w, start.scale)
		r.Epochs = append(r.Epochs, e)
		if r.Broken > 0 {
			return
		}
	}
}

// gradient is logLoss with the bookkeeping.
func (t *logTrainer) gradient(z []float32, y, way int, e *LogEpoch) float64 {
	exact := make([]float32, len(z))
	copy(exact, z)
	logLoss(exact, y, 0)
	loss := logLoss(z, y, way)
	finite := true
	for _, g := range z {
		v := float64(g)
		finite = finite && !math.IsNaN(v) && !math.IsInf(v, 0)
	}
	switch {
	case !finite:
		e.NotFinite++
	case -z[y] < -exact[y]/100:
		e.Lost++
	}
	return float64(loss)
}

func (t *logTrainer) outputs(z, w, x []float32, scale float32) {
	copy(z, w[t.d*t.k:])
	for j, v := range x {
		if v != 0 {
			v *= scale
			for k, u := range w[j*t.k:][:t.k] {
				z[k] += float32(v * u)
			}
		}
	}
}

func (t *logTrainer) accumulate(grad, x []float32, scale float32, g []float32) {
	for j, v := range x {
		if v != 0 {
			v *= scale
			row := grad[j*t.k:][:t.k]
			for k, u := range g {
				row[k] += float32(v * u)
			}
		}
	}
	for k, u := range g {
		grad[t.d*t.k+k] += u
	}
}

// score is the true log-loss and accuracy on the test set.
func (t *logTrainer) score(w []float32, scale float64) (loss, accuracy Number) {
	z, z64 := make([]float32, t.k), make([]float64, t.k)
	n := float64(len(t.testLabels))
	var sum, right float64
	for i, y := range t.testLabels {
		t.outputs(z, w, t.testX[i*t.d:][:t.d], float32(scale))
		for k, v := range z {
			z64[k] = float64(v)
		}
		sum += special.CrossEntropy(z64, y)
		if special.Argmax(z64) == y {
			right++
		}
	}
	return Number(sum / n), Number(right / n)
}
