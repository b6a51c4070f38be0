package linalg

import (
	"math"

	"example.com/softmax/internal/kernel"
)

// Blocked float32 linear algebra for matrices of thousands of rows, as
// preconditioners need it. Every tile is made by one thread in one order: the
// bits depend on the kernels' level, not on the number of threads.

const (
	depth = 256 // columns of L, or rows of A, whose panels are multiplied at a time
	block = 128 // rows and columns of the product that one thread takes: its panels stay in the second cache
)

// A Syrk adds weighted Gram matrices up; its buffers serve again.
type Syrk struct{ left, right []float32 }

// Add adds sum_i c_i a_i a_i' to s (d x d row-major), on and left of the
// diagonal; what is right of it is overwritten. a_i is row rows[i] of a, whose
// rows have d numbers.
func (y *Syrk) Add(level kernel.Level, s, a []float32, d int, rows []int32, c []float32, threads int) {
	y.AddFrom(level, s, a, d, 0, rows, c, threads)
}

// AddFrom is Add for the rows of s from first on, a multiple of RowBlock.
func (y *Syrk) AddFrom(level kernel.Level, s, a []float32, d, first int, rows []int32, c []float32, threads int) {
	t := kernel.TileOf(level)
	w := t.Columns
	panels := (d + w - 1) / w
	if n := panels * w * min(depth, len(c)); len(y.left) < n {
		y.left, y.right = make([]float32, n), make([]float32, n)
	}
	for lo := 0; lo < len(c); lo += depth {
		terms := min(depth, len(c)-lo)
		left, right := y.left[:panels*w*terms], y.right[:panels*w*terms]
		Parallel(threads, panels, func(p int) {
			n := min(w, d-p*w)
			l, r := left[p*w*terms:][:w*terms], right[p*w*terms:][:w*terms]
			clear(r)
			for k := range terms {
				row := a[int(rows[lo+k])*d+p*w:][:n]
				copy(l[k*w:], row)
				kernel.Axpy32(r[k*w:][:n], -c[lo+k], row)
			}
		})
		subtractLower(t, s, d, d, first/block, left, right, terms, threads)
	}
}

// RowBlock is how many rows of a Gram matrix are made together.
const RowBlock = block

// subtractLower takes a b' off the lower triangle of c, n x n with rows stride
// apart, in blocks that may reach beyond the diagonal, from the first row of blocks on.
func subtractLower(t kernel.Tile, c []float32, stride, n, first int, a, b []float32, terms, threads int) {
	blocks, skipped := (n+block-1)/block, first*(first+1)/2
	Parallel(threads, blocks*(blocks+1)/2-skipped, func(at int) {
		at += skipped
		i := int((math.Sqrt(float64(8*at+1)) - 1) / 2)
		subtract(t, c, stride, n, a, b, terms, i*block, (at-i*(i+1)/2)*block)
	})
}

// subtract is subtractLower for the block at (row, column).
func subtract(t kernel.Tile, c []float32, stride, n int, a, b []float32, terms, row, column int) {
	w := t.Columns
	var edge [8 * 32]float32
	for j := column; j < min(column+block, n); j += w {
		bj := b[j*terms:][:w*terms]
		for i := max(row, j/w*w); i < min(row+block, n); i += t.Rows {
			ai := a[i/w*w*terms+i%w:]
			if i+t.Rows <= n && j+w <= n {
				t.Subtract(c[i*stride+j:], stride, ai, bj, terms)
				continue
			}
			clear(edge[:])
			t.Subtract(edge[:], w, ai, bj, terms)
			for k := range min(t.Rows, n-i) {
				for l, v := range edge[k*w:][:min(w, n-j)] {
					c[(i+k)*stride+j+l] += v
				}
			}
		}
	}
}

// Cholesky32 factors the symmetric positive definite n x n matrix a, given on
// and left of the diagonal (row-major), into L L' in place; what is right of
// the diagonal is overwritten. It reports whether all pivots were positive: if
// not, a is of no use.
func Cholesky32(level kernel.Level, a []float32, n, threads int) bool {
	t := kernel.TileOf(level)
	f := factor{Tile: t, n: n, a: a, inverse: make([]float32, depth*t.Columns), panels: make([]float32, (n+t.Columns-1)/t.Columns*t.Columns*depth)}
	for f.first = 0; f.first < n; f.first += depth {
		f.width = min(depth, n-f.first)
		whole := (n - f.first + t.Columns - 1) / t.Columns
		diagonal := (f.width + t.Columns - 1) / t.Columns
		for p := range diagonal {
			if !f.panel(p) {
				return false
			}
		}
		Parallel(threads, whole-diagonal, func(p int) { f.panel(diagonal + p) })
		if next := f.first + depth; next < n {
			rest := f.panels[diagonal*t.Columns*f.width:]
			subtractLower(t, a[next*n+next:], n, n-next, 0, rest, rest, f.width, threads)
		}
	}
	return true
}

