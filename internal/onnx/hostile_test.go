package onnx

import (
	"bytes"
	"errors"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
)

// The helpers below write messages by hand, also wrong ones.

func join(parts ...[]byte) []byte { return slices.Concat(parts...) }

func num(field protowire.Number, v int64) []byte { return appendInt64(nil, field, v) }

func msg(field protowire.Number, parts ...[]byte) []byte {
	return appendBytes(nil, field, join(parts...))
}

func str(field protowire.Number, s string) []byte { return msg(field, []byte(s)) }

// model is a valid model but for the given parts of its graph.
func model(graph ...[]byte) []byte {
	return join(num(1, 8), msg(8, num(2, 17)), msg(7, str(2, "g"), join(graph...)))
}

func node(parts ...[]byte) []byte {
	return model(msg(1, str(4, "Op"), str(2, "y"), join(parts...)))
}

func attribute(parts ...[]byte) []byte { return node(msg(5, str(1, "a"), join(parts...))) }

func initializer(parts ...[]byte) []byte { return model(msg(5, str(8, "W"), join(parts...))) }

func input(parts ...[]byte) []byte { return model(msg(11, str(1, "x"), join(parts...))) }

func tensorInput(parts ...[]byte) []byte { return input(msg(2, msg(1, parts...))) }

var manyGroups = bytes.Repeat([]byte{100<<3&0x7f | 3 | 0x80, 100 << 3 >> 7}, 20000)

