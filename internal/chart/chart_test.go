package chart

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"image/png"
	"io"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// names returns n names, some long.
func names(n int) []string {
	s := make([]string, n)
	for i := range s {
		s[i] = fmt.Sprintf("class %d", i) + strings.Repeat(" of a long name", i%3*10)
	}
	return s
}

// weights returns n random weights of each of k classes, row-major.
func weights(n, k int) []float64 {
	r := rand.New(rand.NewPCG(1, uint64(k)))
	w := make([]float64, n*k)
	for at := range n * k {
		w[at%n*k+at/n] = r.NormFloat64()
	}
	return w
}

func curve(n int) (x, y []float64) {
	for i := range n {
		x, y = append(x, float64(i+1)), append(y, math.Exp(-float64(i)/5)+0.4)
	}
	return x, y
}

// pictures returns one picture of each kind.
func pictures(t *testing.T) map[string]*Picture {
	t.Helper()
	x, y := curve(30)
	all := make(map[string]*Picture)
	add := func(name string) func(*Picture, error) {
		return func(p *Picture, err error) {
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			all[name] = p
		}
	}
	add("weights")(WeightGrid("Weights", names(10), weights(12, 10), 3))
	add("network")(small().Draw())
	of := large(12, 10)
	of.W, of.Height = weights(12, 10), 3
	add("network of images")(of.Draw())
	add("features")(Features("Features", names(3), names(20), weights(60, 1), 8))
	add("examples")(Examples("Examples", []Example{{make([]uint8, 12), "a", "a"}, {make([]uint8, 12), "a", "b"}}, 3, 4))
	add("lines")(Lines{"Lines", Axis{"x (units)", false}, Axis{"y (units)", true}, []Series{
		{Name: "line", X: x, Y: y, Low: y, High: y},
		{Name: "dots", X: x, Y: y, Points: true},
		{Name: "again", X: x, Y: y, Again: true},
	}}.Draw())
	add("stack")(Stack(all["lines"], all["weights"], all["examples"]))
	return all
}

func encode(t *testing.T, p *Picture, format string) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := p.Encode(&b, format); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestEncode(t *testing.T) {
	first, second := pictures(t), pictures(t)
	for name, p := range first {
		for _, format := range []string{".png", ".svg"} {
			if !bytes.Equal(encode(t, p, format), encode(t, second[name], format)) {
				t.Errorf("%s%s: two drawings of the same numbers differ", name, format)
			}
		}
		image, err := png.Decode(bytes.NewReader(encode(t, p, "PNG")))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if size := image.Bounds().Size(); size.X != int(2*p.width) || size.Y != int(2*p.height) {
			t.Errorf("%s: PNG of %v for a picture of %v x %v", name, size, p.width, p.height)
		}
		wellFormed(t, encode(t, p, "svg"))
		within(t, name, p)
	}
	for _, format := range []string{"", "jpg", ".gif"} {
		if err := first["lines"].Encode(io.Discard, format); err == nil || !strings.Contains(err.Error(), ".svg") {
			t.Errorf("Encode as %q: error %v does not say what to do", format, err)
		}
	}
}

func wellFormed(t *testing.T, svg []byte) {
	t.Helper()
	for d := xml.NewDecoder(bytes.NewReader(svg)); ; {
		if _, err := d.Token(); err == io.EOF {
			return
		} else if err != nil {
			t.Fatalf("SVG is not XML: %v", err)
		}
	}
}

// within fails the test if part of a picture lies outside it.
func within(t *testing.T, name string, p *Picture) {
	t.Helper()
	inside := func(what any, x, y float64) {
		if !(x >= 0 && x <= p.width && y >= 0 && y <= p.height) {
			t.Fatalf("%s: (%v, %v) of %v is outside %v x %v", name, x, y, what, p.width, p.height)
		}
	}
	for _, item := range p.items {
		switch item := item.(type) {
		case area:
			for _, q := range item.points {
				inside(item, q.x, q.y)
			}
		case path:
			for _, q := range item.points {
				inside(item, q.x-item.width/2, q.y-item.width/2)
				inside(item, q.x+item.width/2, q.y+item.width/2)
			}
		case pixels:
			inside("pixels", item.x, item.y)
			inside("pixels", item.x+item.width, item.y+item.height)
		case text:
			width := textWidth(item.s, item.size)
			left := item.x - width*map[anchor]float64{start: 0, middle: 0.5, end: 1}[item.anchor]
			inside(item.s, left, item.y-item.size)
			inside(item.s, left+width, item.y)
		default:
			t.Fatalf("%s: an item of type %T", name, item)
		}
	}
}

