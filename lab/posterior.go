package lab

import (
	"context"
	"math"

	"example.com/softmax/dataset"
	"example.com/softmax/internal/special"
	"example.com/softmax/internal/train"
)

// A PosteriorPoint is a fit of the penguins' species by flipper length and body
// mass. The derivatives are central differences of the log-likelihood and of
// the log-posterior, both computed from the probabilities and the normal
// density: no gradient of the library takes part.
type PosteriorPoint struct {
	Lambda        float64 `json:"lambda"`
	N             int     `json:"n"`
	LogLikelihood float64 `json:"log_likelihood"`
	// MinusNObjective is -n f, f with the penalty.
	MinusNObjective float64 `json:"minus_n_objective"`
	// The largest derivatives, by parameter, of the log-likelihood, and of the
	// log-posterior under the prior of lambda = 1/n.
	LikelihoodSlope float64 `json:"likelihood_slope"`
	PosteriorSlope  float64 `json:"posterior_slope"`
}

// posterior fits without penalty and with lambda = 1/n, that is with a normal
// prior of variance 1/(n lambda) = 1 on each weight of the scaled features.
func posterior(ctx context.Context, penguins *dataset.Dataset) []PosteriorPoint {
	ds := *penguins
	ds.Columns = []dataset.Column{*ds.Column("flipper_length_mm"), *ds.Column("body_mass_g")}
	p := newProblem(&ds)
	n, row, z := p.n(), make([]float64, p.X.D()), make([]float64, p.K)
	logLikelihood := func(theta []float64) (sum float64) {
		for i, y := range p.labels {
			p.X.Row(row, i)
			p.outputs(z, theta, row)
			special.LogSoftmax(z, z)
			sum += z[y]
		}
		return sum
	}
	const variance = 1 // 1/(n lambda) at lambda = 1/n
	logPosterior := func(theta []float64) float64 {
		sum := logLikelihood(theta)
		for _, w := range theta[:len(row)*p.K] {
			sum += -w*w/(2*variance) - math.Log(2*math.Pi*variance)/2
		}
		return sum
	}
	var points []PosteriorPoint
	for _, lambda := range []float64{0, 1 / (float64(n) * variance)} {
		p.Lambda = lambda
		fit := must(train.Run(ctx, p.Problem, train.Options{Solver: train.SolverNewton, Tol: 1e-14, Threads: 1}))
		points = append(points, PosteriorPoint{
			Lambda: lambda, N: n,
			LogLikelihood:   logLikelihood(fit.Theta),
			MinusNObjective: -float64(n) * fit.Final.Objective,
			LikelihoodSlope: steepest(logLikelihood, fit.Theta),
			PosteriorSlope:  steepest(logPosterior, fit.Theta),
		})
	}
	return points
}

// steepest is the largest magnitude of a derivative of f, by central
// differences.
func steepest(f func([]float64) float64, theta []float64) float64 {
	const h = 1e-4
	var most float64
	for at, v := range theta {
		theta[at] = v + h
		up := f(theta)
		theta[at] = v - h
		slope := (up - f(theta)) / (2 * h)
		theta[at] = v
		most = max(most, math.Abs(slope))
	}
	return most
}
