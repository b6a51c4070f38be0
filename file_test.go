package softmax

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"example.com/softmax/dataset"
	"example.com/softmax/internal/onnx"
	"example.com/softmax/preprocess"
)

// savedModels are small models of every kind that a file can hold.
func savedModels(t testing.TB) map[string]*Model {
	t.Helper()
	models := map[string]*Model{}
	add := func(name string, ds *dataset.Dataset, cfg Config) {
		models[name], _ = mustFit(t, ds, cfg)
	}
	r := rand.New(rand.NewPCG(10, 10))
	bytes := recipe{n: 60, d: 6, k: 2, bytes: true}.problem(r)
	add("columns", recipe{n: 60, d: 3, k: 30, weights: true}.problem(r).dataset(t, columns), Config{C: 1})
	add("one column", recipe{n: 60, d: 1, k: 3}.problem(r).dataset(t, columns), Config{C: 1, Solver: SGDSolver, Seed: 7})
	add("block", bytes.dataset(t, block8), Config{L2: 0.5, Tol: 1e-3, Solver: LBFGS, Stop: StopEstimate, MaxIterations: 99, MaxTime: 1e12})
	add("pixels", bytes.dataset(t, pixels), Config{L2: NoPenalty, MaxIterations: 3})
	add("mixed", mixed(t, 60), Config{C: 1})
	add("gaps", withGaps(mixed(t, 60)), Config{C: 1, Preprocess: preprocess.Options{Cross: []string{"taste:colour"}}})
	add("text", texts(t, 60), Config{C: 1, Preprocess: textOptions["both"]})
	add("hashed", texts(t, 60), Config{C: 1, Preprocess: textOptions["hashed"]})
	add("squared", bytes.dataset(t, bytes8), Config{C: 1, Loss: Squared, MaxIterations: 20})
	for _, classes := range [][]string{{"only"}, {"a", "b", "c"}} {
		x, y := make([][]float64, 40), make([][]float64, 40)
		for i := range x {
			x[i] = []float64{r.NormFloat64()}
			for range classes {
				y[i] = append(y[i], float64(r.IntN(2)))
			}
		}
		ds, err := dataset.FromTargets(x, y, classes)
		if err != nil {
			t.Fatal(err)
		}
		add("sigmoids of "+classes[0], ds, Config{C: 1, Loss: Sigmoids, LabelSmoothing: 0.1})
	}
	return models
}

func encode(t testing.TB, m *Model) []byte {
	t.Helper()
	b, err := m.bytes()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestSaveLoad: a model that was saved and loaded is the same in all it says,
// bit for bit.
func TestSaveLoad(t *testing.T) {
	for name, m := range savedModels(t) {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "model.onnx")
			if err := m.Save(path); err != nil {
				t.Fatal(err)
			}
			loaded, err := Load(path)
			if err != nil {
				t.Fatal(err)
			}
			again := filepath.Join(t.TempDir(), "again.onnx")
			if err := loaded.Save(again); err != nil {
				t.Fatal(err)
			}
			first, _ := os.ReadFile(path)
			second, _ := os.ReadFile(again)
			var written bytes.Buffer
			n, err := m.WriteTo(&written)
			if err != nil || !bytes.Equal(first, second) || !bytes.Equal(first, written.Bytes()) || n != int64(len(first)) {
				t.Errorf("files of %d and %d bytes, %d written (%v)", len(first), len(second), n, err)
			}
			sum := sha256.Sum256(first)
			if f, err := loaded.Fingerprint(); err != nil || f != hex.EncodeToString(sum[:]) {
				t.Errorf("fingerprint %s, %v", f, err)
			}
			a, b := m.Origin(), loaded.Origin()
			if math.IsNaN(a.GapBound) && math.IsNaN(b.GapBound) {
				a.GapBound, b.GapBound = 0, 0
			}
			ca, _ := json.Marshal(m.Config())
			cb, _ := json.Marshal(loaded.Config())
			if a != b || !bytes.Equal(ca, cb) || m.LossFunction() != loaded.LossFunction() {
				t.Errorf("origin %+v became %+v, config %s became %s", a, b, ca, cb)
			}
			r := rand.New(rand.NewPCG(11, 11))
			x := make([]float64, len(m.Features()))
			for range 50 {
				for j := range x {
					x[j] = 100 * r.NormFloat64()
				}
				p, err := m.Probabilities(x)
				q, err2 := loaded.Probabilities(x)
				for k := range p {
					if math.Float64bits(p[k]) != math.Float64bits(q[k]) || err != nil || err2 != nil {
						t.Fatalf("%v became %v", p, q)
					}
				}
			}
		})
	}
}

