package onnx

import (
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
)

// message is a pointer to a struct that stands for a message of the format.
// Every message is checked as it is read or written, by the same check.
type message[T any] interface {
	*T
	label() string                     // its own name, for errors
	check() error                      // see check.go
	read(b []byte) error               // see unmarshal.go
	appendTo(b []byte) ([]byte, error) // see marshal.go
}

// entry is a StringStringEntryProto, one pair of Model.Metadata.
type entry struct{ key, value string }

func (o *Opset) label() string     { return o.Domain }
func (e *entry) label() string     { return e.key }
func (g *Graph) label() string     { return "" }
func (n *Node) label() string      { return n.Name }
func (a *Attribute) label() string { return a.Name }
func (t *Tensor) label() string    { return t.Name }
func (v *ValueInfo) label() string { return v.Name }
func (d *Dim) label() string       { return d.Name }

// readMessage reads the message of a field that occurs once.
func readMessage[T any, M message[T]](f field, name string, v M) error {
	if err := f.once(name, protowire.BytesType); err != nil {
		return err
	}
	err := readChecked(f, v)
	return within(name, v.label(), err)
}

// readMessages appends the message of a repeated field to list.
func readMessages[T any, M message[T]](f field, name string, list *[]T) error {
	if err := f.expect(name, protowire.BytesType); err != nil {
		return err
	}
	if *list == nil {
		// Valid messages of the large structs take at least 6 bytes; an invalid
		// one ends the reading, so those after it need no room.
		*list = make([]T, 0, min(f.count(), len(f.rest)/6+1))
	}
	i := len(*list)
	*list = append(*list, *new(T))
	v := M(&(*list)[i])
	if err := readChecked(f, v); err != nil {
		return within(fmt.Sprintf("%s[%d]", name, i), v.label(), err)
	}
	return nil
}

func readChecked[T any, M message[T]](f field, v M) error {
	b, _ := protowire.ConsumeBytes(f.raw)
	if err := v.read(b); err != nil {
		return err
	}
	return v.check()
}

// appendMessage appends a field that holds message v.
func appendMessage[T any, M message[T]](b []byte, num protowire.Number, v M) ([]byte, error) {
	if err := v.check(); err != nil {
		return nil, err
	}
	b = protowire.AppendTag(b, num, protowire.BytesType)
	// The length is known only once the message has been written: then move
	// the message up by what the length takes.
	start := len(b)
	b, err := v.appendTo(b)
	if err != nil {
		return nil, err
	}
	size := len(b) - start
	prefix := protowire.SizeVarint(uint64(size))
	b = append(b, make([]byte, prefix)...)
	copy(b[start+prefix:], b[start:start+size])
	protowire.AppendVarint(b[:start], uint64(size))
	return b, nil
}

// appendMessages appends the messages of a repeated field.
func appendMessages[T any, M message[T]](b []byte, num protowire.Number, name string, list []T) ([]byte, error) {
	for i := range list {
		v := M(&list[i])
		var err error
		if b, err = appendMessage(b, num, v); err != nil {
			return nil, within(fmt.Sprintf("%s[%d]", name, i), v.label(), err)
		}
	}
	return b, nil
}