var hostile = []struct {
	name  string
	bytes []byte
	err   error
	text  string // part of the error
}{
	{"empty", nil, ErrCorrupt, "ir_version is 0, or missing"},
	{"text", []byte("sepal_length,sepal_width\n5.1,3.5\n"), ErrCorrupt, ""},
	{"no graph", join(num(1, 8), msg(8, num(2, 17))), ErrCorrupt, "graph is missing"},
	{"no opsets", join(num(1, 8), msg(7, str(2, "g"))), ErrCorrupt, "opset_import is missing"},
	{"opset 0", join(num(1, 8), msg(8, str(1, "d"))), ErrCorrupt, `opset_import[0] "d": version is 0, or missing`},
	{"two graphs", join(model(), model()), ErrCorrupt, "ir_version occurs twice"},
	{"graph twice", join(model(), msg(7, str(2, "g"))), ErrCorrupt, "graph occurs twice"},
	{"functions", join(model(), msg(25)), ErrUnsupported, "functions"},
	{"wire type", join(str(1, "8")), ErrCorrupt, "ir_version has wire type 2, not 0"},
	{"varint overflow", append([]byte{1 << 3}, bytes.Repeat([]byte{0xff}, 11)...), ErrCorrupt, "field number 1 is malformed"},
	{"huge length", []byte{7<<3 | 2, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f}, ErrCorrupt, "ends within field number 7"},
	{"length beyond the end", []byte{7<<3 | 2, 0xff, 0xff, 0xff, 0xff, 7, 0}, ErrCorrupt, "ends within field number 7"},
	{"field number 0", []byte{0, 0}, ErrCorrupt, "a field's tag is malformed"},
	{"wire type 7", []byte{1<<3 | 7, 0}, ErrCorrupt, "field number 1 is malformed"},
	{"end of no group", []byte{1<<3 | 4}, ErrCorrupt, "field number 1 is malformed"},
	{"nested groups", manyGroups, ErrCorrupt, "field number 100 is malformed"},
	{"metadata twice", join(model(), msg(14, str(1, "k")), msg(14, str(1, "k"))), ErrCorrupt, `metadata_props[1] "k": key occurs twice`},
	{"metadata without key", join(model(), msg(14, str(2, "v"))), ErrCorrupt, "metadata_props[0]: key is empty"},
	{"metadata not UTF-8", join(model(), msg(14, str(1, "k"), str(2, "\xff"))), ErrCorrupt, `metadata_props[0] "k": value "\xff" is not valid UTF-8`},
	{"producer not UTF-8", join(model(), str(2, "\xff")), ErrCorrupt, `producer_name "\xff" is not valid UTF-8`},

	{"graph without name", join(num(1, 8), msg(8, num(2, 17)), msg(7)), ErrCorrupt, "graph: name is empty"},
	{"graph name twice", model(str(2, "h")), ErrCorrupt, "graph: name occurs twice"},
	{"sparse", model(msg(15)), ErrUnsupported, "graph: sparse_initializer"},
	{"node without op", model(msg(1, str(3, "n"), str(2, "y"))), ErrCorrupt, `graph.node[0] "n": op_type is empty`},
	{"node without output", model(msg(1, str(4, "Op"))), ErrCorrupt, "graph.node[0]: output is missing"},
	{"node input not UTF-8", node(str(1, "x"), str(1, "\xff")), ErrCorrupt, `graph.node[0]: input[1] "\xff" is not valid UTF-8`},
	{"node input a number", node(num(1, 1)), ErrCorrupt, "graph.node[0]: input has wire type 0, not 2"},

	{"attribute without name", node(msg(5, num(20, 2))), ErrCorrupt, "graph.node[0].attribute[0]: name is empty"},
	{"attribute without type", attribute(num(3, 2)), ErrCorrupt, `graph.node[0].attribute[0] "a": type is missing`},
	{"attribute type", attribute(num(20, 99)), ErrUnsupported, `attribute[0] "a": type number 99`},
	{"attribute of two values", attribute(num(20, 2), num(3, 1), str(4, "s")), ErrCorrupt, "a value of another type"},
	{"attribute of another value", attribute(num(20, 2), num(8, 1)), ErrCorrupt, "a value of another type"},
	{"attribute value twice", attribute(num(20, 2), num(3, 1), num(3, 1)), ErrCorrupt, "i occurs twice"},
	{"attribute without tensor", attribute(num(20, 4)), ErrCorrupt, "t is missing"},
	{"attribute tensor", attribute(num(20, 4), msg(5, num(1, 2), num(2, 7), num(7, 1))), ErrCorrupt, `graph.node[0].attribute[0] "a".t: 1 values where dims [2] need 2`},
	{"attribute string", attribute(num(20, 3), str(4, "\xff")), ErrCorrupt, `s "\xff" is not valid UTF-8`},
	{"attribute strings", attribute(num(20, 8), str(9, "\xff")), ErrCorrupt, `strings[0] "\xff" is not valid UTF-8`},
	{"attribute packed ints cut", attribute(num(20, 7), msg(8, []byte{1, 0x80})), ErrCorrupt, "ends within ints"},
	{"attribute packed floats cut", attribute(num(20, 6), msg(7, []byte{1, 2, 3})), ErrCorrupt, "ends within floats"},
	{"subgraph", attribute(num(20, 5), msg(6, str(2, "g"))), ErrUnsupported, `graph.node[0].attribute[0] "a": a subgraph`},
	{"tensors", attribute(num(20, 9), msg(10)), ErrUnsupported, "a list of tensors"},
	{"function parameter", attribute(num(20, 2), str(21, "p")), ErrUnsupported, "ref_attr_name"},

	{"raw_data too short", initializer(num(1, 784), num(1, 10), num(2, 11), str(9, "12345678")), ErrCorrupt,
		`graph.initializer[0] "W": raw_data has 8 bytes where dims [784 10] of double need 62720`},
	{"raw_data not whole", initializer(num(1, 1), num(2, 11), str(9, "123456789")), ErrCorrupt, "raw_data has 9 bytes where dims [1] of double need 8"},
	{"values missing", initializer(num(1, 2), num(2, 11)), ErrCorrupt, "0 values where dims [2] need 2"},
	{"scalar missing", initializer(num(2, 11)), ErrCorrupt, "0 values where dims [] need 1"},
	{"negative dim", initializer(num(1, -1), num(2, 11)), ErrCorrupt, "dimension 0 is negative: -1"},
	{"dims overflow", initializer(num(1, 1<<32), num(1, 1<<32), num(2, 11)), ErrCorrupt, "dims [4294967296 4294967296] are too large"},
	{"dims overflow beside 0", initializer(num(1, 1<<32), num(1, 0), num(1, 1<<32), num(2, 11), str(9, "")), ErrCorrupt, "are too large"},
	{"dims overflow to 0", initializer(num(1, 1<<62), num(1, 4), num(2, 11), str(9, "")), ErrCorrupt, "are too large"},
	{"rank", initializer(msg(1, bytes.Repeat([]byte{1}, 33)), num(2, 11), str(9, "12345678")), ErrUnsupported, "33 dimensions, more than 32"},
	{"no data_type", initializer(str(9, "12345678")), ErrCorrupt, "data_type is missing"},
	{"float16", initializer(num(2, 10), str(9, "12")), ErrUnsupported, "data_type number 10"},
	{"uint8", initializer(num(2, 2), str(9, "1")), ErrUnsupported, "data_type number 2 (uint8)"},
	{"raw strings", initializer(num(2, 8), str(9, "s")), ErrCorrupt, "not for elements of type string"},
	{"floats in a double", initializer(num(2, 11), msg(4, []byte{0, 0, 0, 0})), ErrCorrupt, "not for elements of type double"},
	{"values twice", initializer(num(2, 7), num(7, 1), str(9, "12345678")), ErrCorrupt, "or in two"},
	{"raw_data twice", initializer(num(2, 7), str(9, "12345678"), str(9, "12345678")), ErrCorrupt, "raw_data occurs twice"},
	{"string not UTF-8", initializer(num(2, 8), str(6, "\xff")), ErrCorrupt, `string_data[0] "\xff" is not valid UTF-8`},
	{"external data", initializer(num(2, 11), msg(13)), ErrUnsupported, "external_data"},
	{"external location", initializer(num(2, 11), num(14, 1)), ErrUnsupported, "data_location EXTERNAL"},
	{"segment", initializer(num(2, 11), msg(3)), ErrUnsupported, "segment"},
	{"initializer without name", model(msg(5, num(2, 7), num(7, 1))), ErrCorrupt, "graph: initializer[0] has no name"},

	{"input without name", model(msg(11, msg(2))), ErrCorrupt, "graph.input[0]: name is empty"},
	{"input without type", input(), ErrCorrupt, `graph.input[0] "x": type.tensor_type.elem_type is missing`},
	{"input of a map", input(msg(2, msg(5))), ErrUnsupported, `graph.input[0] "x".type: a value that is not a tensor`},
	{"input of bool", tensorInput(num(1, 9)), ErrUnsupported, "elements of type number 9"},
	{"input of int32 overflow", tensorInput(num(1, 1<<32|11)), ErrUnsupported, "elements of type number 4294967307"},
	{"input of type -1", tensorInput(num(1, -1)), ErrUnsupported, "elements of type number -1"},
	{"negative size", tensorInput(num(1, 11), msg(2, msg(1, num(1, -1)))), ErrCorrupt,
		`graph.input[0] "x".type.tensor_type.shape.dim[0]: dim_value is negative: -1`},
	{"size and name", tensorInput(num(1, 11), msg(2, msg(1, num(1, 0), str(2, "N")))), ErrCorrupt, "both dim_value and dim_param"},
}

