package idx

import (
	"encoding/binary"
	"io"

	"example.com/softmax/dataset"
)

// WriteImages writes a Pixels column.
func WriteImages(w io.Writer, c *dataset.Column) error {
	return write(w, c.Bytes, len(c.Bytes)/c.Width, c.Height, c.Width/c.Height)
}

// WriteLabels writes labels.
func WriteLabels(w io.Writer, labels []uint8) error { return write(w, labels, len(labels)) }

func write(w io.Writer, values []uint8, size ...int) error {
	head := []byte{0, 0, 8, byte(len(size))}
	for _, n := range size {
		head = binary.BigEndian.AppendUint32(head, uint32(n))
	}
	if _, err := w.Write(head); err != nil {
		return err
	}
	_, err := w.Write(values)
	return err
}
