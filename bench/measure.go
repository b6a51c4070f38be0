package main

import (
	"fmt"
	"slices"

	"example.com/softmax"
)

const (
	// A fit whose first round takes longer, in seconds, is made once, and one of
	// ours whose whole process does.
	repeatBelow, repeatOurs = 3, 7
	// Later rounds are for peers that are within this factor of the fastest at
	// some gap in the first.
	contender = 2
	// Problems with a shorter limit, in seconds, have five rounds, not three.
	brief = 5
)

// measureSet measures everything on one set.
func (b *bench) measureSet(res *results, s *set, o *options) error {
	progress("%s: reading", s.name)
	p, err := prepare(s, b.work)
	if err != nil {
		return err
	}
	if err := b.measureProblem(res, s, p, o); err != nil {
		return err
	}
	if s.job && !o.prepare && res.Versions.has(needsSklearn) {
		progress("%s: whole programs", s.name)
		jobs, err := b.jobs(p, s.images)
		if err != nil {
			return fmt.Errorf("whole programs: %w", err)
		}
		res.Jobs = slices.DeleteFunc(res.Jobs, func(j job) bool { return j.Problem == s.name })
		res.Jobs = append(res.Jobs, jobs...)
	}
	if !s.chosen {
		return nil
	}
	if err := p.chooseLambda(); err != nil || p.Lambda == 1/float64(p.Rows) {
		return err // 1/n has been measured
	}
	return b.measureProblem(res, s, p, o)
}

// measureProblem has everyone fit p.
func (b *bench) measureProblem(res *results, s *set, p *problem, o *options) error {
	progress("%s: the optimum", p.title())
	open, err := b.findOptimum(p, max(60, 5*s.limit))
	if err != nil || o.prepare {
		return err
	}
	limit := s.limit
	if o.quick {
		limit = min(limit, 3)
	}
	if p.Chosen {
		limit /= 2 // the larger penalty makes it easier
	}
	r := problemResult{problem: *p, What: s.what, Limit: limit, Optimum: p.optimum, Open: open}
	busy := watchOthers()
	rounds := o.repeats
	if rounds == 0 {
		if rounds = 3; limit < brief {
			rounds = 5
		}
	}
	again := func(*peer) bool { return true }
	watched := &run{} // ours
	for round := 1; round <= rounds; round++ {
		for i := range peers {
			pe := &peers[i]
			if !o.wants(pe) || !again(pe) {
				continue
			}
			why := pe.leaveOut(p, &res.Versions)
			if pe.name == certain4 && !r.proved(certain3) {
				why = "not even 1e-3 was proved within the limit"
			}
			if why != "" {
				if why != notWorth {
					r.Runs = append(r.Runs, run{Peer: pe.name, Round: round, Skipped: why})
				}
				continue
			}
			progress("%s: %s, round %d", p.title(), pe.name, round)
			fit := b.fit(p, pe, pe.limit(s, limit), round)
			if pe.name == curve {
				watched = &fit
			}
			if fit.Usual != nil && watched.trajectory != nil {
				_, fit.UsualOurs = watched.trajectory.first(fit.Usual.Objective)
			}
			r.Runs = append(r.Runs, fit)
		}
		if round == 1 {
			again = r.contenders()
		}
	}
	r.Busy = busy()
	r.problem.train, r.problem.test = part{}, part{} // the report needs only the shape
	res.Problems = append(res.Problems, r)
	return nil
}

// proved reports whether the last run of one of our fits proved its tolerance.
func (r *problemResult) proved(name string) bool {
	for _, run := range slices.Backward(r.Runs) {
		if run.Peer == name {
			return run.Claim != nil && run.Claim.Stop == string(softmax.Converged)
		}
	}
	return false
}

// contenders says of a peer, after the first round, whether to run it again.
func (r *problemResult) contenders() func(*peer) bool {
	rows := r.rows()
	return func(pe *peer) bool {
		w := find(rows, pe.name)
		if w == nil || w.last.end() == nil || w.cut || w.failed != "" {
			return false
		}
		if pe.name == loop {
			return true
		}
		if pe.ours {
			return w.last.Process <= repeatOurs
		}
		if w.seconds > repeatBelow {
			return false
		}
		for g, s := range w.secondsTo {
			if best := fastest(rows, g); s >= 0 && s <= contender*best.secondsTo[g] {
				return true
			}
		}
		return false
	}
}

// leaveOut is the reason not to run a peer; empty to run it.
func (pe *peer) leaveOut(p *problem, v *versions) string {
	if p.Chosen && !pe.core || p.NonZeros > 0 && !pe.sparse {
		return notWorth
	}
	if !v.has(pe.needs) {
		return pe.needs + " is not installed"
	}
	if pe.skip != nil {
		return pe.skip(p, v)
	}
	return ""
}
