package source

import (
	"bufio"
	"bytes"
	"fmt"
	"io"

	"example.com/softmax/dataset"
)

// maxLine bounds the bytes of a line: a file that is not of lines must not fill
// the memory.
const maxLine = 64 << 20

// Lines reads text line by line, without the byte order mark at its beginning.
type Lines struct {
	in     *bufio.Reader
	long   []byte // a line longer than the buffer
	number int
}

// NewLines returns Lines at the beginning of r.
func NewLines(r io.Reader) *Lines {
	in := bufio.NewReaderSize(r, 256<<10)
	if head, _ := in.Peek(3); string(head) == "\xef\xbb\xbf" {
		in.Discard(3)
	}
	return &Lines{in: in}
}

// Number is that of the line read last, from 1.
func (l *Lines) Number() int { return l.number }

// Next returns the next line without its line feed. It stays as it is until the
// next call. The error is io.EOF after the last one, wraps dataset.ErrTooLarge
// where a line is over 64 MiB long, or is that of the reader.
func (l *Lines) Next() ([]byte, error) {
	l.number++
	l.long = l.long[:0]
	for {
		part, err := l.in.ReadSlice('\n')
		switch {
		case err == bufio.ErrBufferFull:
			if l.long = append(l.long, part...); len(l.long) > maxLine {
				return nil, fmt.Errorf("%w: a line of over %d MiB", dataset.ErrTooLarge, maxLine>>20)
			}
			continue
		case err != nil && (err != io.EOF || len(part)+len(l.long) == 0):
			return nil, err
		case len(l.long) > 0:
			l.long = append(l.long, part...)
			part = l.long
		}
		return bytes.TrimSuffix(part, []byte{'\n'}), nil
	}
}
