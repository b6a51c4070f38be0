//go:build !parquet

package main

// withParquet says how the program under test is built.
const withParquet = false
