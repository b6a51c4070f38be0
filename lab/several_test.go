package lab

import (
	"context"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"example.com/softmax/dataset"
	"example.com/softmax/dataset/csv"
	"example.com/softmax/dataset/sample"
	"example.com/softmax/dataset/source"
)

var severalOnce = once(runSeveral)

func TestSeveral(t *testing.T) {
	r, err := severalOnce()
	if err != nil {
		t.Fatal(err)
	}
	// Present classes alone decide the chapter's loss, whose floor is m log m.
	c := r.Cases
	if c[0].Present != c[1].Present || c[0].All <= c[1].All || !near(c[2].Present, 2*math.Ln2, 1e-15) || c[3].Present != 0 || !math.IsInf(float64(c[3].All), 1) {
		t.Errorf("cases %+v", c)
	}
	soft, sigmoids := r.Models[0], r.Models[1]
	for i, s := range soft.Sums {
		if s.M != i || !near(s.Mean, 1, 1e-12) {
			t.Errorf("softmax probabilities sum to %+v", s)
		}
		if i > 0 && sigmoids.Sums[i].Mean < sigmoids.Sums[i-1].Mean+0.3 {
			t.Errorf("sigmoids: %+v", sigmoids.Sums)
		}
	}
	if pairs := soft.Sums[2]; !near(soft.Floor, 2*math.Ln2*float64(pairs.Examples)/float64(r.Test), 1e-12) || soft.TestLoss < soft.Floor {
		t.Errorf("loss %v, floor %v", soft.TestLoss, soft.Floor)
	}
	// Sigmoids find the sets better, as a ranking the two are close.
	if sigmoids.Own.SubsetAccuracy < soft.Own.SubsetAccuracy+0.05 || sigmoids.Tuned.MicroF1 < soft.Tuned.MicroF1+0.01 || !near(soft.PrecisionAtM, sigmoids.PrecisionAtM, 0.05) {
		t.Errorf("softmax %+v %+v, sigmoids %+v %+v", soft.Own, soft.Tuned, sigmoids.Own, sigmoids.Tuned)
	}
	var golden []struct {
		TestLoss       float64 `json:"test_loss"`
		SubsetAccuracy float64 `json:"subset_accuracy"`
		MicroF1        float64 `json:"micro_f1"`
		PrecisionAtM   float64 `json:"precision_at_m"`
	}
	readGolden(t, "several", &golden)
	for i, g := range golden {
		m := r.Models[i]
		if !near(m.TestLoss, g.TestLoss, 0.1) || !near(m.Own.SubsetAccuracy, g.SubsetAccuracy, 0.04) || !near(m.Own.MicroF1, g.MicroF1, 0.04) || !near(m.PrecisionAtM, g.PrecisionAtM, 0.04) {
			t.Errorf("%s: %+v; scipy, on another draw, has %+v", m.Loss, m, g)
		}
	}
	shows(t, "several", r, "1.8326", "2.0557", "1.3863")
}

// A composed image shows its garments, each in its half.
func TestCompose(t *testing.T) {
	ds, err := sample.FashionTest()
	if err != nil {
		t.Fatal(err)
	}
	composed := compose(ds, 200, rand.New(rand.NewPCG(0, 9)))
	again := compose(ds, 200, rand.New(rand.NewPCG(0, 9)))
	if !slices.Equal(composed.Columns[0].Bytes, again.Columns[0].Bytes) {
		t.Fatalf("composing is not deterministic")
	}
	for i := range composed.Rows() {
		filled := 0
		for side := range 2 {
			var sum int
			for at := range 28 * 14 {
				sum += int(composed.Columns[0].Bytes[i*784+at/14*28+side*14+at%14])
			}
			if sum > 0 {
				filled++
			}
		}
		var labels float64
		for _, v := range composed.Targets.Row(i) {
			labels += v
		}
		if labels > float64(filled) || (labels == 0) != (filled == 0) {
			t.Errorf("image %d: %d halves are filled, %v labels", i, filled, labels)
		}
	}
}

func TestSeveralOnRealData(t *testing.T) {
	folder := os.Getenv("SOFTMAX_DATA")
	if folder == "" {
		t.Skip("SOFTMAX_DATA is not set to the folder of data sets")
	}
	for _, c := range []struct {
		name        string
		cardinality float64
		better      int // in subset accuracy, by its own rule
	}{{"ml_emotions", 1.9752, 1}, {"ml_scene", 1.0861, 0}} {
		read := func(split string) *dataset.Dataset {
			s, err := source.Open(filepath.Join(folder, c.name, split+".csv.gz"))
			if err != nil {
				t.Skip(err)
			}
			defer s.Close()
			ds, err := csv.Read(s, csv.Options{Name: s.Name()})
			if err != nil {
				t.Fatal(err)
			}
			return ds
		}
		r, err := run(context.Background(), runSeveral, Options{Train: read("train"), Test: read("test")})
		if err != nil {
			t.Fatal(err)
		}
		best, other := r.Models[c.better], r.Models[1-c.better]
		if r.Composed || !near(r.Cardinality, c.cardinality, 1e-4) || best.Own.SubsetAccuracy <= other.Own.SubsetAccuracy {
			t.Errorf("%s: cardinality %v, %s %+v, %s %+v", c.name, r.Cardinality, best.Loss, best.Own, other.Loss, other.Own)
		}
		shows(t, "several", r)
	}
}
