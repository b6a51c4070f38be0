package softmax

import (
	"errors"
	"fmt"
	"slices"

	"example.com/softmax/dataset"
	"example.com/softmax/internal/onnx"
)

// Names in the graph. Inputs carry the names of columns, so inner names have a
// prefix that columns are kept from.
const (
	outputLabel         = "label"         // the predicted class
	outputLabels        = "labels"        // 0 or 1 for each class, in its place for Sigmoids
	outputProbabilities = "probabilities" // of each class
	inner               = "softmax/"
	tensorShift         = inner + "shift"
	tensorScale         = inner + "scale"
	tensorW             = inner + "W"
	tensorB             = inner + "b"
	nodeClasses         = inner + "classes"
)

// numericInput names the tensor that holds all numeric columns side by side,
// where there are several.
const numericInput = "numeric"

// graph is the model as an ONNX graph:
//
//	raw features -> Sub shift -> Mul scale -> Gemm W, b -> Softmax
//	                                                   `-> ArgMax -> LabelEncoder
//
// (Sigmoid in place of Softmax, and Greater than 0, for the Loss Sigmoids.)
// Shift and scale are not folded into W and b: with |mean| >> deviation the sum
// over raw features would lose what the centred one keeps.
func (m *Model) graph() *onnx.Model {
	b := &graphBuilder{taken: map[string]bool{outputLabel: true, outputLabels: true, outputProbabilities: true}}
	d, k := int64(m.design.D()), int64(len(m.classes))

	var parts []string
	width := int64(0)
	numericName, elem, numericCount := "", onnx.Double, 0
	for _, in := range m.design.Inputs {
		if in.Kind != dataset.Categorical && !in.Sparse {
			numericName, width = in.Name, width+int64(in.Width)
			numericCount++
			if in.Kind == dataset.Pixels {
				elem = onnx.Uint8
			}
		}
	}
	if numericCount > 0 {
		if numericCount > 1 {
			numericName, elem = numericInput, onnx.Double
		}
		x := b.input(numericName, elem, width)
		if elem != onnx.Double {
			x = b.node("Cast", "", inner+"numbers", []string{x}, onnx.Attribute{Name: "to", Value: int64(onnx.Double)})
		}
		parts = append(parts, x)
	}
	for i, in := range m.design.Inputs {
		switch {
		case in.Kind == dataset.Categorical:
			parts = append(parts, b.oneHot(i, in.Name, in.Levels))
		case in.Sparse:
			parts = append(parts, b.input(in.Name, onnx.Double, int64(in.Width)))
		}
	}
	x := parts[0]
	if len(parts) > 1 {
		x = b.node("Concat", "", inner+"features", parts, onnx.Attribute{Name: "axis", Value: int64(1)})
	}
	b.constant(onnx.Tensor{Name: tensorShift, Dims: []int64{1, d}, Float64s: m.design.Shift})
	b.constant(onnx.Tensor{Name: tensorScale, Dims: []int64{1, d}, Float64s: m.design.Scale})
	b.constant(onnx.Tensor{Name: tensorW, Dims: []int64{d, k}, Float64s: m.w})
	b.constant(onnx.Tensor{Name: tensorB, Dims: []int64{1, k}, Float64s: m.b})
	x = b.node("Sub", "", inner+"centred", []string{x, tensorShift})
	x = b.node("Mul", "", inner+"scaled", []string{x, tensorScale})
	// Not MatMul and Add: where there is one feature, onnxruntime fuses Mul into
	// MatMul with the scale as a float32.
	logits := b.node("Gemm", "", inner+"logits", []string{x, tensorW, tensorB})
	if m.kind == Sigmoids {
		b.decideEach(logits, k)
	} else {
		b.decideOne(logits, m.classes)
	}
	b.g.Name = "softmax"
	b.g.Outputs = append(b.g.Outputs, onnx.ValueInfo{Name: outputProbabilities, Elem: onnx.Double, Shape: []onnx.Dim{{Name: "N"}, {Size: k}}})
	return &onnx.Model{
		IRVersion: 8, Opsets: []onnx.Opset{{Version: 17}, {Domain: domainML, Version: 3}},
		ProducerName: "softmax", Graph: b.g,
	}
}

const domainML = "ai.onnx.ml"

// decideOne adds softmax and the class of largest logit.
func (b *graphBuilder) decideOne(logits string, classes []string) {
	b.node("Softmax", "", outputProbabilities, []string{logits}, onnx.Attribute{Name: "axis", Value: int64(1)})
	// Of the logits, not of the probabilities, whose saturation makes ties.
	index := b.node("ArgMax", "", inner+"index", []string{logits},
		onnx.Attribute{Name: "axis", Value: int64(1)}, onnx.Attribute{Name: "keepdims", Value: int64(0)}, onnx.Attribute{Name: "select_last_index", Value: int64(0)})
	codes := make([]int64, len(classes))
	for q := range codes {
		codes[q] = int64(q)
	}
	b.g.Nodes = append(b.g.Nodes, onnx.Node{
		Name: nodeClasses, Op: "LabelEncoder", Domain: domainML, Inputs: []string{index}, Outputs: []string{outputLabel},
		Attributes: []onnx.Attribute{{Name: "keys_int64s", Value: codes}, {Name: "values_strings", Value: classes}},
	})
	b.g.Outputs = append(b.g.Outputs, onnx.ValueInfo{Name: outputLabel, Elem: onnx.String, Shape: []onnx.Dim{{Name: "N"}}})
}

