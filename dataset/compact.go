package dataset

import "math"

// Compact moves the numbers of Float32s or Float64s to Bytes if every one is an
// integer in [0, 255], as readers do. It does nothing to other columns.
func (c *Column) Compact() {
	if bytes, ok := toBytes(c.Float64s); ok {
		c.Bytes, c.Float64s = bytes, nil
	}
	if bytes, ok := toBytes(c.Float32s); ok {
		c.Bytes, c.Float32s = bytes, nil
	}
}

func toBytes[T float32 | float64](s []T) ([]uint8, bool) {
	for _, v := range s {
		if !(v >= 0 && v <= 255) || v != T(uint8(v)) || v == 0 && math.Signbit(float64(v)) {
			return nil, false
		}
	}
	if s == nil {
		return nil, false
	}
	bytes := make([]uint8, len(s))
	for i, v := range s {
		bytes[i] = uint8(v)
	}
	return bytes, true
}
