package design

import "math/bits"

// Bucket is the place of a string among n: floor(Hash(s) n / 2^64).
func Bucket[T string | []byte](s T, n int) int {
	high, _ := bits.Mul64(Hash(s), uint64(n))
	return int(high)
}

// Hash is the 64-bit FNV-1a hash h of a string's bytes, mixed by
// h = (h ^ h>>32) * 0x9e3779b97f4a7c15: FNV alone leaves the high bits of short
// strings poor.
func Hash[T string | []byte](s T) uint64 {
	h := uint64(0xcbf29ce484222325)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 0x100000001b3
	}
	return (h ^ h>>32) * 0x9e3779b97f4a7c15
}
