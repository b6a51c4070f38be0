package metrics_test

import (
	"fmt"
	"math"

	"example.com/softmax/metrics"
)

func ExampleEvaluator() {
	e := metrics.NewEvaluator(3, 2)
	// Two batches; the probabilities of the classes as their logarithms.
	e.Add([]int32{0, 2}, []float64{
		math.Log(0.8), math.Log(0.1), math.Log(0.1),
		math.Log(0.2), math.Log(0.5), math.Log(0.3),
	}, nil)
	e.Add([]int32{1}, []float64{math.Log(0.3), math.Log(0.6), math.Log(0.1)}, nil)

	s := e.Score()
	fmt.Printf("accuracy %.3f ± %.3f\n", s.Accuracy, s.AccuracyError)
	fmt.Printf("log-loss %.3f\n", s.LogLoss)
	fmt.Printf("top-2 accuracy %.3f\n", s.TopK[2])
	for _, p := range s.Confusion.MostConfused(3) {
		fmt.Printf("class %d taken for %d: %.0f, %.0f %% of the class\n", p.Truth, p.Pred, p.Count, 100*p.Share)
	}
	// Output:
	// accuracy 0.667 ± 0.272
	// log-loss 0.646
	// top-2 accuracy 1.000
	// class 2 taken for 1: 1, 100 % of the class
}