// TestTruncated: no shorter file passes for a model.
func TestTruncated(t *testing.T) {
	b := encode(t, savedModels(t)["mixed"])
	for n := range b {
		if _, err := Read(bytes.NewReader(b[:n])); !errors.Is(err, ErrModelFile) {
			t.Fatalf("%d of %d bytes: %v", n, len(b), err)
		}
	}
	if _, err := Read(bytes.NewReader(append(b, 0))); !errors.Is(err, ErrModelFile) {
		t.Errorf("a byte too many: %v", err)
	}
}

// TestDamaged: no changed bit goes unnoticed, and no length however large
// makes Read allocate.
func TestDamaged(t *testing.T) {
	b := encode(t, savedModels(t)["mixed"])
	for at := 0; at < len(b); at += 7 {
		damaged := bytes.Clone(b)
		damaged[at] ^= 1 << (at % 8)
		if _, err := Read(bytes.NewReader(damaged)); !errors.Is(err, ErrModelFile) {
			t.Fatalf("bit %d of byte %d: %v", at%8, at, err)
		}
		// A varint of 2^31-1, and of 2^63-1.
		for _, size := range [][]byte{{0xff, 0xff, 0xff, 0xff, 0x07}, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f}} {
			damaged := bytes.Clone(b)
			copy(damaged[at:], size)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := Read(bytes.NewReader(damaged))
			runtime.ReadMemStats(&after)
			if got := after.TotalAlloc - before.TotalAlloc; !errors.Is(err, ErrModelFile) || got > 10<<20 {
				t.Fatalf("size at byte %d: %v, %d bytes allocated", at, err, got)
			}
		}
	}
}

// forge returns the file of a model after a change to its graph and metadata,
// with a checksum that is right.
func forge(t testing.TB, m *Model, change func(g *onnx.Model, info *fileInfo)) []byte {
	t.Helper()
	g, err := onnx.Unmarshal(encode(t, m))
	if err != nil {
		t.Fatal(err)
	}
	var info fileInfo
	if err := json.Unmarshal([]byte(g.Metadata[metaModel]), &info); err != nil {
		t.Fatal(err)
	}
	change(g, &info)
	meta, err := json.Marshal(info)
	if err != nil {
		t.Fatal(err)
	}
	g.Metadata[metaModel] = string(meta)
	delete(g.Metadata, metaSum)
	b, err := onnx.Marshal(g)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(b)
	g.Metadata[metaSum] = hex.EncodeToString(sum[:])
	if b, err = onnx.Marshal(g); err != nil {
		t.Fatal(err)
	}
	return b
}

