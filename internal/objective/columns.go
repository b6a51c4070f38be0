package objective

import "example.com/softmax/internal/kernel"

// A Columns is the Hessian H of f's smooth part at a point, in some coordinates
// of theta, without H: products with it go by the columns of X, through the
// change that a step makes to the logits. A coordinate costs as many
// multiplications as its column has values that are not 0.
//
// Features that are sparse are taken without their shifts: their weights move
// with their class's intercept left where it is in terms of the logits of a row
// of zeros. Unshift and Shift lead there and back.
//
// It implements optimize.Quadratic.
type Columns struct {
	o           *Objective
	Coordinates []int
	coupled     bool
	rows        int
	p, wp       []float32 // K x rows: the probabilities, and times the rows' shares of the weight
	z           []float32 // K x rows: the change of the logits
	s           []float32 // rows: the mean of z by p, where classes are coupled
	moved       []float64 // u - X
}

// A column is a feature's values that are not 0, with the numbers of their rows.
type column struct {
	rows []int32
	x    []float32
}

// Columns returns the Hessian at theta, from every stride-th row.
func (o *Objective) Columns(theta []float64, coordinates []int, stride int) (*Columns, error) {
	sample, err := o.sampleCurvature(theta, stride)
	if err != nil {
		return nil, err
	}
	if o.features == nil || o.stride != stride {
		o.features, o.stride = o.byColumn(sample.rows), stride
	}
	n, k := len(sample.rows), o.K
	c := &Columns{o: o, Coordinates: coordinates, coupled: IsShiftInvariant(o.Loss), rows: n, moved: make([]float64, len(coordinates))}
	c.p, c.wp, c.z, c.s = make([]float32, k*n), make([]float32, k*n), make([]float32, k*n), make([]float32, n)
	for i, w := range sample.w {
		for q, p := range sample.p[i*k:][:k] {
			if !c.coupled {
				p = within(p)
			}
			c.p[q*n+i], c.wp[q*n+i] = p, w*p
		}
	}
	return c, nil
}

// byColumn returns the features' columns in the given rows, and that of the
// intercept.
func (o *Objective) byColumn(rows []int32) []column {
	dense, d := o.X.V.D, o.X.D()
	columns := make([]column, d+1)
	all := make([]int32, len(rows))
	for i := range all {
		all[i] = int32(i)
	}
	for j := range dense {
		columns[j] = column{all, make([]float32, len(rows))}
	}
	columns[d] = column{all, make([]float32, len(rows))}
	count := make([]int, d)
	for _, i := range rows {
		if o.X.S != nil {
			index, _ := o.X.S.Row(int(i))
			for _, j := range index {
				count[dense+int(j)]++
			}
		}
	}
	for j := dense; j < d; j++ {
		columns[j] = column{make([]int32, 0, count[j]), make([]float32, 0, count[j])}
	}
	row := make([]float32, dense)
	for at, i := range rows {
		columns[d].x[at] = 1
		o.denseRow(row, int(i))
		for j, v := range row {
			columns[j].x[at] = v
		}
		if o.X.S == nil {
			continue
		}
		index, values := o.X.S.Row(int(i))
		for e, j := range index {
			v := o.X.Scale[dense+int(j)]
			if values != nil {
				v *= values[e]
			}
			to := &columns[dense+int(j)]
			to.rows, to.x = append(to.rows, int32(at)), append(to.x, float32(v))
		}
	}
	return columns
}

// of returns the column and class of coordinate a.
func (c *Columns) of(a int) (column, int) {
	at := c.Coordinates[a]
	return c.o.features[at/c.o.K], at % c.o.K
}

// ridge is L2's share of the curvature of coordinate a.
func (c *Columns) ridge(a int) float64 {
	if j := c.Coordinates[a] / c.o.K; j < c.o.X.D() {
		return c.o.Lambda * c.o.Factor(j)
	}
	return 0
}

// Slope is entry a of H times what Move has moved.
func (c *Columns) Slope(a int) float64 {
	col, q := c.of(a)
	wp, z, s := c.wp[q*c.rows:][:c.rows], c.z[q*c.rows:][:c.rows], c.s[:c.rows]
	if c.Coordinates[a]/c.o.K == c.o.X.D() {
		return float64(kernel.Dot32(wp, z)) - float64(kernel.Dot32(wp, s))
	}
	var sum float64
	for e, i := range col.rows {
		sum += float64(col.x[e] * wp[i] * (z[i] - s[i]))
	}
	return sum + float64(c.ridge(a)*c.moved[a])
}

// Move moves coordinate a.
func (c *Columns) Move(a int, step float64) {
	c.moved[a] += step
	col, q := c.of(a)
	p, z, s, by := c.p[q*c.rows:][:c.rows], c.z[q*c.rows:][:c.rows], c.s[:c.rows], float32(step)
	if c.Coordinates[a]/c.o.K == c.o.X.D() {
		kernel.Axpy32(z, by, col.x)
		if c.coupled {
			kernel.Axpy32(s, by, p)
		}
		return
	}
	if !c.coupled {
		for e, i := range col.rows {
			z[i] += float32(by * col.x[e])
		}
		return
	}
	for e, i := range col.rows {
		v := by * col.x[e]
		z[i] += v
		s[i] += float32(p[i] * v)
	}
}

// Among writes H among coordinates of one feature.
func (c *Columns) Among(h []float32, at []int32) {
	for e, a := range at {
		col, q := c.of(int(a))
		p, wp := c.p[q*c.rows:][:c.rows], c.wp[q*c.rows:][:c.rows]
		for f, b := range at[:e+1] {
			_, m := c.of(int(b))
			other := c.p[m*c.rows:][:c.rows]
			var sum float64
			for t, i := range col.rows {
				x := col.x[t] * col.x[t]
				switch {
				case !c.coupled && q == m:
					sum += float64(x * wp[i])
				case c.coupled && q == m:
					sum += float64(x * wp[i] * (1 - p[i]))
				case c.coupled:
					sum -= float64(x * wp[i] * other[i])
				}
			}
			if a == b {
				sum += c.ridge(int(a))
			}
			h[e*len(at)+f], h[f*len(at)+e] = float32(sum), float32(sum)
		}
	}
}

// lift is what feature j takes from the intercept of a class for a weight of 1.
func (o *Objective) lift(j int) float64 {
	if j < o.X.V.D || j == o.X.D() {
		return 0
	}
	return o.X.Shift[j] * o.X.Scale[j]
}

// Unshift turns a gradient with respect to W and b into that with respect to the
// coordinates of c; grad is of all of theta.
func (c *Columns) Unshift(grad []float64) []float64 {
	d, k := c.o.X.D(), c.o.K
	g := make([]float64, len(c.Coordinates))
	for a, at := range c.Coordinates {
		g[a] = grad[at] + float64(c.o.lift(at/k)*grad[d*k+at%k])
	}
	return g
}

// Shift moves the intercepts of theta by what the steps of other coordinates
// take from them.
func (c *Columns) Shift(theta []float64) {
	d, k := c.o.X.D(), c.o.K
	for a, at := range c.Coordinates {
		theta[d*k+at%k] += float64(c.o.lift(at/k) * c.moved[a])
	}
}
