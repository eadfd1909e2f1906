"""numrs: numeric kernels that are exact, give the same bits everywhere, and run at the limit of the machine."""
from numrs._ops.elementwise_arithmetic import (add, subtract, multiply, divide, floor_divide, remainder, maximum, minimum,
    copysign, nextafter, negative, positive, abs, sign, reciprocal)
from numrs._ops.elementwise_bitwise import (bitwise_and, bitwise_or, bitwise_xor, bitwise_invert, bitwise_left_shift,
    bitwise_right_shift)
from numrs._ops.elementwise_comparison import (equal, not_equal, less, less_equal, greater, greater_equal, logical_and,
    logical_or, logical_xor, logical_not, isnan, isinf, isfinite, signbit)
from numrs._ops.elementwise_exponential import (exp, exp2, expm1, log, log2, log10, log1p, logaddexp, sinh, cosh, tanh, asinh,
    acosh, atanh, sigmoid, erf, erfc)
from numrs._ops.elementwise_power import (pow, square, sqrt, rsqrt, cbrt, hypot)
from numrs._ops.elementwise_rounding import (floor, ceil, trunc, round, conj, real, imag)
from numrs._ops.elementwise_selection import (where, clip, fma, astype)
from numrs._ops.elementwise_trigonometric import (sin, cos, tan, asin, acos, atan, atan2)

# Aliases: one name has one meaning.
sub = subtract
mul = multiply
div = divide
