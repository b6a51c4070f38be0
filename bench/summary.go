package main

import (
	"math"
	"slices"
)

// A row is what the rounds of one peer on one problem come to: medians.
type row struct {
	peer      *peer
	skipped   string
	failed    string
	rounds    int
	secondsTo []float64 // as in run; -1 where a median round did not get there
	spread    float64   // slowest round by fastest, to the last gap reached
	last      *run      // the first round
	seconds   float64   // to the end
	cut       bool
	gap       float64 // relative, at the end
	usual     *run    // with median seconds to where the peer ends by default
	memory    int64
}

// rows summarises the runs of a problem, in the order of peers.
func (r *problemResult) rows() []row {
	var all []row
	for i := range peers {
		var runs []*run
		for j := range r.Runs {
			if r.Runs[j].Peer == peers[i].name {
				runs = append(runs, &r.Runs[j])
			}
		}
		if len(runs) > 0 {
			all = append(all, r.row(&peers[i], runs))
		}
	}
	return all
}

func (r *problemResult) row(pe *peer, runs []*run) row {
	w := row{peer: pe, skipped: runs[0].Skipped, failed: runs[0].Failed, rounds: len(runs), last: runs[0], spread: 1, cut: runs[0].Cut}
	over := func(value func(*run) float64) (med, spread float64) {
		var v []float64
		for _, run := range runs {
			if x := value(run); x >= 0 {
				v = append(v, x)
			} else {
				v = append(v, math.Inf(1))
			}
		}
		slices.Sort(v)
		if med = v[len(v)/2]; math.IsInf(med, 1) {
			return -1, 1
		}
		return med, v[len(v)-1] / v[0]
	}
	for g := range gaps {
		to, spread := over(func(run *run) float64 {
			if len(run.SecondsTo) == 0 {
				return -1
			}
			return run.SecondsTo[g]
		})
		w.secondsTo = append(w.secondsTo, to)
		if to >= 0 {
			w.spread = spread
		}
	}
	w.seconds, _ = over(func(run *run) float64 {
		if run.end() == nil {
			return -1
		}
		return run.end().Seconds
	})
	if end := runs[0].end(); end != nil && end.Objective != 0 {
		w.gap = end.Objective/r.Optimum - 1
	}
	if runs[0].Usual != nil {
		u := *runs[0]
		u.Usual = &evaluated{Iteration: u.Usual.Iteration, Objective: u.Usual.Objective}
		u.Usual.Seconds, _ = over(func(run *run) float64 {
			if run.Usual == nil {
				return -1
			}
			return run.Usual.Seconds
		})
		u.UsualOurs, _ = over(func(run *run) float64 { return run.UsualOurs })
		w.usual = &u
	}
	memory, _ := over(func(run *run) float64 { return float64(run.Memory) })
	w.memory = int64(memory)
	return w
}

// fastest is the peer, not one of ours, that reaches gap g first.
func fastest(rows []row, g int) *row {
	var best *row
	for i := range rows {
		w := &rows[i]
		if !w.peer.ours && w.secondsTo[g] >= 0 && (best == nil || w.secondsTo[g] < best.secondsTo[g]) {
			best = w
		}
	}
	return best
}

func find(rows []row, name string) *row {
	for i := range rows {
		if rows[i].peer.name == name {
			return &rows[i]
		}
	}
	return nil
}
