package softmax

import (
	"errors"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"example.com/softmax/dataset"
)

// mixed is a dataset of numbers, bytes, categories and a block, with labels.
func mixed(t testing.TB, n int) *dataset.Dataset {
	t.Helper()
	r := rand.New(rand.NewPCG(8, 8))
	columns := []dataset.Column{
		{Name: "colour", Kind: dataset.Categorical, Width: 1, Levels: []string{"blue", "green", "never", "red"}},
		{Name: "size", Width: 1},
		{Name: "label", Width: 1}, // the name of an output of the saved graph
		{Name: "taste", Kind: dataset.Categorical, Width: 1, Levels: []string{"", "sour", "süß"}},
		{Name: "block", Width: 2, Components: []string{"left", "right"}},
	}
	labels := make([]string, n)
	for i := range n {
		q := r.IntN(3)
		labels[i] = []string{"10", "2", "-1.5"}[q]
		columns[0].Codes = append(columns[0].Codes, []int32{0, 1, 3}[(q+r.IntN(2))%3])
		columns[1].Float64s = append(columns[1].Float64s, 1e6+float64(q)+r.NormFloat64())
		columns[2].Bytes = append(columns[2].Bytes, uint8(r.IntN(256)))
		columns[3].Codes = append(columns[3].Codes, int32(r.IntN(3)))
		columns[4].Float32s = append(columns[4].Float32s, float32(q)+r.Float32(), r.Float32())
	}
	ds, err := dataset.New("mixed", columns, dataset.NewLabel("class", labels), nil)
	if err != nil {
		t.Fatal(err)
	}
	return ds
}

// TestBatch: a row predicted alone and in a batch, of any length and on any
// number of threads, has the same bits; and its vector is the one Encode makes.
func TestBatch(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(5))
	ds := mixed(t, 333)
	m, _ := mustFit(t, ds, Config{C: 1})
	b, err := m.Bind(ds)
	if err != nil {
		t.Fatal(err)
	}
	p := b.Predict(0, b.Rows())
	k := len(m.Classes())
	for i := range ds.Rows() {
		row := Row{"not a column": 3}
		for _, c := range ds.Columns {
			switch {
			case c.Kind == dataset.Categorical:
				row[c.Name] = c.Levels[c.Codes[i]]
			case c.Width > 1:
				row[c.Name] = c.Float32s[2*i : 2*i+2]
			default:
				row[c.Name] = c.Number(i, 0)
			}
		}
		x, err := m.Encode(row)
		if err != nil {
			t.Fatal(err)
		}
		one, err := m.Probabilities(x)
		if err != nil {
			t.Fatal(err)
		}
		class, err := m.PredictIndex(x)
		if err != nil || class != int(p.Codes[i]) || !slices.Equal(one, p.Probabilities[i*k:][:k]) {
			t.Fatalf("row %d alone: %d %v, in the batch: %d %v", i, class, one, p.Codes[i], p.Probabilities[i*k:][:k])
		}
		logits, _ := m.Logits(x)
		part := make([]float64, k)
		if b.Logits(part, i, i+1); !slices.Equal(part, logits) {
			t.Fatalf("row %d: logits %v alone, %v of a batch of one", i, logits, part)
		}
	}
}

// TestCoefficients: in raw units they give the same logits.
func TestCoefficients(t *testing.T) {
	ds := mixed(t, 200)
	m, _ := mustFit(t, ds, Config{C: 1})
	c := m.Coefficients()
	want := []string{"size", "label", "left", "right", "colour=blue", "colour=green", "colour=red", "taste missing", "taste=sour", "taste=süß"}
	if !slices.Equal(c.Features, want) || !slices.Equal(m.Features(), want) || !slices.Equal(c.Classes, []string{"-1.5", "2", "10"}) {
		t.Fatalf("features %q, classes %q", c.Features, c.Classes)
	}
	x := []float64{1e6 + 1, 17, 2, 0.5, 0, 1, 0, 0, 0, 1}
	z, _ := m.Logits(x)
	for q := range z {
		got := c.Intercept[q]
		for j := range x {
			got += x[j] * c.W[j][q]
		}
		if math.Abs(got-z[q]) > 1e-8 {
			t.Errorf("logit %d: %v in raw units, %v scaled", q, got, z[q])
		}
	}
}

// TestOverflow: a row whose logits leave the numbers has no prediction, alone
// or in a batch.
func TestOverflow(t *testing.T) {
	train, err := dataset.FromRows([][]float64{{1e-3, 2e-3}, {2e-3, 1e-3}, {3e-3, 3e-3}, {-1e-3, 0}}, []string{"a", "b", "c", "a"})
	if err != nil {
		t.Fatal(err)
	}
	m, _ := mustFit(t, train, Config{C: 1})
	rows := [][]float64{{1e308, 1e308}, {1e308, -1e308}, {-1e308, 0}, {2e-3, 1e-3}}
	ds, err := dataset.FromRows(rows, []string{"a", "a", "a", "a"})
	if err != nil {
		t.Fatal(err)
	}
	b, err := m.Bind(ds)
	if err != nil {
		t.Fatal(err)
	}
	p := b.Predict(0, len(rows))
	for i, x := range rows {
		one, err := m.Probabilities(x)
		if large := i < 3; large != errors.Is(err, ErrInput) || large != (p.Codes[i] < 0) || large != math.IsNaN(p.Probabilities[3*i]) || large != math.IsNaN(one[0]) {
			t.Errorf("row %d: %v, %v; in a batch class %d, %v", i, one, err, p.Codes[i], p.Probabilities[3*i:][:3])
		}
	}
	s, err := b.Score()
	if err != nil || s.Rows != 1 || s.Overflowed != 3 || math.IsNaN(s.LogLoss) {
		t.Errorf("score %+v, %v", s, err)
	}
}

