package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"

	"example.com/softmax"
	"example.com/softmax/dataset"
)

// gaps are the relative distances to the optimum that times are given for.
var gaps = []float64{1e-2, 1e-3, 1e-4, 1e-5, 1e-6}

// disagreement is the relative difference between an objective that a fit of
// ours claims and the evaluator's that ends a run: the features of floating
// point columns are stored in float32, and the sum of their roundings shows.
const disagreement = 1e-7

// A run is one fit by one peer.
type run struct {
	Peer    string `json:"peer"`
	Round   int    `json:"round"`
	Skipped string `json:"skipped,omitempty"` // why it was not made
	Failed  string `json:"failed,omitempty"`
	// Cut says that the time limit ended it.
	Cut bool `json:"cut"`

	Process float64 `json:"process_seconds"` // of the whole program, reading included
	Memory  int64   `json:"peak_bytes"`
	// Points are the places that were evaluated; the last is the end.
	Points []evaluated `json:"points,omitempty"`
	// SecondsTo are the times to the entries of gaps; -1 where not reached.
	SecondsTo []float64 `json:"seconds_to"`
	Test      *score    `json:"test,omitempty"` // at the end
	Claim     *claim    `json:"claim,omitempty"`
	// Disagreement is the relative difference of the claimed objective and the
	// evaluator's.
	Disagreement float64 `json:"disagreement,omitempty"`
	// Excess is how far above the objectives that a fit of ours claimed when it
	// reached the gaps lie those of the models that it returns if it ends there;
	// relative, the most of them, negative if all are lower.
	Excess *float64 `json:"excess,omitempty"`
	// Usual is where the peer would have ended with its defaults, and UsualOurs the seconds that a fit of ours takes to get so far.
	Usual     *evaluated `json:"usual,omitempty"`
	UsualOurs float64    `json:"usual_ours,omitempty"`

	iterationsTo []int
	trajectory   *trajectory
}

type evaluated struct {
	Iteration int     `json:"iteration"`
	Seconds   float64 `json:"seconds"`
	Objective float64 `json:"objective,omitempty"` // 0 of another objective
	// Trusted is set where the fit said the objective itself.
	Trusted bool `json:"trusted,omitempty"`
}

func (r *run) end() *evaluated {
	if len(r.Points) == 0 {
		return nil
	}
	return &r.Points[len(r.Points)-1]
}

// fit runs a peer and evaluates what it reached.
func (b *bench) fit(p *problem, pe *peer, limit float64, round int) run {
	r := run{Peer: pe.name, Round: round}
	out := filepath.Join(p.folder, "run")
	err := os.RemoveAll(out)
	if err == nil {
		err = os.MkdirAll(out, 0o755)
	}
	if err != nil {
		r.Failed = err.Error()
		return r
	}
	// A peer ends itself at the limit if it can; reading comes on top.
	pr, err := b.run(1.1*limit+30, pe.command(b, p, out, limit)...)
	if err != nil {
		r.Failed = err.Error()
	}
	r.Process, r.Memory, r.Cut = pr.seconds, pr.memory, pr.killed
	points, err := readPoints(out)
	if err != nil || len(points) == 0 {
		return r
	}
	r.Cut = r.Cut || points[len(points)-1].Seconds > limit
	if err = r.evaluate(p, pe, out, points); err == nil && pe.name == curve && round == 1 && r.end().Seconds < 10 {
		err = r.confirm(p)
	}
	if err != nil {
		r.Failed = err.Error()
	}
	return r
}

// confirm ends our fit where it said that it had reached the gaps, and has the
// evaluator look; where that takes long, at the last gap only, or not at all.
func (r *run) confirm(p *problem) error {
	train, _, err := p.read()
	if err != nil {
		return err
	}
	iterations := slices.Compact(r.iterationsTo)
	if r.end().Seconds > 2 {
		iterations = iterations[max(0, len(iterations)-1):]
	}
	for _, iteration := range iterations {
		if iteration == 0 {
			continue
		}
		cfg := ours("curve", 0)
		cfg.L2 = p.Lambda
		cfg.MaxIterations = iteration
		m, _, err := softmax.Fit(context.Background(), train, cfg)
		if err != nil {
			return err
		}
		theta, err := scaled(m, train)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(r.Points, func(e evaluated) bool { return e.Iteration == iteration })
		if excess := p.objective(theta)/r.Points[at].Objective - 1; r.Excess == nil || excess > *r.Excess {
			r.Excess = &excess
		}
	}
	return nil
}