// TestForged: what nobody saved is refused, whatever its checksum, and says so.
func TestForged(t *testing.T) {
	models := savedModels(t)
	input := func(at int, change func(in *fileInput)) func(*onnx.Model, *fileInfo) {
		return func(_ *onnx.Model, info *fileInfo) { change(&info.Inputs[at]) }
	}
	tensor := func(name string, change func(*onnx.Tensor)) func(*onnx.Model, *fileInfo) {
		return func(g *onnx.Model, _ *fileInfo) { change(initializer(g, name)) }
	}
	for _, c := range []struct {
		name, model string
		change      func(g *onnx.Model, info *fileInfo)
		says        string
	}{
		{"another format", "mixed", func(_ *onnx.Model, info *fileInfo) { info.Format = 1 }, "format 1"},
		{"no metadata", "mixed", func(g *onnx.Model, info *fileInfo) { *info = fileInfo{} }, "format"},
		{"no inputs", "one column", func(g *onnx.Model, info *fileInfo) {
			info.Inputs = nil
			for i := range g.Graph.Initializers {
				x := &g.Graph.Initializers[i]
				switch x.Name {
				case tensorShift, tensorScale:
					x.Dims, x.Float64s = []int64{1, 0}, []float64{}
				case tensorW:
					x.Dims, x.Float64s = []int64{0, 3}, []float64{}
				}
			}
		}, "input"},
		{"an unknown kind", "mixed", input(0, func(in *fileInput) { in.Kind = "sound" }), "sound"},
		{"a width of 0", "mixed", input(0, func(in *fileInput) { in.Width = 0 }), "shape"},
		{"a huge width", "mixed", input(0, func(in *fileInput) { in.Width = 1 << 40 }), "shape"},
		{"a large width", "mixed", input(0, func(in *fileInput) { in.Width = 1<<31 - 1 }), "shape"},
		{"a height that does not divide", "pixels", input(0, func(in *fileInput) { in.Height = 4 }), "shape"},
		{"a negative height", "pixels", input(0, func(in *fileInput) { in.Height = -1 }), "shape"},
		{"components", "mixed", input(2, func(in *fileInput) { in.Components = []string{"left"} }), "shape"},
		{"two inputs of one name", "mixed", input(0, func(in *fileInput) { in.Name = "label" }), "another's"},
		{"an input without a name", "mixed", input(0, func(in *fileInput) { in.Name = "" }), "empty"},
		{"gaps in another order", "gaps", func(g *onnx.Model, _ *fileInfo) {
			gaps := initializer(g, tensorGaps).Int64s
			gaps[0], gaps[1] = gaps[1], gaps[0]
		}, "out of order"},
		{"a gap of no number", "gaps", func(g *onnx.Model, _ *fileInfo) { initializer(g, tensorGaps).Int64s[1] = 4 }, "out of range"},
		{"more rare levels than levels", "gaps", input(3, func(in *fileInput) { in.Rare = 99 }), "levels"},
		{"fewer rare levels", "gaps", input(3, func(in *fileInput) { in.Rare-- }), ""},
		{"a cross of nothing", "gaps", input(5, func(in *fileInput) { in.Cross[0] = "smell" }), `"smell"`},
		{"a cross of one", "gaps", input(5, func(in *fileInput) { in.Cross = in.Cross[:1] }), "shape"},
		{"a level that is no pair", "gaps", input(5, func(in *fileInput) { in.Pairs[0] = " none" }), "no pair"},
		{"numbers behind", "gaps", func(_ *onnx.Model, info *fileInfo) {
			info.Inputs[2], info.Inputs[3] = info.Inputs[3], info.Inputs[2]
		}, ""},
		{"terms of nothing", "text", input(1, func(in *fileInput) { in.Terms[0].Of = "lines" }), "terms"},
		{"terms of length 0", "text", input(1, func(in *fileInput) { in.Terms[1].Low = 0 }), "terms"},
		{"no terms", "text", input(1, func(in *fileInput) { in.Terms = nil }), "shape"},
		{"a dense text", "text", input(1, func(in *fileInput) { in.Sparse = false }), "shape"},
		{"a word with a space", "text", func(g *onnx.Model, _ *fileInfo) {
			stringsOf(g, termsName(1, 0), "pool_strings")[0] = "a b"
		}, "terms"},
		{"terms in another order", "text", func(g *onnx.Model, _ *fileInfo) {
			at := attributeOf(g, termsName(1, 0), "ngram_indexes").([]int64)
			at[0], at[1] = at[1], at[0]
		}, "terms"},
		{"a term of no feature", "text", func(g *onnx.Model, _ *fileInfo) {
			attributeOf(g, termsName(1, 1), "ngram_indexes").([]int64)[0] = 1 << 40
		}, "terms"},
		{"terms that begin behind their end", "text", func(g *onnx.Model, _ *fileInfo) {
			attributeOf(g, termsName(1, 1), "ngram_counts").([]int64)[1] = 1 << 40
		}, "terms"},
		{"other buckets", "hashed", input(1, func(in *fileInput) { in.Terms[0].Buckets++ }), "terms"},
		{"huge buckets", "hashed", input(1, func(in *fileInput) { in.Buckets = 1 << 40 }), "shape"},
		{"an unknown option", "gaps", func(_ *onnx.Model, info *fileInfo) { info.Config.Preprocess.Unseen = "guess" }, "guess"},
		{"levels in another order", "mixed", func(g *onnx.Model, _ *fileInfo) {
			levels := stringsOf(g, levelsName(3), "keys_strings")
			levels[0], levels[1] = levels[1], levels[0]
		}, "order"},
		{"a class twice", "block", func(g *onnx.Model, _ *fileInfo) {
			classes := stringsOf(g, nodeClasses, "values_strings")
			classes[0] = classes[1]
		}, "twice"},
		{"no classes", "sigmoids of only", func(_ *onnx.Model, info *fileInfo) { info.Classes = nil }, "classes"},
		{"an unknown loss", "block", func(_ *onnx.Model, info *fileInfo) { info.Loss = "hinge" }, "hinge"},
		{"NaN", "block", tensor(tensorW, func(x *onnx.Tensor) { x.Float64s[3] = math.NaN() }), "finite"},
		{"infinity", "block", tensor(tensorShift, func(x *onnx.Tensor) { x.Float64s[0] = math.Inf(1) }), "finite"},
		{"another shape", "block", tensor(tensorW, func(x *onnx.Tensor) { x.Dims[0], x.Dims[1] = x.Dims[1], x.Dims[0] }), "shape"},
		{"a tensor of another type", "block", tensor(tensorB, func(x *onnx.Tensor) { x.Float64s, x.Float32s = nil, []float32{1, 2} }), "missing"},
		{"one tensor less", "block", func(g *onnx.Model, _ *fileInfo) {
			g.Graph.Initializers = g.Graph.Initializers[:len(g.Graph.Initializers)-1]
		}, "missing"},
		{"another operator", "block", func(g *onnx.Model, _ *fileInfo) { g.Graph.Nodes[0].Op = "Add" }, "changed"},
		{"one node less", "columns", func(g *onnx.Model, _ *fileInfo) { g.Graph.Nodes = g.Graph.Nodes[:len(g.Graph.Nodes)-1] }, ""},
		{"a node more", "columns", func(g *onnx.Model, _ *fileInfo) {
			g.Graph.Nodes = append(g.Graph.Nodes, onnx.Node{Op: "Identity", Inputs: []string{"label"}, Outputs: []string{"more"}})
		}, "changed"},
		{"more metadata", "columns", func(g *onnx.Model, _ *fileInfo) { g.Metadata["author"] = "someone" }, "changed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := forge(t, models[c.model], c.change)
			if _, err := Read(bytes.NewReader(b)); !errors.Is(err, ErrModelFile) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("error %v, want one that says %q", err, c.says)
			}
		})
	}
	b := forge(t, models["mixed"], func(*onnx.Model, *fileInfo) {})
	if !bytes.Equal(b, encode(t, models["mixed"])) {
		t.Error("without a change the forged file is another: the test proves nothing")
	}
}

