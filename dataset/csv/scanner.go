package csv

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math/bits"

	"example.com/softmax/dataset"
)

const (
	// maxRecord bounds the bytes of a record, and so of a cell: a quote left
	// open must not swallow the rest of a large file into memory.
	maxRecord = 64 << 20
	// maxColumns bounds the fields of a record.
	maxColumns = 1 << 20
	// chunk is what is read at once. It stays in the level-2 cache.
	chunk = 256 << 10
)

// A scanner splits text into records of fields: RFC 4180 with any delimiter,
// lines ending in LF or CRLF, the last one with or without. A quote that does
// not begin its field is an ordinary character, and an empty line no record.
// With escapes every quote is an ordinary character.
type scanner struct {
	r       io.Reader
	delim   byte
	escapes bool // in place of quotes

	buf      []byte // text up to end, then padding
	pos, end int    // the text not yet scanned
	next     int    // the line number at pos
	err      error  // why there will be no more text

	// keep holds on to the text that was scanned: it is kept, then buf[:pos].
	keep      bool
	kept      [][]byte
	keptBytes int

	// The record: its fields are data[from:to], which the next scan
	// overwrites. data is longer than the fields by padding bytes or more.
	line     int // on which it starts
	data     []byte
	fields   []span
	unquoted []byte
}

type span struct{ from, to uint32 }

func newScanner(r io.Reader, delim byte) *scanner {
	return &scanner{r: r, delim: delim, buf: make([]byte, chunk/4), next: 1}
}

// skipBOM skips the byte order mark with which some programs begin UTF-8.
func (s *scanner) skipBOM() {
	for i, want := range []byte("\xef\xbb\xbf") {
		// An error returns with the first scan.
		if b, err := s.at(i); err != nil || b != want {
			return
		}
	}
	s.pos += 3
}

// field is field j of the record.
func (s *scanner) field(j int) []byte { return s.data[s.fields[j].from:s.fields[j].to] }

// scan moves to the next record; io.EOF means that there is none. Other errors
// are about the line s.line.
func (s *scanner) scan() error {
	for {
		s.line = s.next
		size, err := s.lineEnd()
		if err != nil {
			return err
		}
		text := s.buf[s.pos : s.pos+size]
		if !s.escapes && bytes.IndexByte(text, '"') >= 0 {
			return s.splitQuoted()
		}
		s.data = s.buf[s.pos:]
		s.pos = min(s.pos+size+1, s.end)
		s.next++
		if size > 0 && text[size-1] == '\r' {
			size--
		}
		switch {
		case size == 0:
			continue
		case s.escapes && bytes.IndexByte(text, '\\') >= 0:
			return s.splitEscaped(size)
		}
		return s.split(size)
	}
}

// peek returns the next line that is not empty, without moving to it.
func (s *scanner) peek() ([]byte, error) {
	for {
		size, err := s.lineEnd()
		if err != nil {
			return nil, err
		}
		line := bytes.TrimSuffix(s.buf[s.pos:s.pos+size], []byte{'\r'})
		if len(line) > 0 {
			return line, nil
		}
		s.pos = min(s.pos+size+1, s.end)
		s.next++
	}
}

// lineEnd returns the distance to the end of the line at pos; io.EOF means that
// there is no line.
func (s *scanner) lineEnd() (int, error) {
	searched := 0
	for {
		text := s.buf[s.pos:s.end]
		if i := bytes.IndexByte(text[searched:], '\n'); i >= 0 {
			return searched + i, nil
		}
		searched = len(text)
		switch err := s.fill(); {
		case err == io.EOF && searched > 0:
			return searched, nil
		case err != nil:
			return 0, err
		}
	}
}

// split splits data[:size], a line without quotes, eight bytes at a time.
func (s *scanner) split(size int) error {
	const ones = 0x0101010101010101
	data, delims, fields, from := s.data, uint64(s.delim)*ones, s.fields[:0], uint32(0)
	for i := 0; i < size; i += 8 {
		found := zeroBytes(binary.LittleEndian.Uint64(data[i:]) ^ delims)
		if i+8 > size {
			found &= 1<<(8*(size-i)) - 1
		}
		for ; found != 0; found &= found - 1 {
			at := uint32(i + bits.TrailingZeros64(found)/8)
			fields = append(fields, span{from, at})
			from = at + 1
		}
		if len(fields) >= maxColumns {
			return errColumns
		}
	}
	s.fields = append(fields, span{from, uint32(size)})
	return nil
}

// splitEscaped splits data[:size] and copies its fields into s.unquoted.
func (s *scanner) splitEscaped(size int) error {
	if err := s.split(size); err != nil {
		return err
	}
	s.unquoted = s.unquoted[:0]
	for j := range s.fields {
		from, field := len(s.unquoted), s.field(j)
		s.unquoted = appendUnescaped(s.unquoted, field)
		s.fields[j] = span{uint32(from), uint32(len(s.unquoted))}
	}
	s.unquoted = append(s.unquoted, make([]byte, padding)...)
	s.data = s.unquoted
	return nil
}

