package train

import (
	"math"

	"example.com/softmax/internal/optimize"
)

// docs/KERNELS.md has the measurements.
const (
	mostEpochs = 100
	perLook    = 2     // passes' worth of rows between evaluations
	slowFall   = 0.005 // share by which f falls from one to the next when another solver does better
)

// ascend brings theta, the null model, near the optimum by dual coordinate
// ascent, whose epochs are the iterations. It ends where the objective no
// longer falls fast, and never above where it began.
func (r *run) ascend(theta []float64) error {
	fn := certified{r.obj, r.cert}
	s := optimize.State{X: theta, Grad: make([]float64, len(theta)), Decrement: math.Inf(1)}
	var err error
	if s.F, err = fn.ValueGrad(theta, s.Grad); err != nil {
		return err
	}
	null := s.F
	if r.iterate(&s) {
		return nil
	}
	a := r.obj.NewAscent(theta)
	for least := null; s.Iteration < mostEpochs; {
		for visited := 0.0; visited < perLook && (r.opt.MaxIter == 0 || s.Iteration < r.opt.MaxIter); s.Iteration++ {
			share, err := a.Epoch(theta)
			if err != nil {
				return err
			}
			visited += share
		}
		if s.F, err = fn.ValueGrad(theta, s.Grad); err != nil {
			return err
		}
		if math.IsNaN(s.F) || math.IsInf(s.F, 0) { // a squared norm overflowed
			break
		}
		if r.iterate(&s) {
			return nil
		}
		if s.F < least && s.F > (1-slowFall)*least {
			break
		}
		least = min(least, s.F)
	}
	if !(s.F < null) { // also where f is not a number
		r.obj.NullModel(theta, r.p.Shares)
		if s.F, err = fn.ValueGrad(theta, s.Grad); err != nil {
			return err
		}
		r.iterate(&s)
	}
	r.before = s.Iteration
	return nil
}