// evaluate evaluates the end and what lies on the way.
func (r *run) evaluate(p *problem, pe *peer, out string, points []point) error {
	last := points[len(points)-1]
	if last.at < 0 {
		return errors.New("it was ended before it returned a model")
	}
	theta, err := readTheta(out, last.at, (p.Features+1)*p.Classes)
	if err != nil {
		return err
	}
	log := probabilities(logSoftmax)
	if pe.other != "" {
		log = logOneVsRest
	}
	s := evaluate(p.test, p.Features, p.Classes, theta, log)
	if finite(s.Loss) == nil {
		return errors.New("it ended with parameters that are not numbers")
	}
	r.Test = &s
	if pe.other != "" {
		r.Points = []evaluated{{Iteration: last.Iteration, Seconds: last.Seconds}}
		return nil
	}
	t := &trajectory{p: p, out: out, points: points, known: map[int]float64{}}
	t.spread()
	r.trajectory = t
	if i := slices.IndexFunc(points, func(p point) bool { return p.Usual }); i >= 0 {
		r.Usual = &evaluated{points[i].Iteration, points[i].Seconds, t.objective(i), false}
	}
	for _, gap := range gaps {
		i, seconds := t.first(p.optimum * (1 + gap))
		r.SecondsTo = append(r.SecondsTo, seconds)
		if i >= 0 {
			r.iterationsTo = append(r.iterationsTo, points[i].Iteration)
		}
	}
	for i, pt := range points {
		if f, ok := t.known[i]; ok && finite(f) != nil {
			r.Points = append(r.Points, evaluated{pt.Iteration, pt.Seconds, f, pt.Objective != nil})
		}
	}
	if raw, err := os.ReadFile(filepath.Join(out, "claim.json")); err == nil {
		r.Claim = &claim{}
		if err := json.Unmarshal(raw, r.Claim); err != nil {
			return err
		}
		r.Disagreement = math.Abs(r.Claim.Objective-r.end().Objective) / r.end().Objective
	}
	return t.err
}

// chooseLambda gives the problem the lambda with the least log-loss on a fifth
// of the training rows, held out, among 1/(16n), 1/(4n), 1/n, 4/n and so on. It is kept in
// the work folder.
func (p *problem) chooseLambda() error {
	p.Chosen = true
	kept := filepath.Join(p.folder, "chosen.json")
	if raw, err := os.ReadFile(kept); err == nil {
		if err := json.Unmarshal(raw, &p.Lambda); err != nil {
			return err
		}
		return p.describe()
	}
	train, _, err := p.read()
	if err != nil {
		return err
	}
	n := train.Rows()
	var part [2][]int
	for i := range n {
		held := 0
		if i%5 == 4 {
			held = 1
		}
		part[held] = append(part[held], i)
	}
	fitted, held := train.Subset(part[0]), train.Subset(part[1])
	least, worse := math.Inf(1), 0
	for lambda := 1 / float64(16*p.Rows); worse < 2; lambda *= 4 {
		loss, err := heldOut(fitted, held, lambda)
		if err != nil {
			return err
		}
		if worse++; loss < least {
			least, worse, p.Lambda = loss, 0, lambda
		}
	}
	raw, err := json.Marshal(p.Lambda)
	if err != nil {
		return err
	}
	return errors.Join(os.WriteFile(kept, raw, 0o644), p.describe())
}

func heldOut(fitted, held *dataset.Dataset, lambda float64) (loss float64, err error) {
	cfg := ours("1e-3", 0)
	cfg.L2 = lambda
	m, _, err := softmax.Fit(context.Background(), fitted, cfg)
	if err != nil {
		return 0, err
	}
	b, err := m.Bind(held)
	if err != nil {
		return 0, err
	}
	s, err := b.Score()
	if err != nil {
		return 0, err
	}
	return s.LogLoss, nil
}

// findOptimum gives the problem its optimum: a fit of ours to --tol 1e-9, kept
// in the work folder for later runs, and evaluated like everyone's. It returns
// the share of the objective that the certificate leaves open, -1
// if there is none.
func (b *bench) findOptimum(p *problem, limit float64) (open float64, err error) {
	out := filepath.Join(p.folder, fmt.Sprintf("optimum-%.3g", p.Lambda))
	if _, err := os.Stat(filepath.Join(out, "claim.json")); err != nil {
		if err := os.MkdirAll(out, 0o755); err != nil {
			return 0, err
		}
		if _, err := b.run(0, b.program, "child", "self", p.folder, out, "optimum", seconds(limit)); err != nil {
			return 0, err
		}
	}
	var c claim
	raw, err := os.ReadFile(filepath.Join(out, "claim.json"))
	if err == nil {
		err = json.Unmarshal(raw, &c)
	}
	if err != nil {
		return 0, err
	}
	theta, err := readTheta(out, 0, (p.Features+1)*p.Classes)
	if err != nil {
		return 0, err
	}
	p.optimum = p.objective(theta)
	if d := math.Abs(p.optimum-c.Objective) / p.optimum; d > disagreement {
		err := fmt.Errorf("%s: the fit says that its objective is %v, the evaluator %v", p.Name, c.Objective, p.optimum)
		return 0, errors.Join(err, os.RemoveAll(out))
	}
	if c.GapBound == nil {
		return -1, nil
	}
	return *c.GapBound / p.optimum, nil
}
