package softmax

import (
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/softmax/dataset"
	"example.com/softmax/internal/design"
	"example.com/softmax/preprocess"
)

// needTool skips a test for want of a tool, which CI must have.
func needTool(t *testing.T, reason string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(reason)
	}
	t.Skip(reason)
}

// exported are models that put the file format to the test, each with rows to
// predict.
func exported(t *testing.T) map[string]struct {
	m    *Model
	rows *dataset.Dataset
} {
	t.Helper()
	out := map[string]struct {
		m    *Model
		rows *dataset.Dataset
	}{}
	add := func(name string, ds *dataset.Dataset, cfg Config) {
		m, _ := mustFit(t, ds, cfg)
		out[name] = struct {
			m    *Model
			rows *dataset.Dataset
		}{m, ds.Subset([]int{0, 5, 1, 7, 2, 3, 11})}
	}
	r := newRand(20)
	images := recipe{n: 80, d: 64, k: 10, bytes: true}.problem(r)
	add("columns", recipe{n: 60, d: 3, k: 5, weights: true}.problem(r).dataset(t, columns), Config{C: 1})
	add("two classes", recipe{n: 60, d: 1, k: 2}.problem(r).dataset(t, columns), Config{C: 1})
	add("30 classes", recipe{n: 90, d: 4, k: 30}.problem(r).dataset(t, block64), Config{C: 1})
	add("image", images.dataset(t, pixels), Config{C: 1})
	add("bytes", images.dataset(t, block8), Config{C: 1})
	add("mixed", mixed(t, 60), Config{C: 1})
	add("calibrated", mixed(t, 60), Config{C: 1, Calibrate: true})

	_, thin := counts(t, 60, false)
	add("sparse", thin, Config{C: 1})
	_, thin = counts(t, 60, true)
	add("mixed sparse", thin, Config{C: 1, Preprocess: preprocess.Options{Standardize: preprocess.StandardizeOn}})

	far := recipe{n: 60, d: 3, k: 3}.problem(r)
	for _, x := range far.x {
		x[0] += 1e6
		x[1] = 1e-9*x[1] - 1e-3
	}
	ovr := must(NewModel(&Linear{Classes: []string{"b", "c", "a"}, W: [][]float64{{1, -2, 0}, {0.5, 0, 3}}, Intercept: []float64{0, 1, -1}, OneVsRest: true}))
	few := must(dataset.FromRows([][]float64{{1, 2}, {-3, 0.5}, {0, 0}, {40, -30}}, nil))
	out["one vs rest"] = struct {
		m    *Model
		rows *dataset.Dataset
	}{ovr, few}
	for name, opt := range textOptions {
		add("text of "+name, texts(t, 60), Config{Preprocess: opt})
	}
	for name, opt := range map[string]preprocess.Options{
		"gaps":   {Cross: []string{"taste:colour"}},
		"ignore": {Unseen: preprocess.UnseenIgnore, Cross: []string{"colour:taste", "taste:colour"}},
		"hashed": {Hash: []string{"colour", "taste:colour"}, Buckets: 7, Cross: []string{"taste:colour"}},
	} {
		train := withGaps(mixed(t, 60))
		add(name, train, Config{C: 1, Preprocess: opt})
		// Rows with what training has not seen.
		rows := withGaps(mixed(t, 20))
		rows.Columns[0].Levels = []string{"blue", "green", "purple", "red", "rare", "new"}
		rows.Columns[0].Codes[3], rows.Columns[3].Codes[4] = 2, -1
		rows.Columns[4].Float32s[3] = float32(math.NaN())
		e := out[name]
		e.rows = rows
		out[name] = e
	}
	add("badly scaled", far.dataset(t, columns), Config{C: 1})

	// Names of outputs, of inner values, and of the tensor of all numbers.
	names := mixed(t, 60)
	for i, name := range []string{"numeric", "label", "probabilities", "softmax/W", "input/label"} {
		names.Columns[i].Name = name
	}
	add("names", names, Config{C: 1})
	one := recipe{n: 20, d: 1, k: 2}.problem(r).dataset(t, columns)
	one.Columns[0].Name = "probabilities"
	add("one name", one, Config{C: 1})

	ds := recipe{n: 40, d: 2, k: 3}.problem(r).dataset(t, block64)
	ds.Targets = &dataset.Targets{Classes: ds.Label.Classes}
	for range ds.Rows() * 3 {
		ds.Targets.Values = append(ds.Targets.Values, float64(r.IntN(2)))
	}
	ds.Label = nil
	add("sigmoids", ds, Config{C: 1, Loss: Sigmoids})
	return out
}

