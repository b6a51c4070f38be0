package softmax

import (
	"bytes"
	"errors"
	"math"
	"testing"
)

// TestTemperature: logits are divided in every way to predict, classes stay,
// the file keeps the number, and 1 leaves no trace in it.
func TestTemperature(t *testing.T) {
	for _, of := range []storage{columns, block8} {
		ds := recipe{n: 200, d: 4, k: 3, bytes: true}.problem(newRand(31)).dataset(t, of)
		m, _ := mustFit(t, ds, Config{C: 1})
		hot, err := m.WithTemperature(2.5)
		if err != nil {
			t.Fatal(err)
		}
		again, err := hot.WithTemperature(1)
		if err != nil {
			t.Fatal(err)
		}
		var a, b, c bytes.Buffer
		m.WriteTo(&a)
		again.WriteTo(&b)
		hot.WriteTo(&c)
		if !bytes.Equal(a.Bytes(), b.Bytes()) || bytes.Equal(a.Bytes(), c.Bytes()) {
			t.Error("the bytes of the file")
		}
		read, err := Read(&c)
		if err != nil {
			t.Fatal(err)
		}
		if m.Temperature() != 1 || again.Temperature() != 1 || read.Temperature() != 2.5 {
			t.Errorf("temperatures %v, %v, %v", m.Temperature(), again.Temperature(), read.Temperature())
		}
		cold, err := m.Bind(ds)
		if err != nil {
			t.Fatal(err)
		}
		warm, err := read.Bind(ds)
		if err != nil {
			t.Fatal(err)
		}
		z, w := make([]float64, 600), make([]float64, 600)
		cold.Logits(z, 0, 200)
		warm.Logits(w, 0, 200)
		p := warm.Predict(0, 200)
		for i, code := range cold.Predict(0, 200).Codes {
			if code != p.Codes[i] {
				t.Fatalf("row %d: another class", i)
			}
		}
		for i := range z {
			if w[i] != z[i]/2.5 {
				t.Fatalf("logit %v, want %v", w[i], z[i]/2.5)
			}
		}
		x := make([]float64, len(read.Features()))
		one, _ := m.Logits(x)
		other, _ := read.Logits(x)
		for k := range one {
			if other[k] != one[k]/2.5 {
				t.Errorf("logit %v, want %v", other[k], one[k]/2.5)
			}
		}
		for _, T := range []float64{0, -1, math.NaN(), math.Inf(1)} {
			if _, err := m.WithTemperature(T); !errors.Is(err, ErrConfig) {
				t.Errorf("T = %v: %v", T, err)
			}
		}
	}
	ds := recipe{n: 60, d: 2, k: 3}.problem(newRand(32)).dataset(t, columns)
	m, _ := mustFit(t, ds, Config{C: 1, Loss: Sigmoids})
	if _, err := m.WithTemperature(2); !errors.Is(err, ErrConfig) {
		t.Errorf("sigmoids: %v", err)
	}
}

// TestCalibrate: a model with far too small a penalty is too sure of itself;
// its fitted temperature is above 1 and lowers the log-loss of new rows.
func TestCalibrate(t *testing.T) {
	p := recipe{n: 600, d: 12, k: 3}.problem(newRand(33))
	all := p.dataset(t, columns)
	var even, odd []int
	for i := range all.Rows() {
		if i%8 == 0 {
			even = append(even, i)
		} else {
			odd = append(odd, i)
		}
	}
	train, test := all.Subset(even), all.Subset(odd)
	cfg := Config{L2: 1e-7}
	plain, _ := mustFit(t, train, cfg)
	cfg.Calibrate = true
	calibrated, r := mustFit(t, train, cfg)
	loss := func(m *Model) float64 {
		b, err := m.Bind(test)
		if err != nil {
			t.Fatal(err)
		}
		s, err := b.Score()
		if err != nil {
			t.Fatal(err)
		}
		return s.LogLoss
	}
	if calibrated.Temperature() <= 1 || loss(calibrated) >= loss(plain) || len(r.Warnings) > 0 {
		t.Errorf("T = %v, log-loss %v calibrated, %v else; %v", calibrated.Temperature(), loss(calibrated), loss(plain), r.Warnings)
	}
}
