package kernel

type stored interface{ uint8 | float32 }

// forward gathers the non-zero features of a row four at a time: images and
// one-hot rows are half zeros or more, and four products per load and store of
// z are what keeps scalar code from waiting for memory.
func forward[T stored](z []float64, x []T, d int, u, c []float64) {
	k, skip := len(c), finite(u)
	for len(x) >= d {
		row, zr := x[:d], z[:k]
		for q := range zr {
			zr[q] = c[q] + 0 // never -0, so that leaving zeros out changes no bit
		}
		var at [4]int
		var v [4]float64
		m := 0
		for j, xj := range row {
			if xj == 0 && skip {
				continue
			}
			at[m], v[m] = j, float64(xj)
			if m++; m < 4 {
				continue
			}
			m = 0
			u0, u1 := u[at[0]*k:][:k], u[at[1]*k:][:k]
			u2, u3 := u[at[2]*k:][:k], u[at[3]*k:][:k]
			v0, v1, v2, v3 := v[0], v[1], v[2], v[3]
			for q := range zr {
				// One sum after the other: the order of the features is part
				// of the contract.
				s := zr[q] + float64(v0*u0[q])
				s += float64(v1 * u1[q])
				s += float64(v2 * u2[q])
				zr[q] = s + float64(v3*u3[q])
			}
		}
		for i := range m {
			axpy(zr, v[i], u[at[i]*k:][:k])
		}
		x, z = x[d:], z[k:]
	}
}

// finite tells whether v has no NaN and no infinity, whose product with 0 is not 0.
func finite(v []float64) bool {
	for _, x := range v {
		if x-x != 0 {
			return false
		}
	}
	return true
}

func axpy[T float32 | float64](y []T, a T, x []T) {
	x = x[:len(y)]
	for i := range y {
		y[i] += T(a * x[i])
	}
}

// backward takes four rows at a time, so that one load and store of g serves
// four products, and passes over features that are zero in all four.
func backward[T stored](g []float64, x []T, d int, r []float64) {
	if d == 0 || len(x) == 0 {
		return
	}
	k, skip := len(r)/(len(x)/d), finite(r)
	for len(x) >= 4*d {
		x0, x1, x2, x3 := x[:d], x[d:][:d], x[2*d:][:d], x[3*d:][:d]
		r0, r1, r2, r3 := r[:k], r[k:][:k], r[2*k:][:k], r[3*k:][:k]
		for j := range x0 {
			if skip && x0[j] == 0 && x1[j] == 0 && x2[j] == 0 && x3[j] == 0 {
				continue
			}
			v0, v1, v2, v3 := float64(x0[j]), float64(x1[j]), float64(x2[j]), float64(x3[j])
			gj := g[j*k:][:k]
			for q := range gj {
				s := gj[q] + float64(v0*r0[q])
				s += float64(v1 * r1[q])
				s += float64(v2 * r2[q])
				gj[q] = s + float64(v3*r3[q])
			}
		}
		x, r = x[4*d:], r[4*k:]
	}
	for len(x) >= d {
		for j, xj := range x[:d] {
			if xj != 0 || !skip {
				axpy(g[j*k:][:k], float64(xj), r[:k])
			}
		}
		x, r = x[d:], r[k:]
	}
}