func TestUnmarshalErrors(t *testing.T) {
	for _, c := range hostile {
		t.Run(c.name, func(t *testing.T) {
			_, err := Unmarshal(c.bytes)
			if !errors.Is(err, c.err) || !strings.Contains(err.Error(), c.text) {
				t.Errorf("error %q, want %v with %q", err, c.err, c.text)
			}
		})
	}
}

func TestMarshalErrors(t *testing.T) {
	for _, c := range []struct {
		change func(m *Model)
		err    error
		text   string
	}{
		{func(m *Model) { m.IRVersion = 0 }, ErrCorrupt, "ir_version"},
		{func(m *Model) { m.Opsets[1].Version = 0 }, ErrCorrupt, `opset_import[1] "ai.onnx.ml": version`},
		{func(m *Model) { m.Metadata[""] = "x" }, ErrCorrupt, "metadata_props[0]: key is empty"},
		{func(m *Model) { m.Graph.Name = "" }, ErrCorrupt, "graph: name is empty"},
		{func(m *Model) { m.Graph.Nodes[2].Outputs = nil }, ErrCorrupt, `graph.node[2] "onehot": output is missing`},
		{func(m *Model) { m.Graph.Nodes[2].Attributes[0].Value = []string{"\xff"} }, ErrCorrupt, `graph.node[2] "onehot".attribute[0] "cats_strings": strings[0]`},
		{func(m *Model) { m.Graph.Nodes[2].Attributes[1].Value = 1 }, ErrUnsupported, `attribute[1] "zeros": value of Go type int`},
		{func(m *Model) { m.Graph.Nodes[2].Attributes[1].Value = Tensor{} }, ErrCorrupt, `attribute[1] "zeros".t: 0 slices of values`},
		{func(m *Model) { m.Graph.Initializers[0].Dims[0] = 3 }, ErrCorrupt, `graph.initializer[0] "mean": 2 values where dims [3] need 3`},
		{func(m *Model) { m.Graph.Initializers[0].Strings = []string{"a", "b"} }, ErrCorrupt, "2 slices of values"},
		{func(m *Model) { m.Graph.Inputs[0].Elem = 9 }, ErrUnsupported, `graph.input[0] "num": elements of type number 9`},
		{func(m *Model) { m.Graph.Outputs[0].Name = "" }, ErrCorrupt, "graph.output[0]: name is empty"},
		{func(m *Model) { m.Graph.ValueInfos[0].Shape[1].Size = -1 }, ErrCorrupt, `graph.value_info[0] "onehot".type.tensor_type.shape.dim[1]: dim_value is negative`},
		{func(m *Model) { m.Graph.ValueInfos[0].Shape[1].Name = "C" }, ErrCorrupt, "both dim_value and dim_param"},
	} {
		m := sample()
		c.change(m)
		if _, err := Marshal(m); !errors.Is(err, c.err) || !strings.Contains(err.Error(), c.text) {
			t.Errorf("error %q, want %v with %q", err, c.err, c.text)
		}
	}
}