func TestAnyNumberOfClasses(t *testing.T) {
	for _, K := range []int{1, 2, 3, 4, 5, 7, 10, 11, 12, 13, 26, 47, 100, 200} {
		p, err := WeightGrid("Weights", names(K), weights(6, K), 2)
		if err != nil {
			t.Fatalf("WeightGrid of %d classes: %v", K, err)
		}
		within(t, fmt.Sprintf("WeightGrid of %d classes", K), p)
		p, err = Features("", names(K), names(12), weights(12*K, 1), 10)
		if err != nil {
			t.Fatalf("Features of %d classes: %v", K, err)
		}
		within(t, fmt.Sprintf("Features of %d classes", K), p)
		examples := make([]Example, K)
		for i, name := range names(K) {
			examples[i] = Example{make([]uint8, 6), name, "dog"}
		}
		p, err = Examples("", examples, 3, 2)
		if err != nil {
			t.Fatalf("%d Examples: %v", K, err)
		}
		within(t, fmt.Sprintf("%d Examples", K), p)
		s := make([]Series, K)
		for i, name := range names(K) {
			s[i] = Series{Name: name, X: []float64{1, 2}, Y: []float64{0, float64(i)}}
		}
		p, err = Lines{Series: s}.Draw()
		if err != nil {
			t.Fatalf("Lines of %d series: %v", K, err)
		}
		within(t, fmt.Sprintf("Lines of %d series", K), p)
	}
	for _, shape := range [][2]int{{28, 28}, {1, 784}, {784, 1}, {600, 400}, {1, 1}} {
		p, err := WeightGrid("", names(2), weights(shape[0]*shape[1], 2), shape[0])
		if err != nil {
			t.Fatal(err)
		}
		within(t, fmt.Sprint("weights of shape ", shape), p)
	}
}

func TestNothingToSee(t *testing.T) {
	zero := make([]float64, 4)
	for name, draw := range map[string]func() (*Picture, error){
		"weights 0":      func() (*Picture, error) { return WeightGrid("", names(2), make([]float64, 8), 2) },
		"weights 5e-324": func() (*Picture, error) { return WeightGrid("", names(1), []float64{5e-324}, 1) },
		"weights 1e300":  func() (*Picture, error) { return WeightGrid("", names(1), []float64{1e300}, 1) },
		"features 0":     func() (*Picture, error) { return Features("", names(2), names(2), zero, 3) },
		"long title":     func() (*Picture, error) { return Features(strings.Repeat("W", 1000), names(2), names(2), zero, 3) },
	} {
		p, err := draw()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		within(t, name, p)
		encode(t, p, "png")
	}
}