// A factor is the state of Cholesky32: the columns first up to first+width are
// being made, as panels of rows for the products that take them off the rest.
type factor struct {
	kernel.Tile
	a               []float32
	n, first, width int
	panels          []float32
	inverse         []float32 // minus the inverses of the diagonal blocks, Columns wide, as panels transposed
}

// panel makes the columns for one panel of rows, those of the diagonal blocks
// in order before others. The panel is transposed: a term is a column of L.
func (f *factor) panel(p int) bool {
	w := f.Columns
	row := f.first + p*w
	rows := min(w, f.n-row)
	mine := f.panels[p*w*f.width:][:w*f.width]
	var buffer [32 * 32]float32
	t := buffer[:w*w]
	for q := 0; q*w < f.width && q <= p; q++ {
		columns := min(w, f.width-q*w)
		clear(t)
		for i := range rows {
			for j, v := range f.a[(row+i)*f.n+f.first+q*w:][:columns] {
				t[j*w+i] = v
			}
		}
		other := f.panels[q*w*f.width:]
		if q > 0 {
			for j := 0; j < w; j += f.Rows {
				f.Subtract(t[j*w:], w, other[j:], mine, q*w)
			}
		}
		inverse := f.inverse[q*w*w:][:w*w]
		x := mine[q*w*w:]
		if q == p {
			if !cholesky32(t, x[:columns*w], inverse, w, columns) {
				return false
			}
		} else {
			clear(x[:w*w])
			for j := 0; j < w; j += f.Rows {
				f.Subtract(x[j*w:], w, inverse[j:], t, w)
			}
		}
		for i := range rows {
			out := f.a[(row+i)*f.n+f.first+q*w:][:columns]
			for j := range out {
				out[j] = x[j*w+i]
			}
		}
	}
	return true
}

// cholesky32 factors the n x n matrix whose upper triangle is in t (rows w
// apart) into X' X, with X in x, and sets inverse to -X^-1, which is a panel of
// L^-1.
func cholesky32(t, x, inverse []float32, w, n int) bool {
	clear(x)
	clear(inverse)
	for j := range n {
		tj := t[j*w:][:n]
		if !(tj[j] > 0 && tj[j] <= math.MaxFloat32) {
			return false
		}
		root := float32(math.Sqrt(float64(tj[j])))
		xj := x[j*w:][:n]
		for i := j; i < n; i++ {
			xj[i] = tj[i] / root
		}
		for k := j + 1; k < n; k++ {
			kernel.Axpy32(t[k*w+k:][:n-k], -xj[k], xj[k:])
		}
	}
	// Column by column of L^-1 = X'^-1: row j of X^-1 solves X^-1 X = 1.
	for j := range n {
		row := inverse[j*w:][:n]
		row[j] = -1
		for k := j; k < n; k++ {
			row[k] /= x[k*w+k]
			if k+1 < n {
				kernel.Axpy32(row[k+1:], -row[k], x[k*w+k+1:][:n-k-1])
			}
		}
	}
	return true
}

// SolveCholesky32 overwrites b with the solution of L L' x = b, in float32: L
// is what Cholesky32 leaves, and b any size of float64.
func SolveCholesky32(l []float32, n int, b []float64, threads int) {
	var most float64
	for _, v := range b {
		most = max(most, math.Abs(v))
	}
	if most == 0 {
		return
	}
	_, exp := math.Frexp(most)
	exp = max(exp, -1000)
	x, scale := make([]float32, n), math.Ldexp(1, -exp)
	for i, v := range b {
		x[i] = float32(v * scale)
	}
	if n < 1<<11 {
		threads = 1 // a goroutine costs more than the products of a block
	}
	// What lies outside the diagonal blocks is shared out.
	for first := 0; first < n; first += block {
		last := min(first+block, n)
		if first > 0 {
			const rows = 32
			Parallel(threads, (last-first+rows-1)/rows, func(p int) {
				for i := first + p*rows; i < min(first+(p+1)*rows, last); i++ {
					x[i] -= kernel.Dot32(l[i*n:][:first], x[:first])
				}
			})
		}
		for i := first; i < last; i++ {
			li := l[i*n:][:i+1]
			x[i] = (x[i] - kernel.Dot32(li[first:i], x[first:i])) / li[i]
		}
	}
	for first := (n - 1) / block * block; first >= 0; first -= block {
		last := min(first+block, n)
		for i := last - 1; i >= first; i-- {
			li := l[i*n:][:i+1]
			x[i] /= li[i]
			kernel.Axpy32(x[first:i], -x[i], li[first:i])
		}
		const columns = 512
		Parallel(threads, (first+columns-1)/columns, func(p int) {
			lo, hi := p*columns, min((p+1)*columns, first)
			for i := first; i < last; i++ {
				kernel.Axpy32(x[lo:hi], -x[i], l[i*n:][lo:hi])
			}
		})
	}
	scale = math.Ldexp(1, exp)
	for i, v := range x {
		b[i] = float64(v) * scale
	}
}
