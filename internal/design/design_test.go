package design

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"example.com/softmax/dataset"
	"example.com/softmax/preprocess"
)

func newSet(t *testing.T, weights []float64, columns ...dataset.Column) *dataset.Dataset {
	t.Helper()
	ds, err := dataset.New("test", columns, nil, weights)
	if err != nil {
		t.Fatal(err)
	}
	return ds
}

func fit(t *testing.T, ds *dataset.Dataset, mode preprocess.Standardize) *Design {
	t.Helper()
	d, err := Fit(ds, preprocess.Options{Standardize: mode})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// exactMoments are the weighted mean and population deviation in 200 bits.
func exactMoments(v, weights []float64) (mean, deviation float64) {
	f := func(x float64) *big.Float { return new(big.Float).SetPrec(2400).SetFloat64(x) }
	sum, m, square := f(0), f(0), f(0)
	for i, x := range v {
		w := f(weightOf(weights, i))
		sum.Add(sum, w)
		m.Add(m, f(0).Mul(w, f(x)))
	}
	m.Quo(m, sum)
	for i, x := range v {
		e := f(0).Sub(f(x), m)
		square.Add(square, f(0).Mul(f(weightOf(weights, i)), f(0).Mul(e, e)))
	}
	mean, _ = m.Float64()
	deviation, _ = f(0).Sqrt(square.Quo(square, sum)).Float64()
	return mean, deviation
}

// TestMoments: mean and deviation are right in all magnitudes, however far the
// mean is from 0.
func TestMoments(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct{ mean, spread float64 }{{0, 1}, {3, 2}, {1e6, 1}, {1.7e9, 60}, {-1e12, 1}, {0, 1e300}, {1e307, 1e306}, {0, 1e-300}, {1e-290, 1e-300}} {
		for _, weighted := range []bool{false, true} {
			const n = 500
			v := make([]float64, n)
			var w []float64
			for i := range v {
				v[i] = c.mean + c.spread*r.NormFloat64()
				if weighted {
					w = append(w, 100*r.ExpFloat64())
				}
			}
			d := fit(t, newSet(t, w, dataset.Column{Name: "x", Width: 1, Float64s: v}), "")
			mean, deviation := exactMoments(v, w)
			magnitude := max(math.Abs(c.mean), c.spread)
			if !(math.Abs(d.Shift[0]-mean) <= 1e-14*magnitude) || !(math.Abs(1/d.Scale[0]-deviation) <= 1e-13*deviation*max(1, 1e-2*magnitude/c.spread)) {
				t.Errorf("%+v, weighted %v: mean %v, want %v; deviation %v, want %v", c, weighted, d.Shift[0], mean, 1/d.Scale[0], deviation)
			}
		}
	}
}

// TestMomentsOfBytes: so are those of bytes, of one column as of a wide block.
func TestMomentsOfBytes(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	const n, constant = 300, 2
	for _, width := range []int{1, 3, 150} {
		for _, weighted := range []bool{false, true} {
			v, w := make([]uint8, n*width), []float64(nil)
			for i := range v {
				if v[i] = uint8(r.IntN(2 + i%width*7%254)); i%width == constant {
					v[i] = 200
				}
			}
			for range n {
				if weighted {
					w = append(w, 100*r.ExpFloat64())
				}
			}
			d := fit(t, newSet(t, w, dataset.Column{Name: "x", Width: width, Bytes: v}), "")
			for j := range width {
				var of []float64
				for i := range n {
					of = append(of, float64(v[i*width+j]))
				}
				mean, deviation := exactMoments(of, w)
				if j == constant {
					if d.Shift[j] != 200 || d.Scale[j] != 0 {
						t.Errorf("width %d: a constant has shift %v and scale %v", width, d.Shift[j], d.Scale[j])
					}
				} else if !(math.Abs(d.Shift[j]-mean) <= 1e-13*mean) || !(math.Abs(1/d.Scale[j]-deviation) <= 1e-13*deviation) {
					t.Errorf("width %d, number %d, weighted %v: mean %v, want %v; deviation %v, want %v", width, j, weighted, d.Shift[j], mean, 1/d.Scale[j], deviation)
				}
			}
		}
	}
}

// TestConstant: columns without a spread that can be told from none take no
// part.
func TestConstant(t *testing.T) {
	for _, v := range [][]float64{{0, 0, 0}, {0.1, 0.1, 0.1}, {-1e300, -1e300, -1e300}, {0, 5e-324, 0}} {
		d := fit(t, newSet(t, nil, dataset.Column{Name: "x", Width: 1, Float64s: v}, dataset.Column{Name: "y", Width: 1, Bytes: []uint8{1, 2, 3}}), "")
		if !slices.Equal(d.Constant, []int{0}) || d.Scale[0] != 0 || d.Scale[1] == 0 || math.Abs(d.Shift[0]-v[0]) > 5e-324 {
			t.Errorf("%v: constant %v, shift %v, scale %v", v, d.Constant, d.Shift, d.Scale)
		}
	}
	d := fit(t, newSet(t, nil, dataset.Column{Name: "x", Kind: dataset.Pixels, Width: 2, Height: 1, Bytes: []uint8{7, 1, 7, 2}}), "")
	if !slices.Equal(d.Constant, []int{0}) {
		t.Errorf("pixels: constant %v", d.Constant)
	}
}

// TestFeatures: order, names, levels and scales of mixed columns, in each mode.
func TestFeatures(t *testing.T) {
	columns := []dataset.Column{
		{Name: "city", Kind: dataset.Categorical, Width: 1, Levels: []string{"Rome", "Oslo", "never", "Bern"}, Codes: []int32{0, 3, 1, 0}},
		{Name: "height", Width: 1, Float64s: []float64{1, 2, 3, 4}},
		{Name: "same", Kind: dataset.Categorical, Width: 1, Levels: []string{"x"}, Codes: []int32{0, 0, 0, 0}},
		{Name: "image", Kind: dataset.Pixels, Width: 4, Height: 2, Bytes: []uint8{0, 1, 2, 3, 9, 8, 7, 6, 0, 0, 0, 0, 1, 1, 1, 1}},
		{Name: "v", Width: 2, Float32s: []float32{1, 2, 3, 4, 5, 6, 7, 9}},
		{Name: "named", Width: 2, Components: []string{"lon", "lat"}, Bytes: []uint8{1, 2, 3, 4, 5, 6, 7, 8}},
	}
	want := []string{"height", "image[0,0]", "image[0,1]", "image[1,0]", "image[1,1]", "v[0]", "v[1]", "lon", "lat", "city=Rome", "city other", "same=x"}
	for mode, scaled := range map[preprocess.Standardize][]int{
		preprocess.StandardizeAuto: {0, 5, 6, 7, 8},
		preprocess.StandardizeOn:   {0, 1, 2, 3, 4, 5, 6, 7, 8},
		preprocess.StandardizeOff:  nil,
	} {
		d := fit(t, newSet(t, nil, columns...), mode)
		var names []string
		for j := range d.D() {
			names = append(names, d.FeatureName(j))
			if standardised := d.Shift[j] != 0; standardised != slices.Contains(scaled, j) {
				t.Errorf("%q: %s has shift %v", mode, d.FeatureName(j), d.Shift[j])
			}
		}
		if !slices.Equal(names, want) {
			t.Fatalf("features %q", names)
		}
		if mode != preprocess.StandardizeOn && d.Scale[1] != 1.0/255 || d.Scale[9] != 1 || !slices.Equal(d.Constant, []int{11}) {
			t.Errorf("%q: scales %v, constant %v", mode, d.Scale, d.Constant)
		}
	}
	var bad *dataset.Error
	if _, err := Fit(newSet(t, nil), preprocess.Options{}); !errors.Is(err, dataset.ErrNoColumns) || !errors.As(err, &bad) {
		t.Errorf("no columns: %v", err)
	}
}

// TestMatrix: the matrix holds (x - shift) scale, exactly for bytes and within
// a rounding to float32 of the standardised value for others, in each mode and
// storage.
func TestMatrix(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	const n = 40
	floats := func(mean, spread float64) []float64 {
		v := make([]float64, n)
		for i := range v {
			v[i] = mean + spread*r.NormFloat64()
		}
		return v
	}
	bytes := func(width int) []uint8 {
		v := make([]uint8, n*width)
		for i := range v {
			v[i] = uint8(r.IntN(256))
		}
		return v
	}
	codes := make([]int32, n)
	for i := range codes {
		codes[i] = int32(r.IntN(3))
	}
	number := dataset.Column{Name: "far", Width: 1, Float64s: floats(1e6, 1)}
	small := dataset.Column{Name: "small", Width: 2, Float64s: floats(0, 1e-200)[:n:n]}
	small.Float64s = append(small.Float64s, floats(5, 1)...)
	level := dataset.Column{Name: "level", Kind: dataset.Categorical, Width: 1, Levels: []string{"c", "a", "b"}, Codes: codes}
	byteColumn := dataset.Column{Name: "byte", Width: 1, Bytes: bytes(1)}
	image := dataset.Column{Name: "image", Kind: dataset.Pixels, Width: 6, Height: 2, Bytes: bytes(6)}
	sparse := dataset.Column{Name: "sparse", Width: 3, Sparse: &dataset.Sparse{Starts: []int{0}}}
	for i := range n {
		index := []int32{int32(i % 3)}
		if i%3 == 0 {
			index = []int32{0, 2}
		}
		sparse.Sparse.Index = append(sparse.Sparse.Index, index...)
		sparse.Sparse.Values = append(sparse.Sparse.Values, floats(1, 2)[:len(index)]...)
		sparse.Sparse.Starts = append(sparse.Sparse.Starts, len(sparse.Sparse.Index))
	}
	tokens := dataset.Column{Name: "tokens", Width: 3, Sparse: &dataset.Sparse{Starts: sparse.Sparse.Starts, Index: sparse.Sparse.Index, Values: slices.Repeat([]float64{1}, len(sparse.Sparse.Index))}}
	single := dataset.Column{Name: "single", Width: 2}
	for _, v := range floats(-1e3, 2)[:n] {
		single.Float32s = append(single.Float32s, float32(v), float32(7*v*v))
	}
	same := dataset.Column{Name: "same", Width: 1, Float64s: slices.Repeat([]float64{1e300}, n)}
	for name, columns := range map[string][]dataset.Column{
		"one block of bytes": {image}, "columns of bytes": {byteColumn, image}, "numbers": {byteColumn, same, number, single, image, small}, "bytes and levels": {level, byteColumn, image}, "floats": {number, small},
		"everything": {tokens, level, number, sparse, byteColumn, same, image, small}, "levels": {level},
		"sparse": {sparse}, "tokens": {tokens}, "tokens and levels": {tokens, level},
	} {
		for _, mode := range []preprocess.Standardize{"", "on", "off"} {
			t.Run(fmt.Sprintf("%s/%q", name, mode), func(t *testing.T) {
				ds := newSet(t, nil, columns...)
				d := fit(t, ds, mode)
				X := d.Matrix(ds)
				b, err := d.Bind(ds)
				if err != nil {
					t.Fatal(err)
				}
				if (X.V.U8 != nil) != (name == "one block of bytes" || name == "columns of bytes" || name == "bytes and levels" || name == "levels" || name == "tokens and levels") {
					t.Errorf("bytes are not kept, or floats are bytes")
				}
				if X.S != nil && (X.S.Values == nil) != (name == "tokens" || name == "tokens and levels") {
					t.Errorf("ones are not recognised")
				}
				v, raw, row := d.NewVector(), make([]float64, d.D()), make([]float64, d.D())
				for i := range n {
					if b.Vector(v, i); v.Rejected || v.Missing+v.Unseen > 0 {
						t.Fatalf("row %d: %+v", i, v)
					}
					v.Full(raw)
					X.Row(row, i)
					for j := range row {
						want := (raw[j] - d.Shift[j]) * d.Scale[j]
						within := 0.0
						if X.V.F32 != nil && d.Scale[j] != 0 && j < min(X.V.D, len(d.numbers)) {
							m := d.numbers[j]
							within = 0x1p-24 * math.Abs((raw[j]-m.mean)*d.Scale[j])
							within += 0x1p-50 * (math.Abs(raw[j]*d.Scale[j]) + math.Abs(m.mean*d.Scale[j]))
						}
						if !(math.Abs(row[j]-want) <= within) {
							t.Fatalf("row %d, %s: %v, want %v within %g", i, d.FeatureName(j), row[j], want, within)
						}
					}
				}
			})
		}
	}
}

// TestVector: one-hot codes by the name of the level, whatever its code; gaps
// by what training had of them.
func TestVector(t *testing.T) {
	nan := math.NaN()
	train := newSet(t, []float64{1, 1, 2, 1, 1},
		dataset.Column{Name: "a", Kind: dataset.Categorical, Width: 1, Levels: []string{"y", "x", "rare", "never", "rarer"}, Codes: []int32{0, -1, 1, 2, 4}},
		dataset.Column{Name: "b", Width: 1, Float64s: []float64{1, 2, nan, 4, 5}},
		dataset.Column{Name: "c", Width: 1, Bytes: []uint8{1, 2, 3, 4, 6}},
		dataset.Column{Name: "d", Kind: dataset.Categorical, Width: 1, Levels: []string{"p", "q"}, Codes: []int32{0, 1, 0, 1, 1}})
	ds := newSet(t, nil, dataset.Column{Name: "b", Width: 1, Float32s: []float32{3, float32(nan), 5, 6, 7}},
		dataset.Column{Name: "e", Width: 1, Bytes: make([]uint8, 5)},
		dataset.Column{Name: "c", Width: 1, Float64s: []float64{2, 2, nan, 2, 2}},
		dataset.Column{Name: "d", Kind: dataset.Categorical, Width: 1, Levels: []string{"q", "new"}, Codes: []int32{0, 0, 0, 1, -1}},
		dataset.Column{Name: "a", Kind: dataset.Categorical, Width: 1, Levels: []string{"w", "x", "y", "rare"}, Codes: []int32{2, 1, 0, -1, 3}})
	for _, c := range []struct {
		opt  preprocess.Options
		want []string // of each row: the features, missing, unseen, rejected
	}{
		// b c | b missing | a=x a other | d=p d=q: a's "y" and "" came once.
		{preprocess.Options{}, []string{
			"[3 2 0 0 1 0 1] 0 0 false", "[3 2 1 1 0 0 1] 0 0 false", "[5 3.16667 0 0 1 0 1] 1 1 false",
			"[6 2 0 0 1 0 0] 0 1 false", "[7 2 0 0 1 0 0] 1 0 false"}},
		{preprocess.Options{Unseen: preprocess.UnseenIgnore}, []string{
			"[3 2 0 0 1 0 1] 0 0 false", "[3 2 1 1 0 0 1] 0 0 false", "[5 3.16667 0 0 0 0 1] 1 1 false",
			"[6 2 0 0 1 0 0] 0 1 false", "[7 2 0 0 1 0 0] 1 0 false"}},
		{preprocess.Options{Unseen: preprocess.UnseenError}, []string{
			"[3 2 0 0 1 0 1] 0 0 false", "[3 2 1 1 0 0 1] 0 0 false", "[5 3.16667 0 0 0 0 1] 1 1 true",
			"[6 2 0 0 1 0 0] 0 1 true", "[7 2 0 0 1 0 0] 1 0 true"}},
		{preprocess.Options{Rare: preprocess.RareNone}, []string{ // a: "", rare, rarer, x, y
			"[3 2 0 0 0 0 0 1 0 1] 0 0 false", "[3 2 1 0 0 0 1 0 0 1] 0 0 false", "[5 3.16667 0 0 0 0 0 0 0 1] 1 1 false",
			"[6 2 0 1 0 0 0 0 0 0] 0 1 false", "[7 2 0 0 1 0 0 0 0 0] 1 0 false"}},
	} {
		d, err := Fit(train, c.opt)
		if err != nil {
			t.Fatal(err)
		}
		b, err := d.Bind(ds)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(b.Extra, []string{"e"}) {
			t.Errorf("extra %q", b.Extra)
		}
		v := d.NewVector()
		for i, want := range c.want {
			b.Vector(v, i)
			if got := fmt.Sprintf("%.6g %d %d %v", v.Dense, v.Missing, v.Unseen, v.Rejected); got != want {
				t.Errorf("%+v, row %d: %s, want %s", c.opt, i, got, want)
			}
		}
	}
}
