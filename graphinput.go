package softmax

import (
	"fmt"
	"slices"
	"strings"

	"example.com/softmax/dataset"
	"example.com/softmax/internal/design"
	"example.com/softmax/internal/onnx"
	"example.com/softmax/preprocess"
)

// numericInput names the tensor that holds all numeric columns side by side,
// where there are several.
const numericInput = "numeric"

// features adds the inputs and what makes raw features of them.
func (b *graphBuilder) features(d *design.Design) string {
	parts := b.numbers(d)
	for i := range d.Inputs {
		switch in := &d.Inputs[i]; {
		case in.Kind == dataset.Text:
			parts = append(parts, b.text(d, i))
		case in.Kind == dataset.Categorical:
			parts = append(parts, b.categorical(d, i))
		case in.Sparse:
			parts = append(parts, b.input(in.Name, onnx.Double, int64(in.Width)))
		}
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return b.node("Concat", "", inner+"features", parts, intAttribute("axis", 1))
}

// numbers adds the input of all numbers, with the mean for those that are
// missing, and the features of the gaps.
func (b *graphBuilder) numbers(d *design.Design) (parts []string) {
	var columns []*design.Input
	for i := range d.Inputs {
		if in := &d.Inputs[i]; in.Kind != dataset.Categorical && !in.Sparse {
			columns = append(columns, in)
		}
	}
	width := int64(len(d.Fill))
	switch {
	case columns == nil:
		return nil
	case len(columns) == 1 && columns[0].Kind == dataset.Pixels: // bytes are never missing
		x := b.input(columns[0].Name, onnx.Uint8, width)
		return []string{b.double(x, inner+"numbers")}
	}
	name := numericInput
	if len(columns) == 1 {
		name = columns[0].Name
	}
	x := b.input(name, onnx.Double, width)
	b.constant(onnx.Tensor{Name: tensorFill, Dims: []int64{1, width}, Float64s: d.Fill})
	missing := b.node("IsNaN", "", inner+"missing", []string{x})
	parts = append(parts, b.node("Where", "", inner+"numbers", []string{missing, tensorFill, x}))
	if len(d.Gaps) > 0 {
		gaps := make([]int64, len(d.Gaps))
		for i, j := range d.Gaps {
			gaps[i] = int64(j)
		}
		b.constant(onnx.Tensor{Name: tensorGaps, Dims: []int64{int64(len(gaps))}, Int64s: gaps})
		picked := b.node("Gather", "", inner+"gaps/picked", []string{missing, tensorGaps}, intAttribute("axis", 1))
		parts = append(parts, b.double(picked, inner+"gaps/double"))
	}
	return parts
}

// categorical adds the features of a categorical input: 1 at its level's, or
// none where no feature has the level.
func (b *graphBuilder) categorical(d *design.Design, i int) string {
	in := &d.Inputs[i]
	count := int64(in.Features())
	var feature string // of each row; count for none
	switch {
	case in.Buckets > 0:
		feature = b.input(in.Name, onnx.Int64, 1)
	case in.Parts != nil:
		feature = b.pair(d, i)
	default:
		feature = b.encode(levelsName(i), b.category(in.Name), slices.Concat(in.Levels, in.Rare), levelCodes(d, in), otherCode(d, in))
	}
	choice := b.once(onnx.Tensor{Name: tensorBits, Dims: []int64{2}, Int64s: []int64{0, 1}})
	axis := b.once(onnx.Tensor{Name: tensorAxis, Dims: []int64{1}, Int64s: []int64{1}})
	depth := b.constant(onnx.Tensor{Name: fmt.Sprintf("%sdepth/%d", inner, i), Dims: []int64{1}, Int64s: []int64{count}})
	bits := b.node("OneHot", "", fmt.Sprintf("%sonehot/%d", inner, i), []string{feature, depth, choice})
	// The checker cannot infer this shape.
	b.g.ValueInfos = append(b.g.ValueInfos, onnx.ValueInfo{Name: bits, Elem: onnx.Int64, Shape: []onnx.Dim{{Name: "N"}, {Size: 1}, {Size: count}}})
	flat := b.node("Squeeze", "", bits+"/flat", []string{bits, axis})
	return b.double(flat, bits+"/double")
}

// category returns the input of a column of strings.
func (b *graphBuilder) category(column string) string {
	name, ok := b.strings[column]
	if !ok {
		name = b.input(column, onnx.String, 1)
		b.strings[column] = name
	}
	return name
}

// encode adds a table from keys, strings or int64, to integers.
func (b *graphBuilder) encode(name, input string, keys any, values []int64, other int64) string {
	attribute := "keys_strings"
	if _, ok := keys.([]int64); ok {
		attribute = "keys_int64s"
	}
	return b.node("LabelEncoder", domainML, name, []string{input},
		onnx.Attribute{Name: attribute, Value: keys}, onnx.Attribute{Name: "values_int64s", Value: values}, intAttribute("default_int64", other))
}

// pair adds the level of a cross: the numbers i and j of the two parts' levels,
// of which there are n in the second, make i (n+1) + j, and a table leads from
// that to the feature.
func (b *graphBuilder) pair(d *design.Design, i int) string {
	in := &d.Inputs[i]
	var parts [2][]string
	pairs := slices.Concat(in.Levels, in.Rare)
	for _, pair := range pairs {
		x, y, _ := design.Split(pair)
		parts[0], parts[1] = append(parts[0], x), append(parts[1], y)
	}
	keys := make([]int64, len(pairs))
	var codes [2]string
	stride := int64(0)
	for p := range parts {
		levels := slices.Compact(slices.Sorted(slices.Values(parts[p])))
		stride = int64(len(levels)) + 1
		numbers := make([]int64, len(levels))
		for l := range numbers {
			numbers[l] = int64(l)
		}
		for at, l := range parts[p] {
			code, _ := slices.BinarySearch(levels, l)
			keys[at] = keys[at]*stride + int64(code)
		}
		codes[p] = b.encode(fmt.Sprintf("%spart/%d/%d", inner, i, p), b.category(in.Parts[p]), levels, numbers, stride-1)
	}
	times := b.constant(onnx.Tensor{Name: fmt.Sprintf("%sstride/%d", inner, i), Dims: []int64{1}, Int64s: []int64{stride}})
	product := b.node("Mul", "", fmt.Sprintf("%spart/%d/product", inner, i), []string{codes[0], times})
	sum := b.node("Add", "", fmt.Sprintf("%spart/%d/pair", inner, i), []string{product, codes[1]})
	return b.encode(levelsName(i), sum, keys, levelCodes(d, in), otherCode(d, in))
}

// levelCodes are the features of the levels, then of the rare ones.
func levelCodes(d *design.Design, in *design.Input) []int64 {
	codes := make([]int64, len(in.Levels)+len(in.Rare))
	for l := range codes {
		codes[l] = int64(min(l, len(in.Levels)))
	}
	return codes
}

// otherCode is the feature of a level that training did not see.
func otherCode(d *design.Design, in *design.Input) int64 {
	if len(in.Rare) > 0 && d.Options.Unseen == preprocess.UnseenOther {
		return int64(len(in.Levels))
	}
	return int64(in.Features())
}

func levelsName(input int) string { return fmt.Sprintf("%slevels/%d", inner, input) }

// double adds a cast to float64.
func (b *graphBuilder) double(x, name string) string {
	return b.node("Cast", "", name, []string{x}, intAttribute("to", int64(onnx.Double)))
}

func intAttribute(name string, v int64) onnx.Attribute {
	return onnx.Attribute{Name: name, Value: v}
}

// input adds an input, N x width, under a column's name if that is free.
func (b *graphBuilder) input(column string, elem onnx.ElemType, width int64) string {
	return b.inputOf(column, elem, onnx.Dim{Size: width})
}

func (b *graphBuilder) inputOf(column string, elem onnx.ElemType, width onnx.Dim) string {
	name := column
	for b.taken[name] || strings.HasPrefix(name, inner) {
		name = "input/" + name
	}
	b.taken[name] = true
	b.g.Inputs = append(b.g.Inputs, onnx.ValueInfo{Name: name, Elem: elem, Shape: []onnx.Dim{{Name: "N"}, width}})
	return name
}
