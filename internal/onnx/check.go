package onnx

import (
	"fmt"
	"unicode/utf8"
)

// A check method holds one message to its form, apart from the messages in
// it. It runs before a message is written and as soon as one has been read:
// that a message cannot be empty is also what keeps a hostile file of empty
// messages from taking a hundred times its length in memory.

func (m *Model) check() error {
	switch {
	case m.IRVersion < 1:
		return corrupt("ir_version is %d, or missing", m.IRVersion)
	case len(m.Opsets) == 0:
		return corrupt("opset_import is missing")
	}
	return checkText("producer_name", m.ProducerName, "producer_version", m.ProducerVersion, "doc_string", m.Doc)
}

func (o *Opset) check() error {
	if o.Version < 1 {
		return corrupt("version is %d, or missing", o.Version)
	}
	return checkText("domain", o.Domain)
}

func (e *entry) check() error {
	if e.key == "" {
		return corrupt("key is empty")
	}
	return checkText("key", e.key, "value", e.value)
}

func (g *Graph) check() error {
	if g.Name == "" {
		return corrupt("name is empty")
	}
	for i := range g.Initializers {
		if g.Initializers[i].Name == "" {
			return corrupt("initializer[%d] has no name", i)
		}
	}
	return checkText("name", g.Name)
}

func (n *Node) check() error {
	switch {
	case n.Op == "":
		return corrupt("op_type is empty")
	case len(n.Outputs) == 0:
		return corrupt("output is missing")
	}
	if err := checkText("name", n.Name, "op_type", n.Op, "domain", n.Domain); err != nil {
		return err
	}
	if err := checkTexts("input", n.Inputs); err != nil {
		return err
	}
	return checkTexts("output", n.Outputs)
}

func (a *Attribute) check() error {
	if a.Name == "" {
		return corrupt("name is empty")
	}
	if err := checkText("name", a.Name); err != nil {
		return err
	}
	switch v := a.Value.(type) {
	case int64, float32, []int64, []float32, Tensor:
		return nil
	case string:
		return checkText("s", v)
	case []string:
		return checkTexts("strings", v)
	}
	return unsupported("value of Go type %T", a.Value)
}

func (v *ValueInfo) check() error {
	switch {
	case v.Name == "":
		return corrupt("name is empty")
	case v.Elem == 0:
		return corrupt("type.tensor_type.elem_type is missing")
	case v.Elem.String() == "unknown":
		return unsupported("elements of type number %d", v.Elem)
	}
	return checkText("name", v.Name)
}

func (d *Dim) check() error {
	switch {
	case d.Size < 0:
		return corrupt("dim_value is negative: %d", d.Size)
	case d.Size != 0 && d.Name != "":
		return corrupt("both dim_value and dim_param")
	}
	return checkText("dim_param", d.Name)
}

func (t *Tensor) check() error {
	if err := checkText("name", t.Name); err != nil {
		return err
	}
	var values, slices int
	for _, s := range []struct {
		present bool
		length  int
	}{
		{t.Float64s != nil, len(t.Float64s)},
		{t.Float32s != nil, len(t.Float32s)},
		{t.Int64s != nil, len(t.Int64s)},
		{t.Strings != nil, len(t.Strings)},
	} {
		if s.present {
			slices++
			values = s.length
		}
	}
	if slices != 1 {
		return corrupt("%d slices of values where a tensor has one", slices)
	}
	size, err := t.size()
	if err != nil {
		return err
	}
	if values != size {
		return corrupt("%d values where dims %v need %d", values, t.Dims, size)
	}
	return checkTexts("string_data", t.Strings)
}

// checkText takes pairs of a field's name and its value.
func checkText(pairs ...string) error {
	for i := 0; i < len(pairs); i += 2 {
		if !utf8.ValidString(pairs[i+1]) {
			return corrupt("%s %.80q is not valid UTF-8", pairs[i], pairs[i+1])
		}
	}
	return nil
}

func checkTexts(field string, list []string) error {
	for i, s := range list {
		if !utf8.ValidString(s) {
			return checkText(fmt.Sprintf("%s[%d]", field, i), s)
		}
	}
	return nil
}
