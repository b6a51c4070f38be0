package softmax

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"example.com/softmax/internal/objective"
)

// A Selection is how a penalty was chosen on held-out rows.
type Selection struct {
	Folds int // 1 where a single part of the rows was held out
	Rows  int // held out, in all folds together
	// Path are the penalties tried, in this order, and Best the index of the one
	// chosen. Its scores are a little too good, as it was chosen by them.
	Path []PathPoint
	Best int
	// TimedOut says that half of Config.MaxTime ended the path.
	TimedOut bool
	// Baseline is the accuracy on the held-out rows of always predicting the
	// class that is most frequent in the others.
	Baseline float64
}

// Chosen is the point of the path that was chosen.
func (s *Selection) Chosen() PathPoint { return s.Path[s.Best] }

const (
	selectFolds = 5
	selectTol   = 1e-3
	// Up to so many rows, and features times classes, each fold is held out in
	// turn; of more, one.
	mostFolded     = 20000
	mostParameters = 1 << 20
	mostHeld       = 20000
	leastShare     = 100   // the path of L2 goes down to 1 / sum of the weights by so much
	leastLambda    = 1e-12 // but no path further than this
)

// penalty is the penalty, and where it comes from. The error is that of ctx,
// should it end while the penalty is being chosen.
func (f *fit) penalty(ctx context.Context) (p objective.Penalty, source string, err error) {
	sum := f.target.norm
	if !f.cfg.chooses() {
		p, source = f.cfg.penalty(), "given"
		switch {
		case f.cfg.C > 0:
			p.Lambda, source = 1/(f.cfg.C*sum), fmt.Sprintf("C = %v", f.cfg.C)
		case f.cfg.L2 <= 0:
			p.Lambda, source = 0, "none"
		}
		return p, source, nil
	}
	start := time.Now()
	defer func() { f.report.SelectSeconds = time.Since(start).Seconds() }()
	s, err := f.selection(ctx)
	switch {
	case ctx.Err() != nil:
		return p, "", ctx.Err()
	case s == nil:
		reason := strings.TrimPrefix(err.Error(), ErrConfig.Error()+": ")
		if errors.Is(err, context.DeadlineExceeded) {
			reason = "half of MaxTime was over before the first one was tried"
		}
		f.warn("selection", nil, fmt.Sprintf("The penalty could not be chosen on held-out rows, and is 1 / sum of the weights: %s.", reason))
		return f.cfg.unit().Times(1 / sum), "1 / sum of the weights", nil
	}
	f.report.Selection = s
	if s.TimedOut && s.Best == len(s.Path)-1 {
		f.warn("selection", nil, fmt.Sprintf("Half of MaxTime was over while held-out scores were still improving: the penalty, %.6g, is the smallest that was tried, and a smaller one may be much better. Give more time, or the penalty.", s.Chosen().Lambda))
	}
	switch {
	case s.TimedOut:
		source = fmt.Sprintf("best of the %d tried in half of MaxTime", len(s.Path))
	case s.Folds == 1:
		source = fmt.Sprintf("chosen on %d held-out rows", s.Rows)
	default:
		source = fmt.Sprintf("chosen by %d-fold cross-validation", s.Folds)
	}
	at := f.cfg.WithPenalty(s.Chosen())
	return at.penalty(), source, nil
}

// selection walks the path. It is nil, with an error, if that did not get to
// its first point; a later error just ends it.
func (f *fit) selection(ctx context.Context) (*Selection, error) {
	if f.cfg.MaxTime > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, f.cfg.MaxTime/2)
		defer cancel()
	}
	cfg := f.cfg
	cfg.Tol = selectTol
	cv, err := CrossValidate(f.data, cfg, f.folds(), nil)
	if err != nil {
		return nil, err
	}
	cv.whole = f
	if f.cfg.Calibrate {
		f.cv = cv
	}
	most, least, err := cv.Range(ctx)
	if err != nil {
		return nil, err
	}
	s := &Selection{Folds: len(cv.parts), Rows: cv.Rows(), Baseline: cv.Baseline()}
	try := func(lambda float64) error {
		point, err := cv.At(ctx, lambda)
		if err == nil && math.IsNaN(point.Loss) {
			err = errors.New("no row held out can be scored")
		}
		if err != nil {
			s.TimedOut = errors.Is(err, context.DeadlineExceeded)
			return err
		}
		if s.Path = append(s.Path, point); point.Loss < s.Chosen().Loss {
			s.Best = len(s.Path) - 1
		}
		if f.cfg.Selecting != nil {
			f.cfg.Selecting(point)
		}
		return nil
	}
	for half := 0; !s.past(); half++ {
		lambda := most * halfDecade(half)
		if half > 0 && lambda < least {
			break
		}
		if err := try(lambda); err != nil && half == 0 {
			return nil, err
		} else if err != nil {
			return s, nil
		}
	}
	if at, gain := s.vertex(); gain > selectTol*s.Chosen().Loss {
		try(most * math.Pow(10, -at/2))
	}
	return s, nil
}

// past reports whether the best penalty is behind: the last one was worse by
// more than the fits are exact to, or two in a row were no better.
func (s *Selection) past() bool {
	switch n := len(s.Path); n - s.Best {
	case 0, 1:
		return false
	case 2:
		return s.Path[n-1].Loss > (1+selectTol)*s.Chosen().Loss
	}
	return true
}

// vertex is where, in steps of the path, the parabola through the best point and
// its neighbours is least, and by how much less than the best point.
func (s *Selection) vertex() (at, gain float64) {
	i := s.Best
	if i == 0 || i == len(s.Path)-1 {
		return 0, 0
	}
	before, best, after := s.Path[i-1].Loss, s.Path[i].Loss, s.Path[i+1].Loss
	bend := before - 2*best + after
	slope := (after - before) / 2
	return float64(i) - slope/bend, slope * slope / (2 * bend)
}

// halfDecade is 10^(-i/2).
func halfDecade(i int) float64 {
	if i%2 == 0 {
		return math.Pow10(-i / 2)
	}
	return math.Pow10(-i/2) * math.Sqrt(0.1)
}

// folds are those that the penalty is chosen on.
func (f *fit) folds() []int {
	n := f.data.Rows()
	k := max(selectFolds, (n+mostHeld-1)/mostHeld)
	one := n > mostFolded || f.design.D()*len(f.target.classes) > mostParameters
	fold := f.data.Folds(k, f.cfg.Seed, nil)
	var rare []string // classes of one row
	for i := range fold {
		switch {
		case fold[i] < 0 && f.data.Label != nil:
			rare = append(rare, strconv.Quote(f.data.Label.Classes[f.data.Label.Codes[i]]))
		case one && fold[i] > 0:
			fold[i] = -1
		}
	}
	if n := len(rare); n > 0 {
		const most = 5
		names := strings.Join(rare[:min(n, most)], ", ")
		if n > most {
			names += fmt.Sprintf(" and %d more", n-most)
		}
		f.warn("rare-class", nil, fmt.Sprintf("A class of one row cannot be tested and was in all training parts when the penalty was chosen: %s.", names))
	}
	return fold
}
