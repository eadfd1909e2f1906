"""Special values of the complex functions: real part, imaginary part, parts of the result.

They are those of the array API standard 2025.12, and with it of C99, annex G. A part that is a str has a sign that the standard leaves open; "cis" is
the direction of the imaginary part b: inf * cis(b) or 0 * cis(b).
"""

from math import inf, nan, pi

# A finite nonzero real part, a positive finite imaginary part.
FINITE, POSITIVE = 0.75, 0.6

EXP = (
    (0.0, 0.0, 1.0, 0.0),
    (-0.0, 0.0, 1.0, 0.0),
    (FINITE, inf, nan, nan),
    (FINITE, nan, nan, nan),
    (inf, 0.0, inf, 0.0),
    (-inf, POSITIVE, "0*cis", "0*cis"),
    (inf, POSITIVE, "inf*cis", "inf*cis"),
    (-inf, inf, "0", "0"),
    (inf, inf, "inf", nan),
    (-inf, nan, "0", "0"),
    (inf, nan, "inf", nan),
    (nan, 0.0, nan, 0.0),
    (nan, POSITIVE, nan, nan),
    (nan, inf, nan, nan),
    (nan, nan, nan, nan),
)
EXPM1 = (
    (0.0, 0.0, 0.0, 0.0),
    (FINITE, inf, nan, nan),
    (FINITE, nan, nan, nan),
    (inf, 0.0, inf, 0.0),
    (-inf, POSITIVE, -1.0, "0*cis"),
    (inf, POSITIVE, "inf*cis", "inf*cis"),
    (-inf, inf, -1.0, "0"),
    (inf, inf, "inf", nan),
    (-inf, nan, -1.0, "0"),
    (inf, nan, "inf", nan),
    (nan, 0.0, nan, 0.0),
    (nan, POSITIVE, nan, nan),
    (nan, nan, nan, nan),
)
LOG = (
    (-0.0, 0.0, -inf, pi),
    (0.0, 0.0, -inf, 0.0),
    (FINITE, inf, inf, pi / 2),
    (FINITE, nan, nan, nan),
    (-inf, POSITIVE, inf, pi),
    (inf, POSITIVE, inf, 0.0),
    (-inf, inf, inf, 3 * pi / 4),
    (inf, inf, inf, pi / 4),
    (inf, nan, inf, nan),
    (-inf, nan, inf, nan),
    (nan, POSITIVE, nan, nan),
    (nan, inf, inf, nan),
    (nan, nan, nan, nan),
)
LOG1P = (
    (-1.0, 0.0, -inf, 0.0),
    (FINITE, inf, inf, pi / 2),
    (FINITE, nan, nan, nan),
    (-inf, POSITIVE, inf, pi),
    (inf, POSITIVE, inf, 0.0),
    (-inf, inf, inf, 3 * pi / 4),
    (inf, inf, inf, pi / 4),
    (inf, nan, inf, nan),
    (-inf, nan, inf, nan),
    (nan, POSITIVE, nan, nan),
    (nan, inf, inf, nan),
    (nan, nan, nan, nan),
)
SQRT = (
    (0.0, 0.0, 0.0, 0.0),
    (-0.0, 0.0, 0.0, 0.0),
    (FINITE, inf, inf, inf),
    (nan, inf, inf, inf),
    (inf, inf, inf, inf),
    (-inf, inf, inf, inf),
    (FINITE, nan, nan, nan),
    (-inf, POSITIVE, 0.0, inf),
    (inf, POSITIVE, inf, 0.0),
    (-inf, nan, nan, "inf"),
    (inf, nan, inf, nan),
    (nan, POSITIVE, nan, nan),
    (nan, nan, nan, nan),
)
SINH = (
    (0.0, 0.0, 0.0, 0.0),
    (0.0, inf, "0", nan),
    (0.0, nan, "0", nan),
    (FINITE, inf, nan, nan),
    (FINITE, nan, nan, nan),
    (inf, 0.0, inf, 0.0),
    (inf, POSITIVE, "inf*cis", "inf*cis"),
    (inf, inf, "inf", nan),
    (inf, nan, "inf", nan),
    (nan, 0.0, nan, 0.0),
    (nan, POSITIVE, nan, nan),
    (nan, nan, nan, nan),
)
COSH = (
    (0.0, 0.0, 1.0, 0.0),
    (0.0, inf, nan, "0"),
    (0.0, nan, nan, "0"),
    (FINITE, inf, nan, nan),
    (FINITE, nan, nan, nan),
    (inf, 0.0, inf, 0.0),
    (inf, POSITIVE, "inf*cis", "inf*cis"),
    (inf, inf, "inf", nan),
    (inf, nan, inf, nan),
    (nan, 0.0, nan, "0"),
    (nan, POSITIVE, nan, nan),
    (nan, nan, nan, nan),
)
TANH = (
    (0.0, 0.0, 0.0, 0.0),
    (0.0, inf, "0", nan),
    (FINITE, inf, nan, nan),
    (0.0, nan, "0", nan),
    (FINITE, nan, nan, nan),
    (inf, POSITIVE, 1.0, 0.0),
    (inf, inf, 1.0, "0"),
    (inf, nan, 1.0, "0"),
    (nan, 0.0, nan, 0.0),
    (nan, POSITIVE, nan, nan),
    (nan, nan, nan, nan),
)
ASINH = (
    (0.0, 0.0, 0.0, 0.0),
    (FINITE, inf, inf, pi / 2),
    (FINITE, nan, nan, nan),
    (inf, POSITIVE, inf, 0.0),
    (inf, inf, inf, pi / 4),
    (inf, nan, inf, nan),
    (nan, 0.0, nan, 0.0),
    (nan, POSITIVE, nan, nan),
    (nan, inf, "inf", nan),
    (nan, nan, nan, nan),
)
ACOSH = (
    (0.0, 0.0, 0.0, pi / 2),
    (-0.0, 0.0, 0.0, pi / 2),
    (FINITE, inf, inf, pi / 2),
    (FINITE, nan, nan, nan),
    (0.0, nan, nan, "pi/2"),
    (-inf, POSITIVE, inf, pi),
    (inf, POSITIVE, inf, 0.0),
    (-inf, inf, inf, 3 * pi / 4),
    (inf, inf, inf, pi / 4),
    (inf, nan, inf, nan),
    (-inf, nan, inf, nan),
    (nan, POSITIVE, nan, nan),
    (nan, inf, inf, nan),
    (nan, nan, nan, nan),
)
ATANH = (
    (0.0, 0.0, 0.0, 0.0),
    (0.0, nan, 0.0, nan),
    (1.0, 0.0, inf, 0.0),
    (FINITE, inf, 0.0, pi / 2),
    (FINITE, nan, nan, nan),
    (inf, POSITIVE, 0.0, pi / 2),
    (inf, inf, 0.0, pi / 2),
    (inf, nan, 0.0, nan),
    (nan, POSITIVE, nan, nan),
    (nan, inf, "0", pi / 2),
    (nan, nan, nan, nan),
)
ACOS = (
    (0.0, 0.0, pi / 2, -0.0),
    (-0.0, 0.0, pi / 2, -0.0),
    (0.0, nan, pi / 2, nan),
    (-0.0, nan, pi / 2, nan),
    (FINITE, inf, pi / 2, -inf),
    (FINITE, nan, nan, nan),
    (-inf, POSITIVE, pi, -inf),
    (inf, POSITIVE, 0.0, -inf),
    (-inf, inf, 3 * pi / 4, -inf),
    (inf, inf, pi / 4, -inf),
    (inf, nan, nan, "inf"),
    (-inf, nan, nan, "inf"),
    (nan, POSITIVE, nan, nan),
    (nan, inf, nan, -inf),
    (nan, nan, nan, nan),
)
# f(conj(z)) is conj(f(z)); odd: f(-z) is -f(z) too, even: f(-z) is f(z).
TABLES = {
    "exp": EXP,
    "expm1": EXPM1,
    "log": LOG,
    "log1p": LOG1P,
    "sqrt": SQRT,
    "sinh": SINH,
    "cosh": COSH,
    "tanh": TANH,
    "asinh": ASINH,
    "acosh": ACOSH,
    "atanh": ATANH,
    "acos": ACOS,
}
ODD, EVEN = ("sinh", "tanh", "asinh", "atanh"), ("cosh",)
# f(z) = -i g(iz), or g(iz): the standard defines these by the others.
BY_ROTATION = {"sin": "sinh", "tan": "tanh", "asin": "asinh", "atan": "atanh"}
