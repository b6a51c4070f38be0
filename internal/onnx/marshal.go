package onnx

import (
	"maps"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"
)

// Marshal writes a model: the same bytes for equal models. The graph comes
// last, which the format allows, so that no truncation is a valid model.
func Marshal(m *Model) ([]byte, error) {
	if err := m.check(); err != nil {
		return nil, err
	}
	b := appendInt64(nil, 1, m.IRVersion)
	b = appendText(b, 2, m.ProducerName)
	b = appendText(b, 3, m.ProducerVersion)
	b = appendText(b, 6, m.Doc)
	b, err := appendMessages(b, 8, "opset_import", m.Opsets)
	if err != nil {
		return nil, err
	}
	var metadata []entry
	for _, key := range slices.Sorted(maps.Keys(m.Metadata)) {
		metadata = append(metadata, entry{key, m.Metadata[key]})
	}
	if b, err = appendMessages(b, 14, "metadata_props", metadata); err != nil {
		return nil, err
	}
	if b, err = appendMessage(b, 7, &m.Graph); err != nil {
		return nil, within("graph", "", err)
	}
	if len(b) > MaxSize {
		return nil, unsupported("a length of %d bytes, more than %d", len(b), MaxSize)
	}
	return b, nil
}

func (e *entry) appendTo(b []byte) ([]byte, error) {
	return appendText(appendText(b, 1, e.key), 2, e.value), nil
}

func (o *Opset) appendTo(b []byte) ([]byte, error) {
	return appendInt64(appendText(b, 1, o.Domain), 2, o.Version), nil
}

func (g *Graph) appendTo(b []byte) ([]byte, error) {
	b, err := appendMessages(b, 1, "node", g.Nodes)
	if err != nil {
		return nil, err
	}
	b = appendText(b, 2, g.Name)
	if b, err = appendMessages(b, 5, "initializer", g.Initializers); err != nil {
		return nil, err
	}
	if b, err = appendMessages(b, 11, "input", g.Inputs); err != nil {
		return nil, err
	}
	if b, err = appendMessages(b, 12, "output", g.Outputs); err != nil {
		return nil, err
	}
	return appendMessages(b, 13, "value_info", g.ValueInfos)
}

func (n *Node) appendTo(b []byte) ([]byte, error) {
	b = appendTexts(b, 1, n.Inputs)
	b = appendTexts(b, 2, n.Outputs)
	b = appendText(b, 3, n.Name)
	b = appendText(b, 4, n.Op)
	b, err := appendMessages(b, 5, "attribute", n.Attributes)
	if err != nil {
		return nil, err
	}
	return appendText(b, 7, n.Domain), nil
}

func (v *ValueInfo) appendTo(b []byte) ([]byte, error) {
	if v.Elem == Sequence {
		return nil, unsupported("a value that is not a tensor")
	}
	tensor := appendInt64(nil, 1, int64(v.Elem))
	if v.Shape != nil {
		shape, err := appendMessages(nil, 1, "type.tensor_type.shape.dim", v.Shape)
		if err != nil {
			return nil, err
		}
		tensor = appendBytes(tensor, 2, shape)
	}
	b = appendText(b, 1, v.Name)
	return appendBytes(b, 2, appendBytes(nil, 1, tensor)), nil
}

func (d *Dim) appendTo(b []byte) ([]byte, error) {
	if d.Name != "" {
		return appendText(b, 2, d.Name), nil
	}
	return appendInt64(b, 1, d.Size), nil
}

func appendInt64(b []byte, num protowire.Number, v int64) []byte {
	b = protowire.AppendTag(b, num, protowire.VarintType)
	return protowire.AppendVarint(b, uint64(v))
}

func appendBytes(b []byte, num protowire.Number, v []byte) []byte {
	b = protowire.AppendTag(b, num, protowire.BytesType)
	return protowire.AppendBytes(b, v)
}

// appendText appends a string that occurs once, nothing if it is empty.
func appendText(b []byte, num protowire.Number, v string) []byte {
	if v == "" {
		return b
	}
	return appendTexts(b, num, []string{v})
}

func appendTexts(b []byte, num protowire.Number, list []string) []byte {
	for _, v := range list {
		b = protowire.AppendTag(b, num, protowire.BytesType)
		b = protowire.AppendString(b, v)
	}
	return b
}
