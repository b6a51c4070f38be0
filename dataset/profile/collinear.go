package profile

import (
	"fmt"
	"math"
	"strings"

	"example.com/softmax/dataset"
	"example.com/softmax/internal/linalg"
)

// A dependence is a column that is a linear combination of others.
type dependence struct {
	name string
	on   []string // the columns that have a part in it, and a constant
}

func (d dependence) message() string {
	quoted := make([]string, len(d.on))
	for j, name := range d.on {
		quoted[j] = fmt.Sprintf("%q", name)
	}
	return fmt.Sprintf("Column %q is a linear combination of %s: it adds nothing, and the weights of these columns mean little one by one.", d.name, strings.Join(quoted, ", "))
}

const (
	// mostNumeric columns are looked at, and so many operations spent.
	mostNumeric    = 256
	mostOperations = 2e8
	// tolerance is the share of a column's variance that the others may leave
	// unexplained where it is called a combination of them.
	tolerance = 1e-10
)

// collinear finds the single numeric columns that are, but for a constant,
// linear combinations of those before them: by Gram-Schmidt on evenly spaced
// rows, after which what was found is checked on all. Missing values count as
// the mean, and are so many no column is called dependent for them alone: a
// column with missing values is left out.
func collinear(d *dataset.Dataset) (found []dependence) {
	var columns []*dataset.Column
	for j := range d.Columns {
		if c := &d.Columns[j]; c.Kind == dataset.Numeric && c.Width == 1 && c.Sparse == nil && complete(c, d.Rows()) {
			columns = append(columns, c)
		}
	}
	p := len(columns)
	if p < 2 || p > mostNumeric || d.Rows() < 3 {
		return nil
	}
	every := 1 + int(float64(d.Rows())*float64(p)*float64(p)/mostOperations)
	rows := (d.Rows() + every - 1) / every
	if rows <= p+1 {
		return nil // any column would be a combination
	}
	var basis [][]float64 // orthonormal
	var parts [][]float64 // of basis vector k: its coefficients of the columns in use
	var used []*dataset.Column
	for _, c := range columns {
		x := make([]float64, rows)
		for i := range x {
			x[i] = c.Number(i*every, 0)
		}
		center(x)
		norm := math.Sqrt(linalg.Dot(x, x))
		if norm == 0 {
			continue
		}
		scale(x, 1/norm)
		own := make([]float64, len(used)+1) // x less its projections, by columns
		own[len(used)] = 1 / norm
		for range 2 { // twice is enough (Kahan, in Parlett 1980)
			for k, b := range basis {
				h := linalg.Dot(x, b)
				linalg.Axpy(x, -h, b)
				linalg.Axpy(own[:len(parts[k])], -h, parts[k])
			}
		}
		left := linalg.Dot(x, x)
		if left <= tolerance {
			if dep := (dependence{name: c.Name}); dep.holds(used, own, c, d.Rows()) {
				found = append(found, dep)
			}
			continue
		}
		scale(x, 1/math.Sqrt(left))
		scale(own, 1/math.Sqrt(left))
		basis, parts, used = append(basis, x), append(parts, own), append(used, c)
	}
	return found
}

// holds checks on all rows that the combination of columns, c the last of them,
// is constant, and names those that matter.
func (d *dependence) holds(used []*dataset.Column, coefficients []float64, c *dataset.Column, rows int) bool {
	rest, own := make([]float64, rows), make([]float64, rows)
	last := coefficients[len(used)]
	for i := range rows {
		own[i] = last * c.Number(i, 0)
		rest[i] = own[i]
	}
	center(own)
	size := math.Sqrt(linalg.Dot(own, own))
	for j, other := range used {
		term := make([]float64, rows)
		for i := range term {
			term[i] = float64(coefficients[j] * other.Number(i, 0))
			rest[i] += term[i]
		}
		if center(term); math.Sqrt(linalg.Dot(term, term)) > 1e-6*size {
			d.on = append(d.on, other.Name)
		}
	}
	center(rest)
	return linalg.Dot(rest, rest) <= tolerance*size*size
}

func complete(c *dataset.Column, rows int) bool {
	for i := range rows {
		if c.Missing(i) {
			return false
		}
	}
	return true
}

func center(x []float64) {
	var sum float64
	for _, v := range x {
		sum += v
	}
	mean := sum / float64(len(x))
	for i := range x {
		x[i] -= mean
	}
}

func scale(x []float64, by float64) {
	for i := range x {
		x[i] *= by
	}
}
