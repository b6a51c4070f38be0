package metrics_test

import (
	"context"
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

func ExampleBootstrap() {
	truth := []int32{0, 0, 0, 1, 1, 2, 2, 2}
	p := []float64{
		0.8, 0.1, 0.1,
		0.5, 0.3, 0.2,
		0.3, 0.4, 0.3,
		0.2, 0.7, 0.1,
		0.4, 0.3, 0.3,
		0.1, 0.2, 0.7,
		0.1, 0.1, 0.8,
		0.2, 0.5, 0.3,
	}
	roc, precision := metrics.Areas(truth, p, 3, nil)
	fmt.Printf("ROC-AUC %.3f, average precision %.3f\n", roc.Macro, precision.Macro)
	intervals, err := metrics.Bootstrap{Seed: 1}.Intervals(context.Background(), len(truth), nil, func(w []float64) float64 {
		roc, _ := metrics.Areas(truth, p, 3, w)
		return roc.Macro
	})
	if err != nil {
		panic(err)
	}
	fmt.Printf("ROC-AUC from %.2f to %.2f\n", intervals[0].Low, intervals[0].High)
	// Output:
	// ROC-AUC 0.886, average precision 0.828
	// ROC-AUC from 0.62 to 1.00
}
