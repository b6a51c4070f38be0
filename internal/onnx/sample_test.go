package onnx

// sample is a model of two numbers and a colour with three classes, as the
// package's users build it: a float64 graph of core operators, a categorical
// column through OneHotEncoder (of ai.onnx.ml, the only operator that compares
// strings), labels through LabelEncoder.
func sample() *Model {
	return &Model{
		IRVersion:       8,
		Opsets:          []Opset{{Version: 17}, {Domain: "ai.onnx.ml", Version: 3}},
		ProducerName:    "test",
		ProducerVersion: "1.0",
		Doc:             "two numbers and a colour",
		Metadata:        map[string]string{"b": "second", "a": "first", "empty": ""},
		Graph: Graph{
			Name: "sample",
			Nodes: []Node{
				{Op: "Sub", Inputs: []string{"num", "mean"}, Outputs: []string{"centred"}},
				{Op: "Mul", Inputs: []string{"centred", "scale"}, Outputs: []string{"scaled"}},
				{Name: "onehot", Op: "OneHotEncoder", Domain: "ai.onnx.ml",
					Inputs: []string{"color"}, Outputs: []string{"onehot"}, Attributes: []Attribute{
						{"cats_strings", sampleColors},
						{"zeros", int64(1)},
					}},
				{Op: "Squeeze", Inputs: []string{"onehot", "axis1"}, Outputs: []string{"indicators"}},
				{Op: "Cast", Inputs: []string{"indicators"}, Outputs: []string{"indicators64"},
					Attributes: []Attribute{{"to", int64(Double)}}},
				{Op: "Concat", Inputs: []string{"scaled", "indicators64"}, Outputs: []string{"x"},
					Attributes: []Attribute{{"axis", int64(1)}}},
				{Op: "MatMul", Inputs: []string{"x", "W"}, Outputs: []string{"xW"}},
				{Op: "Add", Inputs: []string{"xW", "b"}, Outputs: []string{"logits"}},
				{Op: "Softmax", Inputs: []string{"logits"}, Outputs: []string{"probabilities"},
					Attributes: []Attribute{{"axis", int64(1)}}},
				{Op: "ArgMax", Inputs: []string{"logits"}, Outputs: []string{"index"}, Attributes: []Attribute{
					{"axis", int64(1)},
					{"keepdims", int64(0)},
					{"select_last_index", int64(0)},
				}},
				{Op: "LabelEncoder", Domain: "ai.onnx.ml", Inputs: []string{"index"}, Outputs: []string{"label"},
					Attributes: []Attribute{
						{"keys_int64s", []int64{0, 1, 2}},
						{"values_strings", sampleLabels},
					}},
			},
			Initializers: []Tensor{
				{Name: "mean", Dims: []int64{2}, Float64s: sampleMean},
				{Name: "scale", Dims: []int64{2}, Float64s: sampleScale},
				{Name: "axis1", Dims: []int64{1}, Int64s: []int64{1}},
				{Name: "W", Dims: []int64{5, 3}, Float64s: sampleW},
				{Name: "b", Dims: []int64{3}, Float64s: sampleB},
			},
			Inputs: []ValueInfo{
				{Name: "num", Elem: Double, Shape: []Dim{{Name: "N"}, {Size: 2}}},
				{Name: "color", Elem: String, Shape: []Dim{{Name: "N"}, {Size: 1}}},
			},
			Outputs: []ValueInfo{
				{Name: "probabilities", Elem: Double, Shape: []Dim{{Name: "N"}, {Size: 3}}},
				{Name: "label", Elem: String, Shape: []Dim{{Name: "N"}}},
			},
			ValueInfos: []ValueInfo{
				// onnx has no shape inference for this operator.
				{Name: "onehot", Elem: Float, Shape: []Dim{{Name: "N"}, {Size: 1}, {Size: 3}}},
			},
		},
	}
}

var (
	sampleColors = []string{"red", "grün", ""}
	sampleLabels = []string{"setosa", "日本", "x y"}
	sampleMean   = []float64{1e9, -0.25}
	sampleScale  = []float64{1. / 60, 3}
	sampleW      = []float64{
		0.1, -0.3, 0.2,
		1.5, -2, 0.5,
		0.7, 0, -0.7,
		-0.4, 0.9, -0.5,
		0, -0.1, 0.1,
	}
	sampleB = []float64{0.25, -0.5, 0.25}
)

// everything has what sample does not: every type of attribute and tensor,
// empty ones, scalars, and a shape of unknown rank.
func everything() *Model {
	m := sample()
	m.Metadata = nil
	m.Graph.Nodes = []Node{{Op: "Test", Inputs: []string{"", "x"}, Outputs: []string{"y", ""}, Attributes: []Attribute{
		{"int", int64(-1)},
		{"int 0", int64(0)},
		{"float", float32(-0.5)},
		{"string", "ü"},
		{"string empty", ""},
		{"ints", []int64{-1 << 63, 0, 1<<63 - 1}},
		{"ints empty", []int64(nil)},
		{"floats", []float32{0, 1e-45}},
		{"floats empty", []float32(nil)},
		{"strings", []string{"", "a"}},
		{"strings empty", []string(nil)},
		{"tensor", Tensor{Dims: []int64{1, 2}, Float32s: []float32{1, 2}}},
	}}}
	m.Graph.Initializers = []Tensor{
		{Name: "strings", Dims: []int64{2}, Strings: []string{"", "ü"}},
		{Name: "empty double", Dims: []int64{0, 3}, Float64s: []float64{}},
		{Name: "empty float", Dims: []int64{0}, Float32s: []float32{}},
		{Name: "empty int64", Dims: []int64{0}, Int64s: []int64{}},
		{Name: "empty string", Dims: []int64{0}, Strings: []string{}},
		{Name: "scalar", Float64s: []float64{5e-324}},
	}
	m.Graph.Outputs = []ValueInfo{
		{Name: "unknown rank", Elem: Int64},
		{Name: "scalar", Elem: Uint8, Shape: []Dim{}},
		{Name: "empty", Elem: Float, Shape: []Dim{{Size: 0}}},
	}
	m.Graph.ValueInfos = nil
	return m
}