var errColumns = fmt.Errorf("%w: over %d columns", dataset.ErrTooLarge, maxColumns)

// zeroBytes sets the high bit of each byte of the result whose byte in w is 0.
func zeroBytes(w uint64) uint64 {
	const low7 = 0x7f7f7f7f7f7f7f7f
	return ^((w&low7 + low7) | w | low7)
}

// splitQuoted splits the record at pos as RFC 4180 has it, into s.unquoted.
func (s *scanner) splitQuoted() error {
	s.fields, s.unquoted = s.fields[:0], s.unquoted[:0]
	for i := 0; ; i++ {
		from := len(s.unquoted)
		end, err := s.at(i)
		if err != nil {
			return err
		}
		if end == '"' {
			if i, err = s.copyQuoted(i + 1); err != nil {
				return err
			}
			end, err = s.at(i)
			if end == '\r' && err == nil {
				i++
				end, err = s.at(i)
			}
			if err == nil && end != s.delim && end != '\n' {
				err = fmt.Errorf("%w: field %d goes on after its closing quote: a quote inside a quoted field is written twice",
					dataset.ErrFormat, len(s.fields)+1)
			}
		} else {
			for err == nil && end != s.delim && end != '\n' {
				s.unquoted = append(s.unquoted, end)
				i++
				end, err = s.at(i)
			}
			if n := len(s.unquoted); end == '\n' && n > from && s.unquoted[n-1] == '\r' {
				s.unquoted = s.unquoted[:n-1]
			}
		}
		if err != nil {
			return err
		}
		s.fields = append(s.fields, span{uint32(from), uint32(len(s.unquoted))})
		if len(s.fields) > maxColumns {
			return errColumns
		}
		if end == '\n' {
			s.pos = min(s.pos+i+1, s.end)
			s.next++
			s.unquoted = append(s.unquoted, make([]byte, padding)...)
			s.data = s.unquoted
			return nil
		}
	}
}

// copyQuoted copies a quoted field from behind its opening quote, at pos+i, and
// returns the place behind its closing quote.
func (s *scanner) copyQuoted(i int) (int, error) {
	for {
		part, closed := s.buf[s.pos+i:s.end], false
		if q := bytes.IndexByte(part, '"'); q >= 0 {
			part, closed = part[:q], true
		}
		s.unquoted = append(s.unquoted, part...)
		s.next += bytes.Count(part, []byte{'\n'})
		i += len(part)
		if !closed {
			if err := s.fill(); err == io.EOF {
				return 0, fmt.Errorf("%w: the quote of field %d is not closed", dataset.ErrFormat, len(s.fields)+1)
			} else if err != nil {
				return 0, err
			}
			continue
		}
		i++
		if b, err := s.at(i); err != nil || b != '"' {
			return i, err
		}
		s.unquoted = append(s.unquoted, '"')
		i++
	}
}

// at returns the byte at pos+i, a newline at the end of the text.
func (s *scanner) at(i int) (byte, error) {
	if s.pos+i >= s.end {
		if err := s.fill(); err == io.EOF {
			return '\n', nil
		} else if err != nil {
			return 0, err
		}
	}
	return s.buf[s.pos+i], nil
}

// fill reads more text behind end. Places relative to pos stay valid.
func (s *scanner) fill() error {
	if s.err != nil {
		return s.err
	}
	text := s.buf[s.pos:s.end]
	if len(text) > maxRecord {
		return fmt.Errorf("%w: a record of over %d MiB: is a quote left open?", dataset.ErrTooLarge, maxRecord>>20)
	}
	if s.end+padding == len(s.buf) {
		buf := s.buf
		if s.keep || 2*len(text) > len(buf) {
			buf = make([]byte, max(chunk, 2*len(text))+padding)
		}
		if s.keep {
			s.kept = append(s.kept, s.buf[:s.pos])
			s.keptBytes += s.pos
		}
		s.buf, s.pos, s.end = buf, 0, copy(buf, text)
	}
	free := s.buf[s.end : len(s.buf)-padding]
	n := 0
	for tries := 0; n == 0 && s.err == nil; tries++ {
		if tries == 100 {
			s.err = io.ErrNoProgress
			break
		}
		n, s.err = s.r.Read(free)
	}
	if at := bytes.IndexByte(free[:n], 0); at >= 0 {
		s.next += bytes.Count(s.buf[s.pos:s.end+at], []byte{'\n'})
		s.line = s.next
		s.err = fmt.Errorf("%w: a NUL byte: this is not text in UTF-8 or the like (UTF-16 must be converted)", dataset.ErrFormat)
		return s.err
	}
	s.end += n
	if n == 0 {
		return s.err
	}
	return nil
}

// scanned is all text before pos, if it was kept.
func (s *scanner) scanned() io.Reader {
	var parts []io.Reader
	for _, part := range append(s.kept, s.buf[:s.pos]) {
		parts = append(parts, bytes.NewReader(part))
	}
	return io.MultiReader(parts...)
}

// release ends keep and lets go of the text kept.
func (s *scanner) release() { s.keep, s.kept, s.keptBytes = false, nil, 0 }
