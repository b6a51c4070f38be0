package softmax

import (
	"errors"
	"fmt"
	"slices"

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
	tensorFill          = inner + "fill"
	tensorGaps          = inner + "gaps"
	tensorBits          = inner + "bits"
	tensorAxis          = inner + "axis"
	tensorOne           = inner + "one"
	tensorTiny          = inner + "tiny"
	nodeClasses         = inner + "classes"
)

// graph is the model as an ONNX graph:
//
//	raw features -> Sub shift -> Mul scale -> Gemm W, b -> Softmax
//	                                                   `-> ArgMax -> LabelEncoder
//
// (A temperature divides the logits before Softmax. Sigmoid in place of Softmax, and Greater than 0, for the Loss Sigmoids.)
// Shift and scale are not folded into W and b: with |mean| >> deviation the sum
// over raw features would lose what the centred one keeps.
func (m *Model) graph() *onnx.Model {
	b := &graphBuilder{strings: map[string]string{}, taken: map[string]bool{outputLabel: true, outputLabels: true, outputProbabilities: true}}
	d, k := int64(m.design.D()), int64(len(m.classes))
	x := b.features(m.design)
	b.constant(onnx.Tensor{Name: tensorShift, Dims: []int64{1, d}, Float64s: m.design.Shift})
	b.constant(onnx.Tensor{Name: tensorScale, Dims: []int64{1, d}, Float64s: m.design.Scale})
	b.constant(onnx.Tensor{Name: tensorW, Dims: []int64{d, k}, Float64s: m.w})
	b.constant(onnx.Tensor{Name: tensorB, Dims: []int64{1, k}, Float64s: m.b})
	x = b.node("Sub", "", inner+"centred", []string{x, tensorShift})
	x = b.node("Mul", "", inner+"scaled", []string{x, tensorScale})
	// Not MatMul and Add: where there is one feature, onnxruntime fuses Mul into
	// MatMul with the scale as a float32.
	logits := b.node("Gemm", "", inner+"logits", []string{x, tensorW, tensorB})
	if m.affine.Temperature != 0 {
		t := b.constant(onnx.Tensor{Name: inner + "temperature", Dims: []int64{1}, Float64s: []float64{m.affine.Temperature}})
		logits = b.node("Div", "", inner+"tempered", []string{logits, t})
	}
	switch m.kind {
	case Sigmoids:
		b.decideEach(logits, k)
	case OneVsRest:
		each := b.node("Sigmoid", "", inner+"sigmoids", []string{logits})
		axis := b.once(onnx.Tensor{Name: tensorAxis, Dims: []int64{1}, Int64s: []int64{1}})
		sum := b.node("ReduceSum", "", inner+"sum", []string{each, axis})
		b.node("Div", "", outputProbabilities, []string{each, sum})
		b.decideOne(logits, m.classes)
	default:
		b.node("Softmax", "", outputProbabilities, []string{logits}, intAttribute("axis", 1))
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

// decideOne adds the class of largest logit.
func (b *graphBuilder) decideOne(logits string, classes []string) {
	// Of the logits, not of the probabilities, whose saturation makes ties.
	index := b.node("ArgMax", "", inner+"index", []string{logits},
		intAttribute("axis", 1), intAttribute("keepdims", 0), intAttribute("select_last_index", 0))
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
	b.node("Cast", "", outputLabels, []string{above}, intAttribute("to", int64(onnx.Int64)))
	b.g.Outputs = append(b.g.Outputs, onnx.ValueInfo{Name: outputLabels, Elem: onnx.Int64, Shape: []onnx.Dim{{Name: "N"}, {Size: k}}})
}

// graphBuilder collects the parts of a graph.
type graphBuilder struct {
	g       onnx.Graph
	taken   map[string]bool
	strings map[string]string // the inputs of categorical columns
}

func (b *graphBuilder) constant(t onnx.Tensor) string {
	b.g.Initializers = append(b.g.Initializers, t)
	return t.Name
}

// once adds a constant that several parts of the graph use.
func (b *graphBuilder) once(t onnx.Tensor) string {
	if !b.taken[t.Name] {
		b.taken[t.Name] = true
		b.constant(t)
	}
	return t.Name
}

// node adds an operator whose only output and own name are name.
func (b *graphBuilder) node(op, domain, name string, inputs []string, attributes ...onnx.Attribute) string {
	b.g.Nodes = append(b.g.Nodes, onnx.Node{Name: name, Op: op, Domain: domain, Inputs: inputs, Outputs: []string{name}, Attributes: attributes})
	return name
}

func initializer(g *onnx.Model, name string) *onnx.Tensor {
	i := slices.IndexFunc(g.Graph.Initializers, func(t onnx.Tensor) bool { return t.Name == name })
	if i < 0 {
		return nil
	}
	return &g.Graph.Initializers[i]
}

// attributeOf returns an attribute of the node of the given name, or nil.
func attributeOf(g *onnx.Model, node, name string) any {
	for i := range g.Graph.Nodes {
		if n := &g.Graph.Nodes[i]; n.Name == node {
			return attribute(n, name)
		}
	}
	return nil
}

func attribute(n *onnx.Node, name string) any {
	for _, a := range n.Attributes {
		if a.Name == name {
			return a.Value
		}
	}
	return nil
}

func stringsOf(g *onnx.Model, node, attribute string) []string {
	s, _ := attributeOf(g, node, attribute).([]string)
	return s
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
