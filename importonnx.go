package softmax

import (
	"errors"
	"fmt"
	"slices"

	"example.com/softmax/internal/onnx"
)

// importONNX takes a LinearClassifier, with a Scaler before it if there is one,
// out of an ONNX file. Its coefficients are float32.
func importONNX(b []byte) (*Linear, error) {
	g, err := onnx.Unmarshal(b)
	if err != nil {
		return nil, fmt.Errorf("neither JSON nor a LIBLINEAR model, and %w", err)
	}
	classifier := nodeOf(g, func(n *onnx.Node) bool { return n.Op == "LinearClassifier" })
	if classifier == nil {
		return nil, errors.New("the ONNX graph has no LinearClassifier")
	}
	l := &Linear{Source: "another program, saved as ONNX"}
	width, err := l.classifier(classifier)
	if err != nil {
		return nil, err
	}
	input := classifier.Inputs[0]
	if scaler := nodeOf(g, func(n *onnx.Node) bool { return n.Outputs[0] == input }); scaler != nil {
		if scaler.Op != "Scaler" || len(scaler.Inputs) != 1 {
			return nil, fmt.Errorf("before the LinearClassifier comes %s; only a Scaler can be taken over", scaler.Op)
		}
		l.Shift = widened(floatsOf(scaler, "offset"), width)
		l.Scale = widened(floatsOf(scaler, "scale"), width)
		input = scaler.Inputs[0]
	}
	if !slices.ContainsFunc(g.Graph.Inputs, func(v onnx.ValueInfo) bool { return v.Name == input }) {
		return nil, fmt.Errorf("%q, which the LinearClassifier needs, is no input of the graph: other operators come before it", input)
	}
	// What each class scores by itself is a probability of one against the rest
	// if the scores are then divided by their sum.
	if l.OneVsRest && len(l.Classes) > 2 {
		norm := nodeOf(g, func(n *onnx.Node) bool { return n.Op == "Normalizer" && n.Inputs[0] == classifier.Outputs[1] })
		if norm == nil || attribute(norm, "norm") != "L1" {
			return nil, errors.New("the LinearClassifier has post_transform LOGISTIC, and no Normalizer of norm L1 behind it makes a distribution of the scores")
		}
	}
	return l, nil
}

// classifier reads a LinearClassifier and returns the number of features.
func (l *Linear) classifier(n *onnx.Node) (width int, err error) {
	if len(n.Inputs) != 1 || len(n.Outputs) != 2 {
		return 0, errors.New("the LinearClassifier does not have one input and two outputs")
	}
	l.Classes, _ = attribute(n, "classlabels_strings").([]string)
	if labels, ok := attribute(n, "classlabels_ints").([]int64); ok && len(l.Classes) == 0 {
		for _, c := range labels {
			l.Classes = append(l.Classes, fmt.Sprint(c))
		}
	}
	coefficients, intercepts := floatsOf(n, "coefficients"), floatsOf(n, "intercepts")
	// The intercepts alone tell the number of rows: two classes may have one, for
	// the second. No runtime takes a graph without them.
	outputs := len(intercepts)
	if k := len(l.Classes); k < 2 || outputs != k && (outputs != 1 || k != 2) || len(coefficients) == 0 || len(coefficients)%outputs != 0 {
		return 0, fmt.Errorf("the LinearClassifier has %d classes, %d coefficients and %d intercepts, which do not fit", k, len(coefficients), len(intercepts))
	}
	width = len(coefficients) / outputs
	rows := slices.Collect(slices.Chunk(coefficients, width))
	switch post, _ := attribute(n, "post_transform").(string); {
	case post == "SOFTMAX" && outputs > 1:
	case post == "LOGISTIC" && outputs == 1:
		l.addSecond(rows[0], intercepts, false)
		return width, nil
	case post == "LOGISTIC":
		l.OneVsRest = true
	default:
		return 0, fmt.Errorf("the LinearClassifier has post_transform %q for %d rows of coefficients; SOFTMAX of a row a class and LOGISTIC give probabilities", post, outputs)
	}
	l.Intercept = intercepts
	return width, l.transpose(rows)
}

func nodeOf(g *onnx.Model, is func(n *onnx.Node) bool) *onnx.Node {
	for i := range g.Graph.Nodes {
		if n := &g.Graph.Nodes[i]; len(n.Inputs) > 0 && is(n) {
			return n
		}
	}
	return nil
}

func floatsOf(n *onnx.Node, name string) (v []float64) {
	f, _ := attribute(n, name).([]float32)
	for _, x := range f {
		v = append(v, float64(x))
	}
	return v
}

// widened repeats a single value for all features.
func widened(v []float64, width int) []float64 {
	if len(v) == 1 {
		return slices.Repeat(v, width)
	}
	return v
}
