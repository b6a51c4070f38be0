package onnx

import (
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
)

// Unmarshal reads a model. It is safe on hostile input: it takes time in
// proportion to the length of b, and memory of at most about fifty times the
// length (a model with a large W: once). The model does not refer to b. Every
// truncation of what [Marshal] wrote is an error.
func Unmarshal(b []byte) (*Model, error) {
	if len(b) > MaxSize {
		return nil, unsupported("a length of %d bytes, more than %d", len(b), MaxSize)
	}
	m := new(Model)
	seen, err := readFields(b, m.readField)
	if err != nil {
		return nil, err
	}
	if err := m.check(); err != nil {
		return nil, err
	}
	if !seen.has(7) {
		return nil, corrupt("graph is missing: the data is cut short or damaged")
	}
	return m, nil
}

func (m *Model) readField(f field) error {
	switch f.num {
	case 1:
		return f.int64("ir_version", &m.IRVersion)
	case 2:
		return f.text("producer_name", &m.ProducerName)
	case 3:
		return f.text("producer_version", &m.ProducerVersion)
	case 6:
		return f.text("doc_string", &m.Doc)
	case 7:
		return readMessage(f, "graph", &m.Graph)
	case 8:
		return readMessages(f, "opset_import", &m.Opsets)
	case 14:
		return m.readMetadata(f)
	case 25:
		return unsupported("functions")
	}
	return nil
}

func (m *Model) readMetadata(f field) error {
	if err := f.expect("metadata_props", protowire.BytesType); err != nil {
		return err
	}
	var e entry
	err := readChecked(f, &e)
	if _, ok := m.Metadata[e.key]; ok && err == nil {
		err = corrupt("key occurs twice")
	}
	if err != nil {
		return within(fmt.Sprintf("metadata_props[%d]", len(m.Metadata)), e.key, err)
	}
	if m.Metadata == nil {
		m.Metadata = make(map[string]string)
	}
	m.Metadata[e.key] = e.value
	return nil
}

func (e *entry) read(b []byte) error {
	_, err := readFields(b, func(f field) error {
		switch f.num {
		case 1:
			return f.text("key", &e.key)
		case 2:
			return f.text("value", &e.value)
		}
		return nil
	})
	return err
}

func (o *Opset) read(b []byte) error {
	_, err := readFields(b, func(f field) error {
		switch f.num {
		case 1:
			return f.text("domain", &o.Domain)
		case 2:
			return f.int64("version", &o.Version)
		}
		return nil
	})
	return err
}

func (g *Graph) read(b []byte) error {
	_, err := readFields(b, func(f field) error {
		switch f.num {
		case 1:
			return readMessages(f, "node", &g.Nodes)
		case 2:
			return f.text("name", &g.Name)
		case 5:
			return readMessages(f, "initializer", &g.Initializers)
		case 11:
			return readMessages(f, "input", &g.Inputs)
		case 12:
			return readMessages(f, "output", &g.Outputs)
		case 13:
			return readMessages(f, "value_info", &g.ValueInfos)
		case 15:
			return unsupported("sparse_initializer")
		}
		return nil
	})
	return err
}

func (n *Node) read(b []byte) error {
	_, err := readFields(b, func(f field) error {
		switch f.num {
		case 1:
			return f.texts("input", &n.Inputs)
		case 2:
			return f.texts("output", &n.Outputs)
		case 3:
			return f.text("name", &n.Name)
		case 4:
			return f.text("op_type", &n.Op)
		case 5:
			return readMessages(f, "attribute", &n.Attributes)
		case 7:
			return f.text("domain", &n.Domain)
		}
		return nil
	})
	return err
}

func (v *ValueInfo) read(b []byte) error {
	shape := func(f field) error {
		if f.num == 1 {
			return readMessages(f, "dim", &v.Shape)
		}
		return nil
	}
	tensor := func(f field) error {
		switch f.num {
		case 1:
			// -1 is how Sequence is told in Go, not in a file.
			err := f.int64("elem_type", (*int64)(&v.Elem))
			if err == nil && v.Elem < 0 {
				err = unsupported("elements of type number %d", int64(v.Elem))
			}
			return err
		case 2:
			v.Shape = []Dim{}
			return f.fields("shape", shape)
		}
		return nil
	}
	_, err := readFields(b, func(f field) error {
		switch f.num {
		case 1:
			return f.text("name", &v.Name)
		case 2:
			return f.fields("type", func(f field) error {
				switch f.num {
				case 1:
					return f.fields("tensor_type", tensor)
				case 4:
					v.Elem = Sequence
				case 5, 7, 8, 9: // map, opaque, sparse, optional
					return unsupported("a value that is not a tensor")
				}
				return nil
			})
		}
		return nil
	})
	return err
}

func (d *Dim) read(b []byte) error {
	seen, err := readFields(b, func(f field) error {
		switch f.num {
		case 1:
			return f.int64("dim_value", &d.Size)
		case 2:
			return f.text("dim_param", &d.Name)
		}
		return nil
	})
	switch {
	case err != nil:
		return err
	case seen.has(1) && seen.has(2):
		return corrupt("both dim_value and dim_param")
	case !seen.has(1) && d.Name == "":
		d.Name = "?"
	}
	return nil
}
