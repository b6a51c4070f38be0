package onnx

import (
	"bytes"
	"encoding/hex"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func marshal(t testing.TB, m *Model) []byte {
	t.Helper()
	b, err := Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestRoundTrip(t *testing.T) {
	for name, m := range map[string]*Model{"sample": sample(), "everything": everything()} {
		got, err := Unmarshal(marshal(t, m))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(m, got); diff != "" {
			t.Errorf("%s: (-written +read)\n%s", name, diff)
		}
	}
}

// TestGolden holds the bytes still: models are compared by their hash.
func TestGolden(t *testing.T) {
	m := &Model{
		IRVersion: 8,
		Opsets:    []Opset{{"", 17}},
		Metadata:  map[string]string{"k2": "v", "k1": ""},
		Graph: Graph{
			Name:         "g",
			Nodes:        []Node{{Op: "Cast", Inputs: []string{"x"}, Outputs: []string{"y"}, Attributes: []Attribute{{"to", int64(11)}}}},
			Initializers: []Tensor{{Name: "c", Dims: []int64{1}, Float64s: []float64{1}}},
			Inputs:       []ValueInfo{{"x", Uint8, []Dim{{Name: "N"}, {Size: 3}}}},
		},
	}
	want := strings.Join([]string{
		"0808",          // ir_version
		"4202" + "1011", // opset_import: version
		"7204" + "0a026b31",
		"7207" + "0a026b32" + "120176", // metadata_props: key, value
		"3a45",                         // graph
		"0a17" + "0a0178" + "120179" + "220443617374" + // node: input, output, op_type
			"2a09" + "0a02746f" + "180b" + "a00102", // attribute: name, i, type
		"120167", // name
		"2a11" + "0801" + "100b" + "420163" + "4a08" + "000000000000f03f", // initializer: dims, data_type, name, raw_data
		"5a14" + "0a0178" + "120f" + "0a0d" + "0802" + "1209" + // input: name, type, tensor_type, elem_type, shape
			"0a03" + "12014e" + "0a02" + "0803", // dim_param, dim_value
	}, "")
	b := marshal(t, m)
	if got := hex.EncodeToString(b); got != want {
		t.Errorf("bytes changed:\n got %s\nwant %s", got, want)
	}
}

func TestMarshalIsDeterministic(t *testing.T) {
	m := sample()
	for c := 'a'; c < 'z'; c++ {
		m.Metadata[strings.Repeat(string(c), 3)] = "v"
	}
	want := marshal(t, m)
	for range 20 {
		m.Metadata = maps.Collect(maps.All(m.Metadata))
		if !bytes.Equal(want, marshal(t, m)) {
			t.Fatal("two calls of Marshal gave different bytes")
		}
	}
}

func TestTruncated(t *testing.T) {
	for _, m := range []*Model{sample(), everything()} {
		b := marshal(t, m)
		for n := range b {
			if _, err := Unmarshal(b[:n:n]); !errors.Is(err, ErrCorrupt) {
				t.Fatalf("the first %d of %d bytes: error %v, want ErrCorrupt", n, len(b), err)
			}
		}
	}
}

// TestFlippedBytes: damage gives an error or a model that can be written.
func TestFlippedBytes(t *testing.T) {
	b := marshal(t, everything())
	for i := range b {
		for _, mask := range []byte{0x01, 0x80, 0xff} {
			damaged := slices.Clone(b)
			damaged[i] ^= mask
			checkReread(t, damaged)
		}
	}
}

func FuzzUnmarshal(f *testing.F) {
	f.Add([]byte(nil))
	f.Add(marshal(f, sample()))
	f.Add(marshal(f, everything()))
	for _, c := range hostile {
		f.Add(c.bytes)
	}
	f.Fuzz(func(t *testing.T, b []byte) { checkReread(t, b) })
}

// checkReread checks that bytes which can be read give a model which can be
// written and read again; one with a sequence is refused by Marshal.
func checkReread(t testing.TB, b []byte) {
	m, err := Unmarshal(b)
	if err != nil {
		var e *Error
		if !errors.As(err, &e) || m != nil {
			t.Fatalf("Unmarshal = %v, %#v", m, err)
		}
		return
	}
	if slices.ContainsFunc(slices.Concat(m.Graph.Inputs, m.Graph.Outputs, m.Graph.ValueInfos), isSequence) {
		if _, err := Marshal(m); !errors.Is(err, ErrUnsupported) {
			t.Fatalf("Marshal of a sequence: error %v, want ErrUnsupported", err)
		}
		return
	}
	again, err := Unmarshal(marshal(t, m))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(m, again, cmpopts.EquateNaNs()); diff != "" {
		t.Fatalf("(-first +second)\n%s", diff)
	}
}

func isSequence(v ValueInfo) bool { return v.Elem == Sequence }
