package onnx

import (
	"encoding/binary"
	"math/bits"

	"google.golang.org/protobuf/encoding/protowire"
)

// Fields of TensorProto that hold values.
const (
	floatData  = 4
	int32Data  = 5
	stringData = 6
	int64Data  = 7
	rawData    = 9
	doubleData = 10
	uint64Data = 11
)

const tensorValues fieldSet = 1<<floatData | 1<<int32Data | 1<<stringData | 1<<int64Data | 1<<rawData |
	1<<doubleData | 1<<uint64Data

// maxRank is the most dimensions a tensor can have, as many as in numpy 1.
const maxRank = 32

// size returns the product of the dimensions, an error if it exceeds MaxSize.
// A dimension of zero hides no overflow, whatever its place.
func (t *Tensor) size() (int, error) {
	if len(t.Dims) > maxRank {
		return 0, unsupported("%d dimensions, more than %d", len(t.Dims), maxRank)
	}
	n, empty := uint64(1), false
	for i, d := range t.Dims {
		if d < 0 {
			return 0, corrupt("dimension %d is negative: %d", i, d)
		}
		empty = empty || d == 0
		hi, lo := bits.Mul64(n, uint64(max(d, 1)))
		if hi != 0 || lo > MaxSize {
			return 0, corrupt("dims %v are too large", t.Dims)
		}
		n = lo
	}
	if empty {
		return 0, nil
	}
	return int(n), nil
}

func (t *Tensor) read(b []byte) error {
	var elem ElemType
	var raw []byte
	seen, err := readFields(b, func(f field) error {
		switch f.num {
		case 1:
			return f.int64s("dims", &t.Dims)
		case 2:
			return f.int64("data_type", (*int64)(&elem))
		case 3:
			return unsupported("segment")
		case floatData:
			return f.float32s("float_data", &t.Float32s)
		case stringData:
			return f.texts("string_data", &t.Strings)
		case int64Data:
			return f.int64s("int64_data", &t.Int64s)
		case 8:
			return f.text("name", &t.Name)
		case rawData:
			return f.bytes("raw_data", &raw)
		case doubleData:
			return f.float64s("double_data", &t.Float64s)
		case 13:
			return unsupported("external_data: values in another file")
		case 14:
			var location int64
			if err := f.int64("data_location", &location); err != nil {
				return err
			}
			if location != 0 {
				return unsupported("data_location EXTERNAL: values in another file")
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	var typed uint
	switch elem {
	case Float:
		typed = floatData
	case Int64:
		typed = int64Data
	case String:
		typed = stringData
	case Double:
		typed = doubleData
	case 0:
		return corrupt("data_type is missing")
	default:
		return unsupported("data_type number %d (%v)", elem, elem)
	}
	switch seen & tensorValues {
	case 0, 1 << typed:
		t.fill(elem)
		return nil
	case 1 << rawData:
		if elem != String {
			return t.readRaw(raw, elem)
		}
	}
	return corrupt("values in a field that is not for elements of type %v, or in two", elem)
}

// fill makes the slice of the type present, also if it is empty.
func (t *Tensor) fill(elem ElemType) {
	switch {
	case elem == Float && t.Float32s == nil:
		t.Float32s = []float32{}
	case elem == Int64 && t.Int64s == nil:
		t.Int64s = []int64{}
	case elem == String && t.Strings == nil:
		t.Strings = []string{}
	case elem == Double && t.Float64s == nil:
		t.Float64s = []float64{}
	}
}

func (t *Tensor) readRaw(raw []byte, elem ElemType) error {
	width := 8
	if elem == Float {
		width = 4
	}
	n, err := t.size()
	if err != nil {
		return err
	}
	if len(raw)/width != n || len(raw)%width != 0 {
		return corrupt("raw_data has %d bytes where dims %v of %v need %d", len(raw), t.Dims, elem, int64(n)*int64(width))
	}
	switch elem {
	case Float:
		t.Float32s = make([]float32, n)
		_, err = binary.Decode(raw, binary.LittleEndian, t.Float32s)
	case Int64:
		t.Int64s = make([]int64, n)
		_, err = binary.Decode(raw, binary.LittleEndian, t.Int64s)
	case Double:
		t.Float64s = make([]float64, n)
		_, err = binary.Decode(raw, binary.LittleEndian, t.Float64s)
	}
	return err
}

func (t *Tensor) appendTo(b []byte) ([]byte, error) {
	for _, d := range t.Dims {
		b = appendInt64(b, 1, d)
	}
	switch {
	case t.Float64s != nil:
		return appendRaw(b, t.Name, Double, 8*len(t.Float64s), t.Float64s)
	case t.Float32s != nil:
		return appendRaw(b, t.Name, Float, 4*len(t.Float32s), t.Float32s)
	case t.Int64s != nil:
		return appendRaw(b, t.Name, Int64, 8*len(t.Int64s), t.Int64s)
	}
	b = appendInt64(b, 2, int64(String))
	b = appendTexts(b, stringData, t.Strings)
	return appendText(b, 8, t.Name), nil
}

func appendRaw(b []byte, name string, elem ElemType, size int, values any) ([]byte, error) {
	b = appendInt64(b, 2, int64(elem))
	b = appendText(b, 8, name)
	b = protowire.AppendTag(b, rawData, protowire.BytesType)
	b = protowire.AppendVarint(b, uint64(size))
	return binary.Append(b, binary.LittleEndian, values)
}
