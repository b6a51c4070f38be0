//go:build parquet

package main

import (
	"io"

	"example.com/softmax/dataset/parquet"
)

var parquetFormat = &format{"parquet", []string{".parquet"}, tableRoles,
	func(r io.Reader, name string, l layout) (*stream, error) {
		in, err := parquet.NewReader(r, l.record(name))
		if err != nil {
			return nil, err
		}
		return &stream{next: in.Read}, nil
	},
	parquet.Write,
}
