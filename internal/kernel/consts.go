package kernel

// softmaxConsts is what the assembly's exponential and logarithm are made of: log2 e, log 2
// in two parts, the least exponent (whose exponential is 0), 1, and a polynomial
// for exp(r), |r| <= log(2)/2, highest power first, with relative error 2e-17
// (Chebyshev interpolation of (exp(r)-1-r)/r^2 at 40 digits); then one for
// (2 atanh(s)/s - 2)/s^2 in s^2, s <= sqrt(2)-1 over sqrt(2)+1, with error 5e-18 of the
// logarithm.
var softmaxConsts = [...]float64{
	0x1.71547652b82fep+0, 0x1.62e42feep-1, 0x1.a39ef35793c76p-33, -800, 1,
	0x1.af38a9b0ec855p-26, 0x1.289185613a3d6p-22, 0x1.71de0dae63bb3p-19, 0x1.a019b90d2ae7ap-16,
	0x1.a01a01a7c41d5p-13, 0x1.6c16c1788bd90p-10, 0x1.11111111109b3p-7, 0x1.5555555553d63p-5,
	0x1.5555555555556p-3, 0x1.0000000000001p-1, 1, 1,
	0x1.2b584aae78a57p-3, 0x1.39fe606542ddep-3, 0x1.7462b4ab2ef6bp-3, 0x1.c71c62e5800a1p-3,
	0x1.2492492df148dp-2, 0x1.99999999952e2p-2, 0x1.5555555555558p-1,
}
