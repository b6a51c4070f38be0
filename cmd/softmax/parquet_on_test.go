//go:build parquet

package main

const withParquet = true