// decideEach adds the sigmoids and, for each class, whether its logit is
// above 0.
func (b *graphBuilder) decideEach(logits string, k int64) {
	b.node("Sigmoid", "", outputProbabilities, []string{logits})
	zero := b.constant(onnx.Tensor{Name: inner + "zero", Dims: []int64{1}, Float64s: []float64{0}})
	above := b.node("Greater", "", inner+"above", []string{logits, zero})
	b.node("Cast", "", outputLabels, []string{above}, onnx.Attribute{Name: "to", Value: int64(onnx.Int64)})
	b.g.Outputs = append(b.g.Outputs, onnx.ValueInfo{Name: outputLabels, Elem: onnx.Int64, Shape: []onnx.Dim{{Name: "N"}, {Size: k}}})
}

// graphBuilder collects the parts of a graph.
type graphBuilder struct {
	g     onnx.Graph
	taken map[string]bool
}

// input adds an input, N x width, under a column's name if that is free.
func (b *graphBuilder) input(column string, elem onnx.ElemType, width int64) string {
	name := column
	for b.taken[name] || len(name) >= len(inner) && name[:len(inner)] == inner {
		name = "input/" + name
	}
	b.taken[name] = true
	b.g.Inputs = append(b.g.Inputs, onnx.ValueInfo{Name: name, Elem: elem, Shape: []onnx.Dim{{Name: "N"}, {Size: width}}})
	return name
}

func (b *graphBuilder) constant(t onnx.Tensor) string {
	b.g.Initializers = append(b.g.Initializers, t)
	return t.Name
}

// node adds an operator whose only output and own name are name.
func (b *graphBuilder) node(op, domain, name string, inputs []string, attributes ...onnx.Attribute) string {
	b.g.Nodes = append(b.g.Nodes, onnx.Node{Name: name, Op: op, Domain: domain, Inputs: inputs, Outputs: []string{name}, Attributes: attributes})
	return name
}

// oneHot adds the input of a categorical column and its one-hot code, in which
// a level that is not known is all zeros.
func (b *graphBuilder) oneHot(i int, column string, levels []string) string {
	name := b.input(column, onnx.String, 1)
	code := b.node("OneHotEncoder", domainML, oneHotName(i), []string{name},
		onnx.Attribute{Name: "cats_strings", Value: levels}, onnx.Attribute{Name: "zeros", Value: int64(1)})
	// The checker cannot infer this type.
	b.g.ValueInfos = append(b.g.ValueInfos, onnx.ValueInfo{Name: code, Elem: onnx.Float, Shape: []onnx.Dim{{Name: "N"}, {Size: 1}, {Size: int64(len(levels))}}})
	axes := inner + "axis"
	if !b.taken[axes] {
		b.taken[axes] = true
		b.constant(onnx.Tensor{Name: axes, Dims: []int64{1}, Int64s: []int64{1}})
	}
	flat := b.node("Squeeze", "", code+"/flat", []string{code, axes})
	return b.node("Cast", "", code+"/double", []string{flat}, onnx.Attribute{Name: "to", Value: int64(onnx.Double)})
}

func oneHotName(input int) string { return fmt.Sprintf("%slevels/%d", inner, input) }

func initializer(g *onnx.Model, name string) *onnx.Tensor {
	i := slices.IndexFunc(g.Graph.Initializers, func(t onnx.Tensor) bool { return t.Name == name })
	if i < 0 {
		return nil
	}
	return &g.Graph.Initializers[i]
}

// stringsOf returns a list attribute of the node of the given name.
func stringsOf(g *onnx.Model, node, attribute string) []string {
	for _, n := range g.Graph.Nodes {
		if n.Name != node {
			continue
		}
		for _, a := range n.Attributes {
			if s, ok := a.Value.([]string); ok && a.Name == attribute {
				return s
			}
		}
	}
	return nil
}

// classesOf reads the classes off the graph or, where it has no place for
// them, takes those of the metadata.
func classesOf(g *onnx.Model, info *fileInfo) ([]string, error) {
	classes, least := stringsOf(g, nodeClasses, "values_strings"), 2
	if info.Loss == Sigmoids {
		classes, least = info.Classes, 1
	}
	if len(classes) < least {
		return nil, errors.New("it has too few classes")
	}
	seen := make(map[string]bool, len(classes))
	for _, c := range classes {
		if seen[c] {
			return nil, fmt.Errorf("the class %q comes twice", c)
		}
		seen[c] = true
	}
	return classes, nil
}

func levelsOf(g *onnx.Model, input int) ([]string, error) {
	levels := stringsOf(g, oneHotName(input), "cats_strings")
	if len(levels) == 0 {
		return nil, fmt.Errorf("input %d has no levels", input)
	}
	for l := 1; l < len(levels); l++ {
		if levels[l-1] >= levels[l] {
			return nil, fmt.Errorf("input %d: its levels are not in ascending order", input)
		}
	}
	return levels, nil
}
