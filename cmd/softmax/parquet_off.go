//go:build !parquet

package main

import (
	"fmt"
	"io"

	"example.com/softmax/dataset"
)

// parquetFormat says how to get what this program is built without: the
// libraries of Parquet take longer to compile than all the rest.
var parquetFormat = &format{"parquet", []string{".parquet"}, tableRoles,
	func(_ io.Reader, name string, _ layout) (*stream, error) {
		return nil, &dataset.Error{File: name, Err: errNoParquet}
	},
	func(io.Writer, *dataset.Dataset) error { return errNoParquet },
}

var errNoParquet = fmt.Errorf("%w: this program is built without Parquet; 'go build -tags parquet ./cmd/softmax' builds one with it", dataset.ErrFormat)
