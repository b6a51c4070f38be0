//go:build parquet

package parquet

import (
	"bytes"
	"fmt"

	"example.com/softmax/dataset"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

const (
	// A page takes at most so many bytes when it is unpacked, and so many for
	// each of its packed ones: writers make pages of about a megabyte.
	fewBytes, bytesPerByte = 1 << 20, 1000
	// A file holds at most so many values, and so many for each of its bytes.
	fewValues, valuesPerByte = 1 << 16, 200
)

// checkPages bounds what the pages of a file ask for, before the library, which
// believes them, makes room for it.
func checkPages(data []byte, meta *format.FileMetaData) error {
	values := int64(0)
	for _, g := range meta.RowGroups {
		for _, c := range g.Columns {
			m := &c.MetaData
			if m.Codec == format.Lz4Raw || m.Codec == format.Lz4 {
				return fmt.Errorf("%w: compressed with LZ4, which is not read: write it with Zstandard or Snappy", dataset.ErrFormat)
			}
			if values += max(m.NumValues, g.NumRows, 0); values > max(fewValues, valuesPerByte*int64(len(data))) {
				return fmt.Errorf("%w: over %d values in a file of %d bytes", dataset.ErrTooLarge, values, len(data))
			}
			from, to := m.DataPageOffset, int64(0)
			if m.DictionaryPageOffset > 0 && m.DictionaryPageOffset < from {
				from = m.DictionaryPageOffset
			}
			if to = from + m.TotalCompressedSize; from < 0 || to < from || to > int64(len(data)) {
				return fmt.Errorf("%w: a column that lies outside of the file", dataset.ErrFormat)
			}
			if err := checkChunk(data[from:to], m.Codec, max(m.NumValues, 0)); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkChunk checks the pages of one column in one row group.
func checkChunk(data []byte, codec format.CompressionCodec, values int64) error {
	for len(data) > 0 {
		in := new(thrift.CompactProtocol).NewReaderFromBytes(data)
		var h format.PageHeader
		if err := thrift.NewDecoder(in).Decode(&h); err != nil {
			return fmt.Errorf("%w: a damaged page: %w", dataset.ErrFormat, err)
		}
		rest, ok := in.Reader().(*bytes.Reader)
		if !ok {
			return fmt.Errorf("%w: a page of unknown length", dataset.ErrFormat)
		}
		data = data[len(data)-rest.Len():]
		packed, size := int64(h.CompressedPageSize), int64(h.UncompressedPageSize)
		if packed < 0 || packed > int64(len(data)) {
			return fmt.Errorf("%w: within a page", dataset.ErrTruncated)
		}
		if codec == format.Snappy {
			// Its own header says the length once more, before the levels of a
			// page of the second version are taken off at the most.
			size = max(size, snappySize(data[:packed]))
		}
		most := max(fewBytes, bytesPerByte*packed)
		for _, n := range []int64{int64(h.DataPageHeader.V.NumValues), int64(h.DataPageHeaderV2.V.NumValues), int64(h.DataPageHeaderV2.V.NumRows)} {
			if h.Type != format.DictionaryPage && n > values {
				return fmt.Errorf("%w: a page of %d values where the column has %d", dataset.ErrFormat, n, values)
			}
		}
		if size < 0 || size > most || int64(h.DictionaryPageHeader.V.NumValues) > most {
			return fmt.Errorf("%w: a page of %d bytes that unpacks to %d", dataset.ErrTooLarge, packed, size)
		}
		data = data[packed:]
	}
	return nil
}

// snappySize is the length that a block of Snappy says it unpacks to.
func snappySize(block []byte) (size int64) {
	for i, b := range block[:min(len(block), 5)] {
		size |= int64(b&0x7f) << (7 * i)
		if b < 0x80 {
			return size
		}
	}
	return size
}
