package metrics

import (
	"math"
	"reflect"
	"testing"
)

var inf, nan = math.Inf(1), math.NaN()

func same(a, b float64) bool { return a == b || a != a && b != b }

func TestCrossEntropyExtremes(t *testing.T) {
	for _, c := range []struct {
		o    []float64
		y    int32
		want float64
	}{
		{[]float64{3}, 0, 0},
		{[]float64{0, 0, 0, 0}, 2, math.Log(4)},
		{[]float64{-1e4, -1e4}, 0, math.Ln2},
		{[]float64{1e4, -1e4}, 0, 0},
		{[]float64{1e4, -1e4}, 1, 2e4},
		{[]float64{0, -60}, 0, math.Exp(-60)}, // p_y rounds to 1
		{[]float64{0, -800}, 1, 800},          // p_y underflows
		{[]float64{0, -inf}, 0, 0},
		{[]float64{0, -inf}, 1, inf}, // p_y = 0
		{[]float64{inf, 0, inf}, 0, math.Ln2},
		{[]float64{inf, 0, inf}, 2, math.Ln2},
		{[]float64{inf, 0, inf}, 1, inf},
		{[]float64{-inf, -inf}, 0, nan},
		{[]float64{nan, 1}, 0, nan},
		{[]float64{nan, 1}, 1, nan},
		{[]float64{inf, nan}, 0, nan},
		{[]float64{nan, nan}, 1, nan},
		{[]float64{nan}, 0, nan},
	} {
		got := crossEntropy(c.o, c.y)
		if !same(got, c.want) && !(math.Abs(got-c.want) <= 1e-15*c.want) {
			t.Errorf("crossEntropy(%v, %d) = %v, want %v", c.o, c.y, got, c.want)
		}
	}
}

func TestLogProbabilitiesAreLogits(t *testing.T) {
	p := []float64{0.1, 0.3, 0.6, 0, 0.25, 0.75}
	logp := make([]float64, len(p))
	for i := range p {
		logp[i] = math.Log(p[i])
	}
	near(t, "LogLoss", LogLoss([]int32{2, 1}, logp, 3, nil), -(math.Log(0.6)+math.Log(0.25))/2)
	if got := LogLoss([]int32{2, 0}, logp, 3, nil); got != inf {
		t.Errorf("LogLoss of a true class of probability 0 = %v, want +Inf", got)
	}
	near(t, "TopK", TopK([]int32{1, 0}, p, 3, 2, nil), 0.5)
}

func TestTies(t *testing.T) {
	o := []float64{1, 2, 2, nan, 2}
	for y, want := range []int{3, 0, 1, 4, 2} {
		if got := rank(o, int32(y)); got != want {
			t.Errorf("rank(%v, %d) = %d, want %d", o, y, got, want)
		}
	}
	for _, o := range [][]float64{{1, 2, 2}, {nan, 2, 2}, {nan, nan}, {0, math.Copysign(0, -1)}, {-inf, -inf}} {
		if got := rank(o, argmax(o)); got != 0 {
			t.Errorf("%v: argmax %d has rank %d", o, argmax(o), got)
		}
	}
}

// An infinite loss of weight 0 is no loss, an unknown class no likelihood.
func TestLeftOut(t *testing.T) {
	truth, logits, w := []int32{0, 1, -1}, []float64{1, 0, 0, -inf, 1, 0}, []float64{2, 0, 2}
	e := NewEvaluator(2, 1)
	e.Add(truth, logits, w)
	s := e.Score()
	near(t, "LogLoss", s.LogLoss, math.Log1p(math.Exp(-1)))
	near(t, "LogLikelihood", s.LogLikelihood, -2*math.Log1p(math.Exp(-1)))
	near(t, "Accuracy", s.Accuracy, 0.5)
	near(t, "TopK", s.TopK[1], 1)
	if s.Rows != 3 || s.Unknown != 1 {
		t.Errorf("Rows, Unknown = %d, %d, want 3, 1", s.Rows, s.Unknown)
	}
	if got, want := s.Confusion.Pairs(), []Pair{{0, 0, 2, 1}}; !reflect.DeepEqual(got, want) {
		t.Errorf("Pairs() = %v, want %v", got, want)
	}
	// The example of unknown class was predicted as 0, wrongly.
	nearScore(t, "class 0", s.Confusion.PerClass()[0], [3]float64{0.5, 1, 2. / 3})
}

func TestNoExamples(t *testing.T) {
	s := NewEvaluator(3, 2).Score()
	for name, v := range map[string]float64{
		"Accuracy": s.Accuracy, "AccuracyError": s.AccuracyError, "LogLoss": s.LogLoss,
		"LogLossError": s.LogLossError, "TopK": s.TopK[2], "Confusion.Accuracy": s.Confusion.Accuracy(),
		"function Accuracy": Accuracy(nil, nil, nil), "only unknown": LogLoss([]int32{-1}, []float64{0}, 1, nil),
	} {
		if v == v {
			t.Errorf("%s of no examples = %v, want NaN", name, v)
		}
	}
	if l := s.LogLikelihood; l != 0 || math.Signbit(l) {
		t.Errorf("LogLikelihood of no examples = %v, want 0", l)
	}
	if m := s.Confusion.Macro(); m != (ClassScore{}) || len(s.Confusion.MostConfused(3)) != 0 {
		t.Errorf("an empty Confusion is not empty: %v", m)
	}
}

func TestMajorityBaseline(t *testing.T) {
	truth := []int32{0, 1, 1, 2, -1}
	for _, c := range []struct {
		training []float64
		w        []float64
		want     float64
	}{
		{[]float64{1, 2, 0}, nil, 2. / 5},
		{[]float64{3, 3, 3}, nil, 1. / 5}, // the first of equals
		{[]float64{1, 2, 9}, []float64{1, 1, 1, 4, 1}, 4. / 8},
	} {
		near(t, "MajorityBaseline", MajorityBaseline(c.training, truth, c.w), c.want)
	}
}

func TestMostConfused(t *testing.T) {
	c := NewConfusion(100_000)
	c.Add([]int32{7, 7, 7, 7, 2, 2, 99_999, -1, -1}, []int32{7, 2, 2, 5, 7, 2, 7, 5, 5}, nil)
	want := []Pair{{7, 2, 2, 0.5}, {2, 7, 1, 0.5}, {7, 5, 1, 0.25}}
	if got := c.MostConfused(3); !reflect.DeepEqual(got, want) {
		t.Errorf("MostConfused(3) = %v, want %v", got, want)
	}
	if got := len(c.MostConfused(100)); got != 4 {
		t.Errorf("MostConfused(100) has %d pairs, want 4", got)
	}
	if got := len(c.PerClass()); got != c.Classes() {
		t.Errorf("PerClass has %d classes of %d", got, c.Classes())
	}
}

func TestMistakesOfTheCallerPanic(t *testing.T) {
	for name, f := range map[string]func(){
		"predictions": func() { Accuracy(make([]int32, 2), make([]int32, 3), nil) },
		"weights":     func() { Accuracy(make([]int32, 2), make([]int32, 2), make([]float64, 1)) },
		"logits":      func() { LogLoss(make([]int32, 2), make([]float64, 5), 3, nil) },
		"no classes":  func() { TopK(nil, nil, 0, 1, nil) },
		"code":        func() { NewConfusion(2).Add([]int32{2}, []int32{0}, nil) },
		"batch":       func() { NewEvaluator(2).Add([]int32{0}, make([]float64, 3), nil) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			f()
		})
	}
}
