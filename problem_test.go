package softmax

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"example.com/softmax/dataset"
	"example.com/softmax/internal/design"
)

// A problem is a random classification problem. Every class occurs.
type problem struct {
	x    [][]float64
	y    []int
	k    int
	w    []float64 // nil for 1 each
	name func(q int) string
}

// newRand returns a generator of its own for every test.
func newRand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0)) }

// A recipe says what a random problem is like.
type recipe struct {
	n, d, k    int
	bytes      bool // whole numbers from 0 to 255
	weights    bool
	imbalanced bool // one class has most rows
	separable  bool // the classes have no overlap
}

func (c recipe) problem(r *rand.Rand) *problem {
	p := &problem{k: c.k, name: func(q int) string { return fmt.Sprintf("class %02d", q) }}
	centres := make([][]float64, c.k)
	for q := range centres {
		for range c.d {
			centres[q] = append(centres[q], r.NormFloat64())
		}
	}
	for i := range c.n {
		q := r.IntN(c.k)
		if c.imbalanced && r.IntN(10) > 0 {
			q = 0
		}
		if i < c.k {
			q = i
		}
		x := make([]float64, c.d)
		for j := range x {
			x[j] = centres[q][j] + r.NormFloat64()
			if c.separable {
				x[j] = centres[q][j] + 0.01*r.NormFloat64()
			}
			if c.bytes {
				x[j] = math.Round(min(255, max(0, 128+40*x[j])))
			} else {
				x[j] = 10*float64(j) + 3*x[j]
			}
		}
		p.x, p.y = append(p.x, x), append(p.y, q)
		if c.weights {
			p.w = append(p.w, r.ExpFloat64()+0.01)
		}
	}
	return p
}

func (p *problem) labels() []string {
	labels := make([]string, len(p.y))
	for i, q := range p.y {
		labels[i] = p.name(q)
	}
	return labels
}

// pick returns the problem of the given rows.
func (p *problem) pick(rows []int) *problem {
	c := &problem{k: p.k, name: p.name}
	for _, i := range rows {
		c.x, c.y = append(c.x, p.x[i]), append(c.y, p.y[i])
		if p.w != nil {
			c.w = append(c.w, p.w[i])
		}
	}
	return c
}

// A storage is a way to hold the same numbers in a dataset.
type storage string

const (
	block64 storage = "float64 block"
	block32 storage = "float32 block"
	block8  storage = "byte block"
	columns storage = "float64 columns"
	bytes8  storage = "byte columns"
	pixels  storage = "pixels"
)

func (p *problem) dataset(t testing.TB, s storage) *dataset.Dataset {
	t.Helper()
	n, d := len(p.x), len(p.x[0])
	width := d
	if s == columns || s == bytes8 {
		width = 1
	}
	var cs []dataset.Column
	for first := 0; first < d; first += width {
		c := dataset.Column{Name: fmt.Sprintf("x%02d", first), Width: width}
		for i := range n {
			for _, v := range p.x[i][first : first+width] {
				switch s {
				case block64, columns:
					c.Float64s = append(c.Float64s, v)
				case block32:
					c.Float32s = append(c.Float32s, float32(v))
				default:
					c.Bytes = append(c.Bytes, uint8(v))
				}
			}
		}
		if s == pixels {
			c.Kind, c.Height = dataset.Pixels, 1
		}
		cs = append(cs, c)
	}
	ds, err := dataset.New("random", cs, dataset.NewLabel("class", p.labels()), p.w)
	if err != nil {
		t.Fatal(err)
	}
	return ds
}

// reference returns the objective of the design matrix that Fit would use. The
// matrix itself is held to the data in internal/design.
func (p *problem) reference(t testing.TB, ds *dataset.Dataset, cfg Config) *reference {
	t.Helper()
	d, err := design.Fit(ds, cfg.Preprocess)
	if err != nil {
		t.Fatal(err)
	}
	X := d.Matrix(ds)
	ref := &reference{w: p.w, k: p.k}
	for i, q := range p.y {
		row, y := make([]float64, X.D()), make([]float64, p.k)
		X.Row(row, i)
		y[q] = 1
		ref.x, ref.y = append(ref.x, row), append(ref.y, y)
	}
	ref.lambda = max(0, cfg.L2)
	if cfg.C > 0 {
		ref.lambda = 1 / (cfg.C * ref.sum())
	}
	return ref
}

func mustFit(t testing.TB, ds *dataset.Dataset, cfg Config) (*Model, *Report) {
	t.Helper()
	m, r, err := Fit(context.Background(), ds, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return m, r
}

// theta is the model's parameters in the reference's order.
func (m *Model) theta() []float64 { return append(append([]float64(nil), m.w...), m.b...) }

// A tally counts what a generator gave, to assert that it varies.
type tally map[string]int

func (c tally) atLeast(t *testing.T, least int, what ...string) {
	t.Helper()
	if testing.Short() {
		return // rapid makes a fifth of the cases then: too few to tell
	}
	for _, w := range what {
		if c[w] < least {
			t.Errorf("the generator does not vary: %q came %d times, want %d", w, c[w], least)
		}
	}
}
