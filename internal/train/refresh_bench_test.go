package train

import (
	"context"
	"fmt"
	"testing"

	"example.com/softmax/internal/kernel"
	"example.com/softmax/internal/objective"
)

// A refresh of the preconditioner beside a pass, for the shapes of real sets.
func BenchmarkRefresh(b *testing.B) {
	for _, s := range []struct{ n, d, k int }{{1438, 64, 10}, {43500, 9, 7}, {15000, 16, 26}, {60000, 784, 10}} {
		p := random(s.n, s.d, s.k)
		o := objective.New(context.Background(), p.Problem, 2)
		o.SetLevel(kernel.Best())
		m, err := newTwoLevel(o, p.Shares, 2)
		if err != nil {
			b.Fatal(err)
		}
		theta, grad := make([]float64, o.Dim()), make([]float64, o.Dim())
		for i := range theta {
			theta[i] = float64(i%7) / 20
		}
		name := fmt.Sprintf("%dx%dx%d", s.n, s.d, s.k)
		b.Run(name+"/pass", func(b *testing.B) {
			for b.Loop() {
				if _, err := o.ValueGrad(theta, grad); err != nil {
					b.Fatal(err)
				}
			}
		})
		for _, iteration := range []int{4, 12} {
			b.Run(fmt.Sprintf("%s/refresh=%d", name, iteration), func(b *testing.B) {
				for b.Loop() {
					m.next = 0
					if _, err := m.Refresh(iteration, theta); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
		b.Run(name+"/apply", func(b *testing.B) {
			for b.Loop() {
				m.Apply(theta, grad)
			}
		})
	}
}
