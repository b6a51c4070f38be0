package design

import "math/bits"

// Bucket is the place of a string among n: the 64-bit FNV-1a hash h of its
// bytes, mixed by h = (h ^ h>>32) * 0x9e3779b97f4a7c15 and taken to floor(h n / 2^64).
// FNV alone leaves the high bits of short strings poor.
func Bucket[T string | []byte](s T, n int) int {
	h := uint64(0xcbf29ce484222325)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 0x100000001b3
	}
	h = (h ^ h>>32) * 0x9e3779b97f4a7c15
	high, _ := bits.Mul64(h, uint64(n))
	return int(high)
}