// TestGaps: rows that are not as in training.
func TestGaps(t *testing.T) {
	m, _ := mustFit(t, mixed(t, 200), Config{C: 1})
	ds := mixed(t, 6)
	ds.Columns[0].Levels = []string{"red", "purple", "blue", "green"} // codes 0, 1, 3 in another order
	ds.Columns[0].Codes = []int32{0, 1, 2, 3, 1, -1}
	ds.Columns[1].Float64s[2] = math.NaN()
	ds.Label = dataset.NewLabel("class", []string{"10", "7", "2", "", "-1.5", "2"})
	ds.Columns = append(ds.Columns, dataset.Column{Name: "more", Width: 1, Bytes: make([]uint8, 6)})
	b, err := m.Bind(ds)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(b.Extra(), []string{"more"}) {
		t.Errorf("extra columns %q", b.Extra())
	}
	p := b.Predict(0, b.Rows())
	if p.Incomplete != 0 || p.Missing != 2 || p.Unseen != 2 {
		t.Errorf("gaps %+v", p.Gaps)
	}
	for i, code := range p.Codes {
		if code < 0 || math.IsNaN(p.Probabilities[3*i]) {
			t.Errorf("row %d: class %d, probabilities %v", i, code, p.Probabilities[3*i:][:3])
		}
	}
	x, err := m.Encode(Row{"colour": "purple", "size": 1, "label": uint8(2), "taste": "sour", "block": []int{1, 2}})
	if err != nil || !slices.Equal(x, []float64{1, 2, 1, 2, 0, 0, 0, 0, 1, 0}) {
		t.Errorf("encoded as %v, %v", x, err)
	}
	truth, err := b.Truth()
	if err != nil || !slices.Equal(truth.Codes, []int32{2, -1, 1, -1, 0, 1}) || !slices.Equal(truth.Missing, []bool{false, false, false, true, false, false}) {
		t.Errorf("truth %v, %v", truth, err)
	}
	s, err := b.Score(2)
	if err != nil {
		t.Fatal(err)
	}
	if s.Unlabelled != 1 || s.Incomplete != 0 || s.Missing != 2 || s.Unseen != 2 || s.Rows != 5 || s.Score.Unknown != 1 {
		t.Errorf("score %+v", s)
	}
	ds.Label = nil
	if _, err := b.Truth(); !errors.Is(err, dataset.ErrNoLabel) {
		t.Errorf("truth without labels: %v", err)
	}
}

// TestNoAllocations: the forms that write into a caller's slice, and the class
// of a row, do not allocate.
func TestNoAllocations(t *testing.T) {
	if raceEnabled {
		t.Skip("under the race detector a sync.Pool forgets some of what it is given")
	}
	m, _ := mustFit(t, mixed(t, 200), Config{C: 1})
	x := make([]float64, len(m.Features()))
	p := make([]float64, len(m.Classes()))
	row := Row{"colour": "red", "size": 1e6, "label": 7, "taste": "sour", "block": []float64{1, 2}}
	words, _ := mustFit(t, texts(t, 60), Config{C: 1})
	text, q := Row{"text": "Der Ärger, ist über 2024", "number": nil}, make([]float64, 3)
	for name, f := range map[string]func() error{
		"RowProbabilitiesInto":            func() error { return m.RowProbabilitiesInto(p, row) },
		"RowProbabilitiesInto with texts": func() error { return words.RowProbabilitiesInto(q, text) },
		"LogitsInto":                      func() error { return m.LogitsInto(p, x) },
		"ProbabilitiesInto":               func() error { return m.ProbabilitiesInto(p, x) },
		"PredictIndex":                    func() error { _, err := m.PredictIndex(x); return err },
		"Predict":                         func() error { _, err := m.Predict(x); return err },
	} {
		if n := testing.AllocsPerRun(100, func() {
			if err := f(); err != nil {
				t.Fatal(err)
			}
		}); n != 0 {
			t.Errorf("%s allocates %v times", name, n)
		}
	}
}

// TestTies: of equal logits the first class wins.
func TestTies(t *testing.T) {
	ds, err := dataset.FromRows([][]float64{{0}, {0}, {1}, {1}}, []string{"b", "a", "b", "a"})
	if err != nil {
		t.Fatal(err)
	}
	m, _ := mustFit(t, ds, Config{C: 1})
	if class, err := m.Predict([]float64{5}); class != "a" || err != nil {
		t.Errorf("%q, %v", class, err)
	}
}

// TestImmutable: what a Model hands out is not its own.
func TestImmutable(t *testing.T) {
	m, _ := mustFit(t, mixed(t, 100), Config{C: 1})
	before, err := m.Fingerprint()
	if err != nil {
		t.Fatal(err)
	}
	m.Classes()[0] = "changed"
	m.Features()[0] = "changed"
	for _, in := range m.Inputs() {
		if in.Levels != nil {
			in.Levels[0] = "changed"
		}
	}
	c := m.Coefficients()
	c.Intercept[0], c.W[0][0], c.Classes[0] = 9, 9, "changed"
	if after, _ := m.Fingerprint(); after != before {
		t.Error("the model changed")
	}
}
