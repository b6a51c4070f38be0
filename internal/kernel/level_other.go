//go:build !amd64 || purego

package kernel

// Levels lists the levels of this machine: no assembly is built in.
func Levels() []Level { return []Level{Generic} }

func newFast(Level, Rows, int) passes { return nil }

func newExact(_ Level, d, k int) passes { return &exactEngine{d: d, k: k} }

// TileOf returns the tile of a level.
func TileOf(Level) Tile { return genericTile }
