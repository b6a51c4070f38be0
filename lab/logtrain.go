package lab

import (
	"context"
	"math/rand/v2"
	"slices"

	"example.com/softmax/dataset"
	"example.com/softmax/internal/special"
)

// A logStart is where a training starts: the deviation of the weights, and the
// factor of the features.
type logStart struct {
	name      string
	deviation float64
	scale     float32
}

// logStarts are the textbook's, with pixels from 0 to 1, and two mistakes.
var logStarts = []logStart{{"textbook", 0.01, 1}, {"weights", 10, 1}, {"pixels", 0.01, 255}}

// A logTrainer trains in float32.
type logTrainer struct {
	logStart
	k        int
	x, testX [][]float32 // a 1 for the bias before the features
	y, testY []int
}

func newLogTrainer(p *problem, start logStart, train, test *dataset.Dataset) *logTrainer {
	t := &logTrainer{logStart: start, k: p.K}
	read := func(ds *dataset.Dataset, x *[][]float32, labels *[]int) {
		p.each(ds, func(row []float64, y int) {
			if y < 0 {
				return
			}
			narrow := make([]float32, 1, 1+len(row))
			narrow[0] = 1
			for _, v := range row {
				narrow = append(narrow, start.scale*float32(v))
			}
			*x, *labels = append(*x, narrow), append(*labels, y)
		})
	}
	read(train, &t.x, &t.y)
	read(test, &t.testX, &t.testY)
	return t
}

// run trains with the textbook's rate and batch, or until the parameters break.
func (t *logTrainer) run(ctx context.Context, way int, seed uint64) LogRun {
	const rate, batch, epochs = 0.1, 256, 5
	r := LogRun{Start: t.name, Way: way, Rows: len(t.y)}
	random := rand.New(rand.NewPCG(seed, 14))
	w, grad := make([]float32, len(t.x[0])*t.k), make([]float32, len(t.x[0])*t.k)
	for i := range w[t.k:] {
		w[t.k+i] = float32(t.deviation * random.NormFloat64())
	}
	z := make([]float32, t.k)
	for step := 0; len(r.Epochs) < epochs && r.Broken == 0; {
		var e LogEpoch
		var sum, met float64
		order := random.Perm(len(t.y))
		for rows := range slices.Chunk(order, batch) {
			if ctx.Err() != nil || r.Broken > 0 {
				break
			}
			clear(grad)
			for _, i := range rows {
				t.outputs(z, w, t.x[i])
				sum += gradient(z, t.y[i], way, &e)
				for j, v := range t.x[i] {
					if v != 0 {
						axpy(grad[j*t.k:][:t.k], v, z)
					}
				}
			}
			met += float64(len(rows))
			step++
			for i, g := range grad {
				w[i] -= float32(rate * g / float32(len(rows)))
				if !Number(w[i]).finite() {
					r.Broken = step
				}
			}
		}
		e.Loss = Number(sum / met)
		e.LogLoss, e.Accuracy = t.score(w)
		r.Epochs = append(r.Epochs, e)
	}
	return r
}

// gradient is logLoss with the bookkeeping.
func gradient(z []float32, y, way int, e *LogEpoch) float64 {
	exact := slices.Clone(z)
	logLoss(exact, y, 0)
	loss := logLoss(z, y, way)
	if slices.ContainsFunc(z, func(g float32) bool { return !Number(g).finite() }) {
		e.NotFinite++
	} else if -z[y] < -exact[y]/100 {
		e.Lost++
	}
	return float64(loss)
}

func (t *logTrainer) outputs(z, w, x []float32) {
	clear(z)
	for j, v := range x {
		if v != 0 {
			axpy(z, v, w[j*t.k:][:t.k])
		}
	}
}

func axpy(y []float32, a float32, x []float32) {
	for i, v := range x {
		y[i] += float32(a * v)
	}
}

// score is the true log-loss and accuracy on the test set.
func (t *logTrainer) score(w []float32) (loss, accuracy Number) {
	z, z64 := make([]float32, t.k), make([]float64, t.k)
	n := float64(len(t.testY))
	var sum, right float64
	for i, y := range t.testY {
		t.outputs(z, w, t.testX[i])
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
