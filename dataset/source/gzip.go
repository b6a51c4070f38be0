package source

import (
	"bufio"
	"errors"
	"io"

	"github.com/klauspost/compress/gzip"
)

const gzipMagic = "\x1f\x8b"

var errGarbage = errors.New("gzip: no member here")

// A gzipReader reads the members of a gzip file one after the other. The gzip
// package would do so too, but takes a member cut off within the file name in
// its header for the end of the file. This gzip package unpacks pictures at
// 325 MB/s where the standard library's does at 245.
type gzipReader struct {
	in *bufio.Reader
	z  *gzip.Reader // nil before the first member
}

func (g *gzipReader) Read(p []byte) (int, error) {
	for {
		if g.z != nil {
			n, err := g.z.Read(p)
			switch {
			case n > 0 && err == io.EOF:
				return n, nil
			case err != io.EOF:
				return n, err
			}
		}
		if err := g.next(); err != nil {
			return 0, err
		}
	}
}

// next opens the next member; io.EOF means that there is none.
func (g *gzipReader) next() (err error) {
	head, err := g.in.Peek(len(gzipMagic))
	switch {
	case len(head) == 0:
		return err
	case string(head) != gzipMagic:
		return errGarbage
	}
	if g.z == nil {
		g.z, err = gzip.NewReader(g.in)
	} else {
		err = g.z.Reset(g.in)
	}
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	if err == nil {
		g.z.Multistream(false)
	}
	return err
}