// withGaps takes values away from a set of mixed, of which some levels become
// rare.
func withGaps(ds *dataset.Dataset) *dataset.Dataset {
	nan := math.NaN()
	for i := 0; i < ds.Rows(); i += 7 {
		ds.Columns[1].Float64s[i], ds.Columns[4].Float32s[2*i] = nan, float32(nan)
	}
	ds.Columns[0].Levels = append(ds.Columns[0].Levels, "rare", `ra\\re:r`)
	ds.Columns[0].Codes[5], ds.Columns[0].Codes[11], ds.Columns[0].Codes[2] = 4, 5, -1
	ds.Columns[3].Codes[2] = -1
	return ds
}

// TestChecker: ONNX's own checker accepts the files, in its strict mode, with
// all shapes inferred.
func TestChecker(t *testing.T) {
	const python = "/usr/bin/python3" // the one for which Debian installs python3-onnx
	if exec.Command(python, "-c", "import onnx").Run() != nil {
		needTool(t, python+" has no module onnx: apt-get install python3-onnx")
	}
	const script = `
import onnx, sys
for path in sys.argv[1:]:
    m = onnx.load(path)
    onnx.checker.check_model(m, full_check=True)
    m = onnx.shape_inference.infer_shapes(m, check_type=True, strict_mode=True)
    known = {v.name for v in m.graph.value_info} | {v.name for v in m.graph.output}
    for node in m.graph.node:
        assert set(node.output) <= known, (path, node)
`
	dir := t.TempDir()
	args := []string{"-c", script}
	for name, e := range exported(t) {
		path := filepath.Join(dir, name+".onnx")
		if err := e.m.Save(path); err != nil {
			t.Fatal(err)
		}
		args = append(args, path)
	}
	if out, err := exec.Command(python, args...).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// value is a tensor as internal/onnx/testdata/run.js reads and writes it.
type value struct {
	Type string          `json:"type"`
	Dims []int           `json:"dims"`
	Data json.RawMessage `json:"data"`
}

// TestRuntime: another runtime computes from the file the same probabilities
// and labels as the model.
func TestRuntime(t *testing.T) {
	folder := os.Getenv("ONNXRUNTIME_NODE")
	if folder == "" {
		needTool(t, "ONNXRUNTIME_NODE is not set: npm install --ignore-scripts --prefix FOLDER onnxruntime-node@1.30.0, then set it to FOLDER")
	}
	for name, e := range exported(t) {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			model, inputs := filepath.Join(dir, "model.onnx"), filepath.Join(dir, "inputs.json")
			if err := e.m.Save(model); err != nil {
				t.Fatal(err)
			}
			b, err := json.Marshal(feeds(t, e.m, e.rows))
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(inputs, b, 0o666); err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command("node", "internal/onnx/testdata/run.js", model, inputs)
			cmd.Env = append(os.Environ(), "NODE_PATH="+filepath.Join(folder, "node_modules"))
			cmd.Stderr = os.Stderr
			out, err := cmd.Output()
			if err != nil {
				t.Fatal(err)
			}
			var got map[string]value
			if err := json.Unmarshal(out, &got); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			compareOutputs(t, e.m, e.rows, got)
		})
	}
}

// feeds makes the inputs of the graph from a dataset, as docs/FORMAT.md says:
// all numbers side by side, every categorical column by itself.
func feeds(t *testing.T, m *Model, ds *dataset.Dataset) map[string]value {
	t.Helper()
	tensor := func(typ string, width int, data any) value {
		b, err := json.Marshal(data)
		if err != nil {
			t.Fatal(err)
		}
		return value{typ, []int{ds.Rows(), width}, b}
	}
	names := graphInputs(m)
	in := map[string]value{}
	feed := func(v value) { in[names[0]], names = v, names[1:] }
	var numeric []*dataset.Column
	numbersOf := func(columns []*dataset.Column) (numbers []any) { // NaN as a string, which JSON has not
		for i := range ds.Rows() {
			for _, c := range columns {
				for j := range c.Width {
					numbers = append(numbers, number(c.Number(i, j)))
				}
			}
		}
		return numbers
	}
	for _, input := range m.design.Inputs {
		if input.Kind != dataset.Categorical && !input.Sparse {
			numeric = append(numeric, ds.Column(input.Name))
		}
	}
	if len(numeric) > 0 {
		numbers := numbersOf(numeric)
		typ := "double"
		if len(numeric) == 1 && numeric[0].Kind == dataset.Pixels {
			typ = "uint8"
		}
		feed(tensor(typ, len(numbers)/ds.Rows(), numbers))
	}
	fed := map[string]bool{}
	words := func(column string) (words []string) {
		c := ds.Column(column)
		for _, code := range c.Codes {
			if code < 0 {
				words = append(words, "")
			} else {
				words = append(words, c.Levels[code])
			}
		}
		return words
	}
	for _, input := range m.design.Inputs {
		switch {
		case input.Kind == dataset.Text:
			for _, tensor := range textFeeds(&input, m.Config().Preprocess.Text, ds.Column(input.Name).Texts) {
				feed(tensor)
			}
		case input.Kind != dataset.Categorical && input.Sparse:
			c := ds.Column(input.Name)
			feed(tensor("double", c.Width, numbersOf([]*dataset.Column{c})))
		case input.Kind != dataset.Categorical:
		case input.Buckets > 0:
			buckets := make([]int, ds.Rows())
			for i := range buckets {
				if input.Parts == nil {
					buckets[i] = design.Bucket(words(input.Name)[i], input.Buckets)
				} else {
					buckets[i] = design.Bucket(design.Pair(words(input.Parts[0])[i], words(input.Parts[1])[i]), input.Buckets)
				}
			}
			feed(tensor("int64", 1, buckets))
		default:
			columns := input.Parts
			if columns == nil {
				columns = []string{input.Name}
			}
			for _, name := range columns {
				if !fed[name] {
					fed[name] = true
					feed(tensor("string", 1, words(name)))
				}
			}
		}
	}
	return in
}

