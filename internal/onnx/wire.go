package onnx

import (
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"
)

// field is one field of a message as it stands in a file.
type field struct {
	num      protowire.Number
	typ      protowire.Type
	raw      []byte // the value, with its length prefix if it has one
	rest     []byte // what follows in the message
	repeated bool   // the message has had a field of this number before
}

// fieldSet is a set of field numbers below 64, which all known ones are.
type fieldSet uint64

func (s fieldSet) has(n protowire.Number) bool { return s>>uint(n)&1 == 1 }

// readFields calls visit for each field of message b in turn, and returns the
// numbers it met. A field that visit does not know is skipped by doing nothing,
// as Protocol Buffers demand.
func readFields(b []byte, visit func(field) error) (seen fieldSet, err error) {
	for len(b) > 0 {
		num, typ, n := protowire.ConsumeTag(b)
		if n < 0 {
			return seen, malformed("a field's tag", n)
		}
		b = b[n:]
		if n = protowire.ConsumeFieldValue(num, typ, b); n < 0 {
			return seen, malformed(fmt.Sprintf("field number %d", num), n)
		}
		if err := visit(field{num, typ, b[:n], b[n:], seen.has(num)}); err != nil {
			return seen, err
		}
		seen |= 1 << uint(num)
		b = b[n:]
	}
	return seen, nil
}

// malformed turns the negative length by which protowire reports an error into
// an error.
func malformed(what string, n int) error {
	if errors.Is(protowire.ParseError(n), io.ErrUnexpectedEOF) {
		return corrupt("the data ends within %s: it is cut short or damaged", what)
	}
	return corrupt("%s is malformed", what)
}

// count returns how many fields of this number the message has from here on:
// the length of the list they make. Lists grown step by step would take five
// times as much memory.
func (f field) count() int {
	n := 1
	for b := f.rest; len(b) > 0; {
		num, _, size := protowire.ConsumeField(b)
		if size < 0 {
			break
		}
		if num == f.num {
			n++
		}
		b = b[size:]
	}
	return n
}

func (f field) expect(name string, typ protowire.Type) error {
	if f.typ != typ {
		return corrupt("%s has wire type %d, not %d", name, f.typ, typ)
	}
	return nil
}

// once refuses a second value of a field that has only one. Protocol Buffers
// let the last win, but then two readers can see two models in one file.
func (f field) once(name string, typ protowire.Type) error {
	if f.repeated {
		return corrupt("%s occurs twice", name)
	}
	return f.expect(name, typ)
}

func (f field) int64(name string, v *int64) error {
	u, _ := protowire.ConsumeVarint(f.raw)
	*v = int64(u)
	return f.once(name, protowire.VarintType)
}

func (f field) float32(name string, v *float32) error {
	*v, _ = consumeFloat32(f.raw)
	return f.once(name, protowire.Fixed32Type)
}

func (f field) bytes(name string, v *[]byte) error {
	*v, _ = protowire.ConsumeBytes(f.raw)
	return f.once(name, protowire.BytesType)
}

func (f field) text(name string, v *string) error {
	*v, _ = protowire.ConsumeString(f.raw)
	return f.once(name, protowire.BytesType)
}

// fields visits the fields of a message that occurs once and has no struct.
func (f field) fields(name string, visit func(field) error) error {
	var b []byte
	if err := f.bytes(name, &b); err != nil {
		return err
	}
	_, err := readFields(b, visit)
	return within(name, "", err)
}

func (f field) texts(name string, list *[]string) error {
	if err := f.expect(name, protowire.BytesType); err != nil {
		return err
	}
	if *list == nil {
		*list = make([]string, 0, f.count())
	}
	s, _ := protowire.ConsumeString(f.raw)
	*list = append(*list, s)
	return nil
}

func (f field) int64s(name string, list *[]int64) error {
	return numbers(f, name, protowire.VarintType, consumeInt64, list)
}

func (f field) float32s(name string, list *[]float32) error {
	return numbers(f, name, protowire.Fixed32Type, consumeFloat32, list)
}

func (f field) float64s(name string, list *[]float64) error {
	return numbers(f, name, protowire.Fixed64Type, consumeFloat64, list)
}

// numbers appends the numbers of a repeated field, packed or not.
func numbers[T any](f field, name string, typ protowire.Type, consume func([]byte) (T, int), list *[]T) error {
	if f.typ != protowire.BytesType {
		if err := f.expect(name, typ); err != nil {
			return err
		}
		if *list == nil {
			*list = make([]T, 0, f.count())
		}
		v, _ := consume(f.raw)
		*list = append(*list, v)
		return nil
	}
	packed, _ := protowire.ConsumeBytes(f.raw)
	n := 0
	for b := packed; len(b) > 0; n++ {
		_, size := consume(b)
		if size < 0 {
			return malformed(name, size)
		}
		b = b[size:]
	}
	*list = slices.Grow(*list, n)
	for range n {
		v, size := consume(packed)
		*list = append(*list, v)
		packed = packed[size:]
	}
	return nil
}

func consumeInt64(b []byte) (int64, int) {
	u, n := protowire.ConsumeVarint(b)
	return int64(u), n
}

func consumeFloat32(b []byte) (float32, int) {
	u, n := protowire.ConsumeFixed32(b)
	return math.Float32frombits(u), n
}

func consumeFloat64(b []byte) (float64, int) {
	u, n := protowire.ConsumeFixed64(b)
	return math.Float64frombits(u), n
}
