package softmax

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
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
	worsenings     = 2     // in a row that end a path
	leastShare     = 100   // the path goes down to 1 / sum of the weights by so much
	leastLambda    = 1e-12 // but never further than this
)

// lambda is the strength of the penalty, and where it comes from. The error is
// that of ctx, should it end while the penalty is being chosen.
func (f *fit) lambda(ctx context.Context) (lambda float64, source string, err error) {
	sum := f.target.norm
	switch {
	case f.cfg.L2 == NoPenalty:
		return 0, "none", nil
	case f.cfg.L2 > 0:
		return f.cfg.L2, "given", nil
	case f.cfg.C > 0:
		return 1 / (f.cfg.C * sum), fmt.Sprintf("C = %v", f.cfg.C), nil
	case f.cfg.sparse():
		return 0, "none", nil
	}
	start := time.Now()
	defer func() { f.report.SelectSeconds = time.Since(start).Seconds() }()
	s, err := f.selection(ctx)
	switch {
	case ctx.Err() != nil:
		return 0, "", ctx.Err()
	case s == nil:
		reason := strings.TrimPrefix(err.Error(), ErrConfig.Error()+": ")
		if errors.Is(err, context.DeadlineExceeded) {
			reason = "half of MaxTime was over before the first one was tried"
		}
		f.warn("selection", nil, fmt.Sprintf("The penalty could not be chosen on held-out rows, and is 1 / sum of the weights: %s.", reason))
		return 1 / sum, "1 / sum of the weights", nil
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
	return s.Chosen().Lambda, source, nil
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
	if f.cfg.Calibrate {
		f.cv = cv
	}
	s := &Selection{Folds: len(cv.parts), Rows: cv.Rows(), Baseline: cv.Baseline()}
	least := max(leastLambda, 1/(leastShare*f.target.norm))
	for half := 0; ; half++ {
		lambda := halfDecade(half)
		if lambda < least && len(s.Path) > 0 || len(s.Path) > s.Best+worsenings {
			return s, nil
		}
		point, err := cv.At(ctx, lambda)
		if err == nil && math.IsNaN(point.Loss) {
			err = errors.New("no row held out can be scored")
		}
		switch {
		case err == nil:
		case len(s.Path) > 0:
			s.TimedOut = errors.Is(err, context.DeadlineExceeded)
			return s, nil
		default:
			return nil, err
		}
		s.Path = append(s.Path, point)
		if point.Loss < s.Chosen().Loss {
			s.Best = half
		}
		if f.cfg.Selecting != nil {
			f.cfg.Selecting(point)
		}
	}
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
