package kernel

import "example.com/softmax/internal/special"

// softmaxConsts is what the assembly's exponential and logarithm are made of:
// special.ExpTable, then a polynomial for (2 atanh(s)/s - 2)/s^2 in s^2, s <=
// sqrt(2)-1 over sqrt(2)+1, with error 5e-18 of the logarithm.
var softmaxConsts = append(special.ExpTable[:],
	0x1.2b584aae78a57p-3, 0x1.39fe606542ddep-3, 0x1.7462b4ab2ef6bp-3, 0x1.c71c62e5800a1p-3,
	0x1.2492492df148dp-2, 0x1.99999999952e2p-2, 0x1.5555555555558p-1,
)
