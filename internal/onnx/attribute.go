package onnx

import (
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// Numbers of AttributeProto.AttributeType. The value of each of these types
// stands in the field whose number is one more.
const (
	attrFloat   = 1
	attrInt     = 2
	attrString  = 3
	attrTensor  = 4
	attrFloats  = 6
	attrInts    = 7
	attrStrings = 8
)

const attrValues fieldSet = 1<<(attrFloat+1) | 1<<(attrInt+1) | 1<<(attrString+1) | 1<<(attrTensor+1) |
	1<<(attrFloats+1) | 1<<(attrInts+1) | 1<<(attrStrings+1)

func (a *Attribute) read(b []byte) error {
	var (
		typ     int64
		f32     float32
		i64     int64
		s       string
		t       Tensor
		floats  []float32
		ints    []int64
		strings []string
	)
	seen, err := readFields(b, func(f field) error {
		switch f.num {
		case 1:
			return f.text("name", &a.Name)
		case 20:
			return f.int64("type", &typ)
		case attrFloat + 1:
			return f.float32("f", &f32)
		case attrInt + 1:
			return f.int64("i", &i64)
		case attrString + 1:
			return f.text("s", &s)
		case attrTensor + 1:
			return readMessage(f, "t", &t)
		case attrFloats + 1:
			return f.float32s("floats", &floats)
		case attrInts + 1:
			return f.int64s("ints", &ints)
		case attrStrings + 1:
			return f.texts("strings", &strings)
		case 6, 11:
			return unsupported("a subgraph")
		case 10, 14, 15, 22, 23:
			return unsupported("a list of tensors, a sparse tensor or a type as value")
		case 21:
			return unsupported("ref_attr_name: a parameter of a function")
		}
		return nil
	})
	if err != nil {
		return err
	}
	// A value that is absent is 0 or empty: writers may leave those out.
	switch typ {
	case attrFloat:
		a.Value = f32
	case attrInt:
		a.Value = i64
	case attrString:
		a.Value = s
	case attrTensor:
		if !seen.has(attrTensor + 1) {
			return corrupt("t is missing")
		}
		a.Value = t
	case attrFloats:
		a.Value = floats
	case attrInts:
		a.Value = ints
	case attrStrings:
		a.Value = strings
	case 0:
		return corrupt("type is missing")
	default:
		return unsupported("type number %d", typ)
	}
	if seen&attrValues&^(1<<uint(typ+1)) != 0 {
		return corrupt("a value of another type than its type, number %d", typ)
	}
	return nil
}

func (a *Attribute) appendTo(b []byte) ([]byte, error) {
	b = appendText(b, 1, a.Name)
	var typ int64
	switch v := a.Value.(type) {
	case float32:
		typ = attrFloat
		b = appendFloat32(b, attrFloat+1, v)
	case int64:
		typ = attrInt
		b = appendInt64(b, attrInt+1, v)
	case string:
		typ = attrString
		b = protowire.AppendTag(b, attrString+1, protowire.BytesType)
		b = protowire.AppendString(b, v)
	case Tensor:
		typ = attrTensor
		var err error
		if b, err = appendMessage(b, attrTensor+1, &v); err != nil {
			return nil, within("t", v.Name, err)
		}
	case []float32:
		typ = attrFloats
		for _, x := range v {
			b = appendFloat32(b, attrFloats+1, x)
		}
	case []int64:
		typ = attrInts
		for _, x := range v {
			b = appendInt64(b, attrInts+1, x)
		}
	case []string:
		typ = attrStrings
		b = appendTexts(b, attrStrings+1, v)
	}
	return appendInt64(b, 20, typ), nil
}

func appendFloat32(b []byte, num protowire.Number, v float32) []byte {
	b = protowire.AppendTag(b, num, protowire.Fixed32Type)
	return protowire.AppendFixed32(b, math.Float32bits(v))
}