func TestErrors(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	line := func(x Axis, y Axis, s ...Series) error {
		_, err := Lines{X: x, Y: y, Series: s}.Draw()
		return err
	}
	grid := func(classes int, W []float64, height int) error {
		_, err := WeightGrid("", names(classes), W, height)
		return err
	}
	features := func(classes, features int, W []float64, top int) error {
		_, err := Features("", names(classes), names(features), W, top)
		return err
	}
	examples := func(n int) error {
		_, err := Examples("", make([]Example, n), 2, 2)
		return err
	}
	_, nothing := Stack()
	linear, log, one := Axis{}, Axis{Log: true}, []float64{1}
	for _, c := range []struct {
		err  error
		want string
	}{
		{grid(0, nil, 1), "0 images"},
		{grid(2, weights(1, 3), 1), "3 weights are not 2 images"},
		{grid(1, weights(4, 1), 3), "4 weights are not 1 images of 3 lines"},
		{grid(1, nil, 5), "0 weights"},
		{grid(1, weights(1, 1), 0), "0 lines"},
		{grid(1, []float64{0, nan}, 1), "number 2 is NaN"},
		{grid(1, []float64{inf}, 1), "+Inf"},
		{grid(100_000, weights(1, 100_000), 1), "too large"},
		{features(0, 3, nil, 1), "0 classes"},
		{features(2, 2, weights(1, 3), 1), "3 coefficients"},
		{features(1, 1, []float64{nan}, 1), "NaN"},
		{features(1, 1, one, 0), "0 wanted"},
		{nothing, "no picture"},
		{examples(0), "no example"},
		{examples(1), "0 pixels are not 2 x 2"},
		{line(linear, linear), "no series"},
		{line(linear, linear, Series{Name: "s"}), "no series"},
		{line(linear, linear, Series{Name: "s", X: one}), "1 x, 0 y"},
		{line(linear, linear, Series{Name: "s", X: one, Y: one, Low: one}), "a band of 1 to 0"},
		{line(linear, linear, Series{Name: "s", X: one, Y: []float64{nan}}), "series 1 (s): y: number 1 is NaN"},
		{line(linear, linear, Series{Name: "s", X: one, Y: one, Low: one, High: []float64{-inf}}), "the band"},
		{line(log, linear, Series{Name: "s", X: []float64{0}, Y: one}), "logarithmic"},
		{line(linear, log, Series{Name: "s", X: one, Y: []float64{-1}}), "logarithmic"},
		{line(log, linear, Series{Name: "s", X: one, Y: []float64{-1}}), "<nil>"},
	} {
		if !strings.Contains(fmt.Sprint(c.err), c.want) {
			t.Errorf("error %v, want one of %q", c.err, c.want)
		}
	}
}

func TestWeightColours(t *testing.T) {
	p, err := WeightGrid("", []string{""}, []float64{-2, 0, 2, 1}, 2)
	if err != nil {
		t.Fatal(err)
	}
	image, err := png.Decode(bytes.NewReader(encode(t, p, "png")))
	if err != nil {
		t.Fatal(err)
	}
	tile := p.items[1].(pixels)
	for i, want := range []any{negative[4], paper, positive[4], positive[2]} {
		x := tile.x + tile.width*(0.25+0.5*float64(i%2))
		y := tile.y + tile.height*(0.25+0.5*float64(i/2))
		if got := nrgba(image.At(int(2*x), int(2*y))); got != want {
			t.Errorf("weight %d is drawn in %v, want %v", i, got, want)
		}
	}
}

func TestWrongExamplesAreMarked(t *testing.T) {
	p, err := Examples("", []Example{{[]uint8{0}, "cat", "cat"}, {[]uint8{255}, "cat", "dog"}}, 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, item := range p.items {
		if s, ok := item.(text); ok {
			got = append(got, fmt.Sprint(s.s, " ", s.color == accent))
		}
	}
	if want := "[cat false cat false cat false ≠ dog true]"; fmt.Sprint(got) != want {
		t.Errorf("captions %v, want %v", got, want)
	}
}

func TestStrongestFeatures(t *testing.T) {
	W := []float64{ // 4 features x 2 classes
		0.1, 0,
		-3, 0,
		0, 5,
		3, -1,
	}
	for _, c := range []struct {
		k, top int
		want   []int
	}{{0, 4, []int{1, 3, 0}}, {0, 1, []int{1}}, {1, 9, []int{2, 3}}} {
		if got := strongestOf(W, c.k, 2, c.top); fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("strongest %d of class %d: %v, want %v", c.top, c.k, got, c.want)
		}
	}
}

func TestGridShape(t *testing.T) {
	for n := 1; n <= 500; n++ {
		columns, rows := gridShape(n, 144, 164)
		if columns*rows < n || columns*(rows-1) >= n || columns > n {
			t.Fatalf("gridShape(%d) = %d x %d", n, columns, rows)
		}
	}
	for n, want := range map[int][2]int{1: {1, 1}, 3: {3, 1}, 10: {5, 2}, 11: {6, 2}, 26: {7, 4}} {
		if columns, rows := gridShape(n, 144, 164); [2]int{columns, rows} != want {
			t.Errorf("gridShape(%d) = %d x %d, want %v", n, columns, rows, want)
		}
	}
}