// TestForeign: files of others.
func TestForeign(t *testing.T) {
	other, err := onnx.Marshal(&onnx.Model{IRVersion: 8, Opsets: []onnx.Opset{{Version: 17}}, ProducerName: "another program", Graph: onnx.Graph{
		Name:    "graph",
		Nodes:   []onnx.Node{{Op: "Identity", Inputs: []string{"x"}, Outputs: []string{"y"}}},
		Inputs:  []onnx.ValueInfo{{Name: "x", Elem: onnx.Double}},
		Outputs: []onnx.ValueInfo{{Name: "y", Elem: onnx.Double}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{"empty": nil, "text": []byte("sepal_length,species\n5.1,setosa\n"), "zeros": make([]byte, 1000), "another ONNX model": other} {
		if _, err := Read(bytes.NewReader(b)); !errors.Is(err, ErrModelFile) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Read(bytes.NewReader(other)); !strings.Contains(err.Error(), "not written by softmax") {
		t.Errorf("another ONNX model: %v", err)
	}
}

// TestFileErrors: what the system says comes through.
func TestFileErrors(t *testing.T) {
	m := savedModels(t)["columns"]
	dir := t.TempDir()
	if _, err := Load(filepath.Join(dir, "none.onnx")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("loading what is not there: %v", err)
	}
	if _, err := Load(dir); err == nil {
		t.Error("loaded a directory")
	}
	if _, err := Read(iotest.ErrReader(io.ErrClosedPipe)); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("reading from a broken pipe: %v", err)
	}
	if err := m.Save(filepath.Join(dir, "no", "such", "folder.onnx")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("saving into no folder: %v", err)
	}
	if err := m.Save(dir); err == nil {
		t.Error("saved over a directory")
	}
	if err := m.Save(""); err == nil {
		t.Error("saved to no name")
	}
	r, w := io.Pipe()
	r.Close()
	if _, err := m.WriteTo(w); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("writing to a broken pipe: %v", err)
	}
	if files, _ := os.ReadDir(dir); len(files) > 0 {
		t.Errorf("left behind: %v", files)
	}
}

// FuzzRead: whatever Read accepts is a model that works and makes the same
// file again.
func FuzzRead(f *testing.F) {
	models := savedModels(f)
	for _, m := range models {
		f.Add(encode(f, m))
	}
	f.Add(forge(f, models["mixed"], func(_ *onnx.Model, info *fileInfo) { info.Inputs = nil }))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := Read(bytes.NewReader(b))
		if err != nil {
			if !errors.Is(err, ErrModelFile) {
				t.Errorf("%v", err)
			}
			return
		}
		if !bytes.Equal(encode(t, m), b) {
			t.Error("the file is not what the model would write")
		}
		if _, err := m.Predict(make([]float64, len(m.Features()))); err != nil && !errors.Is(err, ErrInput) {
			t.Error(err)
		}
		m.Coefficients()
		m.Inputs()
	})
}

// TestClassNames: names for the classes are kept in the file and change nothing else.
func TestClassNames(t *testing.T) {
	m, _, err := Fit(t.Context(), must(dataset.FromRows([][]float64{{1}, {2}, {3}, {4}}, []string{"0", "1", "0", "1"})), Config{C: 1})
	if err != nil {
		t.Fatal(err)
	}
	named := must(m.WithClassNames([]string{"boot", "bag"}))
	read := must(Read(bytes.NewReader(encode(t, named))))
	if !slices.Equal(m.ClassNames(), []string{"0", "1"}) || !slices.Equal(read.ClassNames(), []string{"boot", "bag"}) || !slices.Equal(read.Classes(), m.Classes()) {
		t.Errorf("names %q, %q, classes %q", m.ClassNames(), read.ClassNames(), read.Classes())
	}
	if p, q := must(m.Probabilities([]float64{2})), must(read.Probabilities([]float64{2})); !slices.Equal(p, q) {
		t.Errorf("%v became %v", p, q)
	}
	if _, err := m.WithClassNames([]string{"boot"}); !errors.Is(err, ErrConfig) {
		t.Errorf("one name for two classes: %v", err)
	}
}
