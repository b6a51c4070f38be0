package dataset

import "math"

// Compact moves the numbers of Float64s to Bytes if every one is an integer in
// [0, 255], as readers do. It does nothing to columns of another storage.
func (c *Column) Compact() {
	for _, v := range c.Float64s {
		if !(v >= 0 && v <= 255) || v != math.Trunc(v) || math.Signbit(v) {
			return
		}
	}
	if c.Float64s == nil {
		return
	}
	c.Bytes = make([]uint8, len(c.Float64s))
	for i, v := range c.Float64s {
		c.Bytes[i] = uint8(v)
	}
	c.Float64s = nil
}
