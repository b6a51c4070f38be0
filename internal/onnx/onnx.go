// Package onnx reads and writes the small part of the ONNX format that a
// linear softmax model needs: one graph of plain operators, its constant
// tensors, and string metadata. Subgraphs, sparse and external tensors, model
// functions, and values that are neither tensors nor sequences are refused.
//
// The structs mirror the messages of the format one to one
// (https://github.com/onnx/onnx/blob/main/onnx/onnx-ml.proto); what a field
// means, and which operators exist, is said there. [Marshal] and [Unmarshal]
// hold every message to its form (names present, text valid UTF-8, as many
// values as the dimensions say); whether names resolve and types agree is a
// question for those who build and run graphs.
package onnx

// MaxSize is the length in bytes of the longest model: Protocol Buffers count
// bytes in an int32.
const MaxSize = 1<<31 - 1

// Model is a ModelProto: a graph and the versions it is written for.
type Model struct {
	IRVersion       int64   // of the file format, at least 1
	Opsets          []Opset // of the operators, at least one
	ProducerName    string
	ProducerVersion string
	Doc             string
	Metadata        map[string]string // keys are not empty
	Graph           Graph
}

// Opset is an OperatorSetIdProto: the version of one family of operators.
type Opset struct {
	Domain  string // "" is ai.onnx, the core operators
	Version int64  // at least 1
}

// Graph is a GraphProto. Nodes stand in an order in which they can be run.
type Graph struct {
	Name         string // not empty
	Nodes        []Node
	Initializers []Tensor // constants; each has a name
	Inputs       []ValueInfo
	Outputs      []ValueInfo
	ValueInfos   []ValueInfo // types of inner values, where they cannot be inferred
}

// Node is a NodeProto: one operator, with the names of the values it takes
// and gives.
type Node struct {
	Name       string
	Op         string   // the operator, such as "MatMul"
	Domain     string   // as in Opset
	Inputs     []string // "" leaves out an optional input
	Outputs    []string // at least one
	Attributes []Attribute
}

// Attribute is an AttributeProto: a named constant of a node.
type Attribute struct {
	Name string // not empty
	// Value is an int64, float32, string, []int64, []float32, []string or
	// Tensor. Unmarshal gives an empty list as a nil slice of its type.
	Value any
}

// Tensor is a TensorProto: an array of values in row-major order. Exactly one
// of the slices is not nil; its length is the product of Dims.
type Tensor struct {
	Name     string
	Dims     []int64 // none: a single value
	Float64s []float64
	Float32s []float32
	Int64s   []int64
	Strings  []string
}

// ValueInfo is a ValueInfoProto of a tensor: the name and type of a value.
type ValueInfo struct {
	Name  string // not empty
	Elem  ElemType
	Shape []Dim // nil: of unknown rank; empty: a single value
}

// Dim is one dimension of a shape: Name if it is not empty, such as "N" for
// the size of a batch, else Size. Unmarshal gives one of which nothing is known
// the name "?".
type Dim struct {
	Size int64
	Name string
}

// ElemType is the type of a tensor's elements, by its number in
// TensorProto.DataType. The attribute "to" of a Cast is int64(ElemType).
type ElemType int64

const (
	Float  ElemType = 1
	Uint8  ElemType = 2
	Int64  ElemType = 7
	String ElemType = 8
	Double ElemType = 11

	// Sequence is no type of elements: the value is a sequence, such as a ZipMap
	// gives. Marshal refuses it.
	Sequence ElemType = -1
)

func (e ElemType) String() string {
	switch e {
	case Float:
		return "float"
	case Uint8:
		return "uint8"
	case Int64:
		return "int64"
	case String:
		return "string"
	case Double:
		return "double"
	case Sequence:
		return "sequence"
	}
	return "unknown"
}
