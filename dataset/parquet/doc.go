// Package parquet reads and writes Apache Parquet files as a dataset
// (https://parquet.apache.org/docs/file-format/). Its libraries take longer to
// compile than all the rest of this module, so it is empty unless built with
//
//	go build -tags parquet
//
// Numbers, decimals and dates are numbers, strings are categories, booleans the
// categories "true" and "false", null is a missing value. Nested and repeated
// columns are errors that name the column.
package parquet
