package objective

import "example.com/softmax/internal/special"

// Squared is the squared loss ||p - y||^2 / 2 of the probabilities p =
// softmax(z) (Brier's score, halved). As a function of z it is not convex: it
// has no certificate, and its curvature here is Gauss and Newton's, J'J with
// J = diag(p) - p p'.
type Squared struct {
	Labels []int32 // class of each row
}

// Residual is J (p - y).
func (l Squared) Residual(z []float64, i int) float64 {
	special.Softmax(z, z)
	y := int(l.Labels[i])
	var rest float64
	for k, p := range z {
		if k != y {
			rest += p
		}
	}
	square, inner := rest*rest, -z[y]*rest // ||p - y||^2 and p'(p - y)
	for k, p := range z {
		if k != y {
			square += float64(p * p)
			inner += float64(p * p)
		}
	}
	for k, p := range z {
		e := p
		if k == y {
			e = -rest
		}
		z[k] = p * (e - inner)
	}
	return square / 2
}

// Curvature is J'J.
func (l Squared) Curvature(h, z []float64, i int) {
	special.Softmax(z, z)
	n := len(z)
	var s float64 // p'p
	for _, p := range z {
		s += float64(p * p)
	}
	for k, p := range z {
		for m := k; m < n; m++ {
			// (J^2)_km = [k=m] p_k^2 - p_k p_m (p_k + p_m) + p_k p_m p'p
			h[k*n+m] = p * z[m] * (s - p - z[m])
		}
		h[k*n+k] += float64(p * p)
	}
}

// Probabilities are those of softmax.
func (Squared) Probabilities(z []float64) { special.Softmax(z, z) }

// CurvatureProduct is J (J v).
func (Squared) CurvatureProduct(v, p []float64) {
	softmaxProduct(v, p)
	softmaxProduct(v, p)
}

// CurvatureDiagonal is the diagonal of J J.
func (Squared) CurvatureDiagonal(h, p []float64) {
	var s float64 // p'p
	for _, pk := range p {
		s += float64(pk * pk)
	}
	for k, pk := range p {
		h[k] = pk * pk * max(0, s-2*pk+1)
	}
}

// Right is whether the label is the argmax, the first of equals.
func (l Squared) Right(z []float64, i int) bool {
	return special.Argmax(z) == int(l.Labels[i])
}

func (Squared) shiftInvariant() {}
