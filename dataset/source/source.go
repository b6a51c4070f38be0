// Package source opens the files that data is read from: it undoes gzip and
// Zstandard, which it knows by their first bytes and not by the file's name,
// and counts what has been read, for a progress bar. It knows no data format:
// a Source is the io.Reader that each format's Read takes.
//
// Data that unpacks to over 256 MiB and to over 200 times what is stored is
// refused as dataset.ErrTooLarge: that is what a file made to exhaust memory
// does, and tables do not.
//
// Lines reads text line by line, whatever it comes from.
package source

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"sync/atomic"

	"example.com/softmax/dataset"
	"github.com/klauspost/compress/zstd"
)

// maxWindow bounds the memory that a Zstandard file can ask for. It is the
// limit of the zstd command, which passes it only with --long=28 and up.
const maxWindow = 128 << 20

// Packed data may grow to unpackedFloor bytes, or unpackedRatio times what is
// stored. gzip can reach 1,032 times that, Zstandard thirty times as much;
// numbers in text reach 20, one-hot columns of zeros 100.
const (
	unpackedFloor = 256 << 20
	unpackedRatio = 200
)

// A Source is a file or stream being read, decompressed. Every error of Read
// but io.EOF is a *dataset.Error with the source's name: it wraps
// dataset.ErrTruncated, ErrFormat or ErrTooLarge if the compressed data is at
// fault, else the error of the underlying reader.
type Source struct {
	name    string
	kind    string // of compression, for errors; empty if there is none
	size    int64
	raw     *counter
	r       io.Reader
	closers []func() error
	failed  error // what Read returned last, if not nil
}

// Open opens the file at path. A packed file is unpacked in a goroutine of its
// own, at most half a MiB before what has been read. The caller closes the
// Source, which ends that. For standard input, use New.
func Open(path string) (*Source, error) {
	f, err := os.Open(path)
	if err != nil {
		// Error says the path already.
		if p := (*fs.PathError)(nil); errors.As(err, &p) {
			err = p.Err
		}
		return nil, &dataset.Error{File: path, Err: err}
	}
	if info, err := f.Stat(); err == nil && info.IsDir() {
		f.Close()
		return nil, &dataset.Error{File: path, Err: fmt.Errorf("%w: it is a folder, not a file", dataset.ErrFormat)}
	}
	s, err := New(path, f)
	if err != nil {
		f.Close()
		return nil, err
	}
	s.closers = append(s.closers, f.Close)
	if s.kind != "" {
		a := readAhead(s.r)
		s.r = a
		// Before what it reads from is closed.
		s.closers = append([]func() error{a.close}, s.closers...)
	}
	return s, nil
}

// New reads from r, only while the Source is read; name stands for it in
// errors. r stays the caller's to close. Close the Source all the same: it
// frees the decompressor.
func New(name string, r io.Reader) (*Source, error) {
	s := &Source{name: name, size: -1, raw: &counter{r: r}}
	if f, ok := r.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
			s.size = info.Size()
		}
	}
	in := bufio.NewReaderSize(s.raw, 64<<10)
	// Peek's error returns with the next read.
	head, _ := in.Peek(6)
	switch magic := string(head); {
	case strings.HasPrefix(magic, gzipMagic):
		s.kind, s.r = "gzip", &gzipReader{in: in}
	case strings.HasPrefix(magic, "\x28\xb5\x2f\xfd"), isSkippable(magic):
		z, err := zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			return nil, &dataset.Error{File: name, Err: err}
		}
		s.kind, s.r = "Zstandard", z
		s.closers = append(s.closers, func() error { z.Close(); return nil })
	case isBzip2(magic), magic == "\xfd7zXZ\x00":
		return nil, &dataset.Error{File: name, Err: fmt.Errorf(
			"%w: compressed with bzip2 or xz, which is not read here: unpack it first", dataset.ErrFormat)}
	default:
		s.r = in
	}
	if s.kind != "" {
		s.r = &unpacked{r: s.r, stored: &s.raw.n}
	}
	return s, nil
}

// isSkippable reports whether a Zstandard file begins with a frame to skip, as
// those of parallel compressors do.
func isSkippable(magic string) bool {
	return len(magic) >= 4 && magic[0]&0xf0 == 0x50 && magic[1:4] == "\x2a\x4d\x18"
}

func isBzip2(magic string) bool {
	return len(magic) == 6 && magic[:3] == "BZh" && magic[4:] == "1A"
}

// Name is the path or the name that the Source was opened with.
func (s *Source) Name() string { return s.name }

// Size is the length in bytes of the file as it is stored, compressed or not;
// -1 if it is not known.
func (s *Source) Size() int64 { return s.size }

// Offset is the count of stored bytes taken from the file so far, at most Size
// if that is known. It may be called while another goroutine reads.
func (s *Source) Offset() int64 { return s.raw.n.Load() }

func (s *Source) Read(p []byte) (int, error) {
	if s.failed != nil {
		return 0, s.failed
	}
	n, err := s.r.Read(p)
	if err != nil {
		s.failed = s.explain(err)
	}
	return n, s.failed
}

// explain makes an error of the decompressor, io.EOF included, one of ours.
func (s *Source) explain(err error) error {
	switch {
	case s.raw.err != nil:
		// The decompressor may have taken it for the end.
		err = s.raw.err
	case err == io.EOF:
		return err
	case s.kind == "":
	case errors.Is(err, io.ErrUnexpectedEOF):
		err = fmt.Errorf("%w: the %s data is cut off after %d bytes", dataset.ErrTruncated, s.kind, s.Offset())
	case errors.Is(err, zstd.ErrWindowSizeExceeded), errors.Is(err, zstd.ErrDecoderSizeExceeded):
		err = fmt.Errorf("%w: unpacking needs a window over %d MiB: compress it again without --long", dataset.ErrTooLarge, maxWindow>>20)
	case err == errBomb:
		err = fmt.Errorf("%w: the %s data unpacks to over %d MiB and over %d times its size: if that is right, unpack it first",
			dataset.ErrTooLarge, s.kind, unpackedFloor>>20, unpackedRatio)
	case err == errGarbage, errors.Is(err, zstd.ErrMagicMismatch):
		err = fmt.Errorf("%w: other bytes follow the end of the %s data", dataset.ErrFormat, s.kind)
	default:
		err = fmt.Errorf("%w: corrupt %s data: %w", dataset.ErrFormat, s.kind, err)
	}
	return &dataset.Error{File: s.name, Err: err}
}

// Close frees the decompressor and closes the file that Open opened.
func (s *Source) Close() error {
	var errs []error
	for _, f := range s.closers {
		errs = append(errs, f())
	}
	s.closers = nil
	if s.failed == nil {
		s.failed = &dataset.Error{File: s.name, Err: fs.ErrClosed}
	}
	return errors.Join(errs...)
}

var errBomb = errors.New("unpacks to too much")

// unpacked bounds what comes out of a decompressor.
type unpacked struct {
	r      io.Reader
	n      int64
	stored *atomic.Int64
}

func (u *unpacked) Read(p []byte) (int, error) {
	n, err := u.r.Read(p)
	u.n += int64(n)
	if u.n > unpackedFloor && u.n > unpackedRatio*u.stored.Load() {
		return n, errBomb
	}
	return n, err
}

// A counter counts the bytes of r and keeps its error, if not io.EOF.
type counter struct {
	r   io.Reader
	n   atomic.Int64
	err error
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n.Add(int64(n))
	if err != nil && err != io.EOF {
		c.err = err
	}
	return n, err
}