func number(v float64) any {
	if math.IsNaN(v) {
		return "NaN"
	}
	return v
}

// graphInputs lists the names of the graph's inputs, in its order.
func graphInputs(m *Model) []string {
	var names []string
	for _, in := range m.graph().Graph.Inputs {
		names = append(names, in.Name)
	}
	return names
}

func compareOutputs(t *testing.T, m *Model, ds *dataset.Dataset, got map[string]value) {
	t.Helper()
	bound, err := m.Bind(ds)
	if err != nil {
		t.Fatal(err)
	}
	want := bound.Predict(0, ds.Rows())
	n, k := ds.Rows(), len(m.Classes())
	var p []float64
	if err := json.Unmarshal(got[outputProbabilities].Data, &p); err != nil || !slices.Equal(got[outputProbabilities].Dims, []int{n, k}) {
		t.Fatalf("probabilities %+v, %v", got[outputProbabilities], err)
	}
	for at := range p {
		if !(math.Abs(p[at]-want.Probabilities[at]) <= 1e-12) {
			t.Errorf("row %d, class %d: probability %v, want %v", at/k, at%k, p[at], want.Probabilities[at])
		}
	}
	if m.LossFunction() == Sigmoids {
		var labels []int
		if err := json.Unmarshal(got[outputLabels].Data, &labels); err != nil {
			t.Fatal(err)
		}
		for at, l := range labels {
			if (l == 1) != (want.Probabilities[at] > 0.5) {
				t.Errorf("row %d, class %d: %d at probability %v", at/k, at%k, l, want.Probabilities[at])
			}
		}
		return
	}
	var labels []string
	if err := json.Unmarshal(got[outputLabel].Data, &labels); err != nil || len(labels) != n {
		t.Fatalf("labels %+v, %v", got[outputLabel], err)
	}
	for i, l := range labels {
		if l != m.Classes()[want.Codes[i]] {
			t.Errorf("row %d: label %q, want %q", i, l, m.Classes()[want.Codes[i]])
		}
	}
}

// TestGraphNames: inputs carry the names of their columns where they can, and
// no two values of the graph share a name.
func TestGraphNames(t *testing.T) {
	for name, e := range exported(t) {
		g := e.m.graph().Graph
		seen := tally{}
		for _, v := range g.Inputs {
			seen[v.Name]++
		}
		for _, v := range g.Initializers {
			seen[v.Name]++
		}
		for _, node := range g.Nodes {
			for _, v := range node.Outputs {
				seen[v]++
			}
		}
		for v, times := range seen {
			if times != 1 {
				t.Errorf("%s: %d values %q", name, times, v)
			}
		}
	}
	models := exported(t)
	for name, want := range map[string]string{
		"columns": "numeric", "two classes": "x00", "image": "x00", "mixed": "numeric, colour, taste",
		"sparse": "words", "mixed sparse": "numeric, colour, taste, words", "gaps": "numeric, colour, taste",
		"hashed": "numeric, colour, taste, taste:colour",
		"names":  "numeric, input/numeric, input/softmax/W", "one name": "input/probabilities",
	} {
		if got := strings.Join(graphInputs(models[name].m), ", "); got != want {
			t.Errorf("%s: inputs %q, want %q", name, got, want)
		}
	}
}
