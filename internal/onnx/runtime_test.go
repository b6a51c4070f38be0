package onnx

import (
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// missing skips a test for want of a tool, which CI must have.
func missing(t *testing.T, reason string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(reason)
	}
	t.Skip(reason)
}

func writeFile(t *testing.T, name string, b []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, b, 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestChecker: the checker of onnx itself, strict, accepts the sample and
// infers the types and shapes of its values; of a wrong shape it complains.
func TestChecker(t *testing.T) {
	const python = "/usr/bin/python3" // the one for which Debian installs python3-onnx
	if exec.Command(python, "-c", "import onnx").Run() != nil {
		missing(t, python+" has no module onnx: apt-get install python3-onnx")
	}
	const script = `
import json, onnx, sys
m = onnx.load(sys.argv[1])
onnx.checker.check_model(m, full_check=True)
m = onnx.shape_inference.infer_shapes(m, check_type=True, strict_mode=True)
def shape(v):
    t = v.type.tensor_type
    return [t.elem_type] + [d.dim_param or d.dim_value for d in t.shape.dim]
print(json.dumps({v.name: shape(v) for v in m.graph.value_info}))
`
	out, err := exec.Command(python, "-c", script, writeFile(t, "model.onnx", marshal(t, sample()))).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var got map[string][]any
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for name, want := range map[string][]any{
		"scaled":       {float64(Double), "N", 2.},
		"onehot":       {float64(Float), "N", 1., 3.},
		"indicators64": {float64(Double), "N", 3.},
		"logits":       {float64(Double), "N", 3.},
		"index":        {float64(Int64), "N"},
	} {
		if diff := cmp.Diff(want, got[name]); diff != "" {
			t.Errorf("%s: (-want +inferred)\n%s", name, diff)
		}
	}

	wrong := sample()
	wrong.Graph.Outputs[0].Shape[1].Size = 4
	if exec.Command(python, "-c", script, writeFile(t, "wrong.onnx", marshal(t, wrong))).Run() == nil {
		t.Error("the checker accepts an output of a wrong shape")
	}
}

// value is a tensor as testdata/run.js reads and writes it.
type value struct {
	Type string          `json:"type"`
	Dims []int           `json:"dims"`
	Data json.RawMessage `json:"data"`
}

// run runs a model with onnxruntime-node.
func run(t *testing.T, m *Model, inputs map[string]value) map[string]value {
	t.Helper()
	folder := os.Getenv("ONNXRUNTIME_NODE")
	if folder == "" {
		missing(t, "ONNXRUNTIME_NODE is not set: npm install --ignore-scripts --prefix FOLDER onnxruntime-node@1.30.0, then set it to FOLDER")
	}
	in, err := json.Marshal(inputs)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("node", "testdata/run.js", writeFile(t, "model.onnx", marshal(t, m)), writeFile(t, "inputs.json", in))
	cmd.Env = append(os.Environ(), "NODE_PATH="+filepath.Join(folder, "node_modules"))
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var outputs map[string]value
	if err := json.Unmarshal(out, &outputs); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return outputs
}

func newValue(t *testing.T, typ string, dims []int, data any) value {
	t.Helper()
	b, err := json.Marshal(data)
	if err != nil {
		t.Fatal(err)
	}
	return value{typ, dims, b}
}

// decode reads the data of a value whose type and dims must be as given.
func decode[T any](t *testing.T, v value, typ string, dims ...int) []T {
	t.Helper()
	var data []T
	if err := json.Unmarshal(v.Data, &data); err != nil {
		t.Fatal(err)
	}
	if v.Type != typ || !slices.Equal(v.Dims, dims) {
		t.Fatalf("%s %v, want %s %v", v.Type, v.Dims, typ, dims)
	}
	return data
}

// TestRuntime: an independent runtime computes from the sample what Go does.
func TestRuntime(t *testing.T) {
	nums := [][2]float64{{1e9 + 30, 0.5}, {1e9 - 1, -2}, {1e9 + 90, -0.25}, {1e9, 1.75}, {1e9 - 61.5, 0.125}}
	colors := []string{"grün", "red", "unknown", "", "red"}
	for _, n := range []int{1, 5, 0} {
		out := run(t, sample(), map[string]value{
			"num":   newValue(t, "double", []int{n, 2}, slices.Concat(nums[0][:], nums[1][:], nums[2][:], nums[3][:], nums[4][:])[:2*n]),
			"color": newValue(t, "string", []int{n, 1}, colors[:n]),
		})
		probabilities := decode[float64](t, out["probabilities"], "double", n, 3)
		labels := decode[string](t, out["label"], "string", n)
		for i := range n {
			want, label := predict(nums[i], colors[i])
			for k := range want {
				if got := probabilities[3*i+k]; !(math.Abs(got-want[k]) <= 1e-12) {
					t.Errorf("batch of %d, row %d, class %d: probability %v, want %v", n, i, k, got, want[k])
				}
			}
			if labels[i] != label {
				t.Errorf("batch of %d, row %d: label %q, want %q", n, i, labels[i], label)
			}
		}
	}
}

// predict is the sample in Go; a colour that is not known adds nothing.
func predict(num [2]float64, color string) (probabilities [3]float64, label string) {
	x := make([]float64, 5)
	for j := range num {
		x[j] = (num[j] - sampleMean[j]) * sampleScale[j]
	}
	if c := slices.Index(sampleColors, color); c >= 0 {
		x[2+c] = 1
	}
	var logits [3]float64
	for k := range logits {
		for j := range x {
			logits[k] += x[j] * sampleW[3*j+k]
		}
		logits[k] += sampleB[k]
	}
	top, sum := slices.Max(logits[:]), 0.
	for k := range logits {
		probabilities[k] = math.Exp(logits[k] - top)
		sum += probabilities[k]
	}
	for k := range logits {
		probabilities[k] /= sum
	}
	return probabilities, sampleLabels[slices.Index(logits[:], top)]
}

// TestRuntimeBytes: all bytes of an image become the same fractions as in Go,
// a bit pattern outside JSON's numbers comes through, and an int64 keeps its
// digits.
func TestRuntimeBytes(t *testing.T) {
	m := &Model{IRVersion: 8, Opsets: []Opset{{Version: 17}}, Graph: Graph{
		Name: "bytes",
		Nodes: []Node{
			{Op: "Cast", Inputs: []string{"bytes"}, Outputs: []string{"d"}, Attributes: []Attribute{{"to", int64(Double)}}},
			{Op: "Div", Inputs: []string{"d", "255"}, Outputs: []string{"fractions"}},
			{Op: "Identity", Inputs: []string{"doubles"}, Outputs: []string{"same doubles"}},
			{Op: "Identity", Inputs: []string{"int64s"}, Outputs: []string{"same int64s"}},
		},
		Initializers: []Tensor{{Name: "255", Float64s: []float64{255}}},
		Inputs:       []ValueInfo{{"bytes", Uint8, []Dim{{Size: 256}}}, {"doubles", Double, []Dim{{Name: "N"}}}, {"int64s", Int64, []Dim{{Size: 1}}}},
		Outputs:      []ValueInfo{{"fractions", Double, []Dim{{Size: 256}}}, {"same doubles", Double, []Dim{{Name: "N"}}}, {"same int64s", Int64, []Dim{{Size: 1}}}},
	}}
	bytes := make([]int, 256)
	for i := range bytes {
		bytes[i] = i
	}
	out := run(t, m, map[string]value{
		"bytes":   newValue(t, "uint8", []int{256}, bytes),
		"doubles": newValue(t, "double", []int{5}, []any{5e-324, math.Copysign(0, -1), "NaN", "-Infinity", 0.1}),
		"int64s":  newValue(t, "int64", []int{1}, []string{"-9223372036854775807"}),
	})
	for i, got := range decode[float64](t, out["fractions"], "double", 256) {
		if want := float64(i) / 255; got != want {
			t.Errorf("byte %d: %v, want %v", i, got, want)
		}
	}
	if got := decode[int64](t, out["same int64s"], "int64", 1)[0]; got != -math.MaxInt64 {
		t.Errorf("int64 %d", got)
	}
	if got, want := string(out["same doubles"].Data), `[5e-324,-0,"NaN","-Infinity",0.1]`; got != want {
		t.Errorf("doubles %s, want %s", got, want)
	}
}