// TestTolerated: what other writers do and the format allows.
func TestTolerated(t *testing.T) {
	values := func(v ...float64) []byte {
		var b []byte
		for _, x := range v {
			b = protowire.AppendFixed64(b, math.Float64bits(x))
		}
		return b
	}
	for name, b := range map[string][]byte{
		"unknown fields":      initializer(num(2, 11), msg(10, values(1)), num(99, 1), msg(1000, []byte("x")), str(12, "doc")),
		"unknown group":       append(model(), 100<<3&0x7f|3|0x80, 6, 100<<3&0x7f|4|0x80, 6),
		"dims packed":         initializer(msg(1, []byte{1, 2}), num(2, 11), msg(10, values(1, 2))),
		"values in two parts": initializer(num(1, 2), num(2, 11), msg(10, values(1)), msg(10, values(2))),
		"values not packed":   initializer(num(1, 2), num(2, 7), num(7, -1), num(7, 2)),
		"location DEFAULT":    initializer(num(2, 7), num(7, 1), num(14, 0)),
		"name after values":   model(msg(5, num(2, 7), num(7, 1), str(8, "W"))),
		"zero left out":       attribute(num(20, 2)),
		"graph first":         join(msg(7, str(2, "g")), num(1, 8), msg(8, num(2, 17))),
		"redundant length":    join(model(), []byte{14<<3 | 2, 0x85, 0x80, 0, 1<<3 | 2, 3, 'k', 'e', 'y'}),
	} {
		if _, err := Unmarshal(b); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		checkReread(t, b)
	}
}

// TestMemory: no file takes more than a small multiple of its length.
func TestMemory(t *testing.T) {
	const n = 20000
	repeat := func(b []byte) []byte { return bytes.Repeat(b, n) }
	var metadata []byte
	for i := range n {
		metadata = append(metadata, msg(14, str(1, string([]byte{byte('a' + i%26), byte('a' + i/26%26), byte('a' + i/676)})))...)
	}
	for name, b := range map[string][]byte{
		"nodes":             model(repeat(msg(1, str(4, "O"), str(2, "y")))),
		"inputs":            node(repeat(str(1, ""))),
		"attributes":        node(repeat(msg(5, str(1, "a"), num(20, 7)))),
		"attribute tensors": node(repeat(msg(5, str(1, "a"), num(20, 4), msg(5, num(1, 0), num(2, 7))))),
		"ints":              attribute(num(20, 7), msg(8, repeat([]byte{1}))),
		"strings":           attribute(num(20, 8), repeat(str(9, ""))),
		"initializers":      model(repeat(msg(5, num(1, 0), num(2, 7), str(8, "W")))),
		"unnamed":           model(repeat(msg(5, num(1, 0), num(2, 7)))),
		"dims":              tensorInput(num(1, 11), msg(2, repeat(msg(1, num(1, 0))))),
		"value infos":       model(repeat(msg(13, str(1, "v"), msg(2, msg(1, num(1, 1)))))),
		"opsets":            join(model(), repeat(msg(8, num(2, 1)))),
		"metadata":          join(model(), metadata),
		"empty nodes":       model(repeat(msg(1))),
		"mixed": model(msg(1, str(4, "O"), str(2, "y")), msg(5, num(1, 0), num(2, 7), str(8, "W")), msg(11, str(1, "v"), msg(2, msg(1, num(1, 1)))),
			repeat(join(msg(1), msg(5), msg(11)))),
		"large tensor": initializer(num(1, n), num(2, 11), msg(9, repeat(make([]byte, 8)))),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := Unmarshal(b)
		runtime.ReadMemStats(&after)
		total := float64(after.TotalAlloc-before.TotalAlloc) / float64(len(b))
		t.Logf("%s: %.1f times the length, garbage included (error: %v)", name, total, err)
		if total > 60 {
			t.Errorf("%s: %.1f times the length of the file", name, total)
		}
	}
}
